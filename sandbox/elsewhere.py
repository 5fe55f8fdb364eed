"""What lies elsewhere (他の経路の受付): the counter's book and cases of a receiving system, some of them also filed online."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sandbox.ledgers import MORNING, write_extract
from sandbox.listing_lines import Line
from sandbox.town import Town
from sandbox.town_people import Household, Resident

COUNTER, CASES = "counter", "cases"
SYSTEM = "jidoteate-std"
_BOOK = ("団体コード", "受付番号", "収受日", "手続", "経路", "届出者宛名番号", "児童宛名番号")
_CASES = (
    *("団体コード", "案件番号", "オンライン受付番号", "手続", "状態", "受付日", "決定日"),
    *("届出者宛名番号", "世帯番号", "児童宛名番号", "口座", "対象の時期"),
)
_OF_THE_SYSTEM = "PT27"
_UNKNOWN_TO_THE_HUB = "PT01003"
_ALONE_AT_THE_COUNTER = 3


def publish_elsewhere(folder: Path, town: Town, lines: Sequence[Line], *, day: date, municipality: str) -> None:
    """Write both files as of the morning of ``day``: what was filed up to the opening day before.

    Of the good applications for children the first was also filed on paper, the second is decided in the receiving system already, and
    for the third one the other parent went to the counter. Everything else concerns people who file nothing online.
    """
    doubled = list(_families(town, lines))
    book = [_paper(place, line, household.parents[0], household, town) for place, (line, household) in enumerate(doubled[:1], start=1)]
    book += [_paper(place, line, household.parents[1], household, town) for place, (line, household) in enumerate(doubled[2:3], start=2)]
    alone = town.households["alone"][:_ALONE_AT_THE_COUNTER]
    book += [(f"窓口第{place}号", f"{town.day}", _UNKNOWN_TO_THE_HUB, "1", one.parents[0].atena, "") for place, one in enumerate(alone, 3)]
    decided = [_decided(line, household, town) for line, household in doubled[1:2]]
    name = f"{municipality}_{{}}_full_{day:%Y%m%d}{MORNING}.csv"
    write_extract(folder / COUNTER, name.format("counter-book"), _BOOK, [(municipality, *row) for row in book])
    write_extract(folder / CASES / SYSTEM, name.format("cases"), _CASES, [(municipality, *row) for row in decided])


def _families(town: Town, lines: Sequence[Line]) -> Iterator[tuple[Line, Household]]:
    """The good applications that name both parents and a child of theirs, in the order of arrival."""
    couples = {one.parents[0].atena: one for group in town.households.values() for one in group if len(one.parents) > 1}
    for line in lines:
        household = next((couples[atena] for atena in line.persons if atena in couples), None)
        good = line.defect is None and line.procedure.startswith(_OF_THE_SYSTEM)
        if good and household is not None and _children(line, household, town):
            yield line, household


def _children(line: Line, household: Household, town: Town) -> str:
    return " ".join(child.atena for child in household.minors(town.day) if child.atena in line.persons)


def _paper(place: int, line: Line, filer: Resident, household: Household, town: Town) -> tuple[str, ...]:
    return (f"窓口第{place}号", f"{town.day}", line.procedure, "1", filer.atena, _children(line, household, town))


def _decided(line: Line, household: Household, town: Town) -> tuple[str, ...]:
    filer, children = household.parents[0], _children(line, household, town)
    return ("27-000123", "", line.procedure, "2", f"{town.day}", f"{town.day}", filer.atena, filer.household, children, "", "")
