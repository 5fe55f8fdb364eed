"""Results of files of notices: late, of foreign notices, or two for one; none of them decides anything, each notice is asked for."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.notices import NoticeClient
from pipeline.alarms import open_alarms
from pipeline.notices.channel import send_owed
from pipeline.notices.retry import declared
from tests.channels.town import at, effects, owe_notices, states

EIGHT = range(1, 9)
BY_FILE = declared().model_copy(update={"file_from": 2})


def by_file(town: Any, moment: Any) -> dict[str, int]:
    town.control.set_clock(moment)
    with town.hub(moment) as hub, NoticeClient(hub.http("osr")) as server:
        return send_owed(hub, server, BY_FILE)


def alarms(town: Any, moment: Any) -> list[str]:
    with town.hub(moment) as hub:
        return sorted(row.kind for row in open_alarms(hub))


def handed_over(town: Any, script: str) -> None:
    with town.hub(at(10)) as hub:
        owe_notices(hub, EIGHT)
    assert by_file(town, at(10))["sent"] == 8
    town.arm(script)


def test_a_result_that_stays_away_is_an_alarm_after_a_day_and_each_notice_is_asked_for(town: Any) -> None:
    handed_over(town, "file-results-late")
    assert by_file(town, at(16)) == {}
    assert alarms(town, at(16)) == []
    late = at(10) + declared().longest + timedelta(hours=1)
    assert by_file(town, late)["accepted"] == 8
    assert alarms(town, late) == ["NOTICE_RESULT_LATE"]
    assert len(effects(town.root, "notice")) == 8


@pytest.mark.parametrize(("script", "raised"), [("file-results-foreign", ["NOTICE_RESULT_FOREIGN"]), ("file-results-two-ways", [])])
def test_a_result_of_nobodys_notice_or_with_two_words_for_one_decides_nothing(town: Any, script: str, raised: list[str]) -> None:
    handed_over(town, script)
    by_file(town, at(11))
    assert by_file(town, at(12))["accepted"] == 8
    assert alarms(town, at(12)) == raised
    with town.hub(at(12)) as hub:
        assert states(hub) == {"accepted": 8}
    assert len(effects(town.root, "notice")) == 8


def test_a_file_that_is_gone_there_is_asked_for_notice_by_notice(town: Any) -> None:
    handed_over(town, "file-results-gone")
    assert by_file(town, at(11))["accepted"] == 8
    assert len(effects(town.root, "notice")) == 8
