from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Table, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError

from pipeline.journal import (
    act_tables,
    audit_tables,
    bundle_tables,
    copy_tables,
    decision_tables,
    delivery_tables,
    exchange_tables,
    expected_tables,
    identification_tables,
    intake_tables,
    letter_tables,
    letterbox_tables,
    registry_tables,
    repeat_tables,
    server_tables,
)
from pipeline.journal.database import Journal
from pipeline.journal.schema import metadata
from tests.journal import (
    campaign_rows,
    clerk_rows,
    copy_rows,
    correction_rows,
    decision_rows,
    evidence_rows,
    exchange_rows,
    letter_rows,
    letterbox_rows,
    payment_rows,
    rows,
    server_rows,
)
from tests.journal.conftest import enter
from tests.journal.rows import row

VALID: list[tuple[Table, dict[str, Any]]] = [
    (intake_tables.listings, rows.LISTING),
    (intake_tables.applications, rows.APPLICATION),
    (intake_tables.parts, rows.PART),
    (intake_tables.verifications, rows.VERIFICATION),
    (intake_tables.persons, rows.PERSON),
    (intake_tables.documents, rows.DOCUMENT),
    (intake_tables.step_results, rows.STEP_RESULT),
    (delivery_tables.obligations, rows.OBLIGATION),
    (delivery_tables.batches, rows.BATCH),
    (delivery_tables.batch_items, rows.BATCH_ITEM),
    (delivery_tables.deliveries, rows.DELIVERY),
    (delivery_tables.receipts, rows.RECEIPT),
    (decision_tables.decisions, rows.DECISION),
    (decision_tables.status_outbox, rows.STATUS),
    (decision_tables.notice_outbox, rows.NOTICE),
    (letter_tables.letters, letter_rows.LETTER),
    (letterbox_tables.consents, letterbox_rows.CONSENT),
    (letterbox_tables.letterbox_openings, letterbox_rows.OPENING),
    (letterbox_tables.letterbox_feeds, letterbox_rows.FEED),
    (copy_tables.copy_extracts, copy_rows.EXTRACT),
    (copy_tables.copy_currents, copy_rows.CURRENT),
    (copy_tables.copy_states, copy_rows.STATE),
    (copy_tables.copy_requests, copy_rows.REQUEST),
    (copy_tables.copy_items, copy_rows.ITEM),
    (copy_tables.copy_drifts, copy_rows.DRIFT),
    (copy_tables.copy_comparisons, copy_rows.COMPARISON),
    (copy_tables.copy_differences, copy_rows.DIFFERENCE),
    (copy_tables.copy_flags, copy_rows.FLAGS),
    (copy_tables.copy_flagged, copy_rows.FLAGGED),
    (copy_tables.copy_withheld, copy_rows.WITHHELD),
    (exchange_tables.exchange_spans, exchange_rows.SPAN),
    (exchange_tables.exchange_records, exchange_rows.RECORD),
    (exchange_tables.own_exchanges, exchange_rows.OWN),
    (exchange_tables.exchange_anomalies, exchange_rows.ANOMALY),
    (exchange_tables.exchange_reads, exchange_rows.READ),
    (exchange_tables.exchange_purges, exchange_rows.PURGE),
    (server_tables.server_states, server_rows.STATE),
    (server_tables.server_requests, server_rows.REQUEST),
    (act_tables.acts, clerk_rows.ACT),
    (identification_tables.outside_people, clerk_rows.OUTSIDE),
    (repeat_tables.counter_book, clerk_rows.COUNTER),
    (repeat_tables.receiver_cases, clerk_rows.CASE),
    (repeat_tables.repeat_marks, clerk_rows.MARK),
    (repeat_tables.repeat_findings, clerk_rows.REPEAT),
    (expected_tables.expected_files, clerk_rows.EXPECTED_FILE),
    (expected_tables.expected_filings, clerk_rows.EXPECTED),
    *correction_rows.VALID,
    (registry_tables.registry_files, clerk_rows.REGISTRY_FILE),
    (audit_tables.audit_samples, clerk_rows.SAMPLE),
    (audit_tables.audit_sample_items, clerk_rows.SAMPLE_ITEM),
    (audit_tables.audit_findings, clerk_rows.AUDIT_FINDING),
    (audit_tables.audit_measures, clerk_rows.MEASURE),
    *decision_rows.VALID,
    (bundle_tables.evidence_bundles, evidence_rows.BUNDLE),
    *campaign_rows.VALID,
    *payment_rows.VALID,
]

# What each check forbids: a change of the valid row that says something impossible.
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_listings_state": {"state": "lost", "fetched_version": None},
    "ck_listings_stored_is_fetched": {"fetched_version": None},
    "ck_listings_resolved_has_day": {"resolved_on": None},
    "ck_applications_stage": {"stage": "nowhere"},
    "ck_applications_disposition": {"disposition": "lost"},
    "ck_applications_reason_is_given": {"disposition": "held", "reason": None},
    "ck_applications_delivered_went_all_the_way": {"disposition": "delivered", "stage": "checked"},
    "ck_parts_kind": {"kind": "surprise"},
    "ck_verifications_policy": {"policy": "whatever"},
    "ck_verifications_signed_has_signer": {"signer": None},
    "ck_verifications_required_is_signed": {"signed": False, "signer": None},
    "ck_persons_method": {"method": "guess", "atena": None},
    "ck_persons_identified_has_number": {"atena": None},
    "ck_documents_way": {"way": "pigeon"},
    "ck_documents_state": {"state": "perhaps"},
    "ck_step_results_outcome": {"outcome": "perhaps"},
    "ck_obligations_state": {"state": "perhaps"},
    "ck_obligations_held_has_reason": {"state": "held"},
    "ck_batches_state": {"state": "perhaps"},
    "ck_receipts_result": {"result": "MAYBE"},
    "ck_status_outbox_state": {"state": "perhaps"},
    "ck_status_outbox_sent_has_time": {"state": "sent"},
    "ck_notice_outbox_state": {"state": "perhaps"},
    "ck_notice_outbox_channel": {"channel": "pigeon"},
    "ck_notice_outbox_result_has_decision": {"sort": "result"},
    "ck_notice_outbox_sent_has_time": {"state": "sent"},
    **copy_rows.FORBIDDEN,
    **exchange_rows.FORBIDDEN,
    **server_rows.FORBIDDEN,
    **clerk_rows.FORBIDDEN,
    **letter_rows.FORBIDDEN,
    **letterbox_rows.FORBIDDEN,
    **campaign_rows.FORBIDDEN,
    **correction_rows.FORBIDDEN,
    **decision_rows.FORBIDDEN,
    **evidence_rows.FORBIDDEN,
    **payment_rows.FORBIDDEN,
}


def _prepare(journal: Journal, table: Table) -> dict[str, Any]:
    """Enter the rows that stand before a table's own in ``VALID``; give the valid row of the table."""
    for other, values in VALID:
        if other is table:
            return values
        enter(journal, other, values)
    raise AssertionError(f"no valid row of {table.name}")


def test_every_check_of_the_schema_is_tried() -> None:
    declared = {str(check.name) for table in metadata.tables.values() for check in table.constraints if isinstance(check, CheckConstraint)}
    assert set(FORBIDDEN) == declared


@pytest.mark.parametrize("check", FORBIDDEN)
def test_the_database_refuses_what_cannot_be(journal: Journal, check: str) -> None:
    table = next(table for table, _ in VALID if check in {str(one.name) for one in table.constraints})
    valid = _prepare(journal, table)
    with pytest.raises(IntegrityError, match=check), journal.engine.begin() as connection:
        connection.execute(insert(table).values(**row(valid, **FORBIDDEN[check])))
    enter(journal, table, valid)


SECOND_LISTING = row(rows.LISTING, id=2, version=2, fetched_version=2)
SECOND = row(rows.APPLICATION, id=2, listing=2, version=2, digest="e" * 64, filing_number=2)


@pytest.mark.parametrize("same", ["listing", "version", "digest", "filing_number"])
def test_an_application_is_one_by_listing_version_content_and_filing_number(journal: Journal, same: str) -> None:
    enter(journal, intake_tables.listings, rows.LISTING, SECOND_LISTING)
    enter(journal, intake_tables.applications, rows.APPLICATION)
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(intake_tables.applications).values(**row(SECOND, **{same: rows.APPLICATION[same]})))
    enter(journal, intake_tables.applications, SECOND)


def test_one_effect_stands_for_each_application_destination_kind_and_generation(journal: Journal) -> None:
    item = _prepare(journal, delivery_tables.batch_items)
    enter(journal, delivery_tables.batches, row(rows.BATCH, id=2, name="nintei_472018_20261124_002.dat"))
    enter(journal, delivery_tables.batch_items, item)
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(delivery_tables.batch_items).values(**row(item, batch=2, offset=0)))


def test_nothing_is_delivered_that_was_never_owed(journal: Journal) -> None:
    item = _prepare(journal, delivery_tables.batch_items)
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(delivery_tables.batch_items).values(**row(item, destination="kenko-kanri")))


def test_every_reference_is_sent_under_one_name_only(journal: Journal) -> None:
    for table in (decision_tables.status_outbox, decision_tables.notice_outbox):
        assert any(isinstance(rule, UniqueConstraint) and rule.columns.keys() == ["reference"] for rule in table.constraints)
    status = _prepare(journal, decision_tables.status_outbox)
    enter(journal, decision_tables.status_outbox, status)
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(decision_tables.status_outbox).values(**row(status, status="EXAMINING")))


def test_a_kind_of_copies_has_one_request_at_a_time_whose_answer_is_open(journal: Journal) -> None:
    request = _prepare(journal, copy_tables.copy_requests)
    enter(journal, copy_tables.copy_requests, request)
    second = row(request, id=2, request_id="s" * 40, blob="dd/dd")
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(copy_tables.copy_requests).values(**second))
    answered = row(second, state="answered", sent_parts=2, answer_digest="e" * 64, answered_at=copy_rows.AT)
    enter(journal, copy_tables.copy_requests, answered)


def test_a_record_of_a_copy_has_one_attempt_at_a_time_that_is_open(journal: Journal) -> None:
    item = _prepare(journal, copy_tables.copy_items)
    enter(journal, copy_tables.copy_items, item)
    with pytest.raises(IntegrityError), journal.engine.begin() as connection:
        connection.execute(insert(copy_tables.copy_items).values(**row(item, record_id="00000002")))
    enter(journal, copy_tables.copy_items, row(item, record_id="00000002", state="accepted"))
