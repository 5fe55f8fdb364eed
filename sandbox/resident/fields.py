"""Fields of a form that a resident may change (様式の入力欄): paths into 申請内容, and texts back into it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from sandbox.form_words import codes
from sandbox.forms import NAMESPACE

_FROM_CARD = frozenset({"個人番号"})
"""Read from the card, never shown."""
_NOT_WRITTEN = frozenset({"申請日", "添付書類"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. path: below 申請内容, such as ``児童[2]/氏名[1]``. group: the heading above it. options: code → meaning of a choice."""

    path: str
    group: str
    label: str
    text: str
    options: Mapping[str, str]


def fields_of(content: etree._Element) -> list[Field]:
    """The fields of a form in its order."""
    found: list[Field] = []
    total = Counter(_name(part) for part in content)
    for path, part in _placed(content):
        name = _name(part)
        if name in _NOT_WRITTEN:
            continue
        title = f"{name}{path[len(name) + 1 : -1]}" if total[name] > 1 else name
        leaves = _leaves(part, path) if len(part) else [(path, part)]
        found += [_field(at, one, title if len(part) else "申請の内容") for at, one in leaves if _name(one) not in _FROM_CARD]
    return found


def set_texts(content: etree._Element, texts: Mapping[str, str]) -> None:
    """Write what the resident wrote; a field that was emptied is left out. Paths that the form lacks are ignored."""
    known = {field.path: field.text for field in fields_of(content)}
    changed = {path: text.strip() for path, text in texts.items() if path in known and text.strip() != known[path]}
    elements = [(content.find(_qualified(path)), text) for path, text in changed.items()]
    for element, text in elements:
        parent = element.getparent() if element is not None else None
        if element is None or parent is None:
            continue
        if text:
            element.text = text
        else:
            parent.remove(element)


def _qualified(path: str) -> str:
    """A path as lxml searches it."""
    return "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))


def _placed(parent: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    seen = Counter[str]()
    for part in parent:
        name = _name(part)
        seen[name] += 1
        yield f"{name}[{seen[name]}]", part


def _leaves(parent: etree._Element, above: str) -> Iterator[tuple[str, etree._Element]]:
    for step, part in _placed(parent):
        if len(part):
            yield from _leaves(part, f"{above}/{step}")
        else:
            yield f"{above}/{step}", part


def _field(path: str, element: etree._Element, group: str) -> Field:
    name, text = _name(element), element.text or ""
    options = codes().get(name, {})
    return Field(path, group, name, text, options if text in options else {})


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
