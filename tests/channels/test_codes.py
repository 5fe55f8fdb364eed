"""What the other side refuses: a final code ends its own row, an unknown one is loud and waits, nothing is tried for ever."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from connectors.errors import PermanentError
from pipeline.alarms import open_alarms
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.notices.retry import declared
from tests.channels.town import at, effects, owe_notices, owe_statuses, sent_statuses, states, status_states

FIVE = range(1, 6)


def codes(hub: Any, table: Any) -> list[tuple[str, str | None]]:
    """State and code of what is not done."""
    rows = hub.journal.rows(select(table.c.state, table.c.code).where(table.c.code.is_not(None)))
    return sorted((row.state, row.code) for row in rows)


def alarms(hub: Any) -> list[str]:
    return sorted(row.kind for row in open_alarms(hub))


def test_a_final_code_ends_one_notice_an_unknown_one_waits_for_a_person_and_the_others_go_out(town: Any) -> None:
    with town.hub(at(10)) as hub:
        owe_notices(hub, FIVE)
    town.arm("channels-refuse")
    with pytest.raises(PermanentError, match="NEW_RULE"):
        town.run("notices", at(10))
    with town.hub(at(10)) as hub:
        assert states(hub) == {"accepted": 3, "refused": 1, "sending": 1}
        assert codes(hub, notice_outbox) == [("refused", "NOTICE"), ("sending", "NEW_RULE")]
        assert alarms(hub) == ["NOTICE_CODE_UNKNOWN", "NOTICE_REFUSED"]
    assert town.run("notices", at(15))["accepted"] == 0
    assert len(effects(town.root, "notice")) == 3


def test_a_final_code_ends_one_status_an_unknown_one_waits_for_a_person_and_the_others_go_out(town: Any) -> None:
    with town.hub(at(10)) as hub:
        owe_statuses(hub, FIVE, "RECEIVED")
    town.arm("channels-refuse")
    with pytest.raises(PermanentError, match="NEW_RULE"):
        town.run("statuses", at(10))
    with town.hub(at(10)) as hub:
        assert status_states(hub) == {"sent": 3, "refused": 1, "sending": 1}
        assert codes(hub, status_outbox) == [("refused", "STATUS"), ("sending", "NEW_RULE")]
        assert alarms(hub) == ["STATUS_CODE_UNKNOWN", "STATUS_REFUSED"]
    assert town.run("statuses", at(15))["sent"] == 0
    assert len(sent_statuses(town.root)) == 3


def test_a_result_that_the_profile_lacks_is_its_notices_own(town: Any) -> None:
    with town.hub(at(10)) as hub:
        owe_notices(hub, FIVE)
    town.arm("notices-unlike-profile")
    with pytest.raises(PermanentError, match="on_hold"):
        town.run("notices", at(10))
    with town.hub(at(10)) as hub:
        assert states(hub) == {"accepted": 4, "sending": 1}
        assert alarms(hub) == ["NOTICE_CODE_UNKNOWN"]


@pytest.mark.parametrize("channel", ["notices", "statuses"])
def test_what_nobody_answers_is_given_up_after_the_last_try_and_not_before(town: Any, channel: str) -> None:
    owe, table = (owe_notices, notice_outbox) if channel == "notices" else (owe_statuses, status_outbox)
    with town.hub(at(9)) as hub:
        owe(hub, [1], *(["RECEIVED"] if channel == "statuses" else []))
    town.arm("one-row-unanswered")
    tries, moment = 0, at(9)
    while (row := row_of(town, table, moment)).state != "given_up":
        assert tries <= len(declared().wait_minutes)
        moment = opening(datetime.fromisoformat(row.next_try_at)) if row.next_try_at else moment
        town.run(channel, moment)
        tries += 1
    assert (tries, row.code) == (len(declared().wait_minutes) + 1, "NO_ANSWER")
    with town.hub(moment) as hub:
        assert alarms(hub) == ["NOTICE_GIVEN_UP" if channel == "notices" else "STATUS_GIVEN_UP"]
    town.arm("quiet")
    town.run(channel, moment + timedelta(days=1))
    assert row_of(town, table, moment).state == "given_up"


def opening(moment: datetime) -> datetime:
    """The moment, or the next opening morning: nobody is told at night."""
    later = moment
    while later.weekday() > 4 or not 9 <= later.hour < 17:
        later = later.replace(minute=0) + timedelta(hours=1)
    return later


def row_of(town: Any, table: Any, moment: datetime) -> Any:
    with town.hub(moment) as hub:
        (row,) = hub.journal.rows(select(table))
    return row
