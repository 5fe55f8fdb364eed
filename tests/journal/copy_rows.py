"""One valid row of each table of copies (副本), and what their checks forbid."""

from typing import Any

NIGHT = "2026-11-24"
AT = "2026-11-24T22:10:00+09:00"
EXTRACT = {
    "id": 1,
    "municipality": "472018",
    "ledger": "jidoteate",
    "name": "jidoteate_20261124.csv",
    "digest": "d" * 64,
    "rows": 200,
    "as_of": "2026-11-24",
    "state": "taken",
    "reason": None,
    "at": AT,
}
CURRENT = {
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "layout": "2026-06",
    "extract": 1,
    "blob": "cc/cc",
    "digest": "c" * 64,
    "records": 200,
    "as_of": "2026-11-24",
}
STATE = {
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "layout": "2026-06",
    "accepted_blob": "aa/aa",
    "digest": "a" * 64,
    "records": 190,
    "changed_at": AT,
}
REQUEST = {
    "id": 1,
    "request_id": "r" * 40,
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "layout": "2026-06",
    "night": NIGHT,
    "as_of": "2026-11-24",
    "parts": 2,
    "sent_parts": 0,
    "records": 12,
    "digest": "b" * 64,
    "blob": "bb/bb",
    "state": "made",
    "answer_digest": None,
    "made_at": AT,
    "answered_at": None,
}
ITEM = {
    "request": 1,
    "record_id": "00000001",
    "operation": "1",
    "atena_index": "p" * 64,
    "key_index": "k" * 64,
    "line_digest": "l" * 64,
    "state": "sent",
    "code": None,
    "item": None,
    "tries": 1,
    "since": NIGHT,
    "next_try": None,
}
DRIFT = {
    "id": 1,
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "night": NIGHT,
    "changes": 900,
    "accepted": 1000,
    "state": "stopped",
    "actor": None,
    "reason": None,
    "at": AT,
}
DIFFERENCE = {
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "sort": "value",
    "key_index": "k" * 64,
    "item": "teategetsugaku",
    "first_seen": NIGHT,
    "last_seen": NIGHT,
    "owner": "jidoteate",
    "state": "open",
}
FLAGS = {"municipality": "472018", "night": NIGHT, "checked": 3, "missing": 1, "set_now": 1, "at": AT}
FLAGGED = {"municipality": "472018", "atena_index": "p" * 64, "flag": "nondisclosure", "night": NIGHT, "state": "set"}
WITHHELD = {
    "municipality": "472018",
    "kind": "jidoteate-jukyu",
    "key_index": "k" * 64,
    "operation": "1",
    "atena_index": "p" * 64,
    "since": NIGHT,
    "ended_on": None,
}

FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_copy_extracts_state": {"state": "perhaps"},
    "ck_copy_extracts_refused_has_reason": {"state": "refused"},
    "ck_copy_extracts_rows": {"rows": -1},
    "ck_copy_currents_records": {"records": -1},
    "ck_copy_states_records": {"records": -1},
    "ck_copy_requests_state": {"state": "perhaps", "sent_parts": 2},
    "ck_copy_requests_no_empty_part": {"records": 1},
    "ck_copy_requests_sent_parts": {"sent_parts": -1},
    "ck_copy_requests_sent_when_every_part_is": {"state": "sent"},
    "ck_copy_requests_answered_has_answer": {"state": "answered", "sent_parts": 2, "answered_at": AT},
    "ck_copy_requests_answered_has_time": {"state": "answered", "sent_parts": 2, "answer_digest": "e" * 64},
    "ck_copy_items_operation": {"operation": "4"},
    "ck_copy_items_state": {"state": "perhaps"},
    "ck_copy_items_trouble_has_code": {"state": "failed"},
    "ck_copy_items_waiting_has_next_try": {"state": "waiting", "code": "COPY_PERSON_UNKNOWN"},
    "ck_copy_items_tries": {"tries": 0},
    "ck_copy_drifts_state": {"state": "perhaps"},
    "ck_copy_drifts_approved_has_actor": {"state": "approved"},
    "ck_copy_drifts_actor_has_reason": {"state": "approved", "actor": "somebody"},
    "ck_copy_differences_sort": {"sort": "perhaps", "item": ""},
    "ck_copy_differences_state": {"state": "perhaps"},
    "ck_copy_differences_seen_in_order": {"first_seen": "2026-11-25"},
    "ck_copy_differences_value_has_item": {"item": ""},
    "ck_copy_flags_missing_was_checked": {"missing": 4},
    "ck_copy_flags_set_was_checked": {"set_now": 4},
    "ck_copy_flagged_flag": {"flag": "perhaps"},
    "ck_copy_flagged_state": {"state": "perhaps"},
    "ck_copy_withheld_operation": {"operation": "3"},
    "ck_copy_withheld_ended_after_it_began": {"ended_on": "2026-11-23"},
}
