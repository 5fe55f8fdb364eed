"""The corpus of addresses and how a split is judged against it: right, uncertain or wrong, part by part.

The geocoder of the corpus completes an address from its lists (a prefecture that nobody wrote, 豊川 as 豊川町); a split only takes
apart what is written. So a part counts where the corpus gives it, 郡, city or prefecture only where they are written, and what the
geocoder left unparsed is read as its numbers and then the 方書.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocabulary.address_parts import PARTS, AddressParts, split_address
from vocabulary.addresses import address_key

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "addresses"
VERDICTS = ("right", "uncertain", "wrong")
_LEADING = re.compile(r"(-?\d+(?:-\d+)*)(?![\d階FＦ])")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the corpus says. places: ways to write the municipality; town, number and building None where it could not tell."""

    prefecture: str
    places: tuple[str, ...]
    town: tuple[str, str, str] | None
    number: str
    building: str


def cases() -> dict[str, list[dict[str, Any]]]:
    """Every case by its folder."""
    files = sorted(FOLDER.glob("*/*expects.json"))
    return {f"{file.parent.name}/{file.stem}": json.loads(file.read_text(encoding="utf-8")) for file in files}


def expected(result: dict[str, Any]) -> Expected:
    """The answer of one case in our parts."""
    county, city, ward = (result.get(name) or "" for name in ("county", "city", "ward"))
    town = (result.get("oaza_cho") or "", result.get("chome") or "", result.get("koaza") or "")
    parcel = ("blk_num", "rsdt_num", "rsdt_num2") if result.get("blk_num") else ("prc_num1", "prc_num2", "prc_num3")
    number = "-".join(str(result[name]) for name in parcel if result.get(name))
    rest = " ".join(result["others"])
    leading = _LEADING.match(rest)
    told = "machiaza" in result["match_level"] or result["match_level"] in {"residential_block", "residential_detail", "parcel"}
    if result["match_level"] == "machiaza" and rest and not leading:
        told = False
    if leading and (not number or rest.startswith("-")):
        number, rest = f"{number}{leading[1]}", rest[leading.end() :]
    places = (f"{county}{city}{ward}", f"{city}{ward}", ward or city) if city else ()
    return Expected(result["pref"] or "", places, town if told else None, number, rest)


def judge(text: str, result: dict[str, Any]) -> dict[str, str]:
    """The verdict on each part that the corpus gives."""
    want, got = expected(result), split_address(text)
    found = {}
    if want.prefecture:
        written = want.prefecture if text.strip().startswith(want.prefecture) else ""
        found["prefecture"] = _verdict(got, "prefecture", got.prefecture == written)
    if want.places:
        written = next((place for place in want.places if _key(place) in _key(text)), "")
        found["municipality"] = _verdict(got, "municipality", _key(got.municipality) == _key(written))
    if want.town is not None and (want.number or not re.search(r"\d", text)):
        found |= _judge_inside(got, want, *want.town)
    return found


def _judge_inside(got: AddressParts, want: Expected, oaza: str, chome: str, koaza: str) -> dict[str, str]:
    named = {_key(f"{oaza}{koaza}"), _key(f"{koaza}{oaza}")}
    whole = {_key(f"{oaza}{chome}{koaza}"), _key(f"{koaza}{oaza}{chome}")}
    inside = _key(got.town) in whole
    with_chome = "chome" not in got.uncertain and _key(f"{got.town}{got.chome}") in whole
    return {
        "town": _verdict(got, "town", _key(got.town) in named or with_chome),
        "chome": _verdict(got, "chome", inside or _numbers(got.chome) == _numbers(chome)),
        "number": _verdict(got, "number", _numbers(got.number) == want.number),
        "building": _verdict(got, "building", _plain(got.building) == _plain(want.building)),
    }


def _verdict(got: AddressParts, part: str, equal: bool) -> str:
    return "uncertain" if part in got.uncertain else ("right" if equal else "wrong")


def _key(text: str) -> str:
    """大字, 字 and の between names are not everywhere written."""
    return re.sub(r"[のノ字大]", "", address_key(text)).strip("-")


def _numbers(text: str) -> str:
    return re.sub(r"\D+", "-", address_key(text)).strip("-")


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", address_key(text))


def measure() -> dict[str, Counter[str]]:
    """How many parts split right, stayed uncertain, or split wrong, by part."""
    found: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    for folder in cases().values():
        for case in folder:
            for part, verdict in judge(case["query"]["input"], case["result"]).items():
                found[part][verdict] += 1
    return found


def measure_groups() -> dict[str, Counter[str]]:
    """The same by folder of the corpus, over all parts; the small folders of single issues together."""
    found: dict[str, Counter[str]] = {}
    for name, folder in cases().items():
        group = name.split("/")[0]
        counted = found.setdefault("issue…" if group.startswith("issue") else group, Counter())
        for case in folder:
            counted.update(judge(case["query"]["input"], case["result"]).values())
    return found
