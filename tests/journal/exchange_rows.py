"""One valid row of every table of records of exchange, and what each of their checks forbids."""

from typing import Any

AT = "2026-11-24T22:05:00+09:00"
SPAN = {
    "municipality": "472018",
    "first": "2026-11-20",
    "last": "2026-11-24",
    "asked_on": "2026-11-24",
    "answered_at": AT,
    "files": 1,
    "rows": 2,
}
FACTS = {"role": "1", "duty": "027-01", "item": "kojin-juminzei", "requested_at": "2026-11-24T10:00:00+09:00", "day": "2026-11-24"}
INDEXES = {"atena_index": "a" * 64, "person": b"sealed", "facts_index": "0" * 16, "natural_index": "b" * 64}
RECORD = {
    "municipality": "472018", "sequence": "202611240000000001", "inquirer": "那覇市", "provider": "浦添市", "procedure": "",
    **FACTS, **INDEXES,
    "provided_at": "2026-11-24T10:00:05+09:00", "outcome": "provided", "nondisclosure_inquirer": False, "nondisclosure_provider": False,
    "keep_until": "2033-11-24", "late": False, "content_index": "c" * 64, "fetched_at": AT, "file_digest": "d" * 64,
}  # fmt: skip
OWN = {
    "municipality": "472018",
    "source": "business-log",
    "place": 0,
    "sequence": "202611240000000001",
    "counterpart": "浦添市",
    **FACTS,
    **INDEXES,
}
ANOMALY = {
    "id": 1, "municipality": "472018", "kind": "late", "subject": "202611240000000001", "day": "2026-11-24", "opened_on": "2026-11-24",
    "state": "open",
}  # fmt: skip
READ = {"id": 1, "municipality": "472018", "who": "kansa-01", "role": "exchange-reader", "reason": "点検", "what": "record/1", "at": AT}
PURGE = {
    "id": 1,
    "municipality": "472018",
    "before": "2019-11-24",
    "day": "2026-11-24",
    "who": "kansa-01",
    "reason": "保存期間満了",
    "at": AT,
}

FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_exchange_records_role": {"role": "3"},
    "ck_exchange_records_day_of_the_request": {"day": "2026-11-23"},
    "ck_exchange_records_kept_seven_years": {"keep_until": "2032-11-24"},
    "ck_own_exchanges_role": {"role": "3"},
    "ck_own_exchanges_day_of_the_request": {"day": "2026-11-23"},
    "ck_exchange_anomalies_kind": {"kind": "odd"},
    "ck_exchange_anomalies_state": {"state": "perhaps", "closed_on": "2026-11-25"},
    "ck_exchange_anomalies_closed_has_day": {"state": "closed"},
    "ck_exchange_anomalies_explained_by_somebody": {"state": "explained", "closed_on": "2026-11-25"},
    "ck_exchange_purges_day_of_the_order": {"day": "2026-11-25"},
    "ck_exchange_purges_past_retention": {"before": "2020-01-01"},
}
