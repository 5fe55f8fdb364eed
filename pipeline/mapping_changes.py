"""What a mapping change alters (対応表の変更の影響): stored applications mapped with two sets of specifications, counted, never written."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mappings.records import Table
from pipeline.remapping import stops
from pipeline.steps.map_records import Filing
from vocabulary.findings import Severity

SAMPLES = 20
"""Receipt numbers that are kept for each change: the counts are whole, the list is a sample."""

Row = Mapping[str, str | None]
Key = tuple[str, int]
"""A record of an application: group and ordinal."""


@dataclass(slots=True)
class Alteration:
    """One kind of change. receipts: the first ones, with the values before and after of an item (residents', never in a repr)."""

    records: int = 0
    receipts: dict[str, tuple[str | None, str | None]] = field(default_factory=dict, repr=False)

    def add(self, receipt: str, before: str | None = None, after: str | None = None) -> None:
        """Count one record."""
        self.records += 1
        if len(self.receipts) < SAMPLES:
            self.receipts.setdefault(receipt, (before, after))


@dataclass(slots=True)
class ProcedureChange:
    """What changes in a procedure.

    items: by group and item. appear, vanish: records by group. findings: new ones by code, gone: those that no longer come up.
    stopped: applications that would leave today and no longer would; freed: the other way round.
    """

    applications: int = 0
    unchanged: int = 0
    items: dict[tuple[str, str], Alteration] = field(default_factory=dict)
    appear: dict[str, Alteration] = field(default_factory=dict)
    vanish: dict[str, Alteration] = field(default_factory=dict)
    findings: dict[tuple[str, str], Alteration] = field(default_factory=dict)
    gone: dict[tuple[str, str], Alteration] = field(default_factory=dict)
    stopped: Alteration = field(default_factory=Alteration)
    freed: Alteration = field(default_factory=Alteration)

    def take(self, receipt: str, old: Filing, new: Filing) -> None:
        """Count one application."""
        self.applications += 1
        same = self._compare_findings(receipt, old, new) & self._compare_records(receipt, old, new)
        self.unchanged += same
        before, after = stops(old), stops(new)
        if before is None and after is not None:
            self.stopped.add(receipt, None, after.code)
        elif before is not None and after is None:
            self.freed.add(receipt, before.code)

    def _compare_findings(self, receipt: str, old: Filing, new: Filing) -> bool:
        before, after = _said(old), _said(new)
        for found, into in ((after - before, self.findings), (before - after, self.gone)):
            for key in sorted(found):
                into.setdefault(key, Alteration()).add(receipt)
        return before == after

    def _compare_records(self, receipt: str, old: Filing, new: Filing) -> bool:
        before, after = records_of(old.tables), records_of(new.tables)
        for found, others, into in ((after, before, self.appear), (before, after, self.vanish)):
            for group, _ in sorted(found.keys() - others.keys()):
                into.setdefault(group, Alteration()).add(receipt)
        for key in sorted(before.keys() & after.keys()):
            self._compare_items(receipt, key[0], before[key], after[key])
        return before == after

    def _compare_items(self, receipt: str, group: str, before: Row, after: Row) -> None:
        for name in [*before, *(name for name in after if name not in before)]:
            was, now = before.get(name), after.get(name)
            if was != now:
                self.items.setdefault((group, name), Alteration()).add(receipt, was, now)


def _said(filing: Filing) -> Counter[tuple[str, str]]:
    """What a clerk would read, by code and place."""
    return Counter((one.code, one.where) for one in filing.findings if one.severity != Severity.INFO)


def records_of(tables: Mapping[str, Table]) -> dict[Key, Row]:
    """Every record by group and ordinal."""
    return {(group, ordinal): row for group, table in tables.items() for ordinal, row in zip(table.ordinal, _rows(table), strict=True)}


def _rows(table: Table) -> Iterator[Row]:
    for place in range(len(table.application)):
        yield {name: column[place] for name, column in table.columns.items()}
