"""What may not be asked is refused in a sentence; due days are opening days; a killed process tells once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from pipeline.calendar import OpeningDays
from pipeline.corrections.terms import declared, due_after, due_until, reminder_day
from pipeline.errors import ActRefused
from pipeline.journal.correction_tables import correction_items
from tests.flow.kills import forked
from tests.pipeline.corrections import NOTIFY, TEXT, Own, asked, claim, effects, keys, on, refused, state
from tests.pipeline.days import at, rows, run


@pytest.fixture
def root(own: Own, checked_root: Path) -> Path:
    return own(checked_root)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--item", "口座番合", "--text", TEXT), "口座番号"),
        (("--item", "口座番号"), "--text に"),
        (("--item", "口座番号", "--text", TEXT, "--text", TEXT), "--text は2個"),
        (("--item", "口座番号", "--text", "123456789018 は誤り"), "個人番号"),
        (("--item", "口座番号", "--text", TEXT, "--days", "2"), "短すぎます"),
        (("--item", "口座番号", "--text", TEXT, "--until", "2026-11-26"), "短すぎます"),
        (("--item", "口座番号", "--text", TEXT, "--until", "2026-12-20", "--days", "9"), "両方"),
        (("--findings",), "箇所がありません"),
        (("--extend", "2026-12-20"), "回答を待っている補正がありません"),
        (("--extend", "tomorrow"), "日付ではありません"),
        ((), "何をするか"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(checked_root: Path, options: tuple[str, ...], words: str) -> None:
    assert words in refused(checked_root, "correct", claim(checked_root).receipt, *options)
    assert rows(checked_root, select(func.count()).select_from(correction_items))[0][0] == 0


@pytest.mark.parametrize("options", [("--findings",), ("--answered",), ("--extend", "2026-12-20"), ("--item", "口座番号", "--text", TEXT)])
def test_nobody_of_another_section_asks(checked_root: Path, options: tuple[str, ...]) -> None:
    assert "ではありません" in refused(checked_root, "correct", claim(checked_root).receipt, *options, actor="hoiku-01")


@pytest.mark.parametrize("event", ["correction_told", "notice_owed", "correction_asked"])
@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_a_process_killed_between_status_and_notice_tells_once(root: Path, event: str, when: str) -> None:
    first = claim(root)
    fault = {"HUB_FAULT": f"{event}.{when}:1"}
    if event == "correction_asked":
        forked(lambda: asked(root, first.receipt), log=root / "child.log", environment=fault)
        if not state(root, first.id):
            asked(root, first.receipt)
    else:
        asked(root, first.receipt)
    with on(root, at(11)):
        if event != "correction_asked":
            assert forked(lambda: run(root, NOTIFY, at(11)), log=root / "child.log", environment=fault) != 0
        run(root, NOTIFY, at(11))
    assert (keys(root, first.id), state(root, first.id)) == (["correction 1"], ["open"])
    told = [one for one in effects(root) if one["system"] == "osr" and one.get("kind") == "correction"]
    assert len(told) == 1


OPENING = OpeningDays(frozenset({date(2026, 12, 25)}))


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.integers(5, 60), st.integers(0, 200))
def test_a_due_day_is_open_and_never_too_near(day: date, days: int, more: int) -> None:
    due = due_after(OPENING, day, days)
    assert OPENING.is_open(due)
    assert due == OPENING.add_open_days(day, days)
    remind = reminder_day(OPENING, due, 3)
    assert OPENING.is_open(remind)
    assert OPENING.add_open_days(remind, 3) == due
    until = date.fromordinal(day.toordinal() + more)
    least = OPENING.add_open_days(day, declared().least_days)
    if until < least:
        with pytest.raises(ActRefused):
            due_until(OPENING, day, until)
    else:
        assert OPENING.is_open(due_until(OPENING, day, until))
        assert due_until(OPENING, day, until) >= max(until, least)
