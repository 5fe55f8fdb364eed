"""Replays on both databases: what matches, in which order it goes out again, which generation stands; reading alone changes nothing."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from pipeline.journal.database import Journal, Write, read_journal
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, obligations
from pipeline.journal.intake_tables import applications, listings
from pipeline.journal.replay_tables import replay_items, replays
from pipeline.replays import Selection, matching
from pipeline.steps.release import AGAIN, owed_statement
from tests.journal.conftest import MORNING
from tests.journal.rows import APPLICATION, BATCH, BATCH_ITEM, LISTING, OBLIGATION

HOST = "jidoteate-host"
HUB: Any = SimpleNamespace(code="472018", destination=lambda _: SimpleNamespace(max_applications=10))
REPLAY = {"id": 1, "municipality": "472018", "key": "k", "selection": "{}", "actor": "a", "reason": "r", "day": "2026-11-25", "at": "2026"}


def enter(write: Write, key: int, *, batch: int, offset: int) -> None:
    """An application that arrived as the key-th and went out in a file at an offset."""
    receipt = f"20261124-{key:08}"
    write.execute(insert(listings).values(**LISTING | {"id": key, "receipt": receipt}))
    arrived = {"arrived_at": f"2026-11-24T08:0{key}:00+09:00", "stage": "checked", "disposition": "open", "reason": None}
    row = {"id": key, "listing": key, "receipt": receipt, "digest": f"{key:064}", "filing_number": key}
    write.execute(insert(applications).values(**APPLICATION | row | arrived))
    write.execute(insert(obligations).values(**OBLIGATION | {"application": key, "state": "delivered"}))
    write.execute(insert(batch_items).values(**BATCH_ITEM | {"application": key, "batch": batch, "offset": offset}))


def file(write: Write, key: int, day: str) -> None:
    name = f"nintei_472018_{day}_{key:03}.dat"
    write.execute(insert(batches).values(**BATCH | {"id": key, "name": name, "day": day, "state": "delivered"}))


@pytest.fixture
def emitted(journal: Journal) -> Journal:
    """Three applications of which the first to arrive went out last."""
    with journal.write() as write:
        file(write, 1, "2026-11-24")
        file(write, 2, "2026-11-25")
        for key, batch, offset in ((1, 2, 1600), (2, 1, 3200), (3, 1, 1600)):
            enter(write, key, batch=batch, offset=offset)
        write.leaf("test_entered")
    return journal


def test_what_matches_comes_in_the_order_of_its_last_emission(emitted: Journal) -> None:
    def ids(selection: Selection) -> list[int]:
        return [row.id for row in emitted.rows(matching(HUB, selection))]

    assert ids(Selection(destination=HOST)) == [3, 2, 1]
    assert ids(Selection(receipts=("20261124-00000002",))) == [2]
    assert ids(Selection(procedure="jidoteate-mishiharai")) == []
    assert ids(Selection(destination=HOST, since=MORNING.today(), until=MORNING.today())) == [3, 2]


def test_a_new_generation_is_owed_in_that_order_and_stands_in_place_of_the_old_one(emitted: Journal) -> None:
    with emitted.write() as write:
        write.execute(insert(replays).values(**REPLAY))
        for place, key in enumerate((3, 2, 1), start=1):
            item = {"application": key, "destination": HOST, "generation": 2}
            write.execute(insert(obligations).values(**item, state="owed"))
            before = {"disposition_before": "delivered", "disposed_on_before": "2026-11-24"}
            write.execute(insert(replay_items).values(**item, **before, replay=1, place=place))
        write.leaf("test_ordered")
    with emitted.write() as write:
        locked = write.read(owed_statement(HUB, HOST, AGAIN).with_for_update(of=obligations)).all()
        assert [(row.id, row.generation, row.replay) for row in locked] == [(3, 2, 1), (2, 2, 1), (1, 2, 1)]
        assert write.read(owed_statement(HUB, HOST, "jidoteate-nintei")).all() == []
    standing = emitted.rows(select(obligations.c.application, obligations.c.generation).where(LAST_GENERATION))
    assert sorted(map(tuple, standing)) == [(1, 2), (2, 2), (3, 2)]


def test_a_journal_opened_for_reading_can_be_read_and_not_changed(emitted: Journal) -> None:
    reader = read_journal(emitted.engine.url.render_as_string(hide_password=False), MORNING)
    try:
        assert len(reader.rows(select(applications))) == 3
        with pytest.raises(DBAPIError, match=r"read-?only"), reader.write() as write:
            write.leaf("test_wrote")
    finally:
        reader.close()
