"""One valid row of every table that a check, a query or another row needs. Each call gives new values for what is passed."""

from typing import Any

LISTING = {
    "id": 1,
    "municipality": "472018",
    "receipt": "20261124-00000001",
    "version": 1,
    "portal_procedure": "PT27001",
    "arrived_at": "2026-11-22T20:15:07+09:00",
    "listed_at": "2026-11-24T09:00:00+09:00",
    "state": "stored",
    "fetched_version": 1,
    "resolved_on": "2026-11-24",
}
APPLICATION = {
    "id": 1,
    "listing": 1,
    "municipality": "472018",
    "receipt": "20261124-00000001",
    "version": 1,
    "digest": "d" * 64,
    "size": 1000,
    "blob": "aa/aa",
    "procedure": "jidoteate-nintei",
    "section": "jidoteate",
    "filing_year": 2026,
    "filing_number": 1,
    "filed_on": "2026-11-24",
    "arrived_at": "2026-11-22T20:15:07+09:00",
    "department_at": "2026-11-24T09:00:00+09:00",
    "stage": "stored",
    "disposition": "open",
    "disposed_on": "2026-11-24",
    "restricted": False,
}
PART = {
    "application": 1,
    "name": "form.pdf",
    "kind": "form",
    "document": "form",
    "media_type": "application/pdf",
    "digest": "d" * 64,
    "size": 10,
}
VERIFICATION = {"application": 1, "policy": "required", "signed": True, "content_digest": "d" * 64, "signer": b"sealed"}
PERSON = {
    "application": 1,
    "role": "claimant",
    "ordinal": 1,
    "claim": b"sealed",
    "atena": "000000000010006",
    "method": "serial",
    "number_check": "ok",
    "protected": False,
}
DOCUMENT = {"application": 1, "document": "residence", "way": "post", "state": "owed"}
STEP_RESULT = {"application": 1, "step": "open", "inputs": "i" * 64, "attempt": 1, "outcome": "done", "at": "2026-11-24T09:00:00+09:00"}
OBLIGATION = {"application": 1, "destination": "jidoteate-host", "generation": 1, "state": "owed"}
BATCH = {
    "id": 1,
    "municipality": "472018",
    "destination": "jidoteate-host",
    "format": "legacy-fixed",
    "day": "2026-11-24",
    "name": "nintei_472018_20261124_001.dat",
    "digest": "b" * 64,
    "size": 4800,
    "records": 1,
    "blob": "bb/bb",
    "state": "released",
}
BATCH_ITEM = {
    "batch": 1,
    "application": 1,
    "destination": "jidoteate-host",
    "record_kind": "claim",
    "ordinal": 1,
    "generation": 1,
    "offset": 1600,
    "length": 1600,
    "digest": "c" * 64,
}
DELIVERY = {
    "batch": 1,
    "remote_name": "nintei_472018_20261124_001.dat",
    "digest": "b" * 64,
    "size": 4800,
    "evidence": "read-back",
    "at": "2026-11-24T09:05:00+09:00",
}
RECEIPT = {"batch": 1, "name": "r.csv", "digest": "e" * 64, "result": "OK", "records": 1, "at": "2026-11-24T15:00:00+09:00"}
DECISION = {
    "id": 1,
    "application": 1,
    "kind": "first",
    "supersedes": None,
    "outcome": "approved",
    "decided_on": "2026-11-24",
    "decision_number": "1",
    "document_number": "1",
    "letter": "post",
    "source": "jidoteate-host/r.csv",
    "actor": "",
    "at": "2026-11-24T15:00:00+09:00",
}
STATUS = {
    "application": 1,
    "status": "RECEIVED",
    "reference": "status-1",
    "state": "owed",
    "attempts": 0,
    "owed_at": "2026-11-24T09:00:00+09:00",
}
NOTICE = {
    "municipality": "472018",
    "application": 1,
    "kind": "jidoteate-nintei/receipt",
    "sort": "receipt",
    "subject_key": "application 1",
    "channel": "portal",
    "channels_after": "paper",
    "business": "027",
    "display_days": 90,
    "reference": "notice-1",
    "atena": "000000000010006",
    "subject": "お知らせ",
    "body": b"sealed",
    "state": "owed",
    "attempts": 0,
    "owed_at": "2026-11-24T08:00:00+09:00",
}


def row(base: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The valid row with some values changed."""
    return {**base, **changed}
