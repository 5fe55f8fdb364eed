"""Slots: opened by a file, offered in a notice, filled by answers in whatever order they come; what goes wrong has an owner."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import func, select

from connectors.notice_answers import AnswerPage, NoticeAnswer
from connectors.notices import NoticeClient
from pipeline.campaigns.answers import take_answer, take_answers
from pipeline.campaigns.desk_seats import give_seat, take_seat_back
from pipeline.campaigns.slot_lists import calls_of, seats_of, settle, write_slot_list
from pipeline.campaigns.slots import free_slots, open_slots
from pipeline.campaigns.waves import notice_order
from pipeline.errors import ActRefused, SettingError
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import notice_answers, slot_seats
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.register_tables import residents
from pipeline.notices.outbox import extras_of, owe_notice
from pipeline.places import PROJECT
from sandbox.journals import Journals
from sandbox.osr_server import NoticeDesk
from tests.pipeline.campaigns import CLERK, MORNING, informed
from tests.pipeline.days import DAY, NAHA, at, hub_at, outside
from vocabulary.findings import Refused

Own = Callable[[Path], Path]
KIND = "ninshin-mendan"
HEAD = "日,時刻,場所,席数\n"
FILE = f"{HEAD}2026-12-03,10:00,相談室1,1\n2026-12-03,11:00,相談室1,2\n"


@pytest.fixture(scope="module")
def informed_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return informed(made_root, tmp_path_factory.mktemp("informed"))


@pytest.fixture
def root(own: Own, informed_root: Path) -> Path:
    return own(informed_root)


def _opened(hub: Hub, tmp_path: Path, text: str = FILE) -> int:
    file = tmp_path / "枠.csv"
    file.write_text(text, encoding="utf-8-sig")
    return open_slots(hub, KIND, file, actor=CLERK, reason="12月分")


def _asked(hub: Hub, people: int = 3) -> list[str]:
    """References of the notices that offer the slots, one for each of some residents."""
    plain = select(residents.c.atena).where(~residents.c.protected, residents.c.kind == "1").order_by(residents.c.atena).limit(people)
    kind = hub.catalogue.notice_kinds[KIND]
    found = []
    for row in hub.journal.rows(plain):
        with hub.journal.write() as write:
            key = owe_notice(hub, write, notice_order(hub, kind, row.atena, f"campaign/once/{row.atena[-4:]}", {}))
        found.append(str(hub.journal.scalar(select(notice_outbox.c.reference).where(notice_outbox.c.id == key))))
    return found


def _answer(number: int, reference: str, choice: object, moment: datetime = MORNING) -> NoticeAnswer:
    return NoticeAnswer(f"A{number}", number, reference, str(choice), moment)


def _held(hub: Hub) -> list[tuple[int, int]]:
    """Slot and seat of every seat that is held."""
    held = select(slot_seats.c.slot, slot_seats.c.seat).where(slot_seats.c.holder.is_not(None))
    return [(row.slot, row.seat) for row in hub.journal.rows(held.order_by(slot_seats.c.slot, slot_seats.c.seat))]


def test_slots_are_opened_once_and_offered_in_the_notice(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        assert _opened(hub, tmp_path) == 2
        assert _opened(hub, tmp_path) == 0
        [reference] = _asked(hub, 1)
        row = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.reference == reference))[0]
        asked = extras_of(hub, row)["questionnaire"]
        assert [slot["id"] for slot in asked["slots"]] == [str(slot.id) for slot in free_slots(hub, KIND)]
        assert asked["until"] == "2026-12-08"


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("2026-11-24,10:00,相談室1,1", "日"),
        ("2026-12-03,25:00,相談室1,1", "時刻"),
        ("2026-12-03,10:00,,1", "場所"),
        ("2026-12-03,10:00,相談室1,0", "席数"),
        (f"2026-12-03,10:00,相談室1,{'9' * 5000}", "席数"),
        ("20261203,10:00,相談室1,1", "日"),
        ("2026-W49-4,10:00,相談室1,1", "日"),
    ],
)
def test_a_wrong_row_opens_nothing_and_names_its_line(root: Path, tmp_path: Path, line: str, where: str) -> None:
    with hub_at(root, MORNING) as hub:
        with pytest.raises(Refused) as refused:
            _opened(hub, tmp_path, f"{FILE}{line}\n")
        assert refused.value.finding.where.startswith(f"枠.csv:4 {where}")
        assert free_slots(hub, KIND) == []


@pytest.mark.parametrize(
    "text", [f"{HEAD}2026-12-03,10:00,{'あ' * 200_000},1\n", f"{FILE}2026-12-03,12:00,相談室1,1,1\n", '日,時刻,場所,席数\n"']
)
def test_what_is_no_such_csv_is_refused_and_opens_nothing(root: Path, tmp_path: Path, text: str) -> None:
    with hub_at(root, MORNING) as hub:
        with pytest.raises(Refused, match="SLOT_ROW"):
            _opened(hub, tmp_path, text)
        assert free_slots(hub, KIND) == []


def test_the_first_answer_has_the_seat_and_a_repeated_one_changes_nothing(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, _ = _asked(hub)
        assert take_answer(hub, _answer(1, one, 1)) == "booked"
        assert take_answer(hub, _answer(1, one, 1)) == "repeated"
        assert take_answer(hub, _answer(2, two, 1)) == "full"
        assert take_answer(hub, _answer(2, two, 1)) == "repeated"
        assert _held(hub) == [(1, 1)]


def test_a_full_slot_offers_the_rest_once_and_then_somebody_calls(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, three = _asked(hub)
        take_answer(hub, _answer(1, one, 1))
        take_answer(hub, _answer(2, two, 1))
        again = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.subject_key.like("%/again")))
        assert len(again) == 1
        assert [slot["id"] for slot in extras_of(hub, again[0])["questionnaire"]["slots"]] == ["2"]
        assert calls_of(hub, KIND) == []
        take_answer(hub, _answer(3, three, 2))
        later = MORNING + timedelta(minutes=5)
        assert take_answer(hub, _answer(4, again[0].reference, 1, later)) == "full"
        [call] = calls_of(hub, KIND)
        page = write_slot_list(hub, KIND).read_text(encoding="utf-8")
        assert "連絡が要る" in page
        assert call.atena in page
        settle(hub, call.id, actor=CLERK, reason="電話で決めた")
        assert calls_of(hub, KIND) == []
        assert hub.journal.scalar(select(func.count()).select_from(notice_outbox).where(notice_outbox.c.subject_key.like("%again%"))) == 1


def test_the_newer_answer_counts_whichever_comes_first(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, _ = _asked(hub)
        later = MORNING + timedelta(minutes=5)
        assert take_answer(hub, _answer(2, one, 2, later)) == "booked"
        assert take_answer(hub, _answer(1, one, 1)) == "superseded"
        assert _held(hub) == [(2, 1)]
        assert take_answer(hub, _answer(3, two, 1)) == "booked"
        assert take_answer(hub, _answer(4, two, "cancel", later)) == "cancelled"
        assert _held(hub) == [(2, 1)]
        assert take_answer(hub, _answer(5, one, 1, later + timedelta(minutes=5))) == "booked"
        assert _held(hub) == [(1, 1)]


ANSWERED = """
import sys
from pathlib import Path
from connectors.notice_answers import NoticeAnswer
from pipeline.campaigns.answers import take_answer
from tests.pipeline.campaigns import MORNING
from tests.pipeline.days import hub_at
with hub_at(Path(sys.argv[1]), MORNING) as hub:
    take_answer(hub, NoticeAnswer("A1", 1, sys.argv[2], "1", MORNING))
"""


@pytest.mark.parametrize("point", ["notice_answered.before_commit", "notice_answered.after_commit"])
def test_an_answer_whose_taking_in_is_killed_holds_one_seat(root: Path, tmp_path: Path, point: str) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        [one] = _asked(hub, 1)
    environment = {**os.environ, "HUB_FAULT": f"{point}:1:kill"}
    done = subprocess.run([sys.executable, "-c", ANSWERED, str(root), one], cwd=PROJECT, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    with hub_at(root, MORNING) as hub:
        take_answer(hub, _answer(1, one, 1))
        assert _held(hub) == [(1, 1)]


def test_answers_that_are_late_unclear_or_to_no_notice_take_no_seat(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, three = _asked(hub)
        assert take_answer(hub, _answer(1, one, 1, at(0, 1, day=DAY + timedelta(days=15)))) == "late"
        assert take_answer(hub, _answer(2, two, "")) == "unclear"
        assert take_answer(hub, _answer(3, three, 999)) == "unclear"
        assert take_answer(hub, _answer(4, "f" * 40, 1)) == "unknown"
        assert _held(hub) == []
        assert len(calls_of(hub, KIND)) == 3


def test_a_choice_that_no_slot_can_have_stops_no_other_answer(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, _ = _asked(hub)
        came = [_answer(1, one, "9" * 40), _answer(2, two, 1)]
        server = cast("NoticeClient", SimpleNamespace(answers=lambda after: AnswerPage(came[after:], more=False)))
        assert take_answers(hub, server) == {"unclear": 1, "booked": 1}


def test_a_section_gives_a_seat_after_its_call_and_frees_one(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, _ = _asked(hub)
        take_answer(hub, _answer(1, one, 1))
        take_answer(hub, _answer(2, two, ""))
        [call] = calls_of(hub, KIND)
        for wrong in (1, 999):
            with pytest.raises(ActRefused, match="空いている席はありません"):
                give_seat(hub, call.id, wrong, actor=CLERK, reason="電話で決めた")
        with pytest.raises(SettingError):
            give_seat(hub, call.id, 2, actor="hoiku-01", reason="電話で決めた")
        give_seat(hub, call.id, 2, actor=CLERK, reason="電話で決めた")
        assert (_held(hub), calls_of(hub, KIND)) == ([(1, 1), (2, 1)], [])
        with pytest.raises(ActRefused, match="連絡を待っていません"):
            give_seat(hub, call.id, 2, actor=CLERK, reason="電話で決めた")
        take_seat_back(hub, 1, 1, actor=CLERK, reason="本人の申出")
        assert _held(hub) == [(2, 1)]
        for slot, seat in ((1, 1), (1, 9), (999, 1)):
            with pytest.raises(ActRefused, match="予約はありません"):
                take_seat_back(hub, slot, seat, actor=CLERK, reason="本人の申出")
        assert take_answer(hub, _answer(3, one, 1, MORNING + timedelta(minutes=5))) == "booked"


def test_a_page_that_is_broken_off_loses_no_answer(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(hub: Hub, answer: NoticeAnswer) -> str:
        take_answer(hub, answer)
        raise KeyboardInterrupt

    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, _ = _asked(hub)
        # The second one's clock is behind the first one's.
        came = [_answer(1, one, 1, MORNING + timedelta(minutes=5)), _answer(2, two, 2)]
        server = cast("NoticeClient", SimpleNamespace(answers=lambda after: AnswerPage(came[after:], more=False)))
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr("pipeline.campaigns.answers.take_answer", broken_off)
            take_answers(hub, server)
        take_answers(hub, server)
        assert _held(hub) == [(1, 1), (2, 1)]


def test_answers_come_in_pages_from_the_interface_and_a_rerun_asks_for_new_ones_only(root: Path, tmp_path: Path) -> None:
    with hub_at(root, MORNING) as hub:
        _opened(hub, tmp_path)
        one, two, three = _asked(hub)
    journals = Journals(tmp_path / "desk")
    desk = NoticeDesk(NAHA, journals=journals)
    for number, reference in enumerate([one] * 120 + [two, three]):
        desk.answer(reference, "1" if reference == one else "2", (MORNING + timedelta(seconds=number)).isoformat())
    _keep_as_the_sandbox_does(root, tmp_path / "desk" / "effects.jsonl")
    with outside(root, MORNING), hub_at(root, MORNING) as hub:
        counts = step_function("answers_of_notices")(hub)
        assert (counts["booked"], counts["repeated"]) == (122, 0)
        assert hub.journal.scalar(select(func.count()).select_from(notice_answers)) == 122
        assert sum(step_function("answers_of_notices")(hub).values()) == 0
        assert len([row for row in seats_of(hub, KIND) if row.atena]) == 3


def _keep_as_the_sandbox_does(root: Path, effects: Path) -> None:
    """The stand-ins read their effects when they start."""
    target = root / "sandbox" / "journals" / "effects.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("ab") as file:
        file.write(effects.read_bytes())
