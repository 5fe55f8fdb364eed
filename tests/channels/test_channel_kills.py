"""A process killed between call and commit, on both channels: one effect for each status and notice, whatever the fault point."""

import os
from collections.abc import Callable
from signal import SIGKILL
from typing import Any

import pytest

from connectors.notices import NoticeClient
from connectors.portal import PortalClient
from pipeline.hub import Hub
from pipeline.notices.channel import send_owed
from pipeline.notices.retry import declared
from pipeline.steps.statuses import send_statuses
from tests.channels.town import at, effects, owe_notices, owe_statuses, sent_statuses, states, status_states
from tests.flow.kills import forked

EIGHT = range(1, 9)
ONE_BY_ONE = [f"notice_{name}.{side}" for name in ("sending", "closed") for side in ("before_commit", "after_commit")]
STATUS = [f"status_{name}.{side}" for name in ("sending", "sent") for side in ("before_commit", "after_commit")]
FILE = [f"notice_file_{name}.{side}" for name in ("named", "sent") for side in ("before_commit", "after_commit")]


def one_by_one(hub: Hub) -> None:
    with NoticeClient(hub.http("osr")) as server:
        send_owed(hub, server)


def by_file(hub: Hub) -> None:
    with NoticeClient(hub.http("osr")) as server:
        send_owed(hub, server, declared().model_copy(update={"file_from": 2}))


def statuses(hub: Hub) -> None:
    with PortalClient(hub.http("portal")) as portal:
        send_statuses(hub, portal)


def killed(town: Any, work: Callable[[Hub], None], fault: str) -> None:
    def run() -> None:
        with town.hub(at(10)) as hub:
            work(hub)

    log = town.root / "child.log"
    status = forked(run, log=log, environment={"HUB_FAULT": fault})
    assert status == -SIGKILL, log.read_text(encoding="utf-8") if log.exists() else os.strerror(0)


@pytest.mark.parametrize("point", ["notice.before_call", "notice.after_call", *ONE_BY_ONE])
def test_a_kill_while_notices_go_one_by_one_leaves_one_effect_each(town: Any, point: str) -> None:
    with town.hub(at(10)) as hub:
        owe_notices(hub, EIGHT)
    killed(town, one_by_one, f"{point}:1:kill")
    with town.hub(at(10)) as hub:
        one_by_one(hub)
        assert states(hub) == {"accepted": 8}
    told = effects(town.root, "notice")
    assert len(told) == len(set(told)) == 8


@pytest.mark.parametrize("point", ["notice_file.before_call", "notice_file.after_call", *FILE])
def test_a_kill_while_notices_go_by_file_leaves_one_effect_each(town: Any, point: str) -> None:
    with town.hub(at(10)) as hub:
        owe_notices(hub, EIGHT)
    killed(town, by_file, f"{point}:1:kill")
    for hour in (11, 12, 13):
        with town.hub(at(hour)) as hub:
            by_file(hub)
    with town.hub(at(13)) as hub:
        assert states(hub) == {"accepted": 8}
    told = effects(town.root, "notice")
    assert len(told) == len(set(told)) == 8


@pytest.mark.parametrize("point", ["status.before_call", "status.after_call", *STATUS])
def test_a_kill_while_statuses_go_leaves_one_effect_each(town: Any, point: str) -> None:
    with town.hub(at(10)) as hub:
        owe_statuses(hub, EIGHT, "RECEIVED", "EXAMINING")
    killed(town, statuses, f"{point}:2:kill")
    with town.hub(at(10)) as hub:
        statuses(hub)
        assert status_states(hub) == {"sent": 16}
    told = sent_statuses(town.root)
    assert len(told) == len(set(told)) == 16


