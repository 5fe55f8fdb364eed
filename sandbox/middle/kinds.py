"""Kinds of copies (副本の種類) as the server knows them: layouts with their first day, items with type and length.

The official layouts (データ標準レイアウト) are not public; server and sender share only the declared data of ``mappings/copies``. A root
with files of its own in ``sandbox/middle/kinds`` is served by those.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

PERSON = "atenabango"
_DECLARED = Path(__file__).parents[2] / "mappings" / "copies"
_OPEN_DAYS = ("0000-01-01", "9999-12-31")
_HALF_WIDTH = re.compile(r"[\x20-\x7e\uff61-\uff9f]*")
# A full-width space is a character of names and addresses, though Python does not call it printable.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NUMERIC = {"9": re.compile(r"[0-9]*"), "9V": re.compile(r"[0-9]*(\.[0-9]+)?"), "S9": re.compile(r"-?[0-9]*")}


@dataclass(frozen=True, slots=True)
class Item:
    """One item. length: characters. form: what the whole value must look like, or empty. label: the portal's word; empty when not shown."""

    name: str
    type: str
    length: int
    required: bool
    form: str
    label: str

    def holds(self, value: str) -> bool:
        """Whether the value fits type and length."""
        if not value:
            return not self.required
        if self.form and re.fullmatch(self.form, value) is None:
            return False
        if self.type == "DATE":
            return value in _OPEN_DAYS or _is_day(value)
        if self.type in _NUMERIC:
            return _NUMERIC[self.type].fullmatch(value) is not None and len(value) <= self.length + (self.type == "9V")
        narrow = _HALF_WIDTH.fullmatch(value) is not None
        return _CONTROLS.search(value) is None and len(value) <= self.length and (narrow if self.type == "X" else True)


@dataclass(frozen=True, slots=True)
class Layout:
    """A version of a kind's layout (レイアウト版) and the items of its file, without 宛名番号."""

    version: str
    valid_from: date
    valid_until: date
    items: tuple[str, ...]

    @property
    def header(self) -> list[str]:
        """The columns of a request file."""
        return ["recordid", "operation", PERSON, *self.items]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of copies. key: items that tell the records of a person apart, besides 宛名番号."""

    id: str
    title: str
    code: str
    key: tuple[str, ...]
    items: Mapping[str, Item]
    layouts: Mapping[str, Layout]


def read_kinds(root: Path) -> Mapping[str, Kind]:
    """Every kind that the server of a root takes. Raises KeyError or ValueError for a file that lacks what the server needs."""
    own = root / "sandbox" / "middle" / "kinds"
    files = sorted(own.glob("*.yaml")) or sorted(_DECLARED.glob("*/copy.yaml"))
    kinds = [_kind(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)) for file in files]  # noqa: S506  the base loader makes strings only
    return MappingProxyType({kind.id: kind for kind in kinds})


def _kind(cells: Mapping[str, Any]) -> Kind:
    shown = _labels(cells.get("shown", {}), cells["items"])
    items = {name: _item(name, one, shown.get(name, "")) for name, one in cells["items"].items()}
    layouts = [
        Layout(
            one["version"],
            date.fromisoformat(one["valid_from"]),
            date.fromisoformat(one.get("valid_until") or "9999-12-31"),
            tuple(name for name in one["items"] if name != PERSON),
        )
        for one in cells["layouts"]
    ]
    key = tuple(name for name in cells["key"] if name != PERSON)
    return Kind(cells["id"], cells["title"], cells["code"], key, items, {layout.version: layout for layout in layouts})


def _item(name: str, cells: Mapping[str, str], label: str) -> Item:
    length = cells.get("length", "10").split(",", maxsplit=1)[0]
    required = cells.get("required", "no") in {"yes", "true"}
    return Item(name, cells["type"], int(length), required, cells.get("form", ""), label)


def _labels(shown: object, items: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Label by item; an item that is only named carries its own title."""
    if isinstance(shown, Mapping):
        return {name: str(label or items[name]["title"]) for name, label in shown.items()}
    return {name: items[name]["title"] for name in shown} if isinstance(shown, list) else {}


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
