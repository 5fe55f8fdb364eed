"""A valid row of the letters."""

from typing import Any

LETTER: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "notice": 1,
    "day": "2026-11-24",
    "number": 1,
    "name": "letter_0a1b2c3d4e5f.pdf",
    "digest": "a" * 64,
    "pages": 1,
    "state": "made",
    "posted_on": None,
    "returned_on": None,
    "act": None,
}
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_letters_state": {"state": "lost"},
    "ck_letters_posted_has_day": {"state": "posted"},
    "ck_letters_returned_has_day": {"returned_on": "2026-11-25"},
}
