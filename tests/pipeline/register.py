"""A hand-made register (住民情報と番号紐付情報): people as a test writes them, and the files that the register office would hand over."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from connectors.register import RegisterFile
from pipeline.hub import Hub
from pipeline.steps.refresh_links import load_file
from sandbox.register_office import LINK_COLUMNS, RESIDENT_COLUMNS
from vocabulary.check_digits import my_number_check_digit

HOUSEHOLD = "000000000000017"


def number_of(body: int) -> str:
    """A 個人番号 that nobody has, with its check digit."""
    text = f"{body:011d}"
    return f"{text}{my_number_check_digit(text)}"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the resident extract; only what matching looks at can differ."""

    atena: str
    name: str
    kana: str
    birth: str
    number: str = ""
    household: str = HOUSEHOLD
    birth_text: str = ""
    protected: bool = False

    def row(self) -> Sequence[str]:
        """The cells in the order of ``RESIDENT_COLUMNS``."""
        unknown = "1" if self.birth_text else "0"
        place = ("9000001", "沖縄県那覇市港町一丁目１番", "")
        head = (self.atena, self.household, self.number, self.name, self.kana, self.birth, unknown, self.birth_text, "1", "子")
        return (*head, *place, "1", "1" if self.protected else "0", "2020-04-01", "1")


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the link file: the serial of an authentication certificate and whose it is."""

    serial: str
    atena: str
    valid_from: str = "2022-01-01"
    valid_until: str = "2032-01-01"

    def row(self) -> Sequence[str]:
        """The cells in the order of ``LINK_COLUMNS``."""
        return (self.serial, self.atena, self.valid_from, self.valid_until, "1")


def write_file(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a register file with its ``.end``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    listed = list(rows)
    writer.writerows([columns, *listed])
    data = text.getvalue().encode()
    path.write_bytes(data)
    path.with_name(f"{path.name}.end").write_text(json.dumps({"rows": len(listed), "sha256": sha256(data).hexdigest()}), encoding="utf-8")


def load_people(hub: Hub, people: Iterable[Person], *, stamp: str) -> None:
    """Make these people the whole register."""
    path = hub.root.folder / f"residents_full_{stamp}.csv"
    write_file(path, RESIDENT_COLUMNS, (person.row() for person in people))
    load_file(hub, RegisterFile(path, "residents", full=True, stamp=stamp))


def load_cards(hub: Hub, cards: Iterable[Card], *, stamp: str) -> None:
    """Make these cards all that are linked."""
    path = hub.root.folder / f"links_full_{stamp}.csv"
    write_file(path, LINK_COLUMNS, (card.row() for card in cards))
    load_file(hub, RegisterFile(path, "links", full=True, stamp=stamp))
