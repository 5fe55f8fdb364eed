"""Candidates (候補): whom a claim that led to nobody may mean. The journal keeps 宛名番号 and what agrees, never a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from pipeline.agreement import ITEMS
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.identification_tables import person_candidates
from pipeline.journal.intake_tables import applications
from pipeline.journal.register_tables import residents
from pipeline.matching import Candidate

Candidates = Mapping[tuple[str, int], Sequence[Candidate]]
"""By role and ordinal of the claim, the likeliest first."""


@dataclass(frozen=True, slots=True)
class KnownCandidate:
    """A candidate as the journal keeps it. agrees, differs: names of basic items (name, kana, birth, sex, address)."""

    atena: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a clerk reads: 宛名番号 and the items by title."""
        said = [f"{'・'.join(ITEMS[item] for item in found)}が{word}" for found, word in self._told if found]
        return f"宛名番号{self.atena}（{'、'.join(said)}）"

    @property
    def _told(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        return ((self.agrees, "一致"), (self.differs, "不一致"))


def write_candidates(write: Write, application: int, candidates: Candidates) -> None:
    """Keep the candidates of an application instead of those found before."""
    write.execute(person_candidates.delete().where(person_candidates.c.application == application))
    rows = [
        {
            "application": application,
            "role": role,
            "ordinal": ordinal,
            "atena": one.resident.atena,
            "agrees": ",".join(one.agreement.agrees),
            "differs": ",".join(one.agreement.differs),
        }
        for (role, ordinal), found in candidates.items()
        for one in found
    ]
    write.insert_many(person_candidates, rows)


def candidates_of(hub: Hub, application: int) -> dict[tuple[str, int], list[KnownCandidate]]:
    """The candidates of every claim that led to nobody, by role and ordinal, the likeliest first.

    A protected one is told of in a restricted case only: what of the claim agrees with them would tell where they live.
    """
    same = (residents.c.municipality == hub.code) & (residents.c.atena == person_candidates.c.atena)
    joined = select(person_candidates).join(residents, same).join(applications, applications.c.id == person_candidates.c.application)
    shown = joined.where(applications.c.id == application, or_(applications.c.restricted, ~residents.c.protected))
    found: dict[tuple[str, int], list[KnownCandidate]] = {}
    for row in hub.journal.rows(shown):
        found.setdefault((row.role, row.ordinal), []).append(KnownCandidate(row.atena, _items(row.agrees), _items(row.differs)))
    for candidates in found.values():
        candidates.sort(key=lambda one: (-len(one.agrees), len(one.differs), one.atena))
    return found


def _items(text: str) -> tuple[str, ...]:
    return tuple(item for item in text.split(",") if item)
