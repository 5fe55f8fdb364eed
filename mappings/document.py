"""Models of ``document.yaml`` (書類の定義): how an attached document such as the 就労証明書 becomes records, found by its labels."""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, model_validator

from mappings.codelists import CodeList
from mappings.items import Group
from mappings.specification import Assumption, Spec, nearest, read_spec
from mappings.yaml_door import SpecError

Kind = Literal["text", "choice", "date", "month", "clock", "minutes", "number", "phone"]


class Value(Spec):
    """One item that stands beside a label.

    kind: how it is written (``as``). after: words behind which it stands, such as 月間. side: before or after a ～.
    other_names: further names of a code's option, by code; the names of the item's code list are known without. required: without it
    the document is not taken over.
    """

    item: str
    kind: Kind = Field(alias="as")
    after: tuple[str, ...] = ()
    side: Literal["", "from", "until"] = ""
    unit: str = ""
    other_names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    required: bool = False


class Entry(Spec):
    """A label under all the names that versions and towns give it, and what stands beside it. section: in which part of the sheet."""

    labels: tuple[str, ...] = Field(min_length=1)
    section: str = ""
    values: tuple[Value, ...] = Field(min_length=1)


class Passed(Spec):
    """A label whose value nobody needs, with the reason why it may be passed over."""

    labels: tuple[str, ...] = Field(min_length=1)
    section: str = ""
    why: str = Field(min_length=1)


class Rows(Spec):
    """What repeats, such as the last three months (就労実績): a section whose values stand side by side or one below the other."""

    group: str
    section: str
    most: int = Field(ge=1)
    entries: tuple[Entry, ...] = Field(min_length=1)


class Subject(Spec):
    """Whose document it is: found among the persons of these roles by name or kana and by birth date, the items that tell them."""

    roles: tuple[str, ...] = Field(min_length=1)
    name: str
    kana: str
    birth: str


class Marks(Spec):
    """Signs before an option: those of a chosen one, those of one left blank."""

    chosen: str = Field(min_length=1)
    blank: str = Field(min_length=1)


class Document(Spec):
    """One document, read by label and never by position or item number.

    sections: parts of the sheet and their headings. words: what stands beside values and says nothing alone (年, 時間).
    passed_over: texts of the form that are no labels. number, person: items for the place of the document and the 宛名番号.
    shown: what the 審査票 says of it. beside: item → item of the person's own record with which the 審査票 compares it.
    """

    id: str
    title: str
    business: str
    group: str
    number: str
    person: str
    subject: Subject
    marks: Marks
    sections: dict[str, tuple[str, ...]]
    words: tuple[str, ...]
    passed_over: tuple[str, ...]
    entries: tuple[Entry, ...] = Field(min_length=1)
    rows: Rows
    shown: tuple[str, ...] = ()
    beside: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[Passed, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    @model_validator(mode="after")
    def _known_sections(self) -> "Document":
        named = [*(entry.section for entry in self.entries), *(passed.section for passed in self.ignore), self.rows.section]
        for section in named:
            if section and section not in self.sections:
                raise ValueError(f"unknown section {section}; allowed: {', '.join(self.sections)}")
        return self

    @property
    def groups(self) -> tuple[str, str]:
        """The groups that it writes."""
        return (self.group, self.rows.group)


def read_documents(root: Path, items: Lookup[str, Lookup[str, Group]], codelists: Lookup[str, CodeList]) -> Lookup[str, Document]:
    """Every document below ``root`` by id, checked against items and code lists. Raises SpecError."""
    if not root.is_dir():
        return MappingProxyType({})
    return MappingProxyType({folder.name: _read(folder, items, codelists) for folder in sorted(root.iterdir()) if folder.is_dir()})


def _read(folder: Path, items: Lookup[str, Lookup[str, Group]], codelists: Lookup[str, CodeList]) -> Document:
    file = folder / "document.yaml"
    document = read_spec(file, Document)
    if document.id != folder.name:
        raise SpecError(file=file, key="id", problem=f"{document.id} is not the folder's name", allowed=folder.name)
    declared = items.get(document.business)
    if declared is None:
        raise SpecError(file=file, key="business", problem=f"no items for {document.business}", allowed=nearest(document.business, items))
    for key, group, names in _named(document):
        if group not in declared:
            raise SpecError(file=file, key=key, problem=f"unknown group {group}", allowed=nearest(group, declared))
        for name in names:
            if name not in declared[group]:
                raise SpecError(file=file, key=key, problem=f"unknown item {name}", allowed=nearest(name, declared[group]))
    for value in (value for entry in document.entries for value in entry.values):
        _check_codes(file, value, declared[document.group][value.item].code, codelists)
    return document


def _named(document: Document) -> Iterator[tuple[str, str, list[str]]]:
    subject = document.subject
    yield "subject", document.group, [subject.name, subject.kana, subject.birth]
    yield "number", document.group, [document.number, document.person, "uketsukebango"]
    yield "number", document.rows.group, [document.number, document.person, "uketsukebango", "renban"]
    yield "shown", document.group, [*document.shown, *document.beside]
    yield "entries", document.group, [value.item for entry in document.entries for value in entry.values]
    yield "rows.entries", document.rows.group, [value.item for entry in document.rows.entries for value in entry.values]


def _check_codes(file: Path, value: Value, code: str, codelists: Lookup[str, CodeList]) -> None:
    if (value.kind == "choice") != bool(code):
        raise SpecError(file=file, key=f"entries.{value.item}", problem="choice goes with an item that has a code list, and with no other")
    known = {one.code for one in codelists[code].codes} if code else set()
    for unknown in sorted(set(value.other_names) - known):
        allowed = nearest(unknown, known)
        raise SpecError(file=file, key=f"entries.{value.item}.other_names", problem=f"unknown code {unknown}", allowed=allowed)
