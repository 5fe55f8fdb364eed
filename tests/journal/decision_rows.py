"""Rows of the tables of decisions: one that is valid, and for each check a change that says something impossible."""

from typing import Any

from sqlalchemy import Table

from pipeline.journal.decision_sources import decision_refusals

REFUSAL: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "section": "jidoteate",
    "restricted": False,
    "source": "jidoteate-std/answer.csv",
    "row": 1,
    "code": "DECISION_UNKNOWN",
    "application": None,
    "state": "open",
    "at": "2026-11-24T15:00:00+09:00",
    "ended_at": None,
    "act": None,
}
VALID: list[tuple[Table, dict[str, Any]]] = [(decision_refusals, REFUSAL)]
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_decisions_kind": {"kind": "perhaps", "supersedes": 0},
    "ck_decisions_letter": {"letter": "pigeon"},
    "ck_decisions_later_one_supersedes": {"kind": "change"},
    "ck_decisions_supersedes_earlier": {"kind": "change", "supersedes": 1},
    "ck_decision_refusals_state": {"state": "perhaps", "ended_at": "2026-11-24T15:00:00+09:00"},
    "ck_decision_refusals_settled_by_act": {"state": "settled", "ended_at": "2026-11-24T15:00:00+09:00"},
    "ck_decision_refusals_ended_has_time": {"ended_at": "2026-11-24T15:00:00+09:00"},
}
