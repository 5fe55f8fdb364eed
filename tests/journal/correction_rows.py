"""Valid rows of corrections (補正) and withdrawals (取下げ), and what their checks forbid."""

from typing import Any

from sqlalchemy import Table

from pipeline.journal.correction_tables import corrections, withdrawals

DAY, DUE = "2026-11-24", "2026-12-08"

CORRECTION: dict[str, Any] = {
    "id": 1,
    "application": 1,
    "number": 1,
    "requested_on": DAY,
    "due_on": DUE,
    "answered_on": None,
    "state": "open",
    "telling": "waiting",
    "reminded_on": None,
    "answer": None,
    "act": None,
}
WITHDRAWAL: dict[str, Any] = {"application": 1, "source": "portal", "day": DAY, "handed_on": False, "act": None}
VALID: list[tuple[Table, dict[str, Any]]] = [(corrections, CORRECTION), (withdrawals, WITHDRAWAL)]
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_corrections_state": {"state": "perhaps"},
    "ck_corrections_telling": {"telling": "perhaps"},
    "ck_corrections_due_after_request": {"due_on": "2026-11-23"},
    "ck_corrections_answered_after_request": {"answered_on": "2026-11-23"},
    "ck_corrections_answered_has_day": {"state": "answered"},
    "ck_corrections_late_is_after_due": {"state": "late", "answered_on": DUE},
    "ck_corrections_answer_was_given": {"answer": 1},
    "ck_withdrawals_source": {"source": "hearsay"},
    "ck_withdrawals_letter_is_an_act": {"source": "letter"},
}
