"""One valid row for each table of people's work on cases: acts, repeats, expected filings, the registry, audits."""

from typing import Any

DAY, MOMENT = "2026-11-24", "2026-11-24T10:00:00+09:00"

ACT: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "kind": "release",
    "application": 1,
    "subject": "CHECK_REQUIRED",
    "actor": "jidoteate-01",
    "login": "hub",
    "reason": "電話で確認した",
    "day": DAY,
    "at": MOMENT,
    "first": None,
    "state": "asked",
}
OUTSIDE: dict[str, Any] = {"application": 1, "role": "spouse", "ordinal": 1, "state": "open", "atena": None, "since": DAY, "act": None}
COUNTER: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "number": "窓口-1",
    "procedure": "jidoteate-nintei",
    "received_on": DAY,
    "channel": "paper",
}
CASE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "destination": "jidoteate-std",
    "number": "C1",
    "receipt": "",
    "procedure": "jidoteate-nintei",
    "state": "open",
    "received_on": DAY,
    "decided_on": None,
}
MARK: dict[str, Any] = {"municipality": "472018", "source": "filing", "entry": 1, "trait": "child", "value": "f" * 64}
REPEAT: dict[str, Any] = {
    "application": 1,
    "source": "counter",
    "number": "窓口-1",
    "kind": "same-child",
    "status": "shadow",
    "day": DAY,
    "state": "open",
    "comes_first": True,
    "differences": "[]",
    "found_on": DAY,
    "answer": None,
    "act": None,
}
EXPECTED_FILE: dict[str, Any] = {
    "municipality": "472018",
    "kind": "extract",
    "name": "genkyo.csv",
    "digest": "a" * 64,
    "rows": 1,
    "loaded_at": MOMENT,
}
EXPECTED: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "procedure": "hoiku-genkyo",
    "period": "2026",
    "person": "f" * 64,
    "sealed": b"sealed",
    "listed": True,
    "application": None,
    "paper_on": None,
    "paper_number": None,
}
REGISTRY_FILE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "day": DAY,
    "number": 1,
    "name": "shuju_472018_20261124_01.csv",
    "digest": "a" * 64,
    "rows": 1,
    "content": b"x",
    "state": "made",
    "made_at": MOMENT,
    "delivered_at": None,
}
SAMPLE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "seed": "7",
    "size": 5,
    "first": DAY,
    "last": DAY,
    "population": 10,
    "digest": "a" * 64,
    "actor": "kansa-01",
    "at": MOMENT,
}
SAMPLE_ITEM: dict[str, Any] = {"sample": 1, "place": 1, "application": 1, "stratum": "jidoteate-nintei"}
AUDIT_FINDING: dict[str, Any] = {"id": 1, "sample": 1, "place": 1, "text": "確認印がない", "actor": "kansa-01", "at": MOMENT}
MEASURE: dict[str, Any] = {
    "id": 1,
    "finding": 1,
    "text": "押印する",
    "state": "planned",
    "due_on": "2026-12-24",
    "actor": "jidoteate-01",
    "at": MOMENT,
}
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_acts_state": {"state": "perhaps"},
    "ck_acts_second_is_done": {"first": 1},
    "ck_outside_people_state": {"state": "perhaps", "act": 1},
    "ck_outside_people_settled_by_act": {"act": 1},
    "ck_outside_people_registered_has_number": {"atena": "000000000000017"},
    "ck_counter_book_channel": {"channel": "pigeon"},
    "ck_receiver_cases_state": {"state": "perhaps"},
    "ck_receiver_cases_decided_has_day": {"decided_on": DAY},
    "ck_repeat_marks_source": {"source": "hearsay"},
    "ck_repeat_findings_status": {"status": "perhaps"},
    "ck_repeat_findings_answer": {"answer": "perhaps", "act": 1},
    "ck_repeat_findings_answer_is_an_act": {"answer": "repeat"},
    "ck_expected_files_kind": {"kind": "perhaps"},
    "ck_expected_filings_paper_has_number": {"paper_on": DAY},
    "ck_registry_files_state": {"state": "lost"},
    "ck_registry_files_delivered_has_time": {"state": "delivered"},
    "ck_audit_samples_size_is_positive": {"size": 0},
    "ck_audit_measures_state": {"state": "perhaps"},
    "ck_audit_measures_planned_has_day": {"due_on": None},
}
