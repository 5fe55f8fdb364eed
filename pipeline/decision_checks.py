"""What a decision must agree with (決定の確認): state and kind of the application, its day and numbers, corrections, documents."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from mappings.procedure import Outcome
from pipeline.deadlines import ASKED
from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import LETTERS
from pipeline.journal.intake_tables import documents
from vocabulary.masking import mask_numbers

if TYPE_CHECKING:
    from pipeline.decisions import DecisionInput

EARLY = "DECISION_EARLY"
GIVES_REASONS = ("REJECTED", "CORRECTION")
LONGEST_NUMBER, LONGEST_GROUNDS = 60, 400
"""Characters of 決裁番号 and 文書番号, and of the reasons: one longer text would undo a whole file's transaction on PostgreSQL."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def misfit(hub: Hub, write: Write, row: Row[Any], given: "DecisionInput", outcome: Outcome | None) -> str:
    """The reason code of what does not fit, empty when all does."""
    if row.disposition in ("settled", "withdrawn"):
        return "DECISION_CLOSED"
    lapsed = is_lapsed(write, row)
    if row.disposition != "delivered" and row.reason != EARLY and not lapsed:
        return "DECISION_FOREIGN"
    if outcome is None or (lapsed and outcome.status != "REJECTED"):
        return "DECISION_OUTCOME"
    if is_correcting(write, row):
        return "DECISION_IN_CORRECTION"
    return _faulty_words(given, outcome) or _faulty_day(hub, row, given.decided_on)


def _faulty_words(given: "DecisionInput", outcome: Outcome) -> str:
    """A decision has a number, what is refused or sent back has reasons (行政手続法8条); numbers are plain and short."""
    numbers = (given.decision_number, given.document_number)
    if not given.decision_number or any(len(one) > LONGEST_NUMBER or _CONTROL.search(one) for one in numbers):
        return "DECISION_INCOMPLETE"
    if len(given.grounds) > LONGEST_GROUNDS or any(mask_numbers(text) != text for text in (*numbers, given.grounds)):
        return "DECISION_INCOMPLETE"
    if outcome.status in GIVES_REASONS and not given.grounds.strip():
        return "DECISION_INCOMPLETE"
    # Reasons and 教示 of a refusal stand in its letter (行政手続法8条、行政不服審査法82条).
    if given.letter not in LETTERS or (outcome.status == "REJECTED" and given.letter == "none"):
        return "DECISION_LETTER"
    return ""


def _faulty_day(hub: Hub, row: Row[Any], text: str) -> str:
    """Written YYYY-MM-DD, neither to come nor before the filing."""
    try:
        day = date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return "DECISION_INCOMPLETE"
    arrived = row.arrived_at[:10]
    return "DECISION_DAY" if day > hub.clock.today() or text < arrived else ""


def is_correcting(write: Write, row: Row[Any]) -> bool:
    """Whether the resident is still asked for something."""
    waiting = (corrections.c.application == row.id) & corrections.c.state.in_(ASKED)
    return write.read(select(corrections.c.id).where(waiting)).first() is not None


def is_lapsed(write: Write, row: Row[Any]) -> bool:
    """Whether the application never left because a correction that was asked for did not come."""
    if row.disposition not in ("held", "waiting", "open"):
        return False
    last = select(corrections.c.state).where(corrections.c.application == row.id).order_by(corrections.c.id.desc()).limit(1)
    return write.read(last).scalar() == "lapsed"


def missing_documents(write: Write, row: Row[Any], outcome: Outcome) -> tuple[str, ...]:
    """Codes of the documents and visits that an end of this kind needs and that are still owed (事前送信は来所で完結)."""
    owed = (documents.c.application == row.id) & (documents.c.state == "owed") & documents.c.document.in_(outcome.needs)
    return tuple(write.read(select(documents.c.document).where(owed).order_by(documents.c.document)).scalars())
