"""Decisions by people (決定の入力): one door for all, rights, second persons, held results and how they end."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mappings.decision_notices import ServesAsDecision
from mappings.specification import build_spec
from mappings.yaml_door import SpecError
from pipeline.act_cases import case_of
from pipeline.corrections.chain import lines_of
from pipeline.decision_acts import correct, decide
from pipeline.decision_lists import decision_lines, refusal_lines
from pipeline.decisions import DecisionInput, Entered, Known
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.correction_tables import corrections
from pipeline.journal.decision_sources import decision_refusals
from pipeline.journal.decision_tables import decisions, notice_outbox, status_outbox
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.intake_tables import applications
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.outbox import body_of
from pipeline.notices.states import NOTICES, move
from pipeline.refused_decisions import refused_work, settle_refusal
from pipeline.steps.answer import read_answers
from sandbox.connection_files import FOLDER_DESTINATIONS, SFTP_DESTINATIONS
from tests.pipeline.days import at, hub_at

CLERK, CHIEF = "jidoteate-01", "jidoteate-kakaricho"


@pytest.fixture
def hub(own: Callable[[Path], Path], delivered_root: Path) -> Iterator[Hub]:
    """After delivery; the receiving systems are folders without results."""
    root = own(delivered_root)
    for name in (*SFTP_DESTINATIONS, *FOLDER_DESTINATIONS):
        connection = {"kind": "folder", "inbox": f"delivered/{name}", "outbox": f"sandbox/receivers/{name}/out"}
        (root / f"connections/{name}.json").write_text(json.dumps(connection), encoding="utf-8")
        for file in (root / "sandbox/receivers" / name / "out/results").iterdir():
            file.unlink()
    with hub_at(root, at(15)) as opened:
        yield opened


def said(
    outcome: str = "認定", *, actor: str = CLERK, number: str = "101", letter: str = "post", reason: str = "要件を確認した"
) -> DecisionInput:
    """What a clerk says."""
    return DecisionInput(outcome, "2026-11-24", number, "第1号", letter, reason, source="", actor=actor)


def receipt_of(hub: Hub, procedure: str = "jidoteate-nintei") -> str:
    chosen = select(applications).where(applications.c.procedure == procedure, applications.c.disposition == "delivered")
    return str(hub.journal.rows(chosen.order_by(applications.c.id))[0].receipt)


def statuses(hub: Hub) -> list[str]:
    return [row.status for row in hub.journal.rows(select(status_outbox).where(status_outbox.c.state == "owed"))]


def leave(hub: Hub, destination: str, name: str, text: str, *, encoding: str = "utf-8") -> None:
    (hub.root.folder / "sandbox/receivers" / destination / "out/results" / name).write_bytes(text.encode(encoding))


def test_a_clerk_decides_once_and_the_resident_hears_status_and_notice(hub: Hub) -> None:
    receipt = receipt_of(hub)
    assert isinstance(decide(hub, receipt, said(letter="counter")), Entered)
    assert isinstance(decide(hub, receipt, said(letter="counter")), Known)
    (notice,) = hub.journal.rows(select(notice_outbox))
    assert (notice.kind, notice.sort) == ("jidoteate-nintei/result", "result")
    assert "窓口でお渡しします" in body_of(hub, notice)
    assert statuses(hub).count("COMPLETED") == 1
    (line,) = decision_lines(hub, receipt, CLERK)
    assert "認定" in line
    assert "  令和8年11月24日に決定：認定（決裁番号 101）" in lines_of(hub, case_of(hub, receipt))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (said(actor="hoiku-01"), "担当"),
        (said(actor="kansa-01"), "担当"),
        (said("内定"), "DECISION_OUTCOME"),
        (said("却下", letter="none"), "DECISION_LETTER"),
        (said(number=""), "DECISION_INCOMPLETE"),
        (said(reason=""), "--reason"),
    ],
)
def test_what_a_clerk_may_not_decide_or_says_wrong_is_told_at_once_and_enters_nothing(hub: Hub, given: DecisionInput, words: str) -> None:
    with pytest.raises(Exception, match=words):
        decide(hub, receipt_of(hub), given)
    assert hub.journal.rows(select(decisions)) == []


def test_a_restricted_case_takes_the_right_and_sends_no_notice(hub: Hub) -> None:
    receipt = receipt_of(hub)
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.receipt == receipt).values(restricted=True))
        write.leaf("prepared")
    with pytest.raises(ActRefused):
        decide(hub, receipt, said())
    assert isinstance(decide(hub, receipt, said(actor=CHIEF)), Entered)
    assert hub.journal.rows(select(notice_outbox)) == []


def test_a_change_takes_two_people_supersedes_and_tells_by_its_own_notice(hub: Hub) -> None:
    receipt = receipt_of(hub)
    decide(hub, receipt, said())
    other = said("却下", number="102", reason="所得の超過")
    with pytest.raises(ActRefused, match="DECISION_CONTRADICTS"):
        decide(hub, receipt, other)
    assert correct(hub, receipt, other, "change") is None
    with pytest.raises(ActRefused):
        correct(hub, receipt, other, "change")
    second = said("却下", number="102", reason="課で確認した", actor=CHIEF)
    assert isinstance(correct(hub, receipt, second, "change"), Entered)
    kept = hub.journal.rows(select(decisions).order_by(decisions.c.id))
    assert [(row.kind, row.outcome, row.supersedes) for row in kept] == [("first", "approved", None), ("change", "rejected", kept[0].id)]
    notices = hub.journal.rows(select(notice_outbox).order_by(notice_outbox.c.id))
    assert [(row.state, row.code) for row in notices] == [("given_up", "SUPERSEDED"), ("owed", None)]
    assert "決定を改め" in body_of(hub, notices[1])
    assert "REJECTED" in statuses(hub)


def said_acts(hub: Hub) -> list[tuple[str, str]]:
    return [(row.kind, row.actor) for row in hub.journal.rows(select(acts).order_by(acts.c.id))]


def test_the_same_decision_or_change_once_more_is_known_and_no_second_act(hub: Hub) -> None:
    receipt = receipt_of(hub)
    for _ in range(2):
        decide(hub, receipt, said())
    assert said_acts(hub) == [("decide", CLERK)]
    change = said("却下", number="102", reason="所得の超過", actor=CHIEF)
    assert correct(hub, receipt, change, "change") is None
    assert isinstance(correct(hub, receipt, replace(change, outcome="rejected", actor=CLERK), "change"), Entered)
    for actor in (CLERK, CHIEF):
        assert isinstance(correct(hub, receipt, replace(change, actor=actor), "change"), Known)
    assert said_acts(hub)[1:] == [("decision_change", CHIEF), ("decision_change", CLERK)]
    assert len(hub.journal.rows(select(decisions))) == 2


@pytest.mark.parametrize(("given", "words"), [(said("内定"), "OUTCOME"), (said("却下", number="102", letter="none"), "LETTER")])
def test_a_change_that_does_not_fit_is_told_to_the_one_who_asks_for_it(hub: Hub, given: DecisionInput, words: str) -> None:
    receipt = receipt_of(hub)
    decide(hub, receipt, said())
    with pytest.raises(ActRefused, match=words):
        correct(hub, receipt, given, "change")
    assert said_acts(hub) == [("decide", CLERK)]


def test_a_notice_that_had_to_wait_is_not_sent_after_its_decision_was_superseded(hub: Hub) -> None:
    receipt = receipt_of(hub)
    decide(hub, receipt, said())
    (waiting,) = hub.journal.rows(select(notice_outbox))
    with hub.journal.write() as write:
        move(hub, write, NOTICES, notice_outbox.c.id == waiting.id, "sending")
        write.leaf("prepared")
    for actor in (CLERK, CHIEF):
        correct(hub, receipt, said("", number="103", reason="誤りのため", actor=actor), "revoke")
    outbox = hub.journal.rows(select(notice_outbox).order_by(notice_outbox.c.id))
    assert reasons_not_to_send(hub, outbox) == {waiting.id: "SUPERSEDED"}


def test_after_a_revocation_the_case_is_examined_again_and_may_be_decided_anew(hub: Hub) -> None:
    receipt = receipt_of(hub)
    decide(hub, receipt, said())
    for actor in (CLERK, CHIEF):
        correct(hub, receipt, said("", number="103", reason="誤りのため", actor=actor), "revoke")
    assert "EXAMINING" in statuses(hub)
    assert isinstance(decide(hub, receipt, said(number="104")), Entered)
    last = select(status_outbox).where(status_outbox.c.status == "COMPLETED")
    assert [row.state for row in hub.journal.rows(last)] == ["owed"]
    assert [row.kind for row in hub.journal.rows(select(decisions).order_by(decisions.c.id))] == ["first", "revoke", "change"]


def corrected(hub: Hub, application: int, state: str) -> None:
    """A correction of an application, as the clerk's command and the days after it leave it."""
    asked = {"application": application, "requested_on": "2026-11-24", "due_on": "2026-12-08", "state": state}
    with hub.journal.write() as write:
        write.insert_many(corrections, [asked])
        write.leaf("prepared")


def test_nothing_is_decided_while_a_correction_is_open(hub: Hub) -> None:
    (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == receipt_of(hub)))
    corrected(hub, row.id, "open")
    with pytest.raises(ActRefused, match="DECISION_IN_CORRECTION"):
        decide(hub, row.receipt, said())
    leave(hub, "jidoteate-std", "c.results.csv", f"{HEADING}{row.receipt},認定,2026-11-24,1,第1号,郵送,\r\n")
    assert read_answers(hub)["refused_rows"] == 1


def test_an_application_whose_correction_lapsed_may_only_be_refused_and_is_then_at_its_end(hub: Hub) -> None:
    stopped = (applications.c.procedure == "jidoteate-nintei") & (applications.c.disposition == "held")
    row = hub.journal.rows(select(applications).where(stopped))[0]
    with pytest.raises(ActRefused, match="DECISION_UNKNOWN"):
        decide(hub, row.receipt, said(actor=CHIEF))
    corrected(hub, row.id, "lapsed")
    with pytest.raises(ActRefused, match="DECISION_OUTCOME"):
        decide(hub, row.receipt, said(actor=CHIEF))
    assert isinstance(decide(hub, row.receipt, said("却下", actor=CHIEF, reason="補正がないため")), Entered)
    (after,) = hub.journal.rows(select(applications).where(applications.c.id == row.id))
    assert (after.disposition, after.reason) == ("settled", "DECIDED_REJECTED")


HEADING = "uketsukebango,kekka,kettei_nengappi,kettei_bango,bunsho_bango,tsuchisho,riyu\r\n"


def test_a_held_result_stands_on_the_list_until_somebody_of_the_section_settles_it(hub: Hub) -> None:
    leave(hub, "jidoteate-std", "a.results.csv", f"{HEADING}20261124-99999999,認定,2026-11-24,1,第1号,郵送,\r\n")
    read_answers(hub)
    (held,) = hub.journal.rows(select(decision_refusals))
    assert (held.code, held.section, held.application) == ("DECISION_UNKNOWN", "jidoteate", None)
    assert len(refusal_lines(hub, CLERK)) == 1
    assert refusal_lines(hub, "hoiku-01") == []
    with pytest.raises(ActRefused):
        settle_refusal(hub, held.id, actor="hoiku-01", reason="違う課")
    settle_refusal(hub, held.id, actor=CLERK, reason="番号の誤りで出し直された")
    assert refused_work(hub) == {}
    with pytest.raises(ActRefused):
        settle_refusal(hub, held.id, actor=CLERK, reason="もう一度")


def test_other_content_under_a_name_that_was_read_is_an_alarm_until_the_first_is_back(hub: Hub) -> None:
    receipt = receipt_of(hub)
    first = f"{HEADING}{receipt},認定,2026-11-24,1,第1号,郵送,\r\n"
    leave(hub, "jidoteate-std", "a.results.csv", first)
    read_answers(hub)
    leave(hub, "jidoteate-std", "a.results.csv", first.replace("認定", "却下"))
    read_answers(hub)
    standing = select(alarms).where(alarms.c.kind == "RESULT_FILE_CHANGED", alarms.c.ended_at.is_(None))
    assert [row.subject for row in hub.journal.rows(standing)] == ["jidoteate-std/a.results.csv"]
    assert [row.outcome for row in hub.journal.rows(select(decisions))] == ["approved"]
    leave(hub, "jidoteate-std", "a.results.csv", first)
    read_answers(hub)
    assert hub.journal.rows(standing) == []


def test_a_nursery_result_in_another_profile_gives_its_status(hub: Hub) -> None:
    receipt = receipt_of(hub, "hoiku-riyo")
    rows = f"受付番号,判定,決定日,起案番号,文書番号,交付方法,備考\r\n{receipt},利用内定,令和8年11月24日,5,保第5号,郵便,\r\n"
    leave(hub, "hoiku", "b.results.csv", rows, encoding="cp932")
    assert read_answers(hub)["decisions"] == 1
    (decision,) = hub.journal.rows(select(decisions))
    assert (decision.outcome, decision.decided_on, decision.letter) == ("offered", "2026-11-24", "post")
    assert "COMPLETED" in statuses(hub)


SERVES = {
    "basis": "情報通信技術を活用した行政の推進等に関する法律 第7条",
    "consent": {"item": "denshitsuchi", "values": ["1"]},
    "reasons": "理由は「{reason}」です。",
    "instruction": "この決定に不服があるときは、知った日の翌日から3か月以内に市長へ審査請求ができます。",
}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"basis": "規則による"}, "no article"),
        ({"basis": ""}, "at least 1"),
        ({"consent": {"item": "denshitsuchi", "values": []}}, "at least 1"),
        ({"reasons": "理由は通知書のとおり"}, "placeholder"),
        ({"instruction": "お問い合わせください"}, "教示"),
        ({"instruction": "審査請求ができます"}, "教示"),
    ],
)
def test_a_notice_that_serves_as_decision_is_refused_without_what_the_law_asks(changed: dict[str, object], problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        build_spec(Path("notices.yaml"), ServesAsDecision, {**SERVES, **changed})


@pytest.mark.parametrize("key", sorted(SERVES))
def test_none_of_its_keys_may_be_absent(key: str) -> None:
    with pytest.raises(SpecError, match=key):
        build_spec(Path("notices.yaml"), ServesAsDecision, {name: value for name, value in SERVES.items() if name != key})


def test_the_text_that_serves_as_decision_carries_reasons_and_the_way_to_appeal() -> None:
    text = build_spec(Path("notices.yaml"), ServesAsDecision, SERVES).complete("本文です。\n", "所得の超過")
    assert text.splitlines()[:3] == ["本文です。", "理由は「所得の超過」です。", str(SERVES["instruction"])]
