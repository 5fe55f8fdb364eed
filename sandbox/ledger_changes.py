"""A day in the life of the ledgers (正本の異動): births, moves, payments, vaccinations; from a seed and the day only."""

from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from types import MappingProxyType
from typing import Any

from sandbox.ledger_rows import CLINICS, Row, allowance_row, vaccinations
from sandbox.town import Town
from sandbox.town_dice import dice

_ENDS = ("市外転出", "児童の年齢到達", "監護しなくなった")
Book = dict[str, Any]
"""rows: kind → key → row. children: 宛名番号 → day of birth. claimants: 宛名番号 of who is not paid 児童手当 yet → number of children."""


def people_of(town: Town) -> Mapping[str, Mapping[str, Any]]:
    """Those of the town to whom something may happen later: children who grow, parents whose first claim is decided soon."""
    households = [household for kind in sorted(town.households) for household in town.households[kind]]
    children = {child.atena: child.birth.isoformat() for household in households for child in household.children}
    claimants = {
        household.parents[0].atena: len(household.minors(town.day))
        for household in households
        if household.kind in {"birth", "arrival"} and household.minors(town.day)
    }
    return {"children": children, "claimants": claimants}


def live_through(book: Book, *, seed: int, day: date) -> None:
    """Change the book by what happens on the day."""
    for kind, change in _CHANGES.items():
        change(book, book["rows"][kind], dice(seed, "ledgers", kind, day.isoformat()), day)


def _allowance(book: Book, rows: dict[str, Row], throws: Random, day: date) -> None:
    """Claims are certified (births), payments made in even months, families move away, and of those who went one leaves the book."""
    for atena in _some(throws, sorted(book["claimants"]), 2):
        row = allowance_row(atena, children=book["claimants"].pop(atena), certified=day, throws=throws)
        rows[f"{atena} {row['ninteibango']}"] = row
    active = sorted(key for key, row in rows.items() if "shometsunengappi" not in row)
    everyone = day.day == 10 and day.month % 2 == 0
    for key in active if everyone else _some(throws, active, 2):
        rows[key] |= {"saishushiharaibi": day.isoformat(), "saishushiharaigaku": str(2 * int(rows[key]["teategetsugaku"]))}
    for key in _some(throws, active, 1):
        rows[key] |= {"shometsunengappi": day.isoformat(), "shometsujiyu": throws.choice(_ENDS)}
    gone = sorted(key for key, row in rows.items() if row.get("shometsunengappi", day.isoformat()) < day.isoformat())
    for key in _some(throws, gone, 1):
        del rows[key]


def _nursery(_book: Book, rows: dict[str, Row], throws: Random, _day: date) -> None:
    for key in _some(throws, sorted(key for key, row in rows.items() if "riyoshafutangaku" in row), 2):
        rows[key]["riyoshafutangaku"] = str(throws.randrange(9000, 40000, 100))
    if len(rows) > 12 and throws.random() < 0.3:
        del rows[throws.choice(sorted(rows))]


def _single_parents(_book: Book, rows: dict[str, Row], throws: Random, day: date) -> None:
    for key in _some(throws, sorted(rows), 1):
        rows[key] |= {"saishushiharaibi": day.isoformat(), "genkyokakuninbi": day.isoformat()}


def _pregnancies(_book: Book, rows: dict[str, Row], throws: Random, day: date) -> None:
    """Check-ups, and births on the expected day."""
    waiting = sorted(key for key, row in rows.items() if "shussanhi" not in row)
    for key in _some(throws, waiting, 2):
        count = int(rows[key]["kenshinkaisu"]) + 1
        rows[key] |= {"kenshinkaisu": str(count), "saishukenshimbi": day.isoformat(), "iryokikammei": throws.choice(CLINICS)}
    for key in waiting:
        if rows[key]["bumbenyoteibi"] <= day.isoformat():
            rows[key]["shussanhi"] = day.isoformat()


def _vaccinations(book: Book, rows: dict[str, Row], throws: Random, day: date) -> None:
    """Every child has had what was due by the day; now and then the number of a lot is put right."""
    for atena, birth in book["children"].items():
        for row in vaccinations(atena, date.fromisoformat(birth), day):
            rows.setdefault(f"{atena} {row['yobosesshushurui']} {row['kaisu']}", row)
    for key in _some(throws, sorted(rows), 1):
        rows[key]["seizobango"] = f"Z{throws.randint(100, 999)}K"


def _some(throws: Random, keys: list[str], most: int) -> list[str]:
    return throws.sample(keys, min(most, len(keys)))


_CHANGES: Mapping[str, Callable[[Book, dict[str, Row], Random, date], None]] = MappingProxyType(
    {
        "jidoteate-jukyu": _allowance,
        "hoiku-nintei-joho": _nursery,
        "jifuyo-jukyu": _single_parents,
        "boshi-ninpu": _pregnancies,
        "yobosesshu": _vaccinations,
    }
)
