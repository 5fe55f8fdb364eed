"""The allowance reform of 2024-10-01 (児童手当の改正): the day that the law names chooses form, mapping and codes."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.intake_tables import applications
from pipeline.records import load_tables
from pipeline.steps.check_records import batches_by_codes
from sandbox.applications import Application, Bureau, Slot
from sandbox.forms import Filled, Form, Occasion, blank_or, branch, leaf
from sandbox.forms_catalogue import FORMS
from sandbox.forms_nintei import fill_nintei
from sandbox.listing_lines import Line, line_of
from sandbox.packages import pack
from sandbox.town import build_town
from sandbox.town_people import Household
from tests.pipeline.days import NAHA, TO_CHECK, hub_at, outside, run
from tests.pipeline.small_towns import lay_out
from vocabulary.clock import JST

NINTEI = "jidoteate-nintei"
DAY = date(2024, 10, 2)
MORNING = datetime(2024, 10, 2, 9, tzinfo=JST)
BEFORE = datetime(2024, 9, 30, 23, 59, 59, tzinfo=JST)
AFTER = datetime(2024, 10, 1, 0, 0, 0, tzinfo=JST)
LATER = datetime(2024, 10, 2, 8, tzinfo=JST)
LAST_OLD, FIRST_NEW, LATE_OLD, EARLY_NEW, CORRECTION = (f"20241002-{number:08}" for number in range(1, 6))


def fill_old(household: Household, occasion: Occasion) -> Filled:
    """The claim as the form of before the reform asks it: no children of university age, but the income."""
    filled = fill_nintei(household, occasion)
    parts: list[etree._Element | None] = []
    for part in filled.parts:
        name = "" if part is None else etree.QName(part).localname
        if name == "受給資格の種類":
            parts.append(income(occasion))
        if name != "大学生年代の子":
            parts.append(part)
    return Filled(filled.applicant, tuple(parts), (*household.parents, *household.minors(occasion.day)), filled.documents)


def income(occasion: Occasion) -> etree._Element:
    shown = occasion.chance.random() < 0.5
    return branch(
        "所得の状況",
        leaf("年度", "2024"),
        leaf("確認方法", "2" if shown else "1"),
        blank_or("請求者の所得額", "4200000" if shown else None),
        leaf("扶養親族等の数", "2"),
        leaf("老人扶養親族の数", "0"),
    )


OLD = Form(NINTEI, "児童手当 認定請求書", "PT27001", "F27001", "2022-06", signed=True, fill=fill_old)


def correcting(application: Application, first: str, bureau: Bureau) -> Line:
    """The line of an application that the portal links to an earlier one (前回受付番号)."""
    members = application.members(bureau.printer)
    serial = "</利用者証明用電子証明書シリアル番号>"
    linked = members["manifest.xml"].decode().replace(serial, f"{serial}<前回受付番号>{first}</前回受付番号>")
    return line_of(application, pack({**members, "manifest.xml": linked.encode()}.items()))


@pytest.fixture(scope="module")
def reform_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Claims around the midnight of the reform, checked on the second day after it."""
    town = build_town(seed=24, day=date(2024, 9, 27), wanted={"complete": 4}, residents=60)
    bureau = Bureau(town, DAY, NAHA)
    first, second, third, fourth = town.households["complete"]
    filings = ((LAST_OLD, BEFORE, OLD, first), (FIRST_NEW, AFTER, FORMS[NINTEI], second), (LATE_OLD, AFTER, OLD, third))
    filed = [bureau.file_form(form, home, Slot(receipt, at, at)) for receipt, at, form, home in filings]
    filed.append(bureau.file_form(FORMS[NINTEI], fourth, Slot(EARLY_NEW, BEFORE, BEFORE)))
    lines = [line_of(one, one.packed(bureau.printer)) for one in filed]
    lines.append(correcting(bureau.file_form(OLD, first, Slot(CORRECTION, LATER, LATER)), LAST_OLD, bureau))
    root = lay_out(tmp_path_factory.mktemp("reform") / "root", town, lines, day=DAY, moment=MORNING)
    with outside(root, MORNING):
        run(root, ("refresh_links", *TO_CHECK), MORNING)
    return root


@pytest.fixture
def hub(reform_root: Path) -> Iterator[Hub]:
    with hub_at(reform_root, MORNING) as opened:
        yield opened


def row_of(hub: Hub, receipt: str) -> Row[Any]:
    (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))
    return row


def mapped_by(hub: Hub, receipt: str) -> str | None:
    """The form version whose mapping read the application."""
    version = select(canonical.c.mapping_version).where(canonical.c.application == row_of(hub, receipt).id)
    return None if (found := hub.journal.scalar(version)) is None else str(found)


def test_the_last_second_before_the_reform_is_read_by_the_old_mapping_and_the_next_by_the_new(hub: Hub) -> None:
    assert (mapped_by(hub, LAST_OLD), mapped_by(hub, FIRST_NEW)) == ("2022-06", "2024-10")
    old, new = row_of(hub, LAST_OLD), row_of(hub, FIRST_NEW)
    tables = load_tables(hub, [old.id, new.id])
    assert len(tables[old.id]["ninteiseikyu_shotoku"].application) == 1
    assert not any(group.endswith("_shotoku") and table.application for group, table in tables[new.id].items())


def test_codes_that_ended_with_the_reform_pass_for_a_claim_of_before_although_it_is_checked_later(hub: Hub) -> None:
    codes = hub.catalogue.codelists["shotokukakunin"]
    assert codes.valid_on("2024-09-30")
    assert not codes.valid_on(DAY.isoformat())
    assert row_of(hub, LAST_OLD).stage == row_of(hub, FIRST_NEW).stage == "checked"


def test_claims_of_days_with_other_codes_are_judged_apart_and_those_of_days_with_the_same_together(hub: Hub) -> None:
    rows = [row_of(hub, receipt) for receipt in (LAST_OLD, FIRST_NEW, LATE_OLD, CORRECTION)]
    batches = batches_by_codes(hub, hub.procedure(NINTEI), rows)
    last_old, first_new, late_old, correction = (row.id for row in rows)
    assert batches == [(BEFORE.date(), [last_old, correction]), (AFTER.date(), [first_new, late_old])]


@pytest.mark.parametrize("receipt", [LATE_OLD, EARLY_NEW])
def test_a_form_that_the_legal_day_does_not_know_is_held_and_mapped_by_no_other(hub: Hub, receipt: str) -> None:
    held = row_of(hub, receipt)
    assert (held.stage, held.disposition) == ("identified", "held")
    assert held.reason.startswith("FORM_VERSION_")
    assert mapped_by(hub, receipt) is None


def test_a_correction_keeps_the_mapping_of_its_first_filing(hub: Hub) -> None:
    assert row_of(hub, CORRECTION).arrived_at > row_of(hub, LATE_OLD).arrived_at
    assert mapped_by(hub, CORRECTION) == "2022-06"
    application = row_of(hub, CORRECTION).id
    main = load_tables(hub, [application])[application]["ninteiseikyu"]
    assert main.columns["shinseinengappi"] == [BEFORE.date().isoformat()]
