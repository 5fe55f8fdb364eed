"""Answers of residents as they come over the wire: what no journal could hold is refused where it comes in."""

import json

import pytest

from connectors.errors import PermanentError, TransientError
from connectors.http_session import Answer
from connectors.notice_answers import read_page


def _answered(body: object) -> Answer:
    return Answer("osr", "answers", 200, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize("sequence", ["9" * 10, "9" * 5000, "-1", "1.0", "\u0661", ""])
def test_a_sequence_that_no_journal_holds_is_unlike_the_profile(sequence: str) -> None:
    item = {"answerId": "A1", "sequence": sequence, "reference": "r", "choice": "1", "answeredAt": "2026-11-24T10:00:00+09:00"}
    with pytest.raises(PermanentError):
        read_page(_answered({"answers": [item], "more": "0"}))


def test_an_answer_nested_without_end_is_a_malformed_one() -> None:
    body = b'{"a":' + b"[" * 100_000
    with pytest.raises(TransientError, match="malformed"):
        Answer("osr", "answers", 200, {"content-type": "application/json"}, body).json()


@pytest.mark.parametrize("key", ["answerId", "reference"])
@pytest.mark.parametrize("text", ["\ud800", "A\x00"])
def test_a_text_that_no_journal_holds_is_unlike_the_profile(key: str, text: str) -> None:
    item = {"answerId": "A1", "sequence": "1", "reference": "r", "choice": "1", "answeredAt": "2026-11-24T10:00:00+09:00"}
    with pytest.raises(PermanentError, match=f"key {key} is not as the profile says"):
        read_page(_answered({"answers": [item | {key: text}], "more": "0"}))


@pytest.mark.parametrize("choice", ["\ud800", "\x00", 7, None, ["1"]])
def test_a_resident_who_chooses_no_word_keeps_no_later_answer_waiting(choice: object) -> None:
    item = {"answerId": "A1", "sequence": "1", "reference": "r", "choice": choice, "answeredAt": "2026-11-24T10:00:00+09:00"}
    (one,) = read_page(_answered({"answers": [item], "more": "0"})).answers
    assert one.choice == ""
