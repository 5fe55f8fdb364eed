"""Many small calls over a few kept-open connections: the same outcomes as one by one, in their order, and nothing sent twice."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from connectors.errors import FinalError, TransientError
from connectors.notices import Notice, NoticeClient, SendResult
from vocabulary.clock import JST

START = datetime(2026, 11, 24, 9, tzinfo=JST)


def notice(reference: str, *, body: str = "申請を受け付けました。") -> Notice:
    return Notice(reference, "000000000000019", "027", "received", "受付のお知らせ", body, START, START)


@pytest.fixture
def osr(world: Any) -> Iterator[NoticeClient]:
    with NoticeClient(world.http("osr")) as client:
        yield client


def test_every_notice_has_its_own_outcome_in_its_own_place(world: Any, osr: NoticeClient) -> None:
    names = [f"lane-{number}" for number in range(25)]
    outcomes = list(osr.send_each((notice(name, body="" if name == "lane-7" else "本文") for name in names), 4))
    assert [one.result for one in outcomes if isinstance(one, SendResult)] == ["refused" if n == 7 else "accepted" for n in range(25)]
    assert list(osr.states(names, 4)) == ["unknown" if n == 7 else "accepted" for n in range(25)]
    assert [effect["key"] for effect in world.effects("osr", "notice") if effect["key"].startswith("lane-")].count("lane-3") == 1


def test_a_lost_answer_is_one_transient_error_among_good_answers(world: Any, osr: NoticeClient) -> None:
    world.arm("lost-answers")
    outcomes = list(osr.send_each((notice(f"drop-{number}") for number in range(9)), 3))
    [lost] = [number for number, one in enumerate(outcomes) if isinstance(one, TransientError)]
    assert osr.state(f"drop-{lost}") == "accepted"
    assert len(outcomes) == 9


def test_tokens_that_expire_in_between_are_replaced(world: Any, osr: NoticeClient) -> None:
    world.arm("expired-tokens")
    outcomes = list(osr.send_each((notice(f"expired-{number}") for number in range(8)), 4))
    assert {getattr(one, "result", "") for one in outcomes} == {"accepted"}


def test_a_declared_final_code_is_told_apart(osr: NoticeClient) -> None:
    first, second = osr.send_each([notice("own"), notice("own", body="別の本文")], 1)
    assert isinstance(first, SendResult)
    assert isinstance(second, FinalError)
    assert second.code == "REFERENCE"


def test_who_stops_early_leaves_no_answer_to_the_next_call(osr: NoticeClient) -> None:
    outcomes = osr.send_each((notice(f"early-{number}") for number in range(10)), 4)
    next(outcomes)
    outcomes.close()
    assert list(osr.states(["never", "early-0"], 4)) == ["unknown", "accepted"]
