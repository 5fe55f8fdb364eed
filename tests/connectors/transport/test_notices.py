"""The notice client against the intermediate server's stand-in over real TLS."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from connectors.errors import PermanentError, TransientError
from connectors.notices import Notice, NoticeClient
from vocabulary.clock import JST


def notice(reference: str, *, atena: str = "000000000000019", body: str = "申請を受け付けました。") -> Notice:
    start, end = datetime(2026, 11, 24, 9, tzinfo=JST), datetime(2026, 12, 24, 9, tzinfo=JST)
    return Notice(reference, atena, "027", "received", "受付のお知らせ", body, start, end)


@pytest.fixture
def osr(world: Any) -> Iterator[NoticeClient]:
    with NoticeClient(world.http("osr")) as client:
        yield client


def references(world: Any) -> list[str]:
    return [effect["key"] for effect in world.effects("osr", "notice")]


def test_the_same_reference_again_gives_the_same_answer_and_no_second_notice(world: Any, osr: NoticeClient) -> None:
    first, again = osr.send(notice("twice")), osr.send(notice("twice"))
    assert first == again
    assert first.result == "accepted"
    assert references(world).count("twice") == 1


def test_a_reference_never_stands_for_two_notices(osr: NoticeClient) -> None:
    osr.send(notice("stable"))
    with pytest.raises(PermanentError, match="409"):
        osr.send(notice("stable", body="別の本文"))


def test_a_notice_whose_answer_was_lost_is_found_by_its_reference(world: Any, osr: NoticeClient) -> None:
    world.arm("lost-answers")
    with pytest.raises(TransientError):
        osr.send(notice("lost"))
    assert osr.state("lost") == "accepted"
    assert osr.send(notice("lost")).result == "accepted"
    assert references(world).count("lost") == 1


def test_an_overloaded_server_is_asked_again_later(world: Any, osr: NoticeClient) -> None:
    world.arm("overload")
    with pytest.raises(TransientError) as busy:
        osr.send(notice("busy"))
    assert busy.value.retry_after == 3
    with pytest.raises(TransientError, match="send: no answer"):
        osr.send(notice("busy"))
    assert osr.state("busy") == "unknown"
    assert osr.send(notice("busy")).result == "accepted"


def test_an_expired_token_is_replaced(world: Any, osr: NoticeClient) -> None:
    world.arm("expired-tokens")
    assert {osr.send(notice(f"token-{number}")).result for number in range(3)} == {"accepted"}


def test_a_resident_without_an_account_is_told_apart(world: Any, osr: NoticeClient) -> None:
    answers = {osr.send(notice(f"account-{number}", atena=f"{number:015d}")).result for number in range(60)}
    assert answers == {"accepted", "not_registered"}
    without = [effect["key"] for effect in world.effects("osr", "no_account")]
    assert without
    assert osr.state(without[0]) == "not_registered"


def test_a_notice_that_is_too_long_is_refused_and_stays_unknown(osr: NoticeClient) -> None:
    assert osr.send(notice("long", body="あ" * 2001)).result == "refused"
    assert osr.state("long") == "unknown"


def test_a_cancelled_notice_says_so_and_cancelling_nothing_changes_nothing(world: Any, osr: NoticeClient) -> None:
    world.arm("lost-answers")
    with pytest.raises(TransientError):
        osr.send(notice("gone"))
    with pytest.raises(TransientError):
        osr.cancel("gone")
    assert osr.state("gone") == "cancelled"
    assert osr.cancel("gone") == "cancelled"
    assert osr.cancel("never-sent") == "unknown"
    assert [effect["key"] for effect in world.effects("osr", "cancel")].count("gone") == 1


def test_a_file_of_notices_is_registered_once_and_answers_when_done(world: Any, osr: NoticeClient) -> None:
    world.arm("lost-answers")
    notices = [notice(f"file-{number}") for number in range(5)]
    with pytest.raises(TransientError):
        osr.send_file("notices_20261124_001", notices)
    file_id = osr.send_file("notices_20261124_001", notices)
    assert not osr.file_result(file_id).done
    answer = osr.file_result(file_id)
    assert answer.done
    assert answer.results == {one.reference: "accepted" for one in notices}
    assert len([key for key in references(world) if key.startswith("file-")]) == 5


def test_too_many_notices_for_a_file_are_never_sent(osr: NoticeClient) -> None:
    with pytest.raises(PermanentError, match="more than 1000"):
        osr.send_file("large", [notice(str(number)) for number in range(1001)])


def test_journals_hold_neither_text_nor_resident_numbers(world: Any, osr: NoticeClient) -> None:
    osr.send(notice("private", atena="918273645546372", body="秘密の本文"))
    folder = world.root / "sandbox" / "journals"
    text = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert "private" in text
    assert "918273645546372" not in text
    assert "秘密" not in text
    assert "受付のお知らせ" not in text


def test_repr_of_a_notice_shows_no_resident() -> None:
    assert "000000000000019" not in repr(notice("shown"))
