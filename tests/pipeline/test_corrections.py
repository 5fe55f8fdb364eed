"""A correction runs to its end: asked, told in order, reminded, answered, lapsed, withdrawn; nothing ends by itself, nothing twice."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pipeline.deadlines import deadlines_of_all
from pipeline.filing_day import filing_day
from pipeline.journal.correction_tables import corrections, withdrawals
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications, findings, persons
from pipeline.journal.register_tables import residents
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.outbox import body_of, extras_of
from tests.pipeline.corrections import (
    AFTER,
    NINTEI,
    NOTIFY,
    TEXT,
    Own,
    answer_to,
    asked,
    claim,
    done,
    effects,
    keys,
    on,
    plan,
    refused,
    resident_answers,
    row_of,
    state,
)
from tests.pipeline.days import INTAKE, at, hub_at, rows, run


@pytest.fixture
def root(own: Own, checked_root: Path) -> Path:
    return own(checked_root)


def test_the_whole_chain_is_asked_told_reminded_answered_and_delivered_with_the_first_day(root: Path) -> None:
    first = claim(root)
    assert "令和8年12月8日" in asked(root, first.receipt)
    assert (row_of(root, first.receipt).disposition, row_of(root, first.receipt).reason) == ("held", "CORRECTION_ASKED")
    with on(root, at(11)):
        counts = run(root, (*INTAKE, *NOTIFY), at(11))
        again = run(root, NOTIFY, at(11))
    assert (counts["corrections"]["told"], again["corrections"]["told"]) == (1, 0)
    assert row_of(root, first.receipt).stage == "checked"
    told = [(one["system"], one["effect"]) for one in effects(root) if one.get("status") == "CORRECTION" or one.get("kind") == "correction"]
    assert told[0] == ("portal", "status")
    assert {one[0] for one in told[1:]} == {"osr"}
    with hub_at(root, at(11)) as hub:
        (notice,) = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.sort == "correction"))
        body, extras = body_of(hub, notice), extras_of(hub, notice)
    assert all(part in body for part in (TEXT, "口座番号", "令和8年12月8日（火）", "再申請", first.receipt, "098-000-0001"))
    assert (extras["reapply"], extras["previous_receipt"]) == ("PT27001", first.receipt)
    reminding = date(2026, 12, 3)
    with on(root, at(11, day=reminding)) as running:
        assert [run(root, NOTIFY, at(11, day=reminding))["corrections"]["reminded"] for _ in range(2)] == [1, 0]
        plan(root, **{first.receipt: {"does": "answers"}})
        assert [running.control.settle("corrections") for _ in range(2)] == [1, 0]
        run(root, (*INTAKE, *NOTIFY), at(12, day=reminding))
    assert keys(root, first.id) == ["correction 1", "correction 1/reminder"]
    answer = answer_to(root, first.receipt)
    assert (answer.disposition, state(root, first.id)) == ("delivered", ["answered"])
    assert (row_of(root, first.receipt).disposition, row_of(root, first.receipt).reason) == ("settled", "CORRECTED")
    with hub_at(root, at(12, day=reminding)) as hub:
        assert filing_day(hub, answer).day == filing_day(hub, first).day
        assert any("補正の間は数えません" in one.sentence for one in deadlines_of_all(hub, [answer])[answer.id])
    shown = done(root, "case", answer.receipt, moment=at(12, day=reminding))
    assert [part in shown for part in (first.receipt, answer.receipt, TEXT, "回答あり")] == [True] * 4
    assert shown == done(root, "case", first.receipt, moment=at(12, day=reminding))


def test_a_correction_of_what_was_delivered_goes_on_as_the_next_filing_and_says_so(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    (first, *_) = rows(root, select(applications).where(applications.c.procedure == NINTEI, applications.c.disposition == "delivered"))
    asked(root, first.receipt)
    resident_answers(root, first.receipt, at(12))
    answer = answer_to(root, first.receipt)
    assert (row_of(root, first.receipt).disposition, answer.disposition, state(root, first.id)) == ("delivered", "delivered", ["answered"])
    said = rows(root, select(findings).where(findings.c.application == answer.id, findings.c.code == "CORRECTS_DELIVERED"))
    assert [one.place for one in said] == [f"receipt {first.receipt}"]


def test_a_lapse_is_work_for_a_person_and_an_extension_takes_it_up_again(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    with on(root, at(11)):
        run(root, NOTIFY, at(11))
    with on(root, at(11, day=AFTER)):
        assert [run(root, NOTIFY, at(11, day=AFTER))["corrections"]["lapsed"] for _ in range(2)] == [1, 0]
        run(root, INTAKE, at(11, day=AFTER))
    assert (row_of(root, first.receipt).reason, row_of(root, first.receipt).stage) == ("CORRECTION_LAPSED", "checked")
    with hub_at(root, at(12, day=AFTER)) as hub:
        from pipeline.worklist_rows import work_by_folder

        (work,) = [one for works in work_by_folder(hub).values() for one in works if one.receipt == first.receipt]
    assert "lapsed" in work.kinds
    assert all(way in " ".join(work.todo) for way in ("hub decide", "--extend", "hub withdraw"))
    assert any(TEXT in note for note in work.notes)
    told = done(root, "correct", first.receipt, "--extend", "2026-12-19", moment=at(13, day=AFTER))
    assert "令和8年12月21日" in told
    assert (state(root, first.id), row_of(root, first.receipt).reason) == (["extended"], "CORRECTION_ASKED")
    assert keys(root, first.id)[-1] == "correction 1/until 2026-12-21"
    assert "より後の日ではありません" in refused(root, "correct", first.receipt, "--extend", "2026-12-18", moment=at(13, day=AFTER))


def test_what_the_resident_is_asked_to_correct_goes_into_no_file_whoever_opens_the_case(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    with hub_at(root, at(11)) as hub, hub.journal.write() as write:
        opened = update(applications).where(applications.c.receipt == first.receipt)
        write.execute(opened.values(stage="checked", disposition="open", reason=None))
        write.leaf("case_opened")
    with on(root, at(11)):
        run(root, ("release", "deliver"), at(11))
    assert row_of(root, first.receipt).stage == "checked"


def test_an_answer_after_the_lapse_is_held_and_goes_on_when_the_section_takes_it(root: Path) -> None:
    first, late = claim(root), date(2026, 12, 10)
    asked(root, first.receipt)
    resident_answers(root, first.receipt, at(12, day=late))
    answer = answer_to(root, first.receipt)
    assert (answer.disposition, answer.reason, state(root, first.id)) == ("held", "CORRECTION_LATE", ["late"])
    assert row_of(root, first.receipt).disposition == "held"
    done(root, "confirm", answer.receipt, "--code", "CORRECTION_LATE", moment=at(13, day=late))
    with on(root, at(14, day=late)):
        run(root, INTAKE, at(14, day=late))
    assert answer_to(root, first.receipt).disposition == "delivered"
    assert row_of(root, first.receipt).reason == "CORRECTED"


@pytest.mark.parametrize(("foreign", "code"), [("person", "CORRECTION_PERSON"), ("procedure", "CORRECTION_PROCEDURE")])
def test_an_answer_of_somebody_else_or_to_another_procedure_is_held(own: Own, mapped_root: Path, foreign: str, code: str) -> None:
    root = own(mapped_root)
    mapped = (applications.c.procedure == NINTEI) & (applications.c.stage == "mapped")
    first, second = rows(root, select(applications).where(mapped).order_by(applications.c.arrived_at))[-2:]
    (other,) = rows(root, select(applications).where(applications.c.procedure != NINTEI).limit(1))
    named = first.receipt if foreign == "person" else other.receipt
    with hub_at(root, at(9)) as hub, hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == second.id).values(previous_receipt=named))
        write.leaf("test_correction_named")
    with on(root, at(9, 30)):
        run(root, ("check",), at(9, 30))
    held = row_of(root, second.receipt)
    assert (held.disposition, held.reason) == ("held", code)


def test_a_letter_of_withdrawal_ends_the_case_and_its_correction(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    done(root, "withdraw", first.receipt)
    assert (row_of(root, first.receipt).disposition, state(root, first.id)) == ("withdrawn", ["withdrawn"])
    with on(root, at(11)):
        assert run(root, NOTIFY, at(11))["corrections"] == {"answered": 0, "lapsed": 0, "told": 0, "reminded": 0}
    assert {one.status for one in rows(root, select(status_outbox).where(status_outbox.c.application == first.id))} >= {"WITHDRAWN"}
    assert "登録されています" in refused(root, "withdraw", first.receipt)


@pytest.mark.parametrize("delivered", [False, True])
def test_a_withdrawal_at_the_portal_ends_what_no_file_carries_and_tells_the_section_of_the_rest(root: Path, delivered: bool) -> None:
    first = claim(root)
    if delivered:
        with on(root, at(9, 30)):
            run(root, ("release", "deliver"), at(9, 30))
    asked(root, first.receipt)
    resident_answers(root, first.receipt, at(12), does="withdraws")
    wanted = ("delivered", ["withdrawn"]) if delivered else ("withdrawn", ["withdrawn"])
    assert (row_of(root, first.receipt).disposition, state(root, first.id)) == wanted
    (taken,) = rows(root, select(withdrawals))
    assert (taken.source, taken.handed_on, taken.act) == ("portal", delivered, None)
    if delivered:
        done(root, "withdraw", first.receipt)
        assert rows(root, select(withdrawals))[0].act is not None
    else:
        assert "登録されています" in refused(root, "withdraw", first.receipt)


def test_a_protected_resident_is_told_by_a_person(root: Path) -> None:
    first = claim(root)
    filer = select(persons.c.atena).where(persons.c.application == first.id, persons.c.role == "claimant").scalar_subquery()
    with hub_at(root, at(9)) as hub, hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == filer).values(protected=True))
        write.leaf("test_protected")
    assert "自動では送りません" in asked(root, first.receipt)
    with on(root, at(11)):
        run(root, NOTIFY, at(11))
    assert rows(root, select(notice_outbox).where(notice_outbox.c.application == first.id)) == []
    assert rows(root, select(findings.c.code).where(findings.c.code == "CORRECTION_BY_PERSON"))


def test_an_answer_on_paper_lets_the_case_go_on_and_a_second_request_works(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    assert "すでに補正を求めています" in refused(root, "correct", first.receipt, "--item", "口座番号", "--text", TEXT)
    done(root, "correct", first.receipt, "--answered")
    assert (row_of(root, first.receipt).disposition, state(root, first.id)) == ("open", ["answered"])
    assert "2回目" in asked(root, first.receipt)
    done(root, "correct", first.receipt, "--answered")
    with on(root, at(12)):
        run(root, INTAKE, at(12))
    assert row_of(root, first.receipt).disposition == "delivered"


def test_a_reminder_that_may_not_go_out_any_more_is_given_to_a_person(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    with on(root, at(11)):
        run(root, NOTIFY, at(11))
    filer = select(persons.c.atena).where(persons.c.application == first.id, persons.c.role == "claimant").scalar_subquery()
    reminding = at(11, day=date(2026, 12, 3))
    with hub_at(root, reminding) as hub, hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == filer).values(protected=True))
        write.leaf("test_protected")
    with on(root, reminding):
        assert [run(root, ("corrections",), reminding)["corrections"]["reminded"] for _ in range(2)] == [0, 0]
    (one,) = rows(root, select(corrections).where(corrections.c.application == first.id))
    assert (one.telling, one.reminded_on) == ("person", None)
    assert len(rows(root, select(findings.c.code).where(findings.c.code == "CORRECTION_BY_PERSON"))) == 1


def test_an_unsent_notice_of_an_earlier_request_is_not_sent_beside_the_next_one(root: Path) -> None:
    first = claim(root)
    for hour in (10, 11):
        asked(root, first.receipt)
        with on(root, at(hour)):
            run(root, ("statuses", "corrections"), at(hour))
        if hour == 10:
            done(root, "correct", first.receipt, "--answered")
    with hub_at(root, at(11)) as hub:
        owed = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.application == first.id).order_by(notice_outbox.c.id))
        assert [row.subject_key.partition("/")[2] for row in owed] == ["correction 1", "correction 2"]
        assert reasons_not_to_send(hub, owed) == {owed[0].id: "CORRECTION_OVER"}


def test_every_step_of_a_correction_is_in_the_log(root: Path) -> None:
    first = claim(root)
    asked(root, first.receipt)
    resident_answers(root, first.receipt, at(12))
    events = {json.loads(one.data)["event"] for one in rows(root, select(log_leaves.c.data))}
    assert {"correction_asked", "correction_told", "correction_answered", "filing_replaced"} <= events
    assert not any(TEXT in one.data for one in rows(root, select(log_leaves.c.data)))
