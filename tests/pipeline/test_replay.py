"""Replays: what went out is emitted again as a new generation, once, in the original order, and the balance stays right."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from pipeline.balance import balance_of
from pipeline.cli import main
from pipeline.hub import Hub
from pipeline.journal.decision_tables import decisions, notice_outbox, status_outbox
from pipeline.journal.delivery_tables import batch_items, batches, obligations
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications
from pipeline.journal.replay_tables import replay_items, replays
from pipeline.journal.schema import metadata
from pipeline.replays import Selection, plan_replay
from pipeline.steps.close_day import inspect_day
from pipeline.steps.deliver import batch_bytes
from tests.flow.kills import forked, warm_up
from tests.pipeline.days import DAY, NEXT_DAY, at, hub_at, outcomes, outside, rows, run

Own = Callable[[Path], Path]
ORDER = ("--actor", "情報政策課 比嘉", "--reason", "受信側で前日分を失ったため")
NOON = at(12, day=NEXT_DAY)


def command(root: Path, *options: str) -> Result:
    """``hub replay`` at noon of the next day."""
    environment = {"HUB_NOW": NOON.isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    return CliRunner().invoke(main, ["replay", "--root", str(root), *options], prog_name="hub", env=environment)


def journal_of(root: Path) -> dict[str, list[Any]]:
    return {table.name: [tuple(row) for row in rows(root, select(table))] for table in metadata.sorted_tables}


def delivered(root: Path, destination: str) -> list[str]:
    return sorted(path.name for path in (root / "delivered" / destination).iterdir())


def plan_of(root: Path, *options: str) -> dict[str, Any]:
    shown = command(root, *options, "--dry-run", "--json")
    assert shown.exit_code == 0, shown.output
    return dict(json.loads(shown.stdout))


def generations(root: Path, destination: str) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    owed = select(obligations).where(obligations.c.destination == destination).order_by(obligations.c.generation)
    for row in rows(root, owed):
        found.setdefault(row.application, []).append((row.generation, row.state))
    return found


def records(hub: Hub, destination: str, generation: int) -> list[tuple[int, str, int, str]]:
    """Records of a generation as they stand in its files, file by file."""
    items = select(batch_items).where(batch_items.c.destination == destination, batch_items.c.generation == generation)
    found = hub.journal.rows(items.order_by(batch_items.c.batch, batch_items.c.offset))
    return [(item.application, item.record_kind, item.ordinal, item.digest) for item in found]


def test_a_dry_run_shows_what_would_go_where_and_changes_nothing(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    before, files = journal_of(root), delivered(root, "hoiku")
    shown = command(root, "--destination", "hoiku", "--date", DAY.isoformat(), "--dry-run")
    assert shown.exit_code == 0, shown.output
    owed = generations(root, "hoiku")
    assert f"hoiku: 再出力 {len(owed)}件（前の出力と内容が変わるもの 0件）" in shown.stdout
    for row in rows(root, select(applications).where(applications.c.id.in_(owed))):
        assert f"  {row.receipt} {row.procedure} → hoiku 第2世代 同じ内容" in shown.stdout
    assert re.search(r"--token）: [0-9a-f]{16}\n", shown.stdout)
    assert (journal_of(root), delivered(root, "hoiku")) == (before, files)
    assert plan_of(root, "--destination", "hoiku", "--date", NEXT_DAY.isoformat())["items"] == []


def test_what_was_looked_at_is_emitted_again_once_under_a_name_of_its_own(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    files, owed = delivered(root, "hoiku"), generations(root, "hoiku")
    token = plan_of(root, "--destination", "hoiku")["token"]
    done = command(root, "--destination", "hoiku", *ORDER, "--token", token)
    assert done.exit_code == 0, done.output
    assert generations(root, "hoiku") == {key: [(1, "delivered"), (2, "delivered")] for key in owed}
    fresh = sorted(set(delivered(root, "hoiku")) - set(files))
    assert len(fresh) == len(files)
    assert all("20261125" in name for name in fresh)
    with hub_at(root, NOON) as hub:
        assert records(hub, "hoiku", 2) == records(hub, "hoiku", 1)
        for batch in hub.journal.rows(select(batches).where(batches.c.name.in_(fresh))):
            assert (root / "delivered/hoiku" / batch.name).read_bytes() == batch_bytes(hub, batch)
        assert inspect_day(hub, NEXT_DAY).balanced
    (order,) = rows(root, select(replays))
    assert (order.actor, order.reason, order.day) == (ORDER[1], ORDER[3], "2026-11-25")
    (leaf,) = [fact for row in rows(root, select(log_leaves.c.data)) if (fact := json.loads(row.data))["event"] == "replay_ordered"]
    assert (leaf["actor"], leaf["reason"], leaf["token"], leaf["items"]) == (ORDER[1], ORDER[3], token, len(owed))
    after = journal_of(root)
    again = command(root, "--destination", "hoiku", *ORDER, "--token", token)
    assert again.exit_code == 0
    assert "指示ずみ" in again.stderr
    assert journal_of(root) == after


def test_a_replay_without_a_look_at_it_is_refused(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    before = journal_of(root)
    for options, words in (
        (ORDER, "dry run"),
        ((*ORDER, "--token", "0123456789abcdef"), "not that of what matches now"),
        (("--yes", "--actor", "比嘉"), "--reason is missing"),
        (("--yes", *ORDER[:3], "個人番号 123456789018 の人"), "個人番号"),
        (("--yes", *ORDER, "--receipt", "99999999-99999999"), "nothing that went out matches"),
    ):
        refused = command(root, "--destination", "hoiku", *options)
        assert (refused.exit_code, words in refused.stderr) == (2, True), refused.stderr
    assert "--destination" in command(root, "--destination", "hoikuu", "--dry-run").stderr
    assert "say" in command(root, "--dry-run").stderr
    assert journal_of(root) == before


def test_a_confirmed_replay_needs_no_token(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    (receipt, *_) = [item["receipt"] for item in plan_of(root, "--destination", "hoiku")["items"]]
    done = command(root, "--destination", "hoiku", "--receipt", receipt, *ORDER, "--yes")
    assert done.exit_code == 0, done.output
    twice = [key for key, states in generations(root, "hoiku").items() if len(states) == 2]
    assert [row.receipt for row in rows(root, select(applications.c.receipt).where(applications.c.id.in_(twice)))] == [receipt]


def test_what_is_emitted_again_keeps_the_order_in_which_it_went_out(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    mine = select(obligations.c.application).join(applications, applications.c.id == obligations.c.application)
    hoiku = [row.application for row in rows(root, mine.where(obligations.c.destination == "hoiku").order_by(applications.c.arrived_at))]
    assert len(hoiku) >= 3
    first = (obligations.c.application == hoiku[0]) & (obligations.c.destination == "hoiku")
    for state, reason in (("held", "CHAR_UNMAPPABLE"), ("owed", None)):
        with hub_at(root, at(9)) as hub, hub.journal.write() as write:
            write.execute(update(obligations).where(first).values(state=state, reason=reason, held_by=hub.format_version("hoiku")))
            ready = {"stage": "checked", "disposition": "open", "reason": None}
            write.execute(update(applications).where(applications.c.id == hoiku[0]).values(**ready))
            write.leaf("test_put_off")
        run(root, ("release", "deliver"), at(9))
    with hub_at(root, NOON) as hub:
        order = list(dict.fromkeys(application for application, *_ in records(hub, "hoiku", 1)))
        assert (sorted(order), order[-1]) == (sorted(hoiku), hoiku[0])
        assert [item.row.id for item in plan_replay(hub, Selection(destination="hoiku")).items] == order
    assert command(root, "--destination", "hoiku", *ORDER, "--yes").exit_code == 0
    with hub_at(root, NOON) as hub:
        assert list(dict.fromkeys(application for application, *_ in records(hub, "hoiku", 2))) == order


def test_the_balance_counts_what_is_under_way_as_waiting_and_leaves_earlier_days_as_they_were(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with hub_at(root, NOON) as hub:
        day, next_day = (balance_of(hub, one).total for one in (DAY, NEXT_DAY))
        plan = plan_replay(hub, Selection(destination="jidoteate-host"))
        count = len(plan.items)
    assert count > 0
    # Its server is not there: the new generation is released and waits.
    postponed = command(root, "--destination", "jidoteate-host", *ORDER, "--yes")
    assert postponed.exit_code == 0, postponed.output
    with hub_at(root, NOON) as hub:
        assert balance_of(hub, DAY).total == day
        waiting = balance_of(hub, NEXT_DAY)
        assert waiting.holds
        assert (waiting.total.waiting, waiting.total.carried_in) == (next_day.waiting + count, next_day.carried_in + count)
    with outside(root, NOON):
        run(root, ("deliver",), NOON)
        with hub_at(root, NOON) as hub:
            assert balance_of(hub, DAY).total == day
            ended = balance_of(hub, NEXT_DAY)
            assert (ended.total.delivered, ended.total.waiting, ended.holds) == (count, next_day.waiting, True)
            assert inspect_day(hub, NEXT_DAY).balanced


def test_answers_to_a_new_generation_are_no_second_effect(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with outside(root, at(10)) as running:
        run(root, ("answers", "statuses", "notices"), at(10))
        before = {table.name: [tuple(row) for row in rows(root, select(table))] for table in (decisions, status_outbox, notice_outbox)}
        assert before["decisions"]
        assert command(root, "--destination", "jidoteate-std", *ORDER, "--yes").exit_code == 0
        running.control.set_clock(NOON)
        running.control.settle("receipts")
        running.control.settle("results")
        counts = run(root, ("answers", "statuses", "notices"), NOON)
    assert counts["answers"]["receipts"] > 0
    assert (counts["answers"]["decisions"], counts["answers"]["refused_rows"]) == (0, 0)
    assert {table.name: [tuple(row) for row in rows(root, select(table))] for table in (decisions, status_outbox, notice_outbox)} == before


def test_protected_held_and_withdrawn_applications_are_left_out(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    items = plan_of(root, "--destination", "hoiku")["items"]
    assert len(items) >= 3
    changes: list[dict[str, Any]] = [
        {"restricted": True}, {"disposition": "held", "reason": "CHAR_UNMAPPABLE"}, {"disposition": "withdrawn", "reason": None}
    ]  # fmt: skip
    with hub_at(root, NOON) as hub, hub.journal.write() as write:
        for item, change in zip(items, changes, strict=False):
            write.execute(update(applications).where(applications.c.receipt == item["receipt"]).values(**change))
        write.leaf("test_changed_cases")
    plan = plan_of(root, "--destination", "hoiku")
    assert [(one["receipt"], one["why"]) for one in plan["left_out"]] == [
        (item["receipt"], why) for item, why in zip(items, ("protected", "held", "ended"), strict=False)
    ]
    assert plan["items"] == items[3:]


def test_a_refused_file_is_sent_again_and_its_applications_are_delivered(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    for receipt in (root / "sandbox/receivers/hoiku/out/receipts").iterdir():
        receipt.write_text(receipt.read_text(encoding="utf-8").replace(",OK,", ",NG,"), encoding="utf-8")
    run(root, ("answers",), at(10))
    refused = [receipt for receipt, words in outcomes(root).items() if words == ["held:FILE_REFUSED"]]
    assert refused
    assert command(root, "--destination", "hoiku", *ORDER, "--yes").exit_code == 0
    assert {word for receipt in refused for word in outcomes(root)[receipt]} == {"delivered"}
    assert all(states == [(1, "held"), (2, "delivered")] for states in generations(root, "hoiku").values())


POINTS = ["replay_ordered.before_commit", "replay_ordered.after_commit", "release.file_stored", "deliver.after_call"]


@pytest.mark.parametrize("point", POINTS)
def test_a_replay_that_is_killed_is_finished_by_the_same_command(own: Own, delivered_root: Path, point: str) -> None:
    root = own(delivered_root)
    warm_up()
    owed = generations(root, "hoiku")
    assert killed(root, point) == -9
    done = command(root, "--destination", "hoiku", *ORDER, "--yes")
    assert done.exit_code == 0, done.output
    assert generations(root, "hoiku") == {key: [(1, "delivered"), (2, "delivered")] for key in owed}
    assert len(rows(root, select(replays))) == 1
    assert len(rows(root, select(replay_items))) == len(owed)
    with hub_at(root, NOON) as hub:
        assert records(hub, "hoiku", 2) == records(hub, "hoiku", 1)


def killed(root: Path, point: str) -> int:
    """Run the command in a process of its own that dies at a fault point."""

    def work() -> None:
        command(root, "--destination", "hoiku", *ORDER, "--yes")

    return forked(work, log=root / "child.log", environment={"HUB_FAULT": f"{point}:1:kill"})
