"""A valid row of each table of evidence bundles, and changes of it that say something impossible."""

from typing import Any

from tests.journal.clerk_rows import MOMENT

BUNDLE: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "application": 1,
    "actor": "jidoteate-01",
    "second": "jidoteate-kakaricho",
    "purpose": "審査請求",
    "act": 1,
    "at": MOMENT,
    "with_values": True,
    "digest": "a" * 64,
}
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_evidence_bundles_values_take_two": {"second": None},
    "ck_evidence_bundles_second_is_another": {"second": "jidoteate-01"},
}
