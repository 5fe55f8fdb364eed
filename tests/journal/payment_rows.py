"""A valid row of each table of payments, and changes of it that say something impossible."""

from typing import Any

from sqlalchemy import Table

from pipeline.journal import payment_tables
from tests.journal.clerk_rows import DAY, MOMENT

FILE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "kind": "claims",
    "name": "472018_claims_full_202611240600.csv",
    "digest": "a" * 64,
    "rows": 1,
    "amount": 23400,
    "state": "taken",
    "code": None,
    "at": MOMENT,
}
CLAIM: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "institution": "00123",
    "number": "0000000000000017",
    "version": 1,
    "confirmation": b"sealed",
    "division": "001",
    "el_number": "",
    "amount": 23400,
    "due_on": DAY,
    "subject": "14-01-02",
    "purpose": "保育所利用者負担額",
    "fiscal_year": 2026,
    "section": "hoiku",
    "atena": "000000000000017",
    "state": "open",
    "file": 1,
}
COLLECTION: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "file": 1,
    "line": 2,
    "way": "pay-easy",
    "stage": "final",
    "reference": "P0001",
    "institution": "00123",
    "number": "0000000000000017",
    "amount": 23400,
    "collected_on": DAY,
    "deposit_on": DAY,
}
DEPOSIT: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "file": 1,
    "line": 2,
    "way": "pay-easy",
    "sort": "revenue",
    "reference": "D0001",
    "amount": 23400,
    "deposited_on": DAY,
}
POSTING_FILE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "name": "keshikomi_472018_20261124_01.csv",
    "digest": "a" * 64,
    "rows": 1,
    "amount": 23400,
    "content": b"rows",
    "state": "made",
    "made_at": MOMENT,
    "delivered_at": None,
}
POSTING: dict[str, Any] = {
    "municipality": "472018",
    "way": "pay-easy",
    "reference": "P0001",
    "sort": "paid",
    "claim": 1,
    "amount": 23400,
    "collected_on": DAY,
    "deposit_on": DAY,
    "fiscal_year": 2026,
    "subject": "14-01-02",
    "file": 1,
}
ITEM: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "kind": "paid_twice",
    "key": "pay-easy P0002",
    "number": "0000000000000017",
    "amount": 23400,
    "section": "hoiku",
    "state": "open",
    "answer": None,
    "act": None,
    "opened_at": MOMENT,
}
VALID: list[tuple[Table, dict[str, Any]]] = [
    (payment_tables.payment_files, FILE),
    (payment_tables.claims, CLAIM),
    (payment_tables.collections, COLLECTION),
    (payment_tables.deposits, DEPOSIT),
    (payment_tables.posting_files, POSTING_FILE),
    (payment_tables.postings, POSTING),
    (payment_tables.payment_items, ITEM),
]
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_payment_files_kind": {"kind": "surprise"},
    "ck_payment_files_state": {"state": "perhaps"},
    "ck_payment_files_refused_has_code": {"state": "refused"},
    "ck_claims_state": {"state": "perhaps"},
    "ck_claims_amount_is_owed": {"amount": 0},
    "ck_claims_version_is_counted": {"version": 0},
    "ck_collections_stage": {"stage": "perhaps"},
    "ck_collections_amount_is_paid": {"amount": 0},
    "ck_deposits_sort": {"sort": "gift"},
    "ck_deposits_amount_is_paid": {"amount": -1},
    "ck_posting_files_state": {"state": "perhaps"},
    "ck_posting_files_delivered_has_time": {"state": "delivered"},
    "ck_postings_sort": {"sort": "perhaps"},
    "ck_postings_amount_is_paid": {"amount": 0},
    "ck_payment_items_state": {"state": "perhaps"},
    "ck_payment_items_answer": {"state": "settled", "act": 1, "answer": "gift"},
    "ck_payment_items_settled_by_act": {"act": 1, "answer": "done"},
    "ck_payment_items_answered_by_act": {"state": "settled", "act": 1},
}
