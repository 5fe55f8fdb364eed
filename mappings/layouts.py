"""Models of a receiving format (連携様式): ``format.yaml`` and, for fixed-length records, one layout file for each group."""

from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.codelists import CodeList
from mappings.encodings import Encoding, encoding_of
from mappings.items import Group
from mappings.specification import Assumption, Spec, nearest, read_spec
from mappings.substitutions import NONE, SubstitutionTable
from mappings.yaml_door import SpecError

# What a file name and a header record may be made of.
FACTS = ("business", "group", "municipality", "procedure", "day", "sequence")


# What a layout demands of the other keys, because its records could not be told apart otherwise.
_DEMANDS: Lookup[str, Lookup[str, tuple[str, ...]]] = {
    "csv": {"files": ("one-per-group",), "line_end": ("crlf",)},
    "fixed": {"files": ("one-per-procedure",), "line_end": ("crlf",), "encoding": ("utf-8", "cp932")},
    "xml": {"files": ("one-per-procedure",), "line_end": ("lf",), "encoding": ("utf-8",)},
    "workbook": {"files": ("one-per-procedure",), "line_end": ("lf",), "encoding": ("utf-8",)},
}


class Gaiji(Spec):
    """外字の扱い: a character without a code in the encoding holds the application, unless the table has an approved substitute for it."""

    policy: Literal["hold"]
    table: str = ""


class Subject(Spec):
    """The fields that say whom a record is for: the application's 受付番号 and every 宛名番号."""

    application: str
    persons: tuple[str, ...] = Field(min_length=1)


class FieldLayout(Spec):
    """One field of a fixed-length record, ``width`` bytes wide.

    Left aligned text is padded with spaces, right aligned digits with zeros; an absent value is all spaces.
    """

    item: str
    width: int = Field(ge=1)
    align: Literal["left", "right"] = "left"
    pad: Literal["space", "zero"] = "space"

    @model_validator(mode="after")
    def _pad_fits(self) -> Self:
        if (self.align == "right") != (self.pad == "zero"):
            raise ValueError("left goes with space, right with zero")
        return self


class Layout(Spec):
    """The record of a group: kind (1 digit), sub kind (2 digits), fields in order."""

    group: str
    kind: Literal["2"]
    sub: str = Field(pattern=r"^[0-9]{2}$")
    fields: tuple[FieldLayout, ...] = Field(min_length=1)


class FormatFile(Spec):
    """``format.yaml``. record_length: bytes of every fixed-length record without its line end. header: fields of the header record.

    double_codes: whose byte pair the receiver wants where CP932 has two. heading: with ``none`` every CSV line begins with its group.
    """

    id: str
    title: str
    layout: Literal["csv", "fixed", "xml", "workbook"]
    encoding: Literal["utf-8", "utf-8-bom", "utf-16le", "utf-16le-bom", "cp932"]
    double_codes: Literal["", "nec", "ibm"] = ""
    line_end: Literal["crlf", "lf"]
    quoting: Literal["minimal", "all"] = "minimal"
    heading: Literal["romaji", "none"] = "romaji"
    file_name: str
    files: Literal["one-per-group", "one-per-procedure"]
    when_empty: Literal["no-file"]
    record_length: int = 0
    header: tuple[FieldLayout, ...] = ()
    subject: Subject
    gaiji: Gaiji
    assumptions: tuple[Assumption, ...] = ()

    @field_validator("file_name")
    @classmethod
    def _known_facts(cls, pattern: str) -> str:
        for _, name, _, _ in Formatter().parse(pattern):
            if name is not None and name not in FACTS:
                raise ValueError(f"unknown {{{name}}}; allowed: {', '.join(FACTS)}")
        return pattern

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        for key, allowed in _DEMANDS[self.layout].items():
            if getattr(self, key) not in allowed:
                raise ValueError(f"layout {self.layout} needs {key}: {' or '.join(allowed)}")
        if (self.encoding == "cp932") != bool(self.double_codes):
            raise ValueError("double_codes (nec or ibm) goes with encoding cp932 and with no other")
        return self


@dataclass(frozen=True, slots=True)
class Declared:
    """What formats are made of: groups, their Japanese titles, code lists and substitution tables, each by name."""

    groups: Lookup[str, Group]
    titles: Lookup[str, str]
    codelists: Lookup[str, CodeList]
    tables: Lookup[str, SubstitutionTable]


@dataclass(frozen=True, slots=True)
class Format:
    """A format with the columns of each group that it lays out, and the layouts of a fixed-length one by group."""

    id: str
    spec: FormatFile
    encoding: Encoding
    columns: Lookup[str, tuple[str, ...]]
    layouts: Lookup[str, Layout]
    substitutions: SubstitutionTable
    declared: Declared = field(repr=False)

    def persons(self, group: str) -> tuple[str, ...]:
        """The group's fields that hold a 宛名番号."""
        return tuple(name for name in self.spec.subject.persons if name in self.columns[group])

    def with_substitutions(self, table: SubstitutionTable) -> "Format":
        """This format with another substitution table, such as one that a municipality's approvals go before."""
        return replace(self, substitutions=table)


def read_format(folder: Path, *, declared: Declared) -> Format:
    """Read a format's folder and check it against the items. Raises SpecError."""
    file = folder / "format.yaml"
    spec = read_spec(file, FormatFile)
    groups = declared.groups
    if spec.id != folder.name:
        raise SpecError(file=file, key="id", problem=f"{spec.id} is not the folder's name", allowed=folder.name)
    if spec.gaiji.table and spec.gaiji.table not in declared.tables:
        allowed = nearest(spec.gaiji.table, declared.tables)
        raise SpecError(file=file, key="gaiji.table", problem=f"unknown table {spec.gaiji.table}", allowed=allowed)
    if spec.layout == "fixed":
        layouts = {path.stem: _read_layout(path, spec, groups) for path in sorted((folder / "layouts").glob("*.yaml"))}
        columns = {name: tuple(field.item for field in layout.fields) for name, layout in layouts.items()}
        _no_sub_kind_twice(folder, layouts)
        _fits(file, "header", spec.header, spec.record_length - 1)
        for name, group in columns.items():
            if not _says_for_whom(spec.subject, group):
                raise SpecError(file=file, key="subject", problem=f"records of {name} would not say whom they are for")
    else:
        layouts, columns = {}, {name: tuple(group) for name, group in groups.items() if _says_for_whom(spec.subject, group)}
    items = {item for group in groups.values() for item in group}
    for name in (spec.subject.application, *spec.subject.persons):
        if name not in items:
            raise SpecError(file=file, key="subject", problem=f"{name} is an item of no group", allowed=nearest(name, items))
    table = declared.tables.get(spec.gaiji.table, NONE)
    encoding = encoding_of(spec.encoding, spec.double_codes)
    return Format(spec.id, spec, encoding, MappingProxyType(columns), MappingProxyType(layouts), table, declared)


def _says_for_whom(subject: Subject, group: Iterable[str]) -> bool:
    return {subject.application} < {subject.application, *subject.persons} & set(group)


def _read_layout(path: Path, spec: FormatFile, groups: Lookup[str, Group]) -> Layout:
    layout = read_spec(path, Layout)
    if layout.group != path.stem or layout.group not in groups:
        raise SpecError(file=path, key="group", problem=f"{layout.group} is not the file's name or has no items", allowed=path.stem)
    names = [field.item for field in layout.fields]
    for name in names:
        if name not in groups[layout.group]:
            raise SpecError(file=path, key=f"fields.{name}", problem="unknown item", allowed=nearest(name, groups[layout.group]))
    missing = [name for name in groups[layout.group] if name not in names]
    if missing or len(set(names)) != len(names):
        raise SpecError(file=path, key="fields", problem=f"items missing or listed twice: {', '.join(missing)}")
    _fits(path, "fields", layout.fields, spec.record_length - 3)
    return layout


def _fits(path: Path, key: str, fields: tuple[FieldLayout, ...], room: int) -> None:
    if sum(field.width for field in fields) > room:
        raise SpecError(file=path, key=key, problem=f"take {sum(field.width for field in fields)} bytes", allowed=f"at most {room}")


def _no_sub_kind_twice(folder: Path, layouts: Lookup[str, Layout]) -> None:
    seen: dict[str, str] = {}
    for name, layout in layouts.items():
        if seen.setdefault(layout.sub, name) != name:
            raise SpecError(file=folder / "layouts" / f"{name}.yaml", key="sub", problem=f"{layout.sub} is also that of {seen[layout.sub]}")
