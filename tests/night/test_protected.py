"""Protected persons first: who is under 支援措置 has both flags at the server, or gets no copy there and the report says so first."""

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.errors import TransientError
from connectors.intermediate import IntermediateClient
from connectors.intermediate_records import FlagState
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_flags
from pipeline.sync import questions
from pipeline.sync.protected import unflagged_persons
from sandbox import process
from sandbox.journals import read_journal
from tests.night.conftest import EVENING, NEXT_EVENING, KilledError, night_hub, protect, protected_of, unprotected_of
from tests.pipeline.days import alarms_of, rows

Stop = Callable[..., None]
BOTH = {"nondisclosure": "1", "autoresponse_off": "1"}
POINTS = (
    "flag_check_begun.before_commit", "server_asked.before_commit", "server_request.before_send", "server_request.after_send",
    "server_request.answer_read", "server_answered.after_commit", "flag_setting.before_commit", "flag_setting.after_commit",
    "flags_checked.before_commit", "flags_checked.after_commit", "protected_flags.list_drafted",
)  # fmt: skip


def check(hub: Hub) -> dict[str, int]:
    return step_function("protected_flags")(hub)


def listed(root: Path) -> list[list[str]]:
    file = root / "cases/472018/shien-sochi/flags.csv"
    assert file.stat().st_mode & 0o077 == 0
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))[1:]


def flags_set(root: Path) -> list[str]:
    entries = read_journal(root / "sandbox/journals/effects.jsonl")
    return [entry["flag"] for entry in entries if (entry["system"], entry["effect"]) == ("middle", "flag_set")]


def account(root: Path) -> list[tuple[str, int, int, int]]:
    return [(row.night, row.checked, row.missing, row.set_now) for row in rows(root, select(copy_flags).order_by(copy_flags.c.night))]


def test_what_is_missing_is_set_and_seen_before_any_copy(root: Path, running: process.Running) -> None:
    with night_hub(root) as hub:
        everybody = protected_of(hub)
        assert len(everybody) == 3
        assert unflagged_persons(hub) == set(everybody)
        counts = check(hub)
        assert counts == {"checked": len(everybody), "set_now": 3, "missing": 0, "waiting": 0, "ended": 0}
        assert unflagged_persons(hub) == frozenset()
        assert unflagged_persons(hub).isdisjoint(everybody)
        assert [running.control.flags(atena) for atena in everybody] == [BOTH] * len(everybody)
        assert check(hub) == {"checked": 0, "set_now": 0, "missing": 0, "waiting": 0, "ended": 0}
    assert account(root) == [("2026-11-24", 3, 0, 3)]
    assert sorted(flags_set(root)) == ["autoresponse_off"] * 3 + ["nondisclosure"] * 3
    assert alarms_of(root) == {("PROTECTED_FLAG_SET", "2026-11-24")}


def test_every_night_asks_again_and_sets_what_somebody_took_away(root: Path, running: process.Running) -> None:
    with night_hub(root) as hub:
        check(hub)
        first, *_ = everybody = protected_of(hub)
    running.control.set_clock(NEXT_EVENING)
    running.control.set_flags(first, nondisclosure="0", autoresponse_off="1")
    with night_hub(root, NEXT_EVENING) as hub:
        assert first in unflagged_persons(hub)
        assert check(hub)["set_now"] == 1
        assert first not in unflagged_persons(hub)
    assert account(root)[1] == ("2026-11-25", len(everybody), 0, 1)
    assert ("PROTECTED_FLAG_SET", "2026-11-25") in alarms_of(root)


def test_a_flag_that_cannot_be_set_blocks_the_person_and_is_the_first_alarm(
    root: Path, running: process.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.steps.report_day import _alarms

    with night_hub(root) as hub:
        stubborn, *others = protected_of(hub)
        real = IntermediateClient.flag_states

        def without(self: IntermediateClient, request_id: str) -> tuple[FlagState, ...] | None:
            states = real(self, request_id)
            return states and tuple(FlagState(one.atena, one.atena != stubborn, one.autoresponse_off) for one in states)

        monkeypatch.setattr(IntermediateClient, "flag_states", without)
        assert check(hub)["missing"] == 1
        assert unflagged_persons(hub) == {stubborn}
        assert unflagged_persons(hub).isdisjoint(others)
        assert listed(root) == [[stubborn, "フラグを設定できていない"]]
        assert next(alarm.kind for alarm in _alarms(hub, hub.clock.today())) == "PROTECTED_FLAG_MISSING"
        monkeypatch.undo()
        assert check(hub)["missing"] == 0
        assert stubborn not in unflagged_persons(hub)
        assert listed(root) == []


def test_who_becomes_protected_in_the_night_is_checked_in_the_night(root: Path, running: process.Running) -> None:
    with night_hub(root) as hub:
        check(hub)
        new, *_ = unprotected_of(hub)
        assert new not in unflagged_persons(hub)
        protect(hub, new)
        assert new in unflagged_persons(hub)
        assert check(hub) == {"checked": 1, "set_now": 1, "missing": 0, "waiting": 0, "ended": 0}
        assert running.control.flags(new) == BOTH


def test_a_flag_is_never_taken_back_but_listed_until_a_person_took_it_back(root: Path, running: process.Running) -> None:
    with night_hub(root) as hub:
        check(hub)
        former, *_ = protected_of(hub)
        protect(hub, former, protected=False)
        assert former not in unflagged_persons(hub)
        assert check(hub)["ended"] == 1
        assert listed(root) == [[former, "支援措置が終わり、フラグが残っている"]]
        assert running.control.flags(former) == BOTH
    assert ("PROTECTION_ENDED", "cases/472018/shien-sochi/flags.csv") in alarms_of(root)
    running.control.set_clock(NEXT_EVENING)
    running.control.set_flags(former, nondisclosure="0", autoresponse_off="0")
    with night_hub(root, NEXT_EVENING) as hub:
        assert check(hub)["ended"] == 0
    assert listed(root) == []


def test_an_answer_that_is_late_leaves_everybody_blocked_and_comes_in_with_a_later_run(
    root: Path, running: process.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "POLLS", 1)
    with night_hub(root) as hub:
        everybody = protected_of(hub)
        assert check(hub) == {"checked": 0, "set_now": 0, "missing": 0, "waiting": 3, "ended": 0}
        assert unflagged_persons(hub) == set(everybody)
        assert listed(root) == [[atena, "今夜の確認がまだ終わっていない"] for atena in everybody]
        runs = 0
        while unflagged_persons(hub):
            check(hub)
            runs += 1
        assert runs < 8
        assert [running.control.flags(atena) for atena in everybody] == [BOTH] * 3
    assert account(root) == [("2026-11-24", 3, 0, 3)]
    assert listed(root) == []


def test_a_server_that_breaks_down_in_the_check_leaves_everybody_blocked_and_listed(
    root: Path, running: process.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: IntermediateClient, _request_id: str) -> None:
        raise TransientError("middle", "flag_states_result: status 503")

    monkeypatch.setattr(IntermediateClient, "flag_states", broken)
    with night_hub(root) as hub:
        with pytest.raises(TransientError):
            check(hub)
        assert [atena for atena, _ in listed(root)] == protected_of(hub)
        assert unflagged_persons(hub) == set(protected_of(hub))


@pytest.fixture(scope="module")
def spare(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Running]:
    """A root whose stand-ins run for the whole module."""
    root = tmp_path_factory.mktemp("spare") / "root"
    shutil.copytree(town, root)
    yield process.start(root, now=EVENING, script="quiet")
    process.stop(root)


@pytest.mark.parametrize("place", range(len(POINTS)), ids=POINTS)
def test_a_kill_anywhere_leads_to_the_same_end(spare: process.Running, stop_at: Stop, place: int) -> None:
    evening = EVENING + timedelta(days=place)
    spare.control.set_clock(evening)
    with night_hub(spare.root, evening) as hub:
        everybody = protected_of(hub)
        for atena in everybody:
            spare.control.set_flags(atena, nondisclosure="1", autoresponse_off="1")
        spare.control.set_flags(everybody[0], nondisclosure="0", autoresponse_off="1")
        (spare.root / "cases/472018/shien-sochi/flags.csv").unlink(missing_ok=True)
        before = len(flags_set(spare.root))
        stop_at(POINTS[place])
        with pytest.raises(KilledError):
            check(hub)
        check(hub)
        assert unflagged_persons(hub) == frozenset()
    assert account(spare.root)[-1] == (evening.date().isoformat(), len(everybody), 0, 1)
    assert flags_set(spare.root)[before:] == ["nondisclosure"]
    assert listed(spare.root) == []
