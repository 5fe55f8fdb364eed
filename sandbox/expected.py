"""Who has to file a 現況届 (提出対象者), as the business systems of the town extract them."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from sandbox.ledgers import MORNING, write_extract
from sandbox.town import Town

FOLDER = "expected"
_COLUMNS = ("団体コード", "年度", "宛名番号")


def publish_expected(folder: Path, town: Town, *, day: date, municipality: str) -> None:
    """One full extract for each 現況届, as of the morning of ``day``, for its fiscal year."""
    year = str(day.year - (0 if day.month >= 4 else 1))
    for procedure, people in _people(town).items():
        name = f"{municipality}_{procedure}_full_{day:%Y%m%d}{MORNING}.csv"
        write_extract(folder / FOLDER, name, _COLUMNS, [(municipality, year, atena) for atena in people])


def _people(town: Town) -> Mapping[str, list[str]]:
    """児童手当: who must report, and some other families; 児童扶養手当: single parents; 保育: the youngest.

    Some of the single parents have not filed.
    """
    reporting = [*_first_parents(town, "reporting"), *_first_parents(town, "complete"), *_first_parents(town, "protected")]
    children = [one.children[-1].atena for one in town.households.get("nursery", ()) if one.children]
    return {
        "jidoteate-genkyo": sorted(set(reporting)),
        "jifuyo-genkyo": sorted({*_first_parents(town, "single-parent"), *_alone_with_children(town, "nursery")}),
        "hoiku-genkyo": sorted(children),
    }


def _alone_with_children(town: Town, kind: str) -> Iterator[str]:
    return (one.parents[0].atena for one in town.households.get(kind, ()) if len(one.parents) == 1)


def _first_parents(town: Town, kind: str) -> Iterator[str]:
    return (one.parents[0].atena for one in town.households.get(kind, ()))
