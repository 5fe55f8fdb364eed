import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text

from pipeline.checkpoints import sign_checkpoint
from pipeline.journal.database import Journal
from pipeline.journal.evidence_tables import checkpoints, day_closes, log_leaves
from pipeline.keyring import KeyRing
from pipeline.log import leaf_count, make_checkpoint, size_before, write_log
from pipeline.log_verifier import verify_export


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    KeyRing.create(tmp_path)
    return KeyRing.open(tmp_path)


def _add(journal: Journal, count: int) -> None:
    for number in range(count):
        with journal.write() as write:
            write.leaf("step_ended", step="open", number_of_day=number)


def test_an_exported_log_verifies_with_all_its_checkpoints(journal: Journal, keys: KeyRing, tmp_path: Path) -> None:
    for count in (3, 5):
        _add(journal, count)
        make_checkpoint(journal, keys)
    _add(journal, 2)
    assert write_log(journal, keys, tmp_path / "log.jsonl") == 10 + 3
    verdict = verify_export(tmp_path / "log.jsonl")
    assert verdict.good, verdict.sentence
    assert leaf_count(journal) == 10
    assert [row.size for row in journal.rows(select(checkpoints.c.size).order_by(checkpoints.c.size))] == [3, 8, 10]


def test_a_days_leaves_are_looked_for_behind_the_last_close_before_it(journal: Journal) -> None:
    closes = [("2026-11-23", "2026-11-23T18:00:00+09:00", 7), ("2026-11-23", "2026-11-24T18:00:00+09:00", 12)]
    with journal.write() as write:
        for day, at, size in closes:
            row = {"municipality": "472018", "day": day, "closed_at": at, "balanced": True, "balance": "{}", "log_size": size}
            write.insert_many(day_closes, [row])
        write.leaf("planted")
    assert [size_before(journal, date(2026, 11, day)) for day in (23, 24, 25)] == [0, 7, 12]


def test_a_checkpoint_without_news_is_the_last_one_again(journal: Journal, keys: KeyRing) -> None:
    _add(journal, 4)
    assert make_checkpoint(journal, keys) == make_checkpoint(journal, keys)
    assert len(journal.rows(select(checkpoints))) == 1


def test_two_workers_that_sign_the_same_state_leave_one_checkpoint(
    journal: Journal, keys: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2)
    monkeypatch.setattr("pipeline.log.sign_checkpoint", lambda *given, **named: (both.wait(), sign_checkpoint(*given, **named))[1])
    _add(journal, 4)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: make_checkpoint(journal, keys), range(2)))
    assert {checkpoint.size for checkpoint in made} == {4}
    assert len(journal.rows(select(checkpoints))) == 1
    write_log(journal, keys, tmp_path / "log.jsonl")
    assert verify_export(tmp_path / "log.jsonl").good


@pytest.mark.parametrize("change", ["data", "left out", "swapped"])
def test_a_history_changed_past_the_database_s_own_guard_shows(journal: Journal, keys: KeyRing, tmp_path: Path, change: str) -> None:
    _add(journal, 6)
    make_checkpoint(journal, keys)
    _unguard(journal)
    with journal.engine.begin() as connection:
        if change == "data":
            connection.execute(text("UPDATE log_leaves SET data = replace(data, 'open', 'shut') WHERE number = 4"))
        elif change == "left out":
            connection.execute(text("DELETE FROM log_leaves WHERE number = 6"))
        else:
            for place, number in ((-1, 2), (2, 3), (3, -1)):
                connection.execute(text("UPDATE log_leaves SET number = :place WHERE number = :number"), {"place": place, "number": number})
    write_log(journal, keys, tmp_path / "log.jsonl")
    assert not verify_export(tmp_path / "log.jsonl").good


def _unguard(journal: Journal) -> None:
    """What somebody with all rights on the database can do."""
    with journal.engine.begin() as connection:
        if journal.engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE log_leaves DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER log_leaves_no_update"))
            connection.execute(text("DROP TRIGGER log_leaves_no_delete"))


def test_a_leaf_is_canonical_json_with_its_number_event_and_time(journal: Journal) -> None:
    _add(journal, 1)
    facts = json.loads(journal.scalar(select(log_leaves.c.data)))
    assert facts == {"number": 1, "event": "step_ended", "step": "open", "number_of_day": 0, "at": journal.clock.now().isoformat()}
