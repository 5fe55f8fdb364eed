"""The town's people as the gateway was told of them: from the town's own truth (``sandbox/town``), none where no town was made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sandbox.world_making import opening_day_before

_NEW_DAYS = 5


@dataclass(frozen=True, slots=True)
class Townsperson:
    """One resident. settled_from: the day of birth or of moving in, whichever is later."""

    atena: str
    name: str
    protected: bool
    settled_from: date


@dataclass(frozen=True, slots=True)
class Townsfolk:
    """Everybody by 宛名番号, and the business day for which the town was made."""

    seed: int
    day: date
    people: tuple[Townsperson, ...]

    @property
    def newcomers(self) -> tuple[Townsperson, ...]:
        """Those born or moved in so lately that their 符号 is not there in the first night."""
        since = opening_day_before(self.day) - timedelta(days=_NEW_DAYS)
        return tuple(person for person in self.people if person.settled_from >= since)

    @property
    def protected(self) -> tuple[Townsperson, ...]:
        """Those under 支援措置."""
        return tuple(person for person in self.people if person.protected)


def read_townsfolk(root: Path) -> Townsfolk | None:
    """The people of a root's town."""
    made, people = (root / "sandbox" / "town" / name for name in ("made.json", "people.jsonl"))
    if not (made.is_file() and people.is_file()):
        return None
    told = json.loads(made.read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in people.read_text(encoding="utf-8").splitlines()]
    found = (Townsperson(row["atena"], f"{row['family']}　{row['given']}", row["protected"], _settled(row)) for row in rows)
    return Townsfolk(int(told["seed"]), date.fromisoformat(told["day"]), tuple(sorted(found, key=lambda person: person.atena)))


def _settled(row: Mapping[str, str]) -> date:
    return max(date.fromisoformat(row[key]) for key in ("moved", "birth"))
