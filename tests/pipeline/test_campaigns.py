"""Campaigns from plan to the last wave: who is chosen, who approves, what stops, and that nobody gets one twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, event, select, update

from mappings.ages import in_window
from pipeline.alarms import open_alarms
from pipeline.campaigns.approval import approve, resume, stop
from pipeline.campaigns.ledger_records import ledger_rows
from pipeline.campaigns.people import Choice, birth_of, candidates
from pipeline.campaigns.plan_lists import write_plan_lists
from pipeline.campaigns.planning import enter_plan, make_plan
from pipeline.campaigns.waves import _owe_page, owe_campaigns
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.register_tables import residents
from pipeline.notices import sending
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.places import PROJECT
from pipeline.residents import by_atena
from pipeline.steps.notices import send_notices
from sandbox.journals import read_journal
from tests.pipeline.campaigns import CHIEF, CLERK, KIND, MORNING, approved, informed, notices, people_of, state_of
from tests.pipeline.days import DAY, NEXT_DAY, at, hub_at, outside

Own = Callable[[Path], Path]
BOUNDS = {
    "3～4か月児健康診査": ("3m", "5m"),
    "1歳6か月児健康診査": ("18m", "24m"),
    "3歳児健康診査": ("3y", "4y"),
    "5歳児健康診査": ("5y", "6y"),
}


@pytest.fixture(scope="module")
def informed_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return informed(made_root, tmp_path_factory.mktemp("informed"))


@pytest.fixture
def root(own: Own, informed_root: Path) -> Path:
    return own(informed_root)


def test_exactly_those_inside_a_window_of_age_are_chosen(informed_root: Path) -> None:
    with hub_at(informed_root, MORNING) as hub:
        kind = hub.catalogue.notice_kinds[KIND]
        everybody = [row.atena for row in hub.journal.rows(select(residents.c.atena))]
        births = {atena: birth_of(by_atena(hub, atena)) for atena in everybody}
        for shift in (-400, -31, 0, 31, 400):
            day = DAY + timedelta(days=shift)
            found = Counter((one.person, one.group) for one in candidates(hub, Choice(kind, day)))
            assert set(found.values()) <= {1}
            for title, (since, until) in BOUNDS.items():
                meant = {atena for atena, birth in births.items() if birth and in_window(birth, day, since=since, until=until)}
                assert {person for person, group in found if group == title} == meant


def test_a_child_with_the_dose_on_record_is_not_told_of_it(informed_root: Path) -> None:
    with hub_at(informed_root, MORNING) as hub:
        kind = hub.catalogue.notice_kinds["yobo-sesshu"]
        doses = {dose.vaccine: (dose.code, dose.dose) for dose in kind.schedules["schedule.csv"]}
        had = {(row["atenabango"], row["yobosesshushurui"], row["kaisu"]) for row in ledger_rows(hub, "yobosesshu")}
        found = list(candidates(hub, Choice(kind, DAY)))
        assert {person for person, _, _ in had} & {one.person for one in found}
        assert len(found) > 5
        for one in found:
            assert one.due
            assert not {(one.person, *doses[word]) for word in one.due} & had


def test_a_dry_run_keeps_nothing_and_its_list_is_for_the_section_only(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        plan = make_plan(hub, KIND, DAY)
        file = write_plan_lists(hub, plan, "campaign_dry-run")
        assert len(plan.chosen) > 5
        assert hub.journal.rows(select(acts)) == []
        assert file.stat().st_mode & 0o077 == 0
        assert {path.suffix for path in file.parent.glob("campaign_dry-run.*")} == {".html", ".xlsx"}
        assert file.read_text(encoding="utf-8").count(plan.chosen[0].person) >= 1


def test_a_plan_asks_for_the_families_of_a_page_together(informed_root: Path) -> None:
    with hub_at(informed_root, MORNING) as hub:
        questions: list[str] = []
        event.listen(hub.journal.engine, "before_cursor_execute", lambda *call: questions.append(call[2]))
        plans = {name: make_plan(hub, name, DAY) for name in (KIND, "yobo-sesshu")}
        assert min(len(plan.people) for plan in plans.values()) > 5
        homes = [question for question in questions if "residents.household" in question.partition("WHERE")[2]]
        assert len(homes) <= 4 * len(plans)


def test_who_planned_a_campaign_cannot_approve_it_and_who_may_not_cannot_either(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = enter_plan(hub, make_plan(hub, KIND, DAY), actor=CHIEF, reason="試験")
        for actor in (CHIEF, CLERK, "hoiku-kakaricho"):
            with pytest.raises(ActRefused):
                approve(hub, key, number="地保第12号", actor=actor)
        with pytest.raises(ActRefused, match="決裁番号"):
            approve(hub, key, number=" ", actor="kacho")
        assert owe_campaigns(hub)["owed"] == 0
        approve(hub, key, number="地保第12号", actor="kacho")
        with pytest.raises(ActRefused):
            approve(hub, key, number="地保第12号", actor="kacho")
        assert state_of(hub, key) == "approved"


def test_the_first_wave_is_small_and_the_rest_waits_for_the_pause(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub, first=3, pause=2)
        assert owe_campaigns(hub)["owed"] == 3
        assert owe_campaigns(hub)["owed"] == 0
    with hub_at(root, at(11, 59)) as hub:
        assert owe_campaigns(hub)["owed"] == 0
    with hub_at(root, at(12, 1)) as hub:
        rest = owe_campaigns(hub)
        assert rest["owed"] == len(people_of(hub, key)) - 3
        assert rest["ended"] == 1
        assert state_of(hub, key) == "ended"
        assert len(notices(hub)) == len(people_of(hub, key))


@pytest.mark.parametrize("moment", [at(7), at(18), at(10, day=date(2026, 11, 29))])
def test_nothing_is_owed_outside_the_hours_of_the_kind(root: Path, moment: datetime) -> None:
    with hub_at(root, MORNING) as hub:
        approved(hub)
    with hub_at(root, moment) as hub:
        assert owe_campaigns(hub)["owed"] == 0


def test_nobody_gets_a_notice_twice_even_over_two_campaigns(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        first, second = approved(hub), approved(hub)
        owe_campaigns(hub)
        owed = len(notices(hub))
        assert owed == len(people_of(hub, first))
        assert set(people_of(hub, second).values()) == {("left_out", "ALREADY_TOLD")}
        assert {one.code for one in make_plan(hub, KIND, DAY).people} == {"ALREADY_TOLD"}
    with hub_at(root, at(10, day=NEXT_DAY)) as hub:
        assert {one.code for one in make_plan(hub, KIND, NEXT_DAY).people if one.code != "ALREADY_TOLD"} <= {""}


def test_who_stands_on_a_list_and_not_in_the_register_is_told_nothing(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        [one] = make_plan(hub, "mendan-annai", DAY, ["000000000000000"]).people
    assert one.code == "ADDRESSEE_UNKNOWN"


def test_what_was_changed_after_the_approval_goes_to_nobody(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub, first=4)
        digest = hub.journal.scalar(select(campaigns.c.rule_digest))
        _say_approved(hub, "0" * 64)
        assert owe_campaigns(hub)["changed"] == 1
        assert notices(hub) == {}
        assert {(row.kind, row.subject) for row in open_alarms(hub)} >= {("CAMPAIGN_CHANGED", f"campaign {key}")}
        _say_approved(hub, digest)
        assert owe_campaigns(hub)["owed"] == 4
        assert "CAMPAIGN_CHANGED" not in {row.kind for row in open_alarms(hub)}


def _say_approved(hub: Hub, digest: str) -> None:
    with hub.journal.write() as write:
        write.execute(update(campaigns).values(rule_digest=digest))
        write.leaf("campaign_changed_by_test")


def test_a_page_that_another_worker_was_quicker_with_is_left_alone(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub, first=1, pause=0)
        owe_campaigns(hub)
        [row] = hub.journal.rows(select(campaigns).where(campaigns.c.id == key))
        chosen = (campaign_people.c.campaign == key) & (campaign_people.c.state == "chosen")
        page = hub.journal.rows(select(campaign_people).where(chosen).order_by(campaign_people.c.place).limit(2))
        quicker, slower = Counter[str](), Counter[str]()
        for counts in (quicker, slower):
            _owe_page(hub, row, page, counts)
        assert quicker["owed"] == 2
        assert slower == {}


def test_a_stop_holds_what_is_owed_and_a_resumption_lets_it_go(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub, first=4)
        owe_campaigns(hub)
        assert stop(hub, key, actor=CLERK, reason="日程の誤り") == 4
        assert set(notices(hub).values()) == {("given_up", "CAMPAIGN_STOPPED")}
        assert owe_campaigns(hub)["owed"] == 0
        with pytest.raises(ActRefused):
            resume(hub, key, actor=CLERK, reason="直した")
        assert resume(hub, key, actor=CHIEF, reason="直した") == 4
        assert set(notices(hub).values()) == {("owed", None)}
        rows = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.kind == KIND))
        assert reasons_not_to_send(hub, rows) == {}


def test_a_stop_within_a_wave_is_seen_before_the_next_call(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    with outside(root, MORNING), hub_at(root, MORNING) as hub:
        key = approved(hub)
        owe_campaigns(hub)
        asked = sending.is_stopped

        def stopping(hub: Hub, row: Row[Any]) -> bool:
            sent.append(row.id)
            if len(sent) == 3:
                stop(hub, key, actor=CLERK, reason="日程の誤り")
            return asked(hub, row)

        monkeypatch.setattr(sending, "is_stopped", stopping)
        send_notices(hub)
        monkeypatch.undo()
        send_notices(hub)
        states = Counter(state for state, _ in notices(hub).values())
    effects = read_journal(root / "sandbox" / "journals" / "effects.jsonl")
    assert sum(one["effect"] in ("notice", "no_account") for one in effects) == 2
    assert states["accepted"] + states["undeliverable"] == 2
    assert states["given_up"] == sum(states.values()) - 2 > 3


KILLED = """
import sys
from pathlib import Path
from pipeline.campaigns.waves import owe_campaigns
from tests.pipeline.campaigns import MORNING
from tests.pipeline.days import hub_at
with hub_at(Path(sys.argv[1]), MORNING) as hub:
    owe_campaigns(hub)
"""


@pytest.mark.parametrize("point", ["campaign_wave.before_commit", "campaign_wave.after_commit"])
def test_a_wave_that_is_killed_owes_each_notice_once(root: Path, point: str) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
    environment = {**os.environ, "HUB_FAULT": f"{point}:1:kill"}
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], cwd=PROJECT, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    with hub_at(root, MORNING) as hub:
        owe_campaigns(hub)
        assert state_of(hub, key) == "ended"
        assert set(people_of(hub, key).values()) == {("owed", None)}
        assert len(notices(hub)) == len(people_of(hub, key))
