"""One valid row of every table of what the intermediate server answered, and what each of their checks forbids."""

from typing import Any

AT = "2026-11-24T22:05:00+09:00"
STATE = {"municipality": "472018", "state": "running", "until": None, "stops": "[]", "seen_at": AT}
REQUEST = {
    "request_id": "472018-flags-2026-11-24", "municipality": "472018", "purpose": "flags", "night": "2026-11-24", "state": "asked",
    "asked_at": AT, "answered_at": None,
}  # fmt: skip
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_server_states_state": {"state": "perhaps"},
    "ck_server_requests_state": {"state": "perhaps"},
    "ck_server_requests_answered_has_time": {"answered_at": AT},
}
