"""The demo's summary: figures of the day and its night from the journal, and what came of every planted defect."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from pipeline.channel_kinds import notice_figures, status_figures
from pipeline.exchange.counts import exchange_counts
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, documents, listings
from pipeline.steps.close_day import DayClose
from pipeline.sync.counts import night_counts


def summarize(hub: Hub, close: DayClose, *, dags: Mapping[str, str], seconds: float, seconds_day: float) -> dict[str, Any]:
    """The content of ``summary.json``."""
    return {
        "balanced": close.balanced,
        "day": close.balance.day.isoformat(),
        "applications": asdict(close.balance.total),
        "procedures": {name: asdict(counts) for name, counts in close.balance.procedures.items()},
        "notices": notice_figures(hub),
        "statuses": status_figures(hub),
        "dags": dict(dags),
        "sync": {kind: dict(counts) for kind, counts in night_counts(hub, close.balance.day.isoformat()).items()},
        "exchange": exchange_counts(hub, close.balance.day),
        "defects": defect_outcomes(hub),
        "seconds": round(seconds, 2),
        "seconds_day": round(seconds_day, 2),
    }


def defect_outcomes(hub: Hub) -> dict[str, dict[str, Any]]:
    """What became of the applications that the stand-ins planted, beside what their own data expect."""
    expected = json.loads((hub.root.folder / "sandbox" / "expected.json").read_text(encoding="utf-8"))
    outcomes = outcome_by_receipt(hub)
    found: dict[str, dict[str, Any]] = {}
    for name, defect in expected["defects"].items():
        got = sorted({_fitting(outcomes.get(receipt, ["missing"]), defect["expected"]) for receipt in defect["receipts"]})
        found[name] = {"expected": defect["expected"], "got": ", ".join(got), "count": len(defect["receipts"])}
    return found


def _fitting(outcomes: list[str], expected: str) -> str:
    """Where one receipt number stands for two applications (a conflict), the one that the defect speaks of."""
    return expected if expected in outcomes else ", ".join(outcomes)


def outcome_by_receipt(hub: Hub) -> dict[str, list[str]]:
    """Each application's outcome as the defect catalogue writes it: delivered, delivered:owed, held:CODE, waiting:CODE …"""
    outcomes: dict[str, list[str]] = {}
    for receipt, outcome in _outcomes(hub):
        outcomes.setdefault(receipt, []).append(outcome)
    return outcomes


def _outcomes(hub: Hub) -> Iterator[tuple[str, str]]:
    owed = {row.application for row in hub.journal.rows(select(documents.c.application).where(documents.c.state == "owed"))}
    for row in hub.journal.rows(select(applications).where(applications.c.municipality == hub.code)):
        if row.disposition == "delivered":
            yield row.receipt, "delivered:owed" if row.id in owed else "delivered"
        else:
            yield row.receipt, f"{row.disposition}:{row.reason}" if row.reason else f"{row.disposition}:{row.stage}"
    words = {"gone": "gone_before_fetch", "listed": "not_fetched", "out_of_scope": "out_of_scope"}
    for row in hub.journal.rows(select(listings).where(listings.c.municipality == hub.code, listings.c.state != "stored")):
        yield row.receipt, words[row.state]
