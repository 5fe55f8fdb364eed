"""Terms of corrections (補正の期限): as ``terms.yaml`` declares them, unless the procedure or the municipality says otherwise."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

from pydantic import Field

from mappings.correction import CorrectionTerm
from mappings.specification import Assumption, Spec, read_spec
from pipeline.calendar import OpeningDays
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from vocabulary.dates import to_wareki

FILE = Path(__file__).with_name("terms.yaml")
_DAY = timedelta(days=1)


class Terms(Spec):
    """The whole file. least_days: shortest term that a clerk may give, in opening days. longest_list: characters of all that is asked."""

    version: str
    assumptions: tuple[Assumption, ...]
    term: CorrectionTerm
    least_days: int = Field(ge=1)
    longest_list: int = Field(ge=1)


@cache
def declared() -> Terms:
    """The declared terms. Raises SpecError."""
    return read_spec(FILE, Terms)


def term_of(hub: Hub, procedure: str) -> CorrectionTerm:
    """The term of a procedure: the municipality's for it, the municipality's own, the procedure's, the declared one."""
    chosen = hub.enabled(procedure).correction or hub.municipality.correction
    return chosen or hub.procedure(procedure).correction or declared().term


def due_after(opening: OpeningDays, asked_on: date, days: int) -> date:
    """The due day so many opening days after the request (初日不算入). Raises ActRefused for a term that is too short."""
    least = declared().least_days
    if days < least:
        raise ActRefused(f"--days {days}: 補正の期限が短すぎます", f"{least}開庁日以上にしてください")
    return opening.add_open_days(asked_on, days)


def due_until(opening: OpeningDays, asked_on: date, until: date) -> date:
    """The due day on or after ``until``, moved to an opening day. Raises ActRefused for a term that is too short."""
    least = opening.add_open_days(asked_on, declared().least_days)
    if until < least:
        raise ActRefused(f"{until}: 補正の期限が短すぎます", f"{to_wareki(least)}以後の日にしてください")
    return opening.next_open(until)


def reminder_day(opening: OpeningDays, due: date, remind_days: int) -> date:
    """The opening day that lies ``remind_days`` opening days before the due day."""
    day, left = due, remind_days
    while left:
        day -= _DAY
        left -= opening.is_open(day)
    return day
