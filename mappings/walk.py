"""The walk over 申請内容 (走査): every element and attribute is visited once; each text fills a slot of its record or is left over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from mappings.gathered import Rows
from mappings.places import place_of
from mappings.plan import Node, Plan

Row = list[str | None]


@dataclass(slots=True)
class _Collected:
    """Rows of one group on the way."""

    owner: list[int] = field(default_factory=list)
    ordinal: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def walk(plan: Plan, contents: Sequence[etree._Element]) -> tuple[list[Rows], list[tuple[int, str]]]:
    """Rows of each record of the plan, and for each value that nothing answers for the place of its document and its own."""
    collected = [_Collected() for _ in plan.records]
    leftovers: list[tuple[int, str]] = []
    for owner, content in enumerate(contents):
        one = _Walk(plan, collected, owner)
        one.start(content)
        leftovers += [(owner, place_of(element, content) + end) for element, end in one.leftovers]
    rows = [
        Rows(each.owner, each.ordinal, [list(column) for column in zip(*each.rows, strict=True)] or [[] for _ in range(record.width)])
        for record, each in zip(plan.records, collected, strict=True)
    ]
    return rows, leftovers


class _Walk:
    """One document on its way into the rows. leftovers: elements (with an attribute's name, if it is one) that nothing answers for."""

    def __init__(self, plan: Plan, collected: list[_Collected], owner: int) -> None:
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
