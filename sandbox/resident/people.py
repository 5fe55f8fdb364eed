"""The town's people as the portal lets a newcomer choose among them (利用者の選択), in their households, from ``town/people.jsonl``."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sandbox.correction_filings import by_card, residents
from sandbox.forms import Form
from sandbox.forms_catalogue import FORMS
from sandbox.town_people import Household, Resident
from sandbox.world_making import opening_day_before

OFFERED = ("jidoteate-nintei", "jidoteate-gakukaitei", "jidoteate-kifu", "ninshin-todokede")
_PARENTS = frozenset({"世帯主", "夫", "妻"})
_WOMAN, _OLDEST_MOTHER = "2", 50


class People:
    """Everybody with a card who may file, with the others of the household.

    home: the sandbox's folder; there is nobody where no town was made.
    """

    def __init__(self, home: Path) -> None:
        file, made = home / "town" / "people.jsonl", home / "town" / "made.json"
        self.day, self.seed, self.by_card = date.min, 0, dict[str, Resident]()
        everybody: list[Resident] = []
        if file.is_file() and made.is_file():
            told = json.loads(made.read_text(encoding="utf-8"))
            self.day, self.seed = opening_day_before(date.fromisoformat(told["day"])), int(told["seed"])
            everybody = residents(file)
            self.by_card = by_card(everybody)
        self._homes: Mapping[str, list[Resident]] = _by_household(everybody)
        self.adults = {one.atena: one for one in everybody if one.cards and one.kind == "1" and one.relation in _PARENTS}

    def household(self, person: Resident) -> Household:
        """The household as this person files for it."""
        members = [one for one in self._homes[person.household] if one.kind == "1"]
        others = [one for one in members if one.relation in _PARENTS and one.atena != person.atena]
        children = sorted((one for one in members if one.relation == "子"), key=lambda one: (one.birth, one.atena))
        return Household("by-hand", (person, *others), tuple(children))

    def may_file(self, person: Resident) -> list[Form]:
        """The forms that suit a person."""
        found = [FORMS[name] for name in OFFERED[:3]] if self.household(person).minors(self.day) else []
        young = self.day.year - person.birth.year < _OLDEST_MOTHER
        return [*found, FORMS[OFFERED[3]]] if person.sex == _WOMAN and young else found

    def called(self, words: str) -> list[Resident]:
        """Those whose name or kana holds the words."""
        plain = words.replace(" ", "").replace("　", "")
        return [one for one in self.adults.values() if plain in (one.name + one.kana).replace("　", "")]


def _by_household(everybody: list[Resident]) -> Mapping[str, list[Resident]]:
    found: dict[str, list[Resident]] = defaultdict(list)
    for one in everybody:
        found[one.household].append(one)
    return found
