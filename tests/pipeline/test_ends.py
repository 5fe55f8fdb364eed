"""Ends that differ: a 事前送信 is complete only after the visit and not decided before it; an offer is returned with a reason."""

import csv
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from connectors.result_files import result_profiles
from mappings.form import read_period
from pipeline.balance import balance_of
from pipeline.case_sheets import sheet_of
from pipeline.hub import Hub, open_hub
from pipeline.journal.decision_tables import decisions, result_files, status_outbox
from pipeline.journal.evidence_tables import alarms, log_leaves
from pipeline.journal.intake_tables import applications, documents, findings
from pipeline.packages import package_of, verified_content
from pipeline.places import Root
from pipeline.printing.case_sheet import DocumentState
from pipeline.steps.answer import read_answers
from pipeline.steps.identify import repeat_key
from sandbox.applications import Bureau, Slot
from sandbox.listing_lines import line_of
from sandbox.town import build_town
from tests.pipeline.days import DAY, INTAKE, NAHA, at, outside, run
from tests.pipeline.small_towns import lay_out
from vocabulary.clock import Clock

RESULT_COLUMNS = list(result_profiles()["standard"].columns.values())

GENKYO, KIFU, SYSTEM = "jifuyo-genkyo", "jidoteate-kifu", "jidoteate-std"
FIRST, SECOND, OFFER = (f"20261124-{number:08}" for number in (1, 2, 3))
MUNICIPALITY = f"""
code: "{NAHA}"
name: 那覇市
legal_day: arrival
portal: {{connection: portal}}
notices: {{connection: osr, hours: 08:30-17:15}}
register: {{connection: register, stale_after_days: 4}}
jpki: {{connection: jpki}}
scanner: {{kind: none}}
sections:
  hitorioya: {{name: こども政策課 ひとり親支援グループ, phone: 098-000-0004, access: narrow}}
  jidoteate: {{name: こども政策課 児童手当グループ, phone: 098-000-0001}}
procedures:
  {GENKYO}: {{section: hitorioya, destinations: [{SYSTEM}]}}
  {KIFU}: {{section: jidoteate, destinations: [{SYSTEM}]}}
destinations:
  {SYSTEM}: {{name: 手当システム, format: standard-csv, connection: {SYSTEM}}}
"""


@pytest.fixture(scope="module", autouse=True)
def municipality(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A municipality that takes these two procedures alone."""
    folder = tmp_path_factory.mktemp("municipalities")
    (folder / f"{NAHA}.yaml").write_text(MUNICIPALITY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(folder))
        yield


@pytest.fixture(scope="module")
def delivered(municipality: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parents have sent the notification in November, a third person offers a gift; the records are delivered."""
    town = build_town(seed=20, day=DAY, wanted={"single-parent": 2, "schooling": 1}, residents=60)
    bureau = Bureau(town, DAY, NAHA)
    lines = []
    for receipt, procedure, kind in ((FIRST, GENKYO, "single-parent"), (SECOND, GENKYO, "single-parent"), (OFFER, KIFU, "schooling")):
        filed = bureau.file(procedure, bureau.household(kind), Slot(receipt, at(7), at(7)))
        lines.append(line_of(filed, filed.packed(bureau.printer)))
    root = lay_out(tmp_path_factory.mktemp("visit") / "root", town, lines, day=DAY, moment=at(6))
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    connection = {"kind": "folder", "inbox": f"delivered/{SYSTEM}", "outbox": f"sandbox/receivers/{SYSTEM}/out"}
    (root / f"connections/{SYSTEM}.json").write_text(json.dumps(connection), encoding="utf-8")
    return root


@pytest.fixture
def hub(own: Callable[[Path], Path], delivered: Path) -> Iterator[Hub]:
    with open_hub(Root(own(delivered)), NAHA, Clock(at(15))) as opened:
        yield opened


NUMBERS = count(1)


def leave(hub: Hub, *rows: tuple[str, str], reason: str = "") -> str:
    """Write a result file as the receiving system does: (受付番号, 結果) of each row. Returns its name."""
    path = hub.root.folder / "sandbox/receivers" / SYSTEM / "out/results" / f"answer_{next(NUMBERS):03d}.results.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [(receipt, outcome, "2026-11-24", f"{receipt[-4:]}", "第1号", "郵送", reason) for receipt, outcome in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([RESULT_COLUMNS, *lines])
    return path.name


def visited(hub: Hub, receipt: str) -> None:
    """The clerk records that the parent came."""
    of_it = select(applications.c.id).where(applications.c.receipt == receipt).scalar_subquery()
    with hub.journal.write() as write:
        write.execute(update(documents).where(documents.c.application == of_it, documents.c.document == "visit").values(state="received"))
        write.leaf("document_received", document="visit")


def standing(hub: Hub) -> dict[str, tuple[str, str | None]]:
    return {row.receipt: (row.disposition, row.reason) for row in hub.journal.rows(select(applications))}


def decided(hub: Hub) -> dict[str, str]:
    joined = select(applications.c.receipt, decisions.c.outcome).join(decisions, decisions.c.application == applications.c.id)
    return {row.receipt: row.outcome for row in hub.journal.rows(joined)}


def taken(hub: Hub) -> list[str]:
    return [row.name for row in hub.journal.rows(select(result_files.c.name))]


def leaves(hub: Hub) -> int:
    return int(hub.journal.scalar(select(func.count()).select_from(log_leaves)))


def test_the_records_go_ahead_and_the_visit_is_owed(hub: Hub) -> None:
    assert standing(hub) == dict.fromkeys((FIRST, SECOND, OFFER), ("delivered", None))
    owed = hub.journal.rows(select(documents).where(documents.c.state == "owed"))
    assert [(row.document, row.way) for row in owed] == [("visit", "visit")] * 2
    assert list((hub.root.folder / "delivered" / SYSTEM).glob("*jifuyogenkyo*"))


def test_a_filing_outside_august_is_told_and_goes_on(hub: Hub) -> None:
    told = hub.journal.rows(select(findings).where(findings.c.code == "OUTSIDE_PERIOD"))
    assert [(row.step, row.severity) for row in told] == [("check", "alert")] * 2
    (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == FIRST))
    sheet = sheet_of(hub, row, package_of(hub, row))
    assert ("OUTSIDE_PERIOD", "受付期間") in {(finding.code, finding.where) for finding in sheet.findings}
    assert ("窓口での面談", DocumentState.AT_COUNTER) in {(document.title, document.state) for document in sheet.documents}


def test_the_same_people_file_again_for_another_period_and_repeat_themselves_for_the_same(hub: Hub) -> None:
    (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == FIRST))
    procedure, content = hub.procedure(GENKYO), verified_content(hub, row, package_of(hub, row))
    keys = set()
    for year in ("2026", "2027", "2026"):
        (element,) = content.iterfind("{*}年度")
        element.text = year
        keys.add(repeat_key(hub, procedure, (), read_period(procedure, content)))
    assert len(keys) == 2


def test_a_decision_before_the_visit_is_held_and_decides_nothing(hub: Hub) -> None:
    leave(hub, (FIRST, "全部支給"))
    assert read_answers(hub)["decisions"] == 0
    assert standing(hub)[FIRST] == ("held", "DECISION_EARLY")
    assert standing(hub)[SECOND] == ("delivered", None)
    assert (decided(hub), taken(hub)) == ({}, [])
    assert hub.journal.rows(select(status_outbox).where(status_outbox.c.status == "COMPLETED")) == []
    found = hub.journal.rows(select(findings).where(findings.c.code == "DECISION_EARLY"))
    assert [(row.step, row.place) for row in found] == [("answer", "visit")]
    balance = balance_of(hub, DAY)
    assert balance.holds
    assert (balance.total.delivered, balance.total.held) == (2, 1)


def test_looking_again_before_the_visit_changes_nothing(hub: Hub) -> None:
    leave(hub, (FIRST, "一部支給"))
    read_answers(hub)
    before = leaves(hub), hub.journal.scalar(select(func.count()).select_from(findings))
    read_answers(hub)
    assert (leaves(hub), hub.journal.scalar(select(func.count()).select_from(findings))) == before


def test_after_the_visit_the_same_file_decides_once(hub: Hub) -> None:
    name = leave(hub, (FIRST, "一部支給"), (SECOND, "全部停止"))
    visited(hub, SECOND)
    assert read_answers(hub)["decisions"] == 1
    assert decided(hub) == {SECOND: "suspended"}
    visited(hub, FIRST)
    assert read_answers(hub)["decisions"] == 1
    assert decided(hub) == {FIRST: "partial", SECOND: "suspended"}
    assert standing(hub) == dict.fromkeys((FIRST, SECOND, OFFER), ("delivered", None))
    assert taken(hub) == [name]
    assert balance_of(hub, DAY).holds
    completed = hub.journal.rows(select(status_outbox).where(status_outbox.c.status == "COMPLETED"))
    assert len(completed) == 2
    assert read_answers(hub)["decisions"] == 0


def test_an_end_that_the_procedure_does_not_know_is_a_refused_row(hub: Hub) -> None:
    visited(hub, FIRST)
    leave(hub, (FIRST, "認定"))
    assert read_answers(hub)["refused_rows"] == 1
    assert decided(hub) == {}
    assert {row.kind for row in hub.journal.rows(select(alarms))} >= {"RESULT_ROWS_REFUSED"}


def test_an_offer_is_returned_with_a_reason_or_not_at_all(hub: Hub) -> None:
    leave(hub, (OFFER, "返戻"))
    assert (read_answers(hub)["refused_rows"], decided(hub)) == (1, {})
    leave(hub, (OFFER, "却下"), reason="期日に間に合わないため")
    assert (read_answers(hub)["refused_rows"], decided(hub)) == (1, {})
    leave(hub, (OFFER, "返戻"), reason="期日に間に合わないため")
    assert (read_answers(hub)["decisions"], decided(hub)) == (1, {OFFER: "returned"})
    ends = select(status_outbox.c.status).where(status_outbox.c.status.in_(("CORRECTION", "REJECTED", "COMPLETED")))
    assert [row.status for row in hub.journal.rows(ends)] == ["CORRECTION"]
