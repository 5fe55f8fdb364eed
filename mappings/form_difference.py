"""Two versions of a form compared (様式の差分): items added, removed, renamed, and types and occurrences that changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import product
from typing import Final

from mappings.form_shape import Element

SIMILAR: Final = 0.6
"""How alike two names must be, from 0 to 1, to be taken for one item under a new name."""


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a form by its path below the 申請内容; attributes as ``生年月日/@不詳``."""

    path: str
    element: Element | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """An item that stands under another path. why: similar name, same type and neighbours, or the same item elsewhere."""

    old: str
    new: str
    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A type or an occurrence that is another one. path: the new one."""

    path: str
    what: str
    old: str
    new: str


@dataclass(slots=True)
class Difference:
    """Everything in which two versions differ. unseen: optional items that filled forms of the new version do not show."""

    added: list[Item] = field(default_factory=list)
    removed: list[Item] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unseen: list[Item] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether both are the same form, as far as can be seen."""
        return not (self.added or self.removed or self.renamed or self.changed)

    @property
    def names(self) -> dict[str, str]:
        """Old path → new path of what was renamed."""
        return {one.old: one.new for one in self.renamed}


def compare(old: Element, new: Element) -> Difference:
    """What is different in the new form. Texts of residents never come into it."""
    found = Difference()
    _compare(old, new, ("", ""), found)
    _join_moved(found)
    return found


def _compare(old: Element, new: Element, paths: tuple[str, str], found: Difference) -> None:
    """Compare two elements that are the same item. paths: of the old and of the new one, with a slash behind unless empty."""
    pairs = {name: name for name in old.children if name in new.children}
    for name, other, why in _pair_up(old, new, pairs):
        pairs[name] = other
        found.renamed.append(Renamed(paths[0] + name, paths[1] + other, why))
    for name, element in old.children.items():
        if name not in pairs:
            gone = found.unseen if new.seen is not None and element.least == 0 else found.removed
            gone.append(Item(paths[0] + name, element))
    taken = set(pairs.values())
    found.added += [Item(paths[1] + name, element) for name, element in new.children.items() if name not in taken]
    for name, other in pairs.items():
        before, after = old.children[name], new.children[other]
        found.changed += _changes(before, after, paths[1] + other)
        _compare(before, after, (f"{paths[0]}{name}/", f"{paths[1]}{other}/"), found)
    _compare_attributes(old, new, paths, found)


def _compare_attributes(old: Element, new: Element, paths: tuple[str, str], found: Difference) -> None:
    for name, attribute in old.attributes.items():
        if name not in new.attributes:
            gone = found.unseen if new.seen is not None and not attribute.required else found.removed
            gone.append(Item(f"{paths[0]}@{name}", None))
    found.added += [Item(f"{paths[1]}@{name}", None) for name in new.attributes if name not in old.attributes]


def _changes(old: Element, new: Element, path: str) -> Iterator[Changed]:
    observed = new.seen is not None
    # A filled form that leaves every optional part of a group blank shows an element without anything in it.
    blank = observed and not new.children and not new.seen
    if bool(old.children) != bool(new.children) and not blank:
        yield Changed(path, "構造", "項目の集まり" if old.children else "値", "項目の集まり" if new.children else "値")
    elif not old.children and not new.fits(old.type):
        yield Changed(path, "型", old.type.words, new.type.words)
    fewer = new.least < old.least if observed else new.least != old.least
    more = _exceeds(new.most, old.most) if observed else new.most != old.most
    if fewer or more:
        yield Changed(path, "回数", old.times, new.times)


def _exceeds(most: int | None, limit: int | None) -> bool:
    return limit is not None and (most is None or most > limit)


def _pair_up(old: Element, new: Element, same: dict[str, str]) -> list[tuple[str, str, str]]:
    """(old name, new name, why) of items that were renamed, the most alike first, each taken once."""
    left = [name for name in old.children if name not in same]
    right = [name for name in new.children if name not in same]
    judged = [(*_likeness(old, new, (name, other)), name, other) for name, other in product(left, right)]
    pairs: list[tuple[str, str, str]] = []
    for score, why, name, other in sorted(judged, key=lambda one: (-one[0], one[2], one[3])):
        if score and all(name != before and other != after for before, after, _ in pairs):
            pairs.append((name, other, why))
    return pairs


def _likeness(old: Element, new: Element, names: tuple[str, str]) -> tuple[float, str]:
    """How surely two items are one, 0 for not at all, and why."""
    before, after = old.children[names[0]], new.children[names[1]]
    if bool(before.children) != bool(after.children) or (not after.children and not after.fits(before.type)):
        return 0.0, ""
    alike = SequenceMatcher(None, *names).ratio()
    if alike >= SIMILAR:
        return 1 + alike, "名前が似ている"
    shared = len(before.children.keys() & after.children.keys())
    if before.children and shared * 2 < len(before.children):
        return 0.0, ""
    if _neighbours(list(old.children), names[0]) == _neighbours(list(new.children), names[1]):
        return 0.5 + alike, "型と前後の項目が同じ"
    return 0.0, ""


def _neighbours(order: Sequence[str], name: str) -> tuple[str, str]:
    place = order.index(name)
    return (order[place - 1] if place else "", order[place + 1] if place + 1 < len(order) else "")


def _join_moved(found: Difference) -> None:
    """An item that went from one part of the form to another is one item, not two."""
    for gone in list(found.removed):
        if gone.element is None:
            continue
        for come in found.added:
            if come.element is not None and come.element.name == gone.element.name and come.element.fits(gone.element.type):
                found.removed.remove(gone)
                found.added.remove(come)
                found.renamed.append(Renamed(gone.path, come.path, "場所が変わった"))
                break
