"""Rounds of 利用調整 (利用調整の回) as a municipality declares them, and which one a filing belongs to by its wish and its arrival."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.specification import Spec
from vocabulary.clock import JST
from vocabulary.dates import to_wareki


class Round(Spec):
    """One round. deadline: 締切, a moment in Japan that still counts. first_start to last_start: days from which it gives places."""

    id: str = Field(pattern=r"^[0-9A-Za-z-]{1,20}$")
    name: str
    deadline: datetime
    first_start: date
    last_start: date

    @field_validator("deadline")
    @classmethod
    def _in_japan(cls, deadline: datetime) -> datetime:
        return deadline if deadline.tzinfo else deadline.replace(tzinfo=JST)

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.first_start > self.last_start:
            raise ValueError(f"round {self.id}: first_start is after last_start")
        return self


class RoundCalendar(Spec):
    """All rounds of a procedure. after_deadline: what becomes of a filing after the last deadline for its wished start:

    next takes it into the next open round of a later start, ask holds it for a person.
    """

    after_deadline: Literal["next", "ask"]
    calendar: tuple[Round, ...] = Field(min_length=1)

    @field_validator("calendar")
    @classmethod
    def _none_twice(cls, calendar: tuple[Round, ...]) -> tuple[Round, ...]:
        names = [one.id for one in calendar]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f"round {twice} stands twice")
        return calendar

    def seat(self, wish: date, arrived: datetime) -> "Seat":
        """The round of a filing that wishes a place from ``wish`` on: the first one for that start whose deadline it met."""
        rounds = sorted(self.calendar, key=lambda one: one.deadline)
        own = [one for one in rounds if one.first_start <= wish <= one.last_start]
        if not own:
            return Seat(None, "ROUND_MISSING", f"利用希望開始日{to_wareki(wish)}に当たる回がありません")
        met = next((one for one in own if arrived <= one.deadline), None)
        if met:
            return Seat(met.id, "", _words(met))
        late = f"利用希望開始日{to_wareki(wish)}の回は{_moment(own[-1].deadline)}に締切ずみ"
        later = [one for one in rounds if arrived <= one.deadline and one.first_start > wish]
        if self.after_deadline == "next" and later:
            first = min(later, key=lambda one: one.first_start)
            return Seat(first.id, "", f"{_words(first)}。{late}のため次の回")
        return Seat(None, "ROUND_PASSED", late)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a filing stands. round: id, None with the reason code of why there is none. reasoning: in words for clerks."""

    round: str | None
    code: str
    reasoning: str


def _words(one: Round) -> str:
    return f"{one.name}（締切{_moment(one.deadline)}）"


def _moment(instant: datetime) -> str:
    local = instant.astimezone(JST)
    return f"{to_wareki(local.date())}{local.hour}時{local.minute:02d}分"
