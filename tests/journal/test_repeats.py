from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.journal.database import Journal
from pipeline.journal.intake_tables import applications, listings
from pipeline.likeness import earlier_filing
from tests.journal import rows
from tests.journal.conftest import enter
from tests.journal.rows import row

FIRST = {"id": 1, "listing": 1, "receipt": "20261124-00000001", "filing_number": 1, "arrived_at": "2026-11-22T20:15:07+09:00"}
SECOND = {"id": 2, "listing": 2, "receipt": "20261124-00000002", "filing_number": 2, "arrived_at": "2026-11-23T08:00:00+09:00"}
DONE = {"stage": "delivered", "disposition": "delivered"}


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({}, {}, (None, FIRST["receipt"])),
        ({}, DONE, (SECOND["receipt"], FIRST["receipt"])),
        ({"disposition": "settled", "reason": "RETURNED"}, {}, (None, None)),
        ({"repeat_key": "other"}, {}, (None, None)),
        ({}, {"arrived_at": FIRST["arrived_at"]}, (None, FIRST["receipt"])),
    ],
    ids=["the later one", "the one fetched late", "settled", "other people", "one instant"],
)
def test_of_two_filings_for_the_same_people_one_is_the_repeat(journal: Journal, first: Any, second: Any, found: Any) -> None:
    for values in ({**FIRST, **first}, {**SECOND, **second}):
        enter(journal, listings, row(rows.LISTING, id=values["id"], receipt=values["receipt"]))
        enter(journal, applications, row(rows.APPLICATION, **{"stage": "mapped", "repeat_key": "k", **values}))
    hub: Any = SimpleNamespace(journal=journal, code="472018")
    standing = journal.rows(select(applications).order_by(applications.c.id))
    assert tuple(earlier_filing(hub, one) for one in standing) == found
