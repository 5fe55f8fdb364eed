"""Addresses split (住所の分割): 都道府県, 市区町村, 町字, 丁目, 番地号, 方書. What the text alone does not settle is named, never guessed.

Parts are pieces of the text as it was written; whoever compares them uses ``address_key``.
"""

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from vocabulary.addresses import address_key

PARTS = ("prefecture", "municipality", "town", "chome", "number", "building")

# One sign for one sign, so that places in the folded text are places in the text itself.
_FOLDED = (
    {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
    | {ord(sign): "-" for sign in "‐‑‒–—―−─━ーｰ"}
    | str.maketrans("ヶｹヵｶッｯﾂﾉ", "ケケカカツツツノ")
    | {0x3000: " "}
)
_KANJI = "〇一二三四五六七八九十百千"
_NUMBER = rf"(?:\d+|[{_KANJI}]+)"
_CHOME = re.compile(rf"(?P<chome>{_NUMBER})丁目?(?=[\d{_KANJI}\s]|$)")
# 番地号 that says what its numbers are, or a single number.
_SAID = re.compile(rf"{_NUMBER}番地?(?!町)(?:[のノ-]?{_NUMBER}(?:号(?!棟|室|館))?(?:[のノ-]{_NUMBER})?)?|\d+(?=[\sノの]*$|\s)")
_CHAIN = re.compile(r"\d+(?:[-のノ]\d+)*")
# A numeral before one of these is a piece of a name: 北２条, 第４地割, ３区, 四番町.
_NAMED = re.compile(r"\s*(?:条|線|区|部|軒|町|割|地割|号線|丁|社|坪|通|の坪|ノ坪|本|番町|人|名|組|重|代|里|ケ|ツ|ノ[^\d])")
_WITHOUT_NUMBERS = re.compile(rf"[{_KANJI}]+(?:[のノ-][{_KANJI}]+)*\s*$|番地|[壱弐参拾][番のノ]")
# Before the numbers: letters and dashes belong to them, brackets and unreadable signs to nobody knows what, and 大字八丁目 is a name.
_DOUBTFUL_TOWN = re.compile(r"[A-Za-z-]$|[之丿]$|壱.?$|[(){}\[\]\ufffd]|字$")
_ROOM = re.compile(r"番館|号室|号棟|階|F|[A-Za-z](?![A-Za-z]*\s)")
# 丁目, 番, 号: a longer chain may begin with a 条 or end with a room.
_MOST_NUMBERS = 3
_JOINT = re.compile(r"[-のノ]")
_END_OF_KANA = re.compile(r"(?<=[ァ-ヺ])[のノ]$")


@dataclass(frozen=True, slots=True)
class AddressParts:
    """The parts of an address, empty where it has none. town: 大字・町・字. lot: 丁目・番地・号 together, as written.

    uncertain: names of the parts that the text alone does not settle; those are empty.
    """

    prefecture: str = ""
    municipality: str = ""
    town: str = ""
    chome: str = ""
    number: str = ""
    building: str = ""
    lot: str = ""
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    prefectures: re.Pattern[str]
    municipalities: re.Pattern[str]


def split_address(text: str) -> AddressParts:
    """The parts of ``text``. Without a municipality that exists nothing is certain."""
    folded = text.translate(_FOLDED)
    known = _known()
    prefecture = known.prefectures.match(folded)
    start = prefecture.end() if prefecture else 0
    municipality = known.municipalities.match(folded, start)
    if municipality is None:
        return AddressParts(text[:start], uncertain=PARTS[1:] if start else PARTS)
    end = municipality.end()
    found = AddressParts(text[:start], text[start:end])
    place = _start_of_numbers(folded, end)
    if place is None:
        town = text[end:].strip()
        doubtful = _WITHOUT_NUMBERS.search(folded, end) or len(town.split()) > 1
        return replace(found, uncertain=PARTS[2:]) if doubtful else replace(found, town=town)
    if _DOUBTFUL_TOWN.search(folded[end:place].rstrip()):
        return replace(found, uncertain=PARTS[2:])
    return _with_numbers(replace(found, town=_END_OF_KANA.sub("", text[end:place].strip())), text, folded, place)


def _with_numbers(found: AddressParts, text: str, folded: str, place: int) -> AddressParts:
    """The parts from 丁目 on, which begin at ``place``."""
    chome = _CHOME.match(folded, place)
    begin = chome.end() if chome else place
    said = _SAID.match(folded, begin)
    chain = said or _CHAIN.match(folded, begin)
    end = chain.end() if chain else begin
    rest, lot = text[end:].strip(), text[place:end].strip()
    attached = folded[end : end + 1].strip() != ""
    if chain and not said and attached and (_CHAIN.search(folded, end) or _ROOM.match(folded, end)):
        # 北１６西２, 1-5-2号室: the numbers go on, as a name or as a room.
        return replace(found, town="", uncertain=PARTS[2:]) if not _ROOM.match(folded, end) else replace(found, uncertain=PARTS[3:])
    if rest.translate(_FOLDED).startswith("-"):
        return replace(found, lot=lot, uncertain=PARTS[3:])
    numbers = len(_JOINT.split(chain[0])) if chain and not said else 0
    if numbers > _MOST_NUMBERS:
        return replace(found, town="", uncertain=PARTS[2:])
    if numbers > (2 if chome else 1):
        return replace(found, lot=lot, building=rest, uncertain=("chome", "number"))
    return replace(found, lot=lot, chome=text[place:begin].strip(), number=text[begin:end].strip(), building=rest)


def _start_of_numbers(folded: str, start: int) -> int | None:
    """Where 丁目, 番地 or bare numbers begin; a numeral inside a name is passed over."""
    for found in re.compile(_NUMBER).finditer(folded, start):
        place = found.start()
        if folded[place - 1] == "第":
            continue
        if _CHOME.match(folded, place) or _SAID.match(folded, place):
            return place
        if found[0].isascii() and not _NAMED.match(folded, found.end()):
            return place
    return None


def same_lot(a: str, b: str) -> bool:
    """Whether two addresses surely name one 番地号, whatever their 方書. The prefecture counts only where both name it."""
    mine, theirs = split_address(a), split_address(b)
    if not (_is_settled(mine) and _is_settled(theirs)) or len({mine.prefecture, theirs.prefecture} - {""}) > 1:
        return False
    return _lot_key(mine) == _lot_key(theirs)


def _is_settled(parts: AddressParts) -> bool:
    return bool(parts.town and parts.lot) and "building" not in parts.uncertain


def _lot_key(parts: AddressParts) -> str:
    return address_key(f"{parts.municipality}{parts.town}{parts.lot}")


@cache
def _known() -> _Known:
    text = resources.files("vocabulary").joinpath("municipalities/municipalities.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    names: set[str] = set()
    for row in rows:
        whole = row["municipality"].translate(_FOLDED)
        county = re.match(r".+?郡(?=.+[町村]$)", whole)
        city = re.match(r".+?市(?=.+区$)", whole)
        names |= {whole, whole[county.end() :] if county else whole, whole[city.end() :] if city else whole}
    prefectures = sorted({row["prefecture"] for row in rows})
    return _Known(re.compile("|".join(prefectures)), re.compile("|".join(sorted(names, key=lambda name: (-len(name), name)))))
