"""A form with third persons masked (第三者の情報の墨塗り): whose elements they are, and which texts would give them away elsewhere."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from mappings.places import NAMESPACE
from mappings.procedure import Procedure
from vocabulary.dates import read_date, to_wareki
from vocabulary.masking import mask_numbers

MASK = "■■■■"
NUMBER = "個人番号"
TELLING = ("氏名", "氏名カナ", "生年月日", "住所", "電話番号", "メール", NUMBER)
"""Elements of a person whose texts are looked for in everything else that is handed out."""
SHORTEST = 2

Place = tuple[str, int]
"""Role and ordinal of a person."""


@dataclass(frozen=True, slots=True)
class Masking:
    """What is hidden. blocks: paths of third persons' elements, each step with its number. texts: what tells of them, as ``plain``."""

    blocks: frozenset[str]
    texts: frozenset[str]

    def text(self, said: str) -> str:
        """The text, or ``MASK`` when it tells of a third person; 個人番号 are masked in what stays."""
        found = {plain(said), _day(said)}
        return MASK if any(one in whole for one in self.texts for whole in found) else mask_numbers(said)

    def hides(self, path: str) -> bool:
        """Whether a path with numbered steps lies in a third person's element, or is a 個人番号."""
        inside = any(path == block or path.startswith(f"{block}/") for block in self.blocks)
        return inside or NUMBER in path.rpartition("/")[2]


def masking_of(procedure: Procedure, content: etree._Element, concerned: Place, known: Iterable[str] = ()) -> Masking:
    """How to mask everything about anybody but the person concerned. known: what the register says of third persons."""
    role, ordinal = concerned
    wanted = numbered(procedure.role(role).path, ordinal)
    blocks = dict(_people(procedure, content))
    own = blocks.get(wanted)
    mine = _identity(own) if own is not None else ("", "")
    third = {path: element for path, element in blocks.items() if path != wanted and (own is None or _identity(element) != mine)}
    said = {text for element in third.values() for text in _telling(element)} | set(known)
    kept = {plain(text) for text in _telling(own)} if own is not None else set()
    texts = {form for text in said for form in _forms(text) if len(form) >= SHORTEST} - kept
    return Masking(frozenset(third), frozenset(texts))


def form_values(content: etree._Element, masking: Masking) -> list[tuple[str, str]]:
    """Every text and attribute of the form in order, as (path, text); what is hidden as ``MASK``."""
    found = []
    for element in content.iter(etree.Element):
        path = path_of(element)
        values = [(f"{path}/@{name!s}", value) for name, value in element.attrib.items() if element is not content]
        values += [(path, element.text.strip())] if element.text and element.text.strip() else []
        found += [(str(at), MASK if masking.hides(path) else masking.text(str(value))) for at, value in values]
    return found


def path_of(element: etree._Element) -> str:
    """The path below the root, each step with its number among those of its name; empty for the root."""
    parent = element.getparent()
    if parent is None:
        return ""
    number = 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    return f"{path_of(parent)}/{etree.QName(element).localname}[{number}]".lstrip("/")


def numbered(path: str, ordinal: int = 1) -> str:
    """A declared path with numbers: the last step has ``ordinal``, steps without a number are the first."""
    *above, last = path.split("/")
    steps = [step if step.endswith("]") else f"{step}[1]" for step in above]
    return "/".join([*steps, last if last.endswith("]") else f"{last}[{ordinal}]"])


def plain(text: str) -> str:
    """A text without what differs by way of writing: width, spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _people(procedure: Procedure, content: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Every element that is a person's: of a declared role, or with a 氏名 in it."""
    for role in procedure.roles:
        tag = "/".join(f"{{{NAMESPACE}}}{step}" for step in role.path.split("/"))
        yield from ((path_of(element), element) for element in content.iterfind(tag))
    for name in content.iter(f"{{{NAMESPACE}}}氏名"):
        parent = name.getparent()
        if parent is not None and parent is not content:
            yield path_of(parent), parent


def _identity(element: etree._Element) -> tuple[str, str]:
    return plain(element.findtext(f"{{{NAMESPACE}}}氏名") or ""), _day(element.findtext(f"{{{NAMESPACE}}}生年月日") or "")


def _telling(element: etree._Element) -> list[str]:
    return [text for name in TELLING if (text := (element.findtext(f"{{{NAMESPACE}}}{name}") or "").strip())]


def _day(text: str) -> str:
    known = read_date(text.strip())
    return known.iso if known else plain(text)


def _forms(text: str) -> set[str]:
    """How a text may stand elsewhere: a date also as ISO text, as digits and in 和暦."""
    known = read_date(text.strip())
    return {plain(text)} if known is None else {plain(text), known.iso, known.iso.replace("-", ""), plain(to_wareki(known))}
