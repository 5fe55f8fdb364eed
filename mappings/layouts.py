"""Models of a receiving format (連携様式): ``format.yaml`` and, for fixed-length records, one layout file for each group."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.items import Group
from mappings.procedure import Assumption
from mappings.specification import Spec, nearest, read_spec
from mappings.yaml_door import SpecError

# What a file name and a header record may be made of.
FACTS = ("business", "group", "municipality", "procedure", "day", "sequence")


class Substitution(Spec):
    """One approved replacement of a character, by code points in hexadecimal. It is never silent: each use is a loss in the result."""

    source: str = Field(alias="from", pattern=r"^[0-9A-F]{4,6}$")
    target: str = Field(alias="to", pattern=r"^[0-9A-F]{4,6}$")


class Gaiji(Spec):
    """外字の扱い: a character without a code in the encoding holds the application, unless an approved substitution covers it."""

    policy: Literal["hold"]
    approved: str = ""
    substitutions: tuple[Substitution, ...] = ()

    @model_validator(mode="after")
    def _approved_by_someone(self) -> Self:
        if self.substitutions and not self.approved:
            raise ValueError("substitutions need approved: who approved them and when")
        return self

    @property
    def table(self) -> dict[int, str]:
        """For ``str.translate``."""
        return {int(one.source, 16): chr(int(one.target, 16)) for one in self.substitutions}


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
    """``format.yaml``. record_length: bytes of every fixed-length record without its line end. header: fields of the header record."""

    id: str
    title: str
    layout: Literal["csv", "fixed"]
    encoding: Literal["utf-8", "cp932"]
    line_end: Literal["crlf"]
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


@dataclass(frozen=True, slots=True)
class Format:
    """A format with the columns of each group that it lays out, and the layouts of a fixed-length one by group."""

    id: str
    spec: FormatFile
    columns: Lookup[str, tuple[str, ...]]
    layouts: Lookup[str, Layout]

    def persons(self, group: str) -> tuple[str, ...]:
        """The group's fields that hold a 宛名番号."""
        return tuple(name for name in self.spec.subject.persons if name in self.columns[group])


def read_format(folder: Path, *, groups: Lookup[str, Group]) -> Format:
    """Read a format's folder and check it against the items. Raises SpecError."""
    file = folder / "format.yaml"
    spec = read_spec(file, FormatFile)
    if spec.id != folder.name:
        raise SpecError(file=file, key="id", problem=f"{spec.id} is not the folder's name", allowed=folder.name)
    if spec.layout == "fixed":
        layouts = {path.stem: _read_layout(path, spec, groups) for path in sorted((folder / "layouts").glob("*.yaml"))}
        columns = {name: tuple(field.item for field in layout.fields) for name, layout in layouts.items()}
        _no_sub_kind_twice(folder, layouts)
        _fits(file, "header", spec.header, spec.record_length - 1)
    else:
        layouts, columns = {}, {name: tuple(group) for name, group in groups.items()}
    for name, group in columns.items():
        if spec.subject.application not in group or not set(spec.subject.persons) & set(group):
            raise SpecError(file=file, key="subject", problem=f"records of {name} would not say whom they are for")
    return Format(spec.id, spec, MappingProxyType(columns), MappingProxyType(layouts))


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
