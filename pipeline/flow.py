"""The flows (業務の流れ): the only place that says which steps follow one another. The command line and the DAGs run these same functions.

Importing this module is light; a step's module is imported when the step runs.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.places import Root

if TYPE_CHECKING:
    from pipeline.hub import Hub
    from pipeline.settings import Municipality
    from vocabulary.clock import Clock

log = logging.getLogger(__name__)

FLOWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "refresh_links": ("refresh_links", "counter_book", "receiver_cases", "expected_filings"),
        "payments": ("claims", "collections", "payments_match", "posting"),
        "morning": ("morning",),
        "intake": ("pull", "open", "verify", "identify", "map", "check", "release", "deliver", "cases"),
        "notify": (
            *("answers", "decision_sheets", "statuses", "corrections", "answers_of_notices", "campaigns"),
            *("notices", "letterbox", "letters", "cases"),
        ),
        "close": ("registry", "effects", "close"),
        "nightly_sync": ("operating_state", "masters", "protected_flags", "ledgers", "copies", "copy_results", "compare"),
        "exchange_log": ("operating_state", "inquiry_results", "exchange_fetch", "own_exchanges", "reconcile"),
        "night_report": ("night_report",),
    }
)

NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"nightly_sync": ("copies",), "exchange_log": ("exchange",), "night_report": ("copies", "exchange"), "payments": ("payments",)}
)
"""Flow → keys of the municipality file of which one must be declared; a municipality without them has no part in the flow."""

_STEPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "refresh_links": ("pipeline.steps.refresh_links", "refresh_links"),
        "counter_book": ("pipeline.steps.counter_book", "take_in_counter_book"),
        "receiver_cases": ("pipeline.steps.receiver_cases", "take_in_cases"),
        "expected_filings": ("pipeline.steps.expected_filings", "take_in_expected_filings"),
        "operating_state": ("pipeline.steps.operating_state", "operating_state"),
        "masters": ("pipeline.steps.masters", "masters"),
        "protected_flags": ("pipeline.steps.protected_flags", "protected_flags"),
        "ledgers": ("pipeline.steps.ledgers", "ledgers"),
        "copies": ("pipeline.steps.copies", "copies"),
        "copy_results": ("pipeline.steps.copy_results", "copy_results"),
        "compare": ("pipeline.steps.compare", "compare"),
        "inquiry_results": ("pipeline.steps.inquiry_results", "inquiry_results"),
        "exchange_fetch": ("pipeline.steps.exchange_fetch", "exchange_fetch"),
        "own_exchanges": ("pipeline.steps.own_exchanges", "own_exchanges"),
        "reconcile": ("pipeline.steps.reconcile", "reconcile"),
        "night_report": ("pipeline.steps.night_report", "night_report"),
        "pull": ("pipeline.steps.pull", "pull"),
        "open": ("pipeline.steps.open_packages", "open_packages"),
        "verify": ("pipeline.steps.verify", "verify"),
        "identify": ("pipeline.steps.identify", "identify"),
        "map": ("pipeline.steps.map_records", "map_records"),
        "check": ("pipeline.steps.check_records", "check_records"),
        "release": ("pipeline.steps.release", "release"),
        "deliver": ("pipeline.steps.deliver", "deliver"),
        "cases": ("pipeline.steps.lay_out_cases", "lay_out_cases"),
        "answers": ("pipeline.steps.answer", "read_answers"),
        "decision_sheets": ("pipeline.steps.decision_sheets", "decision_sheets"),
        "answers_of_notices": ("pipeline.steps.answers_of_notices", "answers_of_notices"),
        "campaigns": ("pipeline.steps.campaigns", "campaigns"),
        "statuses": ("pipeline.steps.notify", "send_owed_statuses"),
        "corrections": ("pipeline.steps.corrections", "follow_corrections"),
        "notices": ("pipeline.steps.notices", "send_notices"),
        "letterbox": ("pipeline.steps.letterbox", "letterbox"),
        "letters": ("pipeline.steps.letters", "letters"),
        "registry": ("pipeline.steps.registry", "registry"),
        "effects": ("pipeline.effects", "count_carried_items"),
        "close": ("pipeline.steps.close_and_report", "close_and_report"),
        "morning": ("pipeline.steps.morning", "morning"),
        "claims": ("pipeline.steps.claims", "claims"),
        "collections": ("pipeline.steps.collections", "collections"),
        "payments_match": ("pipeline.steps.payments_match", "payments_match"),
        "posting": ("pipeline.steps.posting", "posting"),
    }
)


def takes_part(municipality: "Municipality", flow: str) -> bool:
    """Whether a municipality declares what a flow works on."""
    return flow not in NEEDS or any(getattr(municipality, key) is not None for key in NEEDS[flow])


def step_function(step: str) -> "Callable[[Hub], dict[str, int]]":
    """The function of a step."""
    module, name = _STEPS[step]
    function: Callable[[Hub], dict[str, int]] = getattr(import_module(module), name)
    return function


def run_step(step: str, code: str, *, root: Root, clock: "Clock") -> dict[str, int]:
    """Run one step for one municipality on an opened root."""
    from pipeline.hub import open_hub

    with open_hub(root, code, clock) as hub:
        counts = step_function(step)(hub)
    log.info("flow_step_ended", extra={"step": step, "municipality": code, **counts})
    return counts


@dataclass(frozen=True, slots=True)
class FlowRun:
    """What the steps of a flow counted, and what stopped some of them."""

    counts: Mapping[str, Mapping[str, int]]
    stopped: Mapping[str, Exception]


def run_flow(flow: str, code: str, *, root: Root, clock: "Clock") -> FlowRun:
    """Run all steps of a flow in order. A step that is stopped leaves the others running: each works off its own list (P13).

    Nothing is run, and nothing counted, where the municipality declares none of what the flow needs.
    """
    from connectors.errors import ConnectorError
    from pipeline.errors import HubError
    from pipeline.hub import open_hub

    counts: dict[str, dict[str, int]] = {}
    stopped: dict[str, Exception] = {}
    with open_hub(root, code, clock) as hub:
        steps = FLOWS[flow] if takes_part(hub.municipality, flow) else ()
        for step in steps:
            try:
                counts[step] = step_function(step)(hub)
            except (ConnectorError, HubError) as error:
                log.info("flow_step_stopped", extra={"step": step, "municipality": code, "error": type(error).__name__})
                stopped[step] = error
    return FlowRun(counts, stopped)
