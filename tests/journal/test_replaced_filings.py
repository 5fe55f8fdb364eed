"""A filing that another one replaces is either in a file or settled, on both databases and whoever comes first."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from mappings.records import Table
from pipeline.journal.database import Journal
from pipeline.journal.delivery_tables import batch_items, batches, canonical, obligations
from pipeline.journal.intake_tables import applications, findings, listings
from pipeline.records import canonical_row, load_tables
from pipeline.round_calendar import Seat
from pipeline.rounds import Standing
from pipeline.steps.replace_filings import take_place
from tests.journal import rows
from tests.journal.conftest import MORNING, enter
from tests.journal.rows import row

FIRST, SECOND = "20261124-00000001", "20261124-00000002"
OWN = "riyomoshikomi"


class Unsealed:
    """Stands for the sealing: what it is given comes back."""

    def seal_text(self, text: str, *, context: str) -> bytes:
        return f"{context}|{text}".encode()

    def unseal_text(self, sealed: bytes, *, context: str) -> str:
        found, _, text = sealed.decode().partition("|")
        assert found == context
        return text


@pytest.fixture
def hub(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two accepted filings for one child, the first of them owed to a destination."""
    # What the portal is told needs the specifications; tests/pipeline/test_rounds.py has them.
    monkeypatch.setattr("pipeline.steps.replace_filings._tell_replaced", lambda _hub, _write, _row: None)
    hub: Any = SimpleNamespace(journal=journal, code="472018", clock=MORNING, sealing=Unsealed())
    for number, receipt in enumerate((FIRST, SECOND), start=1):
        stage = "checked" if receipt == FIRST else "mapped"
        enter(journal, listings, row(rows.LISTING, id=number, receipt=receipt))
        enter(journal, applications, row(rows.APPLICATION, id=number, listing=number, receipt=receipt, filing_number=number, stage=stage))
        columns = {"uketsukebango": [receipt], "choseikai": [None], "sakino_uketsukebango": [None]}
        enter(journal, canonical, canonical_row(hub, number, "2026-04", {OWN: Table([number], [1], columns)}))
    enter(journal, obligations, row(rows.OBLIGATION))
    return hub


def in_a_file(write: Any) -> None:
    """What the release does with the first filing."""
    write.read(select(obligations).where(obligations.c.state == "owed").with_for_update(of=obligations)).all()
    write.insert_many(batches, [row(rows.BATCH)])
    write.insert_many(batch_items, [row(rows.BATCH_ITEM)])
    write.execute(update(obligations).values(state="released"))
    write.leaf("test_released")


def replace_first(hub: Any) -> None:
    first, second = hub.journal.rows(select(applications).order_by(applications.c.id))
    with hub.journal.write() as write:
        take_place(hub, write, second, Standing(Seat("first", "", ""), None, None, (first,)))
        write.leaf("test_replaced")


def named(hub: Any) -> tuple[Any, Any]:
    columns = load_tables(hub, [2])[2][OWN].columns
    return columns["choseikai"][0], columns["sakino_uketsukebango"][0]


def state(hub: Any) -> tuple[str, str | None, int]:
    """Disposition and reason of the first filing, and how much is owed for it."""
    first = hub.journal.rows(select(applications).where(applications.c.id == 1))[0]
    return first.disposition, first.reason, len(hub.journal.rows(select(obligations)))


def test_what_no_file_carries_is_settled_and_nothing_is_owed_for_it(hub: Any) -> None:
    replace_first(hub)
    assert state(hub) == ("settled", "REPLACED", 0)
    assert named(hub) == ("first", None)
    assert [(one.application, one.code, one.place) for one in hub.journal.rows(select(findings))] == [(1, "REPLACED", f"receipt {SECOND}")]


def test_what_a_file_carries_stays_and_is_named(hub: Any) -> None:
    with hub.journal.write() as write:
        in_a_file(write)
    replace_first(hub)
    assert state(hub) == ("open", None, 1)
    assert named(hub) == ("first", FIRST)


def test_the_one_who_comes_second_sees_what_the_release_did(hub: Any) -> None:
    follower = threading.Thread(target=replace_first, args=(hub,))
    with hub.journal.write() as write:
        in_a_file(write)
        follower.start()
        follower.join(timeout=0.5)
        assert follower.is_alive()
    follower.join(timeout=20)
    assert state(hub) == ("open", None, 1)
    assert named(hub) == ("first", FIRST)
