"""Comparisons of two sets of specifications (定義の比較): over the journal's applications, or over the examples where there is no root."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from mappings.catalogue import Catalogue, mapping_for
from mappings.examples import Example, map_example, read_examples
from mappings.form import check_form
from pipeline.filing_day import legal_day
from pipeline.hub import Hub, open_for_reading
from pipeline.journal.intake_tables import STAGES, applications
from pipeline.mapping_changes import ProcedureChange
from pipeline.places import Root
from pipeline.records import split_tables
from pipeline.remapping import recheck, remap
from pipeline.steps.map_records import Filing, source_of
from pipeline.suites import suite_of
from validation.checks import SuiteSpec
from vocabulary.clock import Clock
from vocabulary.findings import Finding, Refused

CHUNK = 200
MAPPABLE = STAGES[STAGES.index("identified") :]
"""Stages from which on the people of an application are known, which records carry."""

Changes = dict[str, ProcedureChange]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sets of specifications."""

    old: Catalogue
    new: Catalogue

    def both(self, procedure: str) -> bool:
        """Whether both know the procedure."""
        return procedure in self.old.procedures and procedure in self.new.procedures


@contextmanager
def reading(root: Root, code: str, clock: Clock, sides: Sides) -> Iterator[tuple[Hub, Hub]]:
    """The hub with the old and with the new specifications, for reading only."""
    with open_for_reading(root, code, clock, sides.old) as hub:
        yield hub, replace(hub, catalogue=sides.new)


def count_stored(hub: Hub, sides: Sides, procedure: str) -> int:
    """How many stored applications will be compared."""
    counted = select(func.count()).select_from(applications).where(_wanted(hub, sides, procedure))
    return int(hub.journal.scalar(counted) or 0)


def compare_stored(hubs: tuple[Hub, Hub], sides: Sides, procedure: str, *, ended: Progress) -> Changes:
    """Map every stored application with both sides, some at a time, in the order of the journal. ended: told how many are done."""
    changes: Changes = {}
    old, new = hubs
    alike: dict[tuple[str, date], bool] = {}
    last = 0
    while True:
        page = select(applications).where(_wanted(old, sides, procedure), applications.c.id > last)
        rows = old.journal.rows(page.order_by(applications.c.id).limit(CHUNK))
        if not rows:
            return changes
        before, after = _filings(old, rows), _filings(new, rows)
        # What is the same under the same rules is judged alike: the suites, which take the longest, are spared.
        judged = [row for row in rows if before[row.id].tables != after[row.id].tables or not _same_rules(hubs, row, alike)]
        before |= recheck(old, judged, before)
        after |= recheck(new, judged, after)
        for row in rows:
            changes.setdefault(row.procedure, ProcedureChange()).take(row.receipt, before[row.id], after[row.id])
        last = rows[-1].id
        ended(len(rows))


def _same_rules(hubs: tuple[Hub, Hub], row: Row[Any], alike: dict[tuple[str, date], bool]) -> bool:
    """Whether both sides judge the records of an application by the same suites. alike: what is known by procedure and legal day."""
    key = (row.procedure, legal_day(hubs[0], row))
    if key not in alike:
        old, new = (_suites(hub, *key) for hub in hubs)
        alike[key] = old == new
    return alike[key]


def _suites(hub: Hub, name: str, day: date) -> list[SuiteSpec]:
    procedure, switches = hub.procedure(name), hub.switches(name)
    groups = hub.catalogue.groups_of(procedure)
    return [suite_of(hub.catalogue, procedure, group, version="", day=day, switches=switches) for group in groups]


def _wanted(hub: Hub, sides: Sides, procedure: str) -> Any:  # noqa: ANN401  SQLAlchemy has no narrower name for a condition of both kinds
    names = [procedure] if procedure else [name for name in hub.municipality.procedures if sides.both(name)]
    known = (applications.c.municipality == hub.code) & applications.c.procedure.in_(names)
    return known & applications.c.stage.in_(MAPPABLE)


def _filings(hub: Hub, rows: list[Row[Any]]) -> dict[int, Filing]:
    """What the mapping makes of applications whose form is still as its schema says."""
    refused: dict[int, Filing] = {}
    for row in rows:
        problems = _form_problems(hub, row)
        if problems:
            refused[row.id] = Filing("", problems, {})
    return remap(hub, [row for row in rows if row.id not in refused]) | refused


def _form_problems(hub: Hub, row: Row[Any]) -> tuple[Finding, ...]:
    try:
        version, _, source = source_of(hub, row)
    except Exception:  # noqa: BLE001  remap says what it is
        return ()
    return tuple(check_form(hub.procedure(row.procedure), version, source.content, municipality=hub.code))


def compare_examples(sides: Sides, procedure: str) -> Changes:
    """Map the examples of both sides with both sides; an example that only one has is taken all the same."""
    changes: Changes = {}
    for name in [procedure] if procedure else sorted(filter(sides.both, sides.old.procedures)):
        examples = {one.name: one for side in (sides.new, sides.old) for one in read_examples(side.procedures[name])}
        for example in sorted(examples.values(), key=lambda one: one.name):
            filings = [_example(side, name, example) for side in (sides.old, sides.new)]
            changes.setdefault(name, ProcedureChange()).take(f"examples/{example.name}", *filings)
    return changes


def _example(catalogue: Catalogue, name: str, example: Example) -> Filing:
    procedure = catalogue.procedures[name]
    try:
        mapping_for(procedure, example.day, form_version=example.version)
    except Refused as refused:
        return Filing(example.version, (refused.finding,), {})
    problems = tuple(check_form(procedure, example.version, example.source.content))
    if problems:
        return Filing(example.version, problems, {})
    mapped = map_example(procedure, example, catalogue)
    findings = tuple(finding for _, finding in mapped.findings)
    return Filing(example.version, findings, split_tables(mapped.tables).get(example.source.application, {}))


def only_on_one_side(sides: Sides) -> Mapping[str, str]:
    """Procedures that only one side knows: old or new."""
    gone = sides.old.procedures.keys() - sides.new.procedures.keys()
    come = sides.new.procedures.keys() - sides.old.procedures.keys()
    return dict.fromkeys(sorted(gone), "old") | dict.fromkeys(sorted(come), "new")

