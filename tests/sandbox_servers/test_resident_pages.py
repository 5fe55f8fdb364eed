"""The residents' pages without a browser: what a form keeps, what a notice offers, what is done once."""

import json
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.forms import branch, leaf
from sandbox.journals import Journals
from sandbox.osr_server import NoticeDesk
from sandbox.resident.fields import fields_of, set_texts
from sandbox.resident.mailbox import Mailbox
from sandbox.resident.notices import NoticeActs
from vocabulary.clock import JST

NOW = datetime(2026, 11, 24, 15, tzinfo=JST)
CLAIM = {"institution": "00123", "number": f"{1:016}", "confirmation": "000001", "division": "001", "el_number": f"{1:020}"}
PAYMENT = {"payment": {**CLAIM, "amount": 23400, "due_on": "2026-12-01"}}
SLOTS = {
    "questionnaire": {
        "questions": [{"id": "slot", "title": "面談の日時", "answer": "slot", "options": []}],
        "slots": [{"id": "3", "day": "2026-12-03", "time": "10:00", "place": "相談室1"}],
        "until": "2026-12-01",
    }
}


def notice(reference: str, extras: dict[str, object]) -> dict[str, object]:
    """A notice as the hub sends it."""
    return {
        "reference": reference, "atenabango": "000000000010006", "businessCode": "028", "kind": "payment", "subject": "納付のご案内",
        "body": "本文\n二行目", "displayFrom": NOW.isoformat(), "displayUntil": "2026-12-24T15:00:00+09:00", "extras": extras,
    }  # fmt: skip


def box_of(home: Path) -> Mailbox:
    """The notices that the portal of this sandbox shows."""
    return Mailbox(home / "portal" / "notices.jsonl", newest="displayFrom")


def acts_in(home: Path) -> tuple[NoticeActs, NoticeDesk, Mailbox]:
    """The pages' acts over a desk that starts from what ``home`` holds."""
    journals, mailbox = Journals(home / "journals"), box_of(home)
    desk = NoticeDesk("472018", journals=journals, mailbox=mailbox)
    return NoticeActs(home, desk, journals, lambda: NOW), desk, mailbox


@given(st.text(alphabet=st.characters(whitelist_categories=("Lo", "Nd")), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_what_a_resident_writes_stands_in_the_form_and_what_is_emptied_is_left_out(text: str) -> None:
    child = [branch("児童", leaf("氏名", name), leaf("個人番号", "123456789018")) for name in ("甲", "乙")]
    content = branch("申請内容", leaf("申請日", "2026-11-24"), *child)
    assert [field.path for field in fields_of(content)] == ["児童[1]/氏名[1]", "児童[2]/氏名[1]"]
    set_texts(content, {"児童[2]/氏名[1]": text, "児童[1]/氏名[1]": " ", "児童[2]/個人番号[1]": "0", "無い[1]": "x"})
    assert [field.text for field in fields_of(content)] == [text]
    assert [one.text for one in content.iter() if str(one.tag).endswith("個人番号")] == ["123456789018"] * 2


def test_a_notice_is_paid_once_and_still_after_a_restart(tmp_path: Path) -> None:
    acts, _, _ = acts_in(tmp_path)
    one = notice("R1", PAYMENT)
    assert "納付する" in acts.shown(one)
    assert "0000000000000001" in acts.payment_page(one)
    acts.pay(one, "pay-easy")
    acts.pay(one, "credit-card")
    again, _, _ = acts_in(tmp_path)
    again.pay(one, "credit-card")
    (paid,) = map(json.loads, (tmp_path / "payments" / "till.jsonl").read_text(encoding="utf-8").splitlines())
    assert (paid["way"], paid["number"], paid["amount"]) == ("pay-easy", CLAIM["number"], 23400)
    assert "ペイジー" in again.shown(one)


def test_only_offered_slots_are_answered_and_an_answer_is_shown(tmp_path: Path) -> None:
    acts, _, _ = acts_in(tmp_path)
    one = notice("R2", SLOTS)
    for choice in ("4", "3", "cancel"):
        acts.answer(one, choice)
    journal = (tmp_path / "journals" / "effects.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["choice"] for line in journal] == ["3", "cancel"]
    assert "回答済み" in acts_in(tmp_path)[0].shown(one)


def test_texts_that_hold_markup_are_shown_and_not_run(tmp_path: Path) -> None:
    acts, _, mailbox = acts_in(tmp_path)
    one = {**notice("R3", {}), "body": "<script>1</script>"}
    mailbox.put(one)
    mailbox.put({**one, "body": "another text"})
    assert mailbox.of("000000000010006") == box_of(tmp_path).of("000000000010006") == [one]
    assert "&lt;script&gt;" in acts.shown(one)
