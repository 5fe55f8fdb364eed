"""Making a world below a folder: from a town and its applications to the files that the stand-ins serve."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import jpholiday

from sandbox.applications import Bureau, Slot
from sandbox.defects import STALE_CRL, build, catalogue
from sandbox.elsewhere import publish_elsewhere
from sandbox.expected import publish_expected
from sandbox.forms_catalogue import OUT_OF_SCOPE
from sandbox.jpki_publication import publish
from sandbox.ledgers import publish_ledgers
from sandbox.listing_lines import Line, arrange, line_of, slots
from sandbox.packages import pack
from sandbox.payments import publish_claims
from sandbox.register_office import publish_register
from sandbox.town import Town, build_town
from sandbox.town_plan import Plan
from sandbox.town_rush import rush_lines, rush_town
from vocabulary.clock import JST

RESIDENTS_PER_APPLICATION = 8
SMALLEST_TOWN = 200
FOLDERS = ("portal", "register", "jpki", "town", "ledgers", "counter", "cases", "expected", "payments")
_LAST_ARRIVAL, _CLOSING = time(8, 50), time(17, 30)


def opening_day_before(day: date) -> date:
    """The last opening day (開庁日) before ``day``: no weekend, no holiday."""
    before = day - timedelta(days=1)
    while before.weekday() >= 5 or jpholiday.is_holiday(before):
        before -= timedelta(days=1)
    return before


def make_day(folder: Path, wanted: Plan, *, seed: int, day: date, municipality: str) -> None:
    """A business day: applications from the evening of the opening day before until 08:50, defects among good ones."""
    first = opening_day_before(day)
    count = len(wanted.good) + wanted.out_of_scope + sum(defect.lines for defect in wanted.defects)
    residents = max(SMALLEST_TOWN, RESIDENTS_PER_APPLICATION * count)
    town = build_town(seed=seed, day=first, wanted=wanted.households, residents=residents)
    bureau = Bureau(town, day, municipality)
    span = {"start": datetime.combine(first, _CLOSING, JST), "end": datetime.combine(day, _LAST_ARRIVAL, JST)}
    lines = list(_day_lines(bureau, wanted, slots(seed=seed, count=count, **span)))
    _write_portal(folder / "portal", lines)
    _write_rest(folder, bureau, stale=any(defect.name == STALE_CRL for defect in wanted.defects))
    publish_elsewhere(folder, town, lines, day=day, municipality=municipality)
    _write_json(folder / "expected.json", _expected(lines))


def make_rush(folder: Path, *, seed: int, day: date, municipality: str, applicants: int, twin_pairs: int) -> None:
    """A rush: every claim arrives at 08:00:00 of ``day``."""
    bureau = Bureau(rush_town(seed=seed, day=opening_day_before(day), applicants=applicants, twin_pairs=twin_pairs), day, municipality)
    instant = datetime.combine(day, time(8), JST)
    lines = list(rush_lines(bureau, applicants=applicants, slot=Slot(f"{day:%Y%m%d}-{1:08}", instant, instant)))
    _write_portal(folder / "portal", lines)
    _write_rest(folder, bureau, stale=False)
    _write_json(folder / "expected.json", _expected(lines))


def _day_lines(bureau: Bureau, wanted: Plan, places: list[Slot]) -> Iterable[Line]:
    """Lines in the order of arrival."""
    good, free, others = iter(wanted.good), iter(places), 0
    names = [defect.name for defect in wanted.defects]
    for place in arrange(seed=bureau.town.seed, good=len(wanted.good), groups=names, others=wanted.out_of_scope):
        if place == "":
            procedure, kind = next(good)
            application = bureau.file(procedure, bureau.household(kind), next(free))
            yield line_of(application, application.packed(bureau.printer))
        elif place == "-":
            yield Line(next(free), OUT_OF_SCOPE[others % len(OUT_OF_SCOPE)], pack([("manifest.xml", b"<manifest/>")]))
            others += 1
        else:
            defect = catalogue()[place]
            yield from build(defect, bureau, [next(free) for _ in range(defect.lines)])


def _write_portal(folder: Path, lines: Iterable[Line]) -> None:
    (folder / "zips").mkdir(parents=True, exist_ok=True)
    records = []
    for line in lines:
        (folder / line.file).write_bytes(line.package)
        records.append(json.dumps(line.record(), ensure_ascii=False))
    (folder / "listings.jsonl").write_text("".join(f"{record}\n" for record in records), encoding="utf-8")


def _write_rest(folder: Path, bureau: Bureau, *, stale: bool) -> None:
    """Register files, published certificates and lists, the town's own truth, and the ledgers of the business systems."""
    town = bureau.town
    publish_register(folder / "register", town.residents, full_day=town.day, delta_day=bureau.day)
    late = frozenset({"signca02"}) if stale else frozenset[str]()
    publish(folder / "jpki" / "published", day=bureau.day, revocations=bureau.revocations, stale=late)
    _write_town(folder / "town", town)
    publish_expected(folder, town, day=bureau.day, municipality=bureau.municipality)
    publish_claims(folder, town, day=bureau.day, municipality=bureau.municipality)
    publish_ledgers(folder / "ledgers", town, day=bureau.day, municipality=bureau.municipality)


def _write_town(folder: Path, town: Town) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = [json.dumps(asdict(resident), ensure_ascii=False, default=str) for resident in town.residents]
    (folder / "people.jsonl").write_text("".join(f"{one}\n" for one in people), encoding="utf-8")
    (folder / "numbers.txt").write_text("".join(f"{resident.number}\n" for resident in town.residents), encoding="utf-8")


def _expected(lines: list[Line]) -> Mapping[str, Any]:
    """What must become of the lines, and whom each application names."""
    defects: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.defect:
            entry = defects.setdefault(line.defect, {"receipts": [], "expected": catalogue()[line.defect].expected})
            entry["receipts"] += [line.slot.receipt] if line.slot.receipt not in entry["receipts"] else []
    return {
        "applications": len(lines),
        "defects": defects,
        "good": [line.slot.receipt for line in lines if not line.defect and line.procedure not in OUT_OF_SCOPE],
        "out_of_scope": [line.slot.receipt for line in lines if line.procedure in OUT_OF_SCOPE],
        "people": {line.slot.receipt: {"procedure": line.procedure, "persons": list(line.persons)} for line in lines if line.persons},
    }


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
