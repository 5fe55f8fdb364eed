"""Kinds of copies (副本の種類) that the intermediate server holds: items, key, layouts by day, and what the portal shows of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from mappings.specification import Assumption, Spec, nearest, read_spec
from mappings.yaml_door import SpecError

PERSON = "atenabango"
"""The item that says whose record it is (宛名番号); the gateway swaps it for the number of the intermediate server."""
_DAY = timedelta(days=1)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class CopyItem(Spec):
    """One item. length: most characters. column: its header in the ledger's extract. past: no day after the extract's own.

    type: X half-width, Ｎ any text, 9 digits, S9 digits after an optional sign, DATE as ISO with 00 for unknown parts, YEAR.
    form: a regular expression for the whole value, where type and length say too little.
    """

    title: str
    type: Literal["X", "Ｎ", "9", "S9", "DATE", "YEAR"]
    length: int = Field(ge=1)
    column: str
    required: bool = False
    past: bool = False
    form: str = ""


class CopyLayout(Spec):
    """One version of the layout (レイアウト版), the days on which the server takes it, both included, and its items, the key first."""

    version: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")
    valid_from: date
    valid_until: date
    items: tuple[str, ...] = Field(min_length=2)


class CopyKind(Spec):
    """One kind of copy. code: 特定個人情報コード. ledger: the ledger (正本) that it copies. key: items that identify a record.

    shown: the label that residents read, of every item that the portal shows (自己情報表示), in its order.
    """

    id: str
    title: str
    business: str
    code: str = Field(pattern=r"^[0-9A-Z]{4,20}$")
    ledger: str
    key: tuple[str, ...] = Field(min_length=1)
    items: dict[str, CopyItem]
    layouts: tuple[CopyLayout, ...] = Field(min_length=1)
    shown: dict[str, str] = Field(min_length=1)
    assumptions: tuple[Assumption, ...] = ()

    def layout_on(self, day: date) -> CopyLayout | None:
        """The layout that the server takes on the day; None before the first and after the last."""
        return next((layout for layout in self.layouts if layout.valid_from <= day <= layout.valid_until), None)

    def layout(self, version: str) -> CopyLayout:
        """The layout of a version. Raises KeyError."""
        return self._by_version[version]

    def columns(self, layout: CopyLayout) -> tuple[str, ...]:
        """The columns of an extract in this layout, in order."""
        return tuple(self.items[name].column for name in layout.items)

    @cached_property
    def _by_version(self) -> Mapping[str, CopyLayout]:
        return MappingProxyType({layout.version: layout for layout in self.layouts})


def read_copies(folder: Path, businesses: Sequence[str]) -> Mapping[str, CopyKind]:
    """Every ``<id>/copy.yaml`` of the folder by id; none where the folder is absent. Raises SpecError."""
    kinds: dict[str, CopyKind] = {}
    for home in sorted(path for path in folder.glob("*") if path.is_dir()):
        file = home / "copy.yaml"
        kind = read_spec(file, CopyKind)
        if kind.id != home.name:
            raise SpecError(file=file, key="id", problem=f"{kind.id} is not the folder's name", allowed=home.name)
        if kind.business not in businesses:
            raise SpecError(file=file, key="business", problem=f"no items for {kind.business}", allowed=nearest(kind.business, businesses))
        _check_items(file, kind)
        _check_names(file, kind)
        _check_layouts(file, kind)
        kinds[kind.id] = kind
    _no_code_twice(folder, kinds)
    return MappingProxyType(kinds)


def _check_items(file: Path, kind: CopyKind) -> None:
    columns: dict[str, str] = {}
    for name, item in kind.items.items():
        if not _NAME.fullmatch(name):
            raise SpecError(file=file, key=f"items.{name}", problem="is no romaji name", allowed=_NAME.pattern)
        other = columns.setdefault(item.column, name)
        if other != name:
            raise SpecError(file=file, key=f"items.{name}.column", problem=f"{item.column} is also the column of {other}")
        if item.past and item.type != "DATE":
            raise SpecError(file=file, key=f"items.{name}.past", problem=f"goes with a day, not with {item.type}", allowed="type: DATE")
        try:
            re.compile(item.form)
        except re.error as error:
            raise SpecError(file=file, key=f"items.{name}.form", problem=f"is no regular expression: {error.msg}") from None


def _check_names(file: Path, kind: CopyKind) -> None:
    """Key and shown items exist; the key begins with the person and is never absent."""
    named = [("key", name) for name in kind.key] + [("shown", name) for name in kind.shown]
    named += [(f"layouts.{place}.items", name) for place, layout in enumerate(kind.layouts) for name in layout.items]
    for key, name in named:
        if name not in kind.items:
            raise SpecError(file=file, key=key, problem=f"unknown item {name}", allowed=nearest(name, kind.items))
    if kind.key[0] != PERSON:
        raise SpecError(file=file, key="key", problem=f"begins with {kind.key[0]}", allowed=f"{PERSON} first")
    for name in kind.key:
        if not kind.items[name].required:
            raise SpecError(file=file, key=f"items.{name}.required", problem="an item of the key may not be absent", allowed="yes")


def _check_layouts(file: Path, kind: CopyKind) -> None:
    """Every layout begins with the key and names nothing twice; each begins on the day after the one before it ended."""
    for place, layout in enumerate(kind.layouts):
        key = f"layouts.{place}"
        if layout.items[: len(kind.key)] != kind.key:
            raise SpecError(file=file, key=f"{key}.items", problem="does not begin with the key", allowed=", ".join(kind.key))
        twice = next((name for name in layout.items if layout.items.count(name) > 1), "")
        if twice:
            raise SpecError(file=file, key=f"{key}.items", problem=f"{twice} stands twice")
        if layout.valid_until < layout.valid_from:
            raise SpecError(
                file=file, key=f"{key}.valid_until", problem="is before valid_from", allowed=f"{layout.valid_from} or later"
            )
    for place, (before, after) in enumerate(pairwise(kind.layouts), start=1):
        wanted = None if before.valid_until == date.max else before.valid_until + _DAY
        if after.valid_from != wanted:
            problem = f"{after.valid_from} does not follow the layout before it"
            raise SpecError(file=file, key=f"layouts.{place}.valid_from", problem=problem, allowed=str(wanted or "an earlier valid_until"))
        if any(layout.version == after.version for layout in kind.layouts[:place]):
            raise SpecError(file=file, key=f"layouts.{place}.version", problem=f"{after.version} stands twice")


def _no_code_twice(folder: Path, kinds: Mapping[str, CopyKind]) -> None:
    seen: dict[str, str] = {}
    for kind in kinds.values():
        other = seen.setdefault(kind.code, kind.id)
        if other != kind.id:
            raise SpecError(file=folder / kind.id / "copy.yaml", key="code", problem=f"{kind.code} is also {other}'s")
