"""Answers of residents to questionnaires (アンケートの回答), as the intermediate server's notice interface pages them."""

import re
from dataclasses import dataclass
from datetime import datetime

from connectors.http_session import Answer

_CHOICE = re.compile(r"[0-9A-Za-z_-]{1,40}")
_SEQUENCE = re.compile("[0-9]{1,9}")
_LONGEST_ID = 80


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """One answer. reference: of the notice; choice: number of a slot, or ``cancel``; "" where it is no such word.

    sequence rises with every answer of the server; answered_at: with offset.
    """

    answer_id: str
    sequence: int
    reference: str
    choice: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One page. more: whether there are later ones."""

    answers: list[NoticeAnswer]
    more: bool


def read_page(answer: Answer) -> AnswerPage:
    """A page as the profile has it. Raises PermanentError for one that does not keep to it."""
    return AnswerPage([_one(answer, item) for item in answer.items("answers")], more=answer.text("more") == "1")


def _one(answer: Answer, item: dict[str, object]) -> NoticeAnswer:
    answer_id, sequence, choice = answer.text("answerId", item), answer.text("sequence", item), item.get("choice")
    if not answer_id or len(answer_id) > _LONGEST_ID or not _SEQUENCE.fullmatch(sequence):
        raise answer.unlike_profile("answerId")
    try:
        answered_at = datetime.fromisoformat(answer.text("answeredAt", item))
    except ValueError:
        raise answer.unlike_profile("answeredAt") from None
    if answered_at.tzinfo is None:
        raise answer.unlike_profile("answeredAt")
    # The resident's own: whatever it is, the answers after it are not kept waiting.
    known = choice if isinstance(choice, str) and _CHOICE.fullmatch(choice) else ""
    return NoticeAnswer(answer_id, int(sequence), answer.text("reference", item), known, answered_at)
