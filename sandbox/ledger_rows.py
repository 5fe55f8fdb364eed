"""What the business systems' ledgers (正本) hold of the town's people: 児童手当, 保育, 児童扶養手当, 妊娠届, 予防接種."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from sandbox.town import Town
from sandbox.town_dice import dice
from sandbox.town_people import Household, Resident

Row = dict[str, str]
"""Item → value; absent items are left out."""

NOT_YET = frozenset({"birth", "arrival", "undated", "unlinked", "namesake"})
"""Kinds of households that claim 児童手当 for the first time now or never did."""
CLINICS = ("那覇市立病院", "おもろまち　こどもクリニック", "首里小児科医院", "髙良産婦人科", "小禄母子医院")
_PAID_IN = (2, 4, 6, 8, 10, 12)
_MATERNAL_AGES = range(20, 41)
_REGULAR = 16


def ledger_rows(town: Town) -> dict[str, list[Row]]:
    """Kind of copy → the ledger's rows on the town's day, in no order that matters."""
    throws = dice(town.seed, "ledgers")
    households = [household for kind in sorted(town.households) for household in town.households[kind]]
    return {
        "jidoteate-jukyu": [row for one in households if one.kind not in NOT_YET for row in _allowance(one, town.day, throws)],
        "hoiku-nintei-joho": [row for one in households for row in _nursery(one, town.day, throws)],
        "jifuyo-jukyu": [row for one in households for row in _single_parents(one, town.day, throws)],
        "boshi-ninpu": [row for one in households for row in _pregnancies(one, town.day, throws)],
        "yobosesshu": [row for one in households for child in one.children for row in vaccinations(child.atena, child.birth, town.day)],
    }


def allowance_row(atena: str, *, children: int, certified: date, throws: Random) -> Row:
    """A recipient of 児童手当, not paid yet."""
    month = certified.replace(day=1) + timedelta(days=32)
    return {
        "atenabango": atena,
        "ninteibango": f"J{atena[-9:]}",
        "jukyushakubun": "1",
        "ninteinengappi": certified.isoformat(),
        "shikyukaishinengetsu": f"{month:%Y-%m}",
        "shikyutaishojidosu": str(children),
        "teategetsugaku": str(throws.choice((10000, 15000)) + 10000 * (children - 1) + (20000 if children > 2 else 0)),
        "daisanshiikosu": str(max(0, children - 2)),
    }


def vaccinations(atena: str, birth: date, day: date) -> Iterator[Row]:
    """The vaccinations that a child has had up to the day: several rows for one child (予防接種歴)."""
    throws = dice("vaccinations", atena)
    for plan in schedule():
        given = birth + timedelta(days=int(int(plan["months"]) * 30.44) + throws.randint(0, 20))
        lot = f"{throws.choice('ABCDEF')}{throws.randint(100, 999)}{throws.choice('KLM')}"
        clinic = throws.choice(CLINICS)
        # One of thirty is missed.
        if throws.random() > 0.03 and given <= day:
            yield {
                "atenabango": atena,
                "yobosesshushurui": plan["code"],
                "kaisu": plan["dose"],
                "sesshubi": given.isoformat(),
                "wakuchimmei": plan["vaccine"],
                "seizobango": lot,
                "sesshuryo": plan["amount"],
                "jisshikikan": clinic,
                "sesshukubun": "1",
                "kokugaisesshu": "0",
            }


@cache
def schedule() -> tuple[Mapping[str, str], ...]:
    """The planned vaccinations by age in months."""
    text = Path(__file__).with_name("data").joinpath("vaccinations.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _allowance(household: Household, day: date, throws: Random) -> Iterator[Row]:
    minors = household.minors(day)
    # Where a parent is under 支援措置 that one is paid, apart from the other.
    recipient = next((parent for parent in household.parents if parent.protected), household.departed or household.parents[0])
    if not minors or recipient.work == "2":
        return
    certified = max(recipient.moved, minors[0].birth) + timedelta(days=throws.randint(1, 14))
    row = allowance_row(recipient.atena, children=len(minors), certified=min(certified, day - timedelta(days=40)), throws=throws)
    paid = _last_payment(day)
    yield row | {"saishushiharaibi": paid.isoformat(), "saishushiharaigaku": str(2 * int(row["teategetsugaku"]))}


def _last_payment(day: date) -> date:
    month = day.replace(day=10)
    while month > day or month.month not in _PAID_IN:
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=10)
    return month


def _nursery(household: Household, day: date, throws: Random) -> Iterator[Row]:
    for child in household.children:
        age = child.school_year_age(day)
        if age > 5 or (day - child.birth).days < 60 or throws.random() > 0.6:
            continue
        third = age < 3
        start = max(date(day.year if day.month >= 4 else day.year - 1, 4, 1), child.birth + timedelta(days=60))
        row = {
            "atenabango": child.atena,
            "ninteibango": f"H{child.atena[-9:]}",
            "hogosha_atenabango": household.parents[0].atena,
            "ninteikubun": "3" if third else "2",
            "hoikuhitsuyoryo": throws.choice("112"),
            "hitsuyojiyu": f"{throws.choice((1, 1, 1, 2, 3)):02}",
            "ninteinengappi": start.isoformat(),
            "yukokikankaishi": start.isoformat(),
            "yukokikanshuryo": child.birth.replace(year=child.birth.year + (3 if third else 6), day=1).isoformat(),
            "fukushokuhimenjo": throws.choice("01"),
        }
        yield row | ({"riyoshafutangaku": str(throws.randrange(9000, 40000, 100))} if third else {})


def _single_parents(household: Household, day: date, throws: Random) -> Iterator[Row]:
    minors = household.minors(day)
    if len(household.parents) != 1 or not minors or throws.random() < 0.1:
        return
    parent = household.parents[0]
    part = throws.choice("112223")
    yield {
        "atenabango": parent.atena,
        "shoshobango": f"F{parent.atena[-9:]}",
        "shikyujiyu": "03" if household.departed else f"{throws.choice((1, 1, 2, 4)):02}",
        "ninteinengappi": min(minors[-1].birth + timedelta(days=200), day - timedelta(days=10)).isoformat(),
        "shikyukubun": part,
        "taishojidosu": str(len(minors)),
        "teategetsugaku": "0" if part == "3" else str(throws.randrange(11000, 46690, 10)),
        "saishushiharaibi": date(day.year, 11, 11).isoformat() if day >= date(day.year, 11, 11) else date(day.year - 1, 11, 11).isoformat(),
        "shotokunendo": str(day.year - 1),
        "shotokugaku": str(throws.randrange(-300_000, 3_500_000, 1000)),
        "genkyokakuninbi": date(day.year if day.month > 8 else day.year - 1, 8, throws.randint(3, 28)).isoformat(),
    }


def _pregnancies(household: Household, day: date, throws: Random) -> Iterator[Row]:
    """Mothers of children under two, and some women without children so far; of these all who are under 支援措置."""
    for child in household.children:
        if (day - child.birth).days < 700:
            yield from (_pregnancy(mother, child.birth, day, throws) for mother in household.parents if mother.sex == "2")
    for woman in household.parents if household.kind == "alone" else ():
        if woman.sex == "2" and woman.school_year_age(day) in _MATERNAL_AGES and (woman.protected or throws.random() < 0.5):
            yield _pregnancy(woman, day + timedelta(days=throws.randint(20, 180)), day, throws)


def _pregnancy(mother: Resident, due: date, day: date, throws: Random) -> Row:
    reported = due - timedelta(days=throws.randint(200, 225))
    ago = throws.randint(1, 20)
    # One of five has not been to a check-up for weeks: whom 妊婦健診の勧奨 is for.
    last = min(due - timedelta(days=5), day - timedelta(days=ago if ago <= _REGULAR else ago + 30))
    row = {
        "atenabango": mother.atena,
        "boshitechobango": f"{reported.year}{due:%m%d}{throws.randrange(100):02}",
        "todokedebi": min(reported, day).isoformat(),
        "todokedeshusu": str(throws.randint(7, 11)),
        "bumbenyoteibi": due.isoformat(),
        "kenshinkaisu": str(max(1, (last - reported).days // 15)),
        "saishukenshimbi": max(last, min(reported, day)).isoformat(),
        "iryokikammei": throws.choice(CLINICS),
        "tataikubun": "0",
    }
    return row | ({"shussanhi": due.isoformat()} if due <= day else {})
