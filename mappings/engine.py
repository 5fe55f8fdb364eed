"""The mapping engine (対応付け): one walk over each 申請内容 fills rows, columns are transformed at once, leftovers are said."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from mappings.catalogue import Catalogue
from mappings.mapping import Mapping
from mappings.places import place_of
from mappings.plan import FieldPlan, Node, Plan, RecordPlan
from mappings.procedure import Procedure
from mappings.records import Column, Table
from vocabulary.findings import Finding

Row = list[str | None]


@dataclass(frozen=True, slots=True)
class Source:
    """One application.

    content: the verified 申請内容. header: facts of the filing by item name. atena: 宛名番号 by (role, ordinal from 1).
    """

    application: int
    content: etree._Element
    header: Lookup[str, str]
    atena: Lookup[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Tables by group, and (application, finding) pairs. An application with a refused value has no row in any table."""

    tables: dict[str, Table]
    findings: list[tuple[int, Finding]]


@dataclass(slots=True)
class _Rows:
    """Rows of one group as the walk collects them. owner: place of the application in the batch."""

    owner: list[int] = field(default_factory=list)
    ordinal: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def map_batch(procedure: Procedure, mapping: Mapping, sources: Sequence[Source], *, catalogue: Catalogue, day: date) -> Mapped:
    """Map applications of one procedure and form version. day: the day on which code lists are looked up.

    Findings: MAP_LEFTOVER (the rows stay), MAP_VALUE and MAP_CODE (all rows of the application are withdrawn, children with their parent).
    """
    plan = catalogue.plan(procedure, mapping, day)
    collected = [_Rows() for _ in plan.records]
    findings: list[tuple[int, Finding]] = []
    for owner, source in enumerate(sources):
        walk = _Walk(plan, collected, owner)
        walk.start(source.content)
        places = [place_of(element, source.content) + end for element, end in walk.leftovers]
        findings += [(source.application, Finding("MAP_LEFTOVER", where=place)) for place in places]
    withdrawn: set[int] = set()
    columns: list[dict[str, Column]] = []
    for record, rows in zip(plan.records, collected, strict=True):
        filled, refused = _fill(record, rows, sources)
        columns.append(filled)
        withdrawn |= {rows.owner[row] for row, _ in refused}
        findings += [(sources[rows.owner[row]].application, finding) for row, finding in refused]
    tables = {
        record.group: _table(rows, filled, withdrawn, sources)
        for record, rows, filled in zip(plan.records, collected, columns, strict=True)
    }
    return Mapped(tables, findings)


class _Walk:
    """One document on its way into the rows. leftovers: elements (with an attribute's name, if it is one) that nothing answers for."""

    def __init__(self, plan: Plan, collected: list[_Rows], owner: int) -> None:
        self._plan = plan
        self._collected = collected
        self._owner = owner
        self._counts = [0] * len(plan.records)
        self.leftovers: list[tuple[etree._Element, str]] = []

    def start(self, content: etree._Element) -> None:
        """Walk the whole document."""
        self._visit(content, self._plan.root, self._open(0))

    def _open(self, record: int) -> Row:
        rows = self._collected[record]
        self._counts[record] += 1
        row: Row = [None] * self._plan.records[record].width
        rows.owner.append(self._owner)
        rows.ordinal.append(self._counts[record])
        rows.rows.append(row)
        return row

    def _visit(self, element: etree._Element, node: Node, row: Row) -> None:
        """Take attributes, text and children of an element. A leaf's text is taken by its parent: forms are mostly leaves."""
        if element.keys():
            self._take_attributes(element, node, row)
        text = element.text
        if text is not None and not text.isspace():
            self.leftovers.append((element, "/text()"))
        children = node.children
        for child in element:
            tail = child.tail
            if tail is not None and not tail.isspace():
                self.leftovers.append((element, "/text()"))
            below = children.get(child.tag)
            if below is None:
                self.leftovers.append((child, ""))
            elif below.ignored:
                continue
            elif below.slots:
                self._keep(child, below, row)
            else:
                self._visit(child, below, row if below.record is None else self._open(below.record))

    def _take_attributes(self, element: etree._Element, node: Node, row: Row) -> None:
        for name, value in element.items():
            slot = node.attributes.get(str(name), -1)
            if slot == -1:
                self.leftovers.append((element, f"/@{name!s}"))
            elif slot is not None:
                row[slot] = str(value)

    def _keep(self, element: etree._Element, node: Node, row: Row) -> None:
        """Put a leaf's text into the first free slot of its occurrences; a text without a free slot is left over."""
        if element.keys():
            self._take_attributes(element, node, row)
        if len(element):
            # A comment or element cuts the text in two; half a value is none.
            self.leftovers += [(child, "") for child in element]
            return
        text = element.text
        if text is None:
            return
        for slot in node.slots:
            if row[slot] is None:
                row[slot] = text
                return
        self.leftovers.append((element, ""))


def _fill(record: RecordPlan, rows: _Rows, sources: Sequence[Source]) -> tuple[dict[str, Column], list[tuple[int, Finding]]]:
    """Columns of a group by item name, and (row, finding) for each refused value."""
    raw: list[Column] = [list(column) for column in zip(*rows.rows, strict=True)] or [[] for _ in range(record.width)]
    refused: list[tuple[int, Finding]] = []
    columns: dict[str, Column] = {name: [None] * len(rows.owner) for name in record.columns}
    for plan in record.fields:
        column = [raw[slot] for slot in plan.slots] or [_given(plan, record, rows, sources)]
        for step in plan.steps:
            changed = step.apply(column)
            column = [changed.values]
            refused += [(row, _refusal(record, rows, plan, row, code)) for row, code in changed.refused.items()]
        columns[plan.name] = column[0]
    return columns, refused


def _given(plan: FieldPlan, record: RecordPlan, rows: _Rows, sources: Sequence[Source]) -> Column:
    """The column of an item that does not come from the document."""
    source = plan.source
    if source.header:
        return [sources[owner].header[source.header] for owner in rows.owner]
    if source.own_ordinal:
        return [str(ordinal) for ordinal in rows.ordinal]
    if source.person:
        role = source.person
        ordinals = rows.ordinal if role == record.role else [source.ordinal or 1] * len(rows.owner)
        return [sources[owner].atena.get((role, ordinal)) for owner, ordinal in zip(rows.owner, ordinals, strict=True)]
    return [source.value] * len(rows.owner)


def _refusal(record: RecordPlan, rows: _Rows, plan: FieldPlan, row: int, code: str) -> Finding:
    path = plan.source.path[0] if plan.source.path else plan.source.header or plan.name
    where = path if record.at == "." else f"{record.at}[{rows.ordinal[row]}]/{path}"
    return Finding(code, where=where, detail=f"{record.group}.{plan.name}")


def _table(rows: _Rows, columns: dict[str, Column], withdrawn: set[int], sources: Sequence[Source]) -> Table:
    kept = [row for row, owner in enumerate(rows.owner) if owner not in withdrawn]
    return Table(
        application=[sources[rows.owner[row]].application for row in kept],
        ordinal=[rows.ordinal[row] for row in kept],
        columns={name: column if len(kept) == len(column) else [column[row] for row in kept] for name, column in columns.items()},
    )
