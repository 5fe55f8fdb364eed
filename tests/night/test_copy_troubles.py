"""Records that the server refuses, persons who come first, and nights that would change too much."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.alarms import open_alarms
from pipeline.daily_duties import look_after
from pipeline.errors import SettingError
from pipeline.flow import step_function
from pipeline.journal.copy_tables import copy_drifts, copy_items, copy_requests
from pipeline.night_settings import Drift
from pipeline.sync.drift import approve, exceeds
from pipeline.sync.lane import try_again
from sandbox import process
from tests.night.conftest import EVENING, NEXT_EVENING, night_hub, protected_of
from tests.night.ledger import KIND, WITHOUT, benefit, benefits, counts, effects, go_to, night, residents_of, server_rows, states
from tests.pipeline.days import alarms_of, rows


@pytest.fixture
def people(root: Path, running: process.Running) -> list[str]:
    with night_hub(root) as hub:
        return residents_of(hub, 12)


def test_a_person_without_code_is_tried_again_until_it_is_there(root: Path, running: process.Running, people: list[str]) -> None:
    running.control.withhold_codes(people[:2], EVENING + timedelta(days=2))
    night(root, benefits(people))
    assert counts(root) == {"registered": 10, "changed": 0, "deleted": 0, "failed": 0, "waiting": 2}
    night(root, None, go_to(running, NEXT_EVENING))
    night(root, None, go_to(running, NEXT_EVENING))
    tried = [(row.state, row.tries, row.since) for row in rows(root, select(copy_items).where(copy_items.c.state == "waiting"))]
    assert tried == [("waiting", 2, "2026-11-24")] * 2
    night(root, None, go_to(running, EVENING + timedelta(days=3)))
    assert len(server_rows(running)) == 12
    assert counts(root, EVENING + timedelta(days=3)) == {"registered": 2, "changed": 0, "deleted": 0, **WITHOUT}


def test_what_does_not_heal_in_time_becomes_a_work_item(root: Path, running: process.Running, people: list[str]) -> None:
    running.control.withhold_codes(people[:1], EVENING + timedelta(days=99))
    night(root, benefits(people))
    moment = go_to(running, EVENING + timedelta(days=14))
    night(root, None, moment)
    with night_hub(root, moment) as hub:
        assert states(hub)[-1] == ("1", "failed", "COPY_GIVEN_UP")
    assert ("COPY_RECORDS_FAILED", KIND) in alarms_of(root)
    night(root, None, go_to(running, EVENING + timedelta(days=15)))
    assert len(rows(root, select(copy_requests))) == 2


def test_a_refused_item_waits_for_a_person_or_for_another_value(root: Path, running: process.Running, people: list[str]) -> None:
    bad = [{**benefit(people[0], 1), "jukyushakubun": "9"}, *benefits(people)[1:]]
    night(root, bad)
    night(root, bad, go_to(running, NEXT_EVENING))
    with night_hub(root, NEXT_EVENING) as hub:
        assert [row for row in states(hub) if row[1] == "failed"] == [("1", "failed", "COPY_ITEM_INVALID")]
    assert len(rows(root, select(copy_requests))) == 1
    night(root, benefits(people), go_to(running, EVENING + timedelta(days=2)))
    assert len(server_rows(running)) == 12
    with night_hub(root, EVENING + timedelta(days=2)) as hub:
        assert states(hub)[0] == ("1", "settled", "COPY_ITEM_INVALID")


def test_a_record_that_the_server_has_already_is_taken_as_it_is_or_changed_after_a_person_said_so(
    root: Path, running: process.Running, people: list[str]
) -> None:
    same, other = benefit(people[0], 1), benefit(people[1], 2)
    for row, amount in ((same, "20000"), (other, "15000")):
        values = dict.fromkeys(("saishushiharaibi", "saishushiharaigaku", "shometsunengappi", "shometsujiyu"), "")
        values |= {name: value for name, value in row.items() if name != "atenabango"}
        values["teategetsugaku"] = amount
        running.control.plant_copy(KIND, row["atenabango"], values, layout="2026-06", updated_at=EVENING)
    night(root, [same, other])
    with night_hub(root) as hub:
        assert sorted(states(hub)) == [("1", "accepted", None), ("1", "failed", "COPY_ALREADY_THERE")]
        assert try_again(hub, KIND, actor="kakari", reason="正本が正しい") == 1
    night(root)
    assert server_rows(running) == sorted([same, other], key=str)
    assert effects(root)[-1][0] == "copy_changed"


def test_what_the_server_lost_is_deleted_without_ado_and_registered_after_a_person_said_so(
    root: Path, running: process.Running, people: list[str]
) -> None:
    first = benefits(people)
    night(root, first)
    for row in first[:2]:
        running.control.plant_copy(KIND, row["atenabango"], None, layout="2026-06", updated_at=EVENING)
    moment = go_to(running, NEXT_EVENING)
    wanted = [{**first[1], "teategetsugaku": "5000"}, *first[2:]]
    night(root, wanted, moment)
    with night_hub(root, moment) as hub:
        assert states(hub)[12:] in ([("3", "accepted", None), ("2", "failed", "COPY_NOT_THERE")],
                                    [("2", "failed", "COPY_NOT_THERE"), ("3", "accepted", None)])  # fmt: skip
        try_again(hub, KIND, actor="kakari", reason="サーバーの移行で失われた")
    night(root, None, moment)
    assert server_rows(running) == sorted(wanted, key=str)


def test_nothing_of_a_protected_person_is_registered_before_the_flags_are_set(
    root: Path, running: process.Running, people: list[str]
) -> None:
    with night_hub(root) as hub:
        (protected, *_) = protected_of(hub)
    wanted = [benefit(protected, 77), *benefits(people)]
    night(root, wanted)
    assert [row["ninteibango"] for row in server_rows(running) if row["atenabango"] == protected] == []
    assert counts(root)["waiting"] == 1
    with night_hub(root) as hub:
        step_function("protected_flags")(hub)
    night(root)
    assert server_rows(running) == sorted(wanted, key=str)
    assert counts(root)["waiting"] == 0


def test_the_drift_limit_stops_a_kind_until_a_person_approves_once(
    root: Path, running: process.Running, people: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = benefits(people)
    night(root, first)
    text = Path("municipalities/472018.yaml").read_text(encoding="utf-8").replace("count: 500", "count: 500, few: 3")
    (tmp_path / "472018.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    moment = go_to(running, NEXT_EVENING)
    night(root, first[6:], moment)
    assert ("COPY_DRIFT", KIND) in alarms_of(root)
    assert len(server_rows(running)) == 12
    assert counts(root, moment)["waiting"] == 6
    with night_hub(root, moment) as hub:
        approve(hub, KIND, "kacho", "対象者の見直し")
        with pytest.raises(SettingError):
            approve(hub, KIND, "kacho", "もう一度")
    night(root, None, moment)
    assert server_rows(running) == sorted(first[6:], key=str)
    assert [row.state for row in rows(root, select(copy_drifts))] == ["used"]
    with night_hub(root, moment) as hub:
        look_after(hub)
        assert "COPY_DRIFT" not in {row.kind for row in open_alarms(hub)}
    night(root, first, go_to(running, EVENING + timedelta(days=2)))
    assert len(server_rows(running)) == 6
    night(root, first[5:], go_to(running, EVENING + timedelta(days=3)))
    assert server_rows(running) == sorted(first[5:], key=str)
    assert [row.state for row in rows(root, select(copy_drifts))] == ["used", "gone"]


@pytest.mark.parametrize(
    ("changes", "accepted", "above"),
    [(500, 0, False), (501, 0, True), (20, 30, False), (21, 30, True), (200, 1000, False), (201, 1000, True), (501, 1_000_000, True)],
)
def test_share_and_count_are_the_most_that_a_night_may_change(changes: int, accepted: int, above: bool) -> None:
    assert exceeds(Drift.model_validate({"share": "0.20", "count": 500}), changes, accepted) is above
