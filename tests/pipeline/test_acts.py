"""People act on held cases: what one may confirm, what takes two, what nobody may pass over; and the next intake carries it on."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.act_cases import case_of
from pipeline.candidates import candidates_of
from pipeline.cli import main
from pipeline.holds import hold as put_on_hold
from pipeline.hub import set_up
from pipeline.journal.act_tables import acts, holds, waivers
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import status_outbox
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications, documents, findings, listings, persons
from pipeline.places import Root
from pipeline.steps.worklist import Outcome, Step, record_outcome
from sandbox import world
from sandbox.applications import Bureau
from tests.flow.kills import forked
from tests.pipeline.days import DAY, INTAKE, NAHA, TO_CHECK, at, hub_at, outside, rows, run
from tests.pipeline.nursery import SEED, Desk, municipality, town, written
from vocabulary.clock import Clock

Own = Callable[[Path], Path]
RECEIPTS = {name: f"20261124-{90_000_000 + number:08}" for name, number in (("good", 1), ("late", 2), ("wrong", 3))}
CLERK, OTHER, CHIEF = "hoiku-01", "jidoteate-01", "hoiku-kakaricho"
DATE = ("--code", "DATE_ORDER")


@pytest.fixture(scope="module", autouse=True)
def _closing_rounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(municipality(tmp_path_factory.mktemp("municipalities"))))
        yield


@pytest.fixture(scope="module")
def day(_closing_rounds: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nursery filings are checked: a good one, one past its round (an alert), one dated in the future (an error)."""
    root = tmp_path_factory.mktemp("acts") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=SEED, applications=1, day=DAY, municipality=NAHA, defects=())
    desk = Desk(root, Bureau(town(1), DAY, NAHA))
    good, late, wrong = desk.bureau.town.households["nursery"][-3:]
    passed = written(desk.file(late, at(6), 2), "利用希望開始日", "2027-01-15")
    desk.send([desk.file(good, at(6), 1), passed, written(desk.file(wrong, at(6), 3), "申請日", "2027-01-01")])
    with outside(root, at(9)):
        run(root, ("refresh_links", *TO_CHECK), at(9))
    return root


def act(root: Path, command: str, receipt: str, *options: str, actor: str = CLERK, reason: str = "電話で確かめたため") -> Result:
    environment = {"HUB_NOW": at(10).isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    arguments = [command, receipt, *options, "--actor", actor, "--reason", reason, "--root", str(root), "--municipality", NAHA]
    return CliRunner().invoke(main, arguments, prog_name="hub", env=environment)


def done(root: Path, command: str, receipt: str, *options: str, actor: str = CLERK) -> str:
    result = act(root, command, receipt, *options, actor=actor)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(root: Path, command: str, receipt: str, *options: str, actor: str = CLERK) -> str:
    """What stderr says; the journal is as it was."""
    before = [rows(root, select(table)) for table in (acts, waivers, applications, log_leaves)]
    result = act(root, command, receipt, *options, actor=actor)
    assert result.exit_code == 2, result.output
    assert [rows(root, select(table)) for table in (acts, waivers, applications, log_leaves)] == before
    return result.stderr


def intake(root: Path) -> None:
    with outside(root, at(11)):
        run(root, INTAKE, at(11))


def state(root: Path, receipt: str) -> tuple[str, str | None]:
    (row,) = rows(root, select(applications).where(applications.c.receipt == receipt))
    return row.disposition, row.reason


def leaves(root: Path) -> list[dict[str, Any]]:
    data = (json.loads(row.data) for row in rows(root, select(log_leaves.c.data).order_by(log_leaves.c.number)))
    return [fact for fact in data if fact["event"] == "act_entered"]


def test_a_confirmed_alert_and_an_error_released_by_two_are_delivered_and_stay_visible(own: Own, day: Path) -> None:
    root = own(day)
    assert [state(root, RECEIPTS[name])[0] for name in RECEIPTS] == ["open", "held", "held"]
    done(root, "confirm", RECEIPTS["late"], "--code", "ROUND_PASSED")
    assert CHIEF in done(root, "release", RECEIPTS["wrong"], *DATE)
    done(root, "release", RECEIPTS["wrong"], *DATE, actor=CHIEF)
    intake(root)
    assert [state(root, receipt) for receipt in RECEIPTS.values()] == [("delivered", None)] * 3
    entered = rows(root, select(acts).order_by(acts.c.id))
    assert [(one.kind, one.actor, one.first, one.state) for one in entered] == [
        ("confirm", CLERK, None, "done"), ("release", CLERK, None, "done"), ("release", CHIEF, entered[1].id, "done"),
    ]  # fmt: skip
    told = rows(root, select(findings).where(findings.c.code.in_(("ROUND_PASSED", "DATE_ORDER"))))
    assert {(one.code, one.severity, one.detail) for one in told} == {
        ("ROUND_PASSED", "info", f"released by act {entered[0].id}"), ("DATE_ORDER", "info", f"released by act {entered[2].id}"),
    }  # fmt: skip
    assert {one.act for one in rows(root, select(waivers))} == {entered[0].id, entered[2].id}
    assert [(leaf["act"], leaf["actor"]) for leaf in leaves(root)] == [(one.id, one.actor) for one in entered]
    assert "電話" not in json.dumps(leaves(root), ensure_ascii=False)


def test_an_error_that_one_person_released_stays_held(own: Own, day: Path) -> None:
    root = own(day)
    done(root, "release", RECEIPTS["wrong"], *DATE)
    intake(root)
    assert state(root, RECEIPTS["wrong"]) == ("held", "DATE_ORDER")
    assert rows(root, select(waivers)) == []


@pytest.mark.parametrize("actor", [CLERK, CHIEF])
def test_the_same_person_does_not_release_twice(own: Own, day: Path, actor: str) -> None:
    root = own(day)
    done(root, "release", RECEIPTS["wrong"], *DATE, actor=actor)
    assert f"同じ職員（{actor}）が二度は承認できません" in refused(root, "release", RECEIPTS["wrong"], *DATE, actor=actor)


def test_two_ids_of_one_account_are_one_person_where_accounts_have_to_differ(
    own: Own, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = municipality(tmp_path)
    with (folder / f"{NAHA}.yaml").open("a", encoding="utf-8") as file:
        file.write("separate_logins: yes\n")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    root = own(day)
    done(root, "release", RECEIPTS["wrong"], *DATE)
    assert "同じOSアカウント" in refused(root, "release", RECEIPTS["wrong"], *DATE, actor=CHIEF)
    monkeypatch.setattr("pipeline.acts._login", lambda: "chief")
    done(root, "release", RECEIPTS["wrong"], *DATE, actor=CHIEF)
    assert [one.state for one in rows(root, select(acts).order_by(acts.c.id))] == ["done", "done"]


REFUSED = {
    "wrong section": (("release", "wrong", *DATE), OTHER, "hoiku の担当（clerk）ではありません。できる職員は hoiku-01"),
    "unknown staff": (("release", "wrong", *DATE), "yamada", "この職員は登録されていません"),
    "unknown code": (("release", "wrong", "--code", "NO_SUCH"), CLERK, "この理由コードはありません"),
    "another finding": (("release", "wrong", "--code", "AMOUNT_LIMIT"), CLERK, "残っている指摘は"),
    "not held": (("release", "good", *DATE), CLERK, "は保留になっていません"),
    "an error confirmed": (("confirm", "wrong", *DATE), CLERK, "hub release で、二人で"),
    "an alert released": (("release", "late", "--code", "ROUND_PASSED"), CLERK, "hub confirm"),
    "no hold": (("release", "good", "--code", "HELD_BY_PERSON"), CLERK, "保留になっていません"),
    "not owed": (("receive", "good", "--document", "visit"), CLERK, "提出物台帳にありません"),
    "identified": (("assign", "good", "child", "0" * 15), CLERK, "住民情報にいません"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_allowed_is_refused_with_a_sentence_and_changes_nothing(day: Path, case: str) -> None:
    (command, name, *options), actor, sentence = REFUSED[case]
    assert sentence in refused(day, command, RECEIPTS[name], *options, actor=actor)


def test_a_receipt_that_never_came_and_an_order_without_reason_are_refused(day: Path) -> None:
    assert "届いていません" in refused(day, "hold", "20261124-99999999")
    assert "--reason" in act(day, "hold", RECEIPTS["good"], reason="").stderr


def test_what_a_person_holds_stands_still_until_it_is_let_go_and_what_left_cannot_be_held(own: Own, day: Path) -> None:
    root = own(day)
    done(root, "hold", RECEIPTS["good"])
    assert "すでに職員が保留" in refused(root, "hold", RECEIPTS["good"])
    intake(root)
    assert state(root, RECEIPTS["good"]) == ("held", "HELD_BY_PERSON")
    done(root, "release", RECEIPTS["good"], "--code", "HELD_BY_PERSON")
    with outside(root, at(11)):
        run(root, (*TO_CHECK, "release"), at(11))
    assert "抜き取れません" in refused(root, "hold", RECEIPTS["good"])
    intake(root)
    assert state(root, RECEIPTS["good"]) == ("delivered", None)
    assert "ハブからは止められません" in refused(root, "hold", RECEIPTS["good"])
    assert rows(root, select(holds)) == []


def test_a_hold_that_comes_while_a_step_judges_a_held_case_stands(own: Own, day: Path) -> None:
    with hub_at(own(day), at(11)) as hub:
        judged = case_of(hub, RECEIPTS["wrong"])
        step = Step(name="check", reached="checked", inputs=lambda _hub, _row: "later", judge=lambda _hub, _row: Outcome())
        put_on_hold(hub, judged, actor=CLERK, reason="本人に確認中")
        assert not record_outcome(hub, step, judged, inputs="later", attempt=1, outcome=Outcome())
        now = case_of(hub, RECEIPTS["wrong"])
        assert (now.stage, now.disposition, now.reason) == (judged.stage, "held", "HELD_BY_PERSON")


def test_what_is_sent_back_is_settled_and_its_status_is_owed(own: Own, day: Path) -> None:
    root = own(day)
    assert "CORRECTION" in done(root, "return", RECEIPTS["wrong"])
    intake(root)
    assert state(root, RECEIPTS["wrong"]) == ("settled", "RETURNED")
    (row,) = rows(root, select(applications).where(applications.c.receipt == RECEIPTS["wrong"]))
    owed = rows(root, select(status_outbox).where(status_outbox.c.application == row.id, status_outbox.c.status != "RECEIVED"))
    assert [one.status for one in owed] == ["CORRECTION"]
    assert "完結" in refused(root, "return", RECEIPTS["wrong"])


def test_a_second_content_of_a_number_ends_without_a_status_as_the_portal_shows_that_of_the_first(own: Own, day: Path) -> None:
    root = own(day)
    with hub_at(root, at(10)) as hub, hub.journal.write() as write:
        second = _second_content(write, RECEIPTS["good"])
        write.leaf("test_second_content")
    name = f"{RECEIPTS['good']}-v2"
    assert "電話や文書" in done(root, "correct", name, "--item", "申請書PDF", "--text", "一つだけ出してください")
    assert "変えません" in done(root, "return", name)
    (now,) = rows(root, select(applications).where(applications.c.id == second))
    assert (now.disposition, now.reason) == ("settled", "RETURNED")
    assert rows(root, select(status_outbox).where(status_outbox.c.application == second)) == []


def _second_content(write: Write, receipt: str) -> int:
    """Another application of a 受付番号, held as the hub holds it."""
    listed = write.read(select(listings).where(listings.c.receipt == receipt)).one()._asdict()
    del listed["id"]
    listing = write.insert_row(listings, listed | {"version": 2, "fetched_version": 2})
    first = write.read(select(applications).where(applications.c.receipt == receipt)).one()._asdict()
    del first["id"]
    held = {"stage": "stored", "disposition": "held", "reason": "RECEIPT_CONFLICT", "filing_number": 999, "digest": "0" * 64}
    return write.insert_row(applications, first | held | {"version": 2, "listing": listing})


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_act_that_is_killed_and_repeated_has_one_effect(own: Own, day: Path, tmp_path: Path, moment: str) -> None:
    root = own(day)
    kill = {"HUB_FAULT": f"act_entered.{moment}_commit:1:kill"}
    assert forked(lambda: act(root, "confirm", RECEIPTS["late"], "--code", "ROUND_PASSED"), log=tmp_path / "log", environment=kill) < 0
    again = act(root, "confirm", RECEIPTS["late"], "--code", "ROUND_PASSED")
    assert again.exit_code == (0 if moment == "before" else 2)
    assert (len(rows(root, select(acts))), len(rows(root, select(waivers))), len(leaves(root))) == (1, 1, 1)
    intake(root)
    assert state(root, RECEIPTS["late"]) == ("delivered", None)


def test_a_document_that_came_by_post_is_entered_once(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    joined = select(documents, applications.c.receipt, applications.c.section).join(applications)
    owed = rows(root, joined.where(documents.c.state == "owed"))
    one = next(row for row in owed if row.section in ("hoiku", "jidoteate"))
    actor = f"{one.section}-01"
    done(root, "receive", one.receipt, "--document", one.document, actor=actor)
    assert "すでに受領" in refused(root, "exempt", one.receipt, "--document", one.document, actor=actor)
    of_it = (documents.c.application == one.application) & (documents.c.document == one.document)
    assert [row.state for row in rows(root, select(documents).where(of_it))] == ["received"]


def test_two_people_name_the_resident_whom_a_card_does_not_lead_to(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    (row,) = rows(root, select(applications).where(applications.c.reason == "SERIAL_UNKNOWN"))
    filer = _filer(root, row)
    atena = _resident_named(root, row, filer)
    clerk, chief = f"{row.section}-01", f"{row.section}-kakaricho"
    assert "住民情報にいません" in refused(root, "assign", row.receipt, filer, "9" * 15, actor=clerk)
    done(root, "assign", row.receipt, filer, atena, actor=clerk)
    intake(root)
    assert state(root, row.receipt) == ("held", "SERIAL_UNKNOWN")
    done(root, "assign", row.receipt, filer, atena, actor=chief)
    intake(root)
    assert state(root, row.receipt) == ("delivered", None)
    known = rows(root, select(persons).where(persons.c.application == row.id, persons.c.role == filer))
    assert [(one.atena, one.method) for one in known] == [(atena, "assigned")]
    assert atena not in json.dumps(leaves(root))


def test_a_restricted_case_is_for_entitled_people_and_takes_two_of_them(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    (row,) = rows(root, select(applications).where(applications.c.reason == "PROTECTED_PERSON"))
    clerk, chief = f"{row.section}-01", f"{row.section}-kakaricho"
    told = refused(root, "release", row.receipt, "--code", "PROTECTED_PERSON", actor=clerk)
    assert "支援措置" not in told
    assert f"{chief}、kacho に引き継いでください" in told
    done(root, "release", row.receipt, "--code", "PROTECTED_PERSON", actor=chief)
    assert state(root, row.receipt) == ("held", "PROTECTED_PERSON")


def _filer(root: Path, row: Any) -> str:
    with hub_at(root, at(10)) as hub:
        return hub.procedure(row.procedure).filer


def _resident_named(root: Path, row: Any, role: str) -> str:
    """The 宛名番号 of whom the form means, as a clerk finds it: by name and birth."""
    with hub_at(root, at(10)) as hub:
        return candidates_of(hub, row.id)[role, 1][0].atena
