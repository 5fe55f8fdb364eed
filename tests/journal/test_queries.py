import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.journal import decision_tables, delivery_tables, intake_tables, register_tables
from pipeline.journal.database import Journal
from tests.journal import rows
from tests.journal.conftest import enter
from tests.journal.rows import row

QUERIES = Path(__file__).resolve().parents[2] / "sql" / "queries"
CODE = "472018"
LOAD = {"municipality": CODE, "name": "full.csv", "kind": "links", "as_of": "20261120", "rows": 1, "digest": "d", "loaded_at": "t"}
LOSS = {
    "batch": 1,
    "application": 1,
    "place": "ninteiseikyu[1].shimei",
    "source": "U+20BB7",
    "target": "U+5409",
    "times": 2,
    "approved": "課長 2026-04-01",
    "substitution_table": "host-symbols@1",
}
LINK = {"municipality": CODE, "serial_index": "s", "atena": "000000000010006", "valid_from": "2025-01-01", "valid_until": "9999-12-31"}


@pytest.fixture
def filled(journal: Journal) -> Journal:
    """Two delivered applications of one file, one held since the day before, one of another municipality; a status and a notice unsent."""
    numbers = (1, 2, 3, 4)
    own = {n: {"receipt": f"20261124-0000000{n}", "municipality": "131016" if n == 4 else CODE} for n in numbers}
    held = {3: {"disposition": "held", "reason": "SERIAL_UNKNOWN", "disposed_on": "2026-11-23"}}
    for n in numbers:
        enter(journal, intake_tables.listings, row(rows.LISTING, id=n, **own[n]))
        enter(journal, intake_tables.applications, row(rows.APPLICATION, id=n, listing=n, filing_number=n, **own[n], **held.get(n, {})))
    enter(journal, delivery_tables.obligations, *(row(rows.OBLIGATION, application=n, state="released") for n in (1, 2)))
    enter(journal, delivery_tables.batches, row(rows.BATCH, state="receipted"), row(rows.BATCH, id=2, name="n2.dat", day="2026-11-25"))
    enter(journal, delivery_tables.batch_items, *(row(rows.BATCH_ITEM, application=n, offset=1602 * n) for n in (1, 2)))
    enter(journal, delivery_tables.losses, LOSS, row(LOSS, application=2, times=1), row(LOSS, batch=2, application=2))
    enter(journal, delivery_tables.deliveries, rows.DELIVERY)
    enter(journal, delivery_tables.receipts, rows.RECEIPT)
    enter(journal, decision_tables.status_outbox, rows.STATUS)
    enter(journal, decision_tables.status_outbox, row(rows.STATUS, application=2, reference="s2", state="sent", sent_at="t"))
    enter(journal, decision_tables.notice_outbox, rows.NOTICE)
    enter(journal, register_tables.register_loads, LOAD, row(LOAD, name="delta.csv", as_of="202611240500"))
    enter(journal, register_tables.links, LINK)
    return journal


def run(journal: Journal, name: str, **values: str) -> list[dict[str, Any]]:
    statement = text((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))
    with journal.engine.connect() as connection:
        return [dict(found) for found in connection.execute(statement, {"municipality": CODE, **values}).mappings()]


def test_held_applications_are_counted_by_reason_since_the_oldest(filled: Journal) -> None:
    (found,) = run(filled, "held_applications")
    assert (found["reason"], found["applications"], found["oldest_since"]) == ("SERIAL_UNKNOWN", 1, "2026-11-23")


def test_deliveries_of_a_day_stand_with_their_evidence(filled: Journal) -> None:
    (found,) = run(filled, "deliveries_of_day", day="2026-11-24")
    assert (found["name"], found["evidence"], found["receipt_result"]) == (rows.BATCH["name"], "read-back", "OK")
    (later,) = run(filled, "deliveries_of_day", day="2026-11-25")
    assert (later["name"], later["evidence"], later["receipt_result"]) == ("n2.dat", None, None)


def test_the_lineage_of_a_receipt_names_file_and_place(filled: Journal) -> None:
    (found,) = run(filled, "lineage_of_receipt", receipt="20261124-00000002")
    assert (found["file_name"], found["first_byte"], found["bytes"], found["record_digest"]) == (rows.BATCH["name"], 3204, 1600, "c" * 64)


def test_the_losses_of_a_period_are_summed_by_character_and_approver(filled: Journal) -> None:
    (found,) = run(filled, "losses_of_period", first="2026-11-01", last="2026-11-24")
    assert (found["destination"], found["source"], found["target"]) == ("jidoteate-host", "U+20BB7", "U+5409")
    assert (found["applications"], found["times"], found["approved"]) == (2, 3, "課長 2026-04-01")


def test_the_freshness_of_the_register_is_that_of_the_newest_file(filled: Journal) -> None:
    (found,) = run(filled, "register_freshness")
    assert (found["kind"], found["newest_as_of"], found["files"], found["standing"]) == ("links", "202611240500", 2, 1)


def test_unsent_things_are_listed_oldest_first(filled: Journal) -> None:
    unsent = [(found["channel"], found["subject"]) for found in run(filled, "unsent")]
    assert unsent == [("portal", "jidoteate-nintei/receipt"), ("status", "RECEIVED")]


def test_every_query_is_run_here_and_explains_its_parameters() -> None:
    called = set(re.findall(r'run\(filled, "(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    assert called == {path.stem for path in QUERIES.glob("*.sql")}
    for path in QUERIES.glob("*.sql"):
        remarks, statement = re.split(r"^SELECT", path.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)
        assert set(re.findall(r":(\w+)", statement)) == set(re.findall(r"^-- (\w+): ", remarks, re.MULTILINE)), path.name
        assert path.stem in (QUERIES / "README.md").read_text(encoding="utf-8")
