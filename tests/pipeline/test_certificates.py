"""就労証明書 on their way: read beside the application for the guardian they are about, or left to a clerk, never in the way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from mappings.catalogue import load_catalogue
from pipeline.attached_files import read_attached
from pipeline.case_sheets import sheet_of
from pipeline.hub import Hub, set_up
from pipeline.journal.intake_tables import applications, findings, persons
from pipeline.packages import package_of
from pipeline.places import Root
from pipeline.records import load_tables
from pipeline.trial import read_input, try_application
from sandbox import world
from sandbox.applications import Application, Bureau
from sandbox.employment import Month, employment
from sandbox.employment_sheets import standard_sheet
from sandbox.form_pdf import Printer
from sandbox.forms import NAMESPACE
from sandbox.packages import Attachment
from sandbox.packages_images import tiny_jpeg
from sandbox.town_people import Household, Resident
from sandbox.workbook_file import Page, workbook
from tests.pipeline.days import DAY, INTAKE, NAHA, at, hub_at, outside, rows, run
from tests.pipeline.nursery import SEED, Desk, town, without
from vocabulary.clock import Clock

TOWN = 6
FILED = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Day:
    """A root whose intake is done, and what each named family sent."""

    root: Path
    sent: dict[str, Application]

    def row(self, name: str) -> Any:
        """The journal's row."""
        (found,) = rows(self.root, select(applications).where(applications.c.receipt == self.sent[name].slot.receipt))
        return found

    def told(self, name: str) -> list[tuple[str, str]]:
        """Codes and places of what a clerk has to look at."""
        found = select(findings).where(findings.c.application == self.row(name).id, findings.c.step == "map").order_by(findings.c.id)
        return [(one.code, one.place) for one in rows(self.root, found)]


def attaching(application: Application, *files: tuple[str, bytes]) -> Application:
    """The application with these files, (extension, bytes), as its only certificates."""
    bare = without(application, "employment")
    named = [(f"{place:02}.{kind}", data) for place, (kind, data) in enumerate(files, 11)]
    added = [Attachment(f"attachments/{name}", f"証明書{name}", "employment", data) for name, data in named]
    (listed,) = bare.filled.iter(f"{{{NAMESPACE}}}添付書類")
    for one in added:
        etree.SubElement(listed, f"{{{NAMESPACE}}}添付", ファイル名=one.name, ダイジェスト=one.digest)
    return replace(bare, attachments=(*bare.attachments, *added))


def certified(resident: Resident) -> bytes:
    facts = employment(resident, filed=FILED, chance=Random(resident.atena))
    return standard_sheet(replace(facts, months=(Month(2026, 9, 20, 10_800), Month(2026, 10, 19, 10_260))))


def of_the_day(desk: Desk, families: Sequence[Household]) -> dict[str, Application]:
    ordinary, photo, stranger, mixed, other = families[:5]
    names = ("ordinary", "photo", "stranger", "mixed", "lists")
    filed = [desk.file(one, at(6, place), place) for place, one in enumerate((ordinary, photo, stranger, mixed, other), 1)]
    files: dict[str, list[tuple[str, bytes]]] = {
        "ordinary": [("xlsx", certified(parent)) for parent in (*ordinary.parents, ordinary.parents[0])],
        "photo": [("jpg", tiny_jpeg("certificate"))],
        "stranger": [("xlsx", certified(one)) for one in (families[5].parents[0], replace(stranger.parents[0], birth=date(1970, 1, 1)))],
        "mixed": [("jpg", tiny_jpeg("certificate")), ("xlsx", certified(mixed.parents[-1]))],
        "lists": [("xlsx", workbook([Page("表", {(1, 1): "証明日", (1, 2): "2026年11月1日"})]))],
    }
    return {name: attaching(application, *files[name]) for name, application in zip(names, filed, strict=True)}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The intake of the day at nine."""
    root = tmp_path_factory.mktemp("certificates") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=SEED, applications=TOWN, day=DAY, municipality=NAHA, defects=())
    desk = Desk(root, Bureau(town(TOWN), DAY, NAHA))
    sent = of_the_day(desk, desk.bureau.town.households["nursery"][::-1])
    desk.send(list(sent.values()))
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    return Day(root, sent)


def guardians(hub: Hub, application: int) -> list[str]:
    found = select(persons.c.atena).where(persons.c.application == application, persons.c.role == "guardian")
    return [row.atena for row in hub.journal.rows(found.order_by(persons.c.ordinal))]


def test_each_certificate_becomes_a_record_of_the_guardian_it_is_about(day: Day) -> None:
    row = day.row("ordinary")
    with hub_at(day.root, at(10)) as hub:
        tables = load_tables(hub, [row.id])[row.id]
        assert tables["shuroshomeisho"].columns["atenabango"] == guardians(hub, row.id)
        assert tables["shuroshomeisho"].columns["shomeisho_renban"] == [str(place) for place, _ in enumerate(guardians(hub, row.id), 1)]
        results = tables["shuroshomeisho_jisseki"]
        assert results.columns["atenabango"] == [atena for atena in guardians(hub, row.id) for _ in range(2)]
        assert results.columns["shurofun"] == ["10800", "10260"] * len(guardians(hub, row.id))
        assert set(results.columns["uketsukebango"]) == {row.receipt}
    assert day.told("ordinary") == []
    assert row.disposition == "delivered"


def test_the_records_reach_the_receiving_system(day: Day) -> None:
    files = list((day.root / "delivered/hoiku").glob("028_shuroshomeisho_*.csv"))
    delivered = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert day.sent["ordinary"].slot.receipt in delivered
    assert day.sent["stranger"].slot.receipt not in delivered


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("photo", [("DOCUMENT_UNREADABLE", "attachments/11.jpg")]),
        ("lists", [("DOCUMENT_UNREADABLE", "attachments/11.xlsx")]),
        ("stranger", [("DOCUMENT_SUBJECT", "attachments/11.xlsx"), ("DOCUMENT_SUBJECT", "attachments/12.xlsx")]),
        ("mixed", [("DOCUMENT_UNREADABLE", "attachments/11.jpg")]),
    ],
)
def test_what_cannot_be_read_or_placed_is_a_clerks_work_and_stops_nothing(day: Day, name: str, told: list[tuple[str, str]]) -> None:
    assert day.told(name) == told
    assert day.row(name).disposition == "delivered"


def test_a_certificate_of_somebody_else_gives_no_record(day: Day) -> None:
    row = day.row("stranger")
    with hub_at(day.root, at(10)) as hub:
        assert "shuroshomeisho" not in load_tables(hub, [row.id])[row.id]


def test_the_sheet_shows_form_and_certificate_beside_each_other(day: Day) -> None:
    row = day.row("mixed")
    with hub_at(day.root, at(10)) as hub:
        sheet = sheet_of(hub, row, package_of(hub, row))
    shown = {item.label: item.value for item in sheet.items}
    assert shown["保護者2 証明事業所名"].startswith("申請書 ")
    assert "／ 就労証明書 " in shown["保護者2 証明事業所名"]
    assert shown["保護者2 就労証明書"].startswith("証明日 令和8年")
    assert [(finding.code, finding.where) for finding in sheet.findings] == [("DOCUMENT_UNREADABLE", "添付ファイル11")]


def test_a_trial_shows_the_records_of_the_documents_too(day: Day) -> None:
    catalogue = load_catalogue()
    procedure = catalogue.procedures["hoiku-riyo"]
    given = read_input(day.sent["mixed"].packed(Printer()), municipality=NAHA, today=DAY)
    trial = try_application(catalogue, procedure, given, [catalogue.formats["standard-csv"]], today=DAY)
    assert trial.tables["shuroshomeisho"].columns["atenabango"] == trial.tables["riyomoshikomi_hogosha"].columns["atenabango"][-1:]
    assert ("map", "DOCUMENT_UNREADABLE") in [(step, finding.code) for step, finding in trial.findings]
    assert any(file.group == "shuroshomeisho" for file in trial.written["standard-csv"].files)


def test_a_procedure_that_waits_for_the_document_is_held_by_one_that_cannot_be_read(day: Day) -> None:
    with hub_at(day.root, at(10)) as hub:
        procedure = hub.procedure("hoiku-riyo")
        waiting = procedure.model_copy(update={"documents": tuple(one.model_copy(update={"blocks": True}) for one in procedure.documents)})
        strict = replace(hub, catalogue=replace(hub.catalogue, procedures={**hub.catalogue.procedures, "hoiku-riyo": waiting}))
        assert [finding.code for finding in read_attached(strict, day.row("photo"))[1]] == ["DOCUMENT_UNREADABLE", "DOCUMENT_NEEDED"]
        assert "DOCUMENT_NEEDED" not in [finding.code for finding in read_attached(strict, day.row("ordinary"))[1]]
