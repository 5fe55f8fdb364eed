"""What a close shows of statuses and notices: whatever has no application counts too, each channel for itself, a day's own rows only."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.close_details import details_of
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.pages.close_rows import ChannelDay
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, at, hub_at

Own = Callable[[Path], Path]


def owe(hub: Hub, number: int, *, channel: str = "portal", state: str = "owed", **times: datetime) -> None:
    """A notice of a campaign: it has no application."""
    moments = {name: moment.isoformat() for name, moment in times.items()}
    row: dict[str, Any] = {
        "municipality": NAHA, "kind": "nyuyoji-kenshin", "sort": "campaign", "subject_key": f"campaign 1/person {number}",
        "channel": channel, "channels_after": "", "atena": "000000000000017", "business": "019", "subject": "健診のお知らせ",
        "body": b"sealed", "display_days": 30,
        "reference": f"reference-{number}", "state": state, "attempts": 0, "owed_at": at(10).isoformat(), **moments,
    }  # fmt: skip
    with hub.journal.write() as write:
        write.insert_row(notice_outbox, row)
        write.leaf("planted")


def channels(hub: Hub, day: Any = DAY) -> dict[str, ChannelDay]:
    return {one.channel: one for one in details_of(hub, day).channels}


@pytest.fixture
def hub(own: Own, made_root: Path) -> Any:
    with hub_at(own(made_root), at(18)) as opened:
        yield opened


def test_notices_without_an_application_count_in_their_own_channel(hub: Hub) -> None:
    owe(hub, 1)
    owe(hub, 2, state="sent", sent_at=at(11))
    owe(hub, 3, channel="letterbox")
    owe(hub, 4, channel="paper", state="sent", sent_at=at(12))
    found = channels(hub)
    assert found["notices"] == ChannelDay("notices", owed=2, sent=1, open=1, oldest=DAY.isoformat())
    assert found["letterbox"] == ChannelDay("letterbox", owed=1, sent=0, open=1, oldest=DAY.isoformat())
    assert found["paper"] == ChannelDay("paper", owed=1, sent=1, open=0, oldest="")
    assert found["statuses"].owed == 0


def test_a_notice_that_may_go_out_later_is_owed_from_then_on(hub: Hub) -> None:
    owe(hub, 1, not_before=at(9, day=NEXT_DAY))
    assert channels(hub)["notices"] == ChannelDay("notices", owed=0, sent=0, open=0, oldest="")
    assert channels(hub, NEXT_DAY)["notices"] == ChannelDay("notices", owed=1, sent=0, open=1, oldest=NEXT_DAY.isoformat())


def test_what_was_sent_on_a_later_day_was_open_on_this_one(hub: Hub) -> None:
    owe(hub, 1, state="sent", sent_at=at(11, day=NEXT_DAY))
    assert channels(hub)["notices"] == ChannelDay("notices", owed=1, sent=0, open=1, oldest=DAY.isoformat())
    assert channels(hub, NEXT_DAY)["notices"] == ChannelDay("notices", owed=0, sent=1, open=0, oldest="")
