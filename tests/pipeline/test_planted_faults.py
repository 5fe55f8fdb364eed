"""Planted faults: what was removed, doubled, swapped or exchanged is found by the close, and the message names file and 受付番号."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batch_items, batches, deliveries, receipts
from pipeline.journal.intake_tables import applications
from pipeline.steps.answer import read_answers
from pipeline.steps.close_day import DayClose, close_day, inspect_day
from pipeline.steps.deliver import batch_bytes, batch_context
from tests.pipeline.days import DAY, NEXT_DAY, alarms_of, at, hub_at, outside, rows, run

Own = Callable[[Path], Path]
STD = "jidoteate-std"


@pytest.fixture(scope="module")
def answered_root(delivered_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town after the receipts were read and its day was closed."""
    root = shutil.copytree(delivered_root, tmp_path_factory.mktemp("answered") / "root")
    with outside(root, at(15)):
        run(root, ("answers",), at(15))
    with hub_at(root, at(18)) as hub:
        assert close_day(hub, DAY).problems == ()
    return root


@pytest.fixture
def hub(own: Own, answered_root: Path) -> Iterator[Hub]:
    with hub_at(own(answered_root), at(19)) as opened:
        yield opened


def file_of(hub: Hub, destination: str = STD, *, group: str = "ninteiseikyu_") -> Any:
    """A delivered file of several records, and the items of its lineage."""
    of = select(batches).where(batches.c.destination == destination).order_by(batches.c.records.desc(), batches.c.id)
    batch = hub.journal.rows(of)[0]
    items = hub.journal.rows(select(batch_items).where(batch_items.c.batch == batch.id).order_by(batch_items.c.offset))
    return batch, items


def receipt_of(hub: Hub, item: Any) -> str:
    return str(hub.journal.scalar(select(applications.c.receipt).where(applications.c.id == item.application)))


def reseal(hub: Hub, batch: Any, data: bytes) -> None:
    """Somebody with all keys replaces the sealed copy and every digest of it in the journal, but not the log."""
    stored = hub.store.put(data, context=batch_context(hub.code, batch.destination, batch.name))
    with hub.journal.write() as write:
        values = {"digest": stored.digest, "size": stored.size, "blob": stored.path}
        write.execute(update(batches).where(batches.c.id == batch.id).values(**values))
        write.execute(update(deliveries).where(deliveries.c.batch == batch.id).values(digest=stored.digest))
        write.leaf("planted")


def problems(hub: Hub, *said: str) -> list[str]:
    found: DayClose = inspect_day(hub, DAY)
    assert not found.balanced
    return [problem for problem in found.problems if all(word in problem for word in said)]


def cut(data: bytes, item: Any) -> bytes:
    """The file without one record and its line end."""
    end = data.index(b"\n", item.offset + item.length) + 1
    return data[: item.offset] + data[end:]


def doubled(data: bytes, item: Any) -> bytes:
    end = data.index(b"\n", item.offset + item.length) + 1
    return data[:end] + data[item.offset : end] + data[end:]


def test_a_record_removed_from_the_sealed_copy_is_named(hub: Hub) -> None:
    batch, items = file_of(hub)
    reseal(hub, batch, cut(batch_bytes(hub, batch), items[0]))
    assert problems(hub, batch.name, receipt_of(hub, items[0]), "足りません")
    assert problems(hub, batch.name, "出力したときの記録")


def test_a_record_doubled_in_the_sealed_copy_is_named(hub: Hub) -> None:
    batch, items = file_of(hub)
    reseal(hub, batch, doubled(batch_bytes(hub, batch), items[0]))
    assert problems(hub, batch.name, receipt_of(hub, items[0]), "重複しています")


@pytest.mark.parametrize(("change", "word"), [(cut, "ありません"), (doubled, "重複しています")])
def test_a_delivered_record_removed_or_doubled_at_the_receiver_is_the_only_one_named(
    hub: Hub, change: Callable[[bytes, Any], bytes], word: str
) -> None:
    batch, items = file_of(hub)
    remote = hub.root.delivered / batch.destination / batch.name
    remote.write_bytes(change(remote.read_bytes(), items[0]))
    named = problems(hub, batch.name, "受付番号")
    assert [receipt_of(hub, items[0]) in one and word in one for one in named] == [True]


def test_a_record_taken_out_of_file_and_lineage_leaves_an_application_without_file(hub: Hub) -> None:
    batch, items = file_of(hub)
    lost = [item for item in items if item.application == items[0].application]
    data = batch_bytes(hub, batch)
    for item in reversed(lost):
        data = cut(data, item)
    reseal(hub, batch, data)
    with hub.journal.write() as write:
        write.execute(batch_items.delete().where(batch_items.c.application == items[0].application, batch_items.c.destination == STD))
        write.execute(update(batches).where(batches.c.id == batch.id).values(records=batch.records - len(lost)))
        write.leaf("planted")
    assert problems(hub, receipt_of(hub, items[0]), "どのファイルにも記録がありません")
    assert problems(hub, batch.name, "出力したときの記録")


def test_a_person_exchanged_in_the_bytes_is_named(hub: Hub) -> None:
    batch, items = file_of(hub)
    data = batch_bytes(hub, batch)
    of_it = f"SELECT atena FROM persons WHERE application = {items[0].application} AND atena IS NOT NULL"
    with sqlite3.connect(hub.root.database) as database:
        atena = database.execute(of_it).fetchone()[0]
        other = database.execute(f"SELECT atena FROM residents WHERE atena NOT IN ({of_it})").fetchone()[0]
    reseal(hub, batch, data.replace(atena.encode(), other.encode()))
    assert problems(hub, batch.name, receipt_of(hub, items[0]), "別の人")


def test_a_person_exchanged_in_the_journal_is_named(hub: Hub) -> None:
    batch, items = file_of(hub)
    with sqlite3.connect(hub.root.database) as database:
        other = database.execute("SELECT atena FROM residents ORDER BY atena DESC").fetchone()[0]
        changed = "UPDATE persons SET atena = ? WHERE application = ? AND atena IS NOT NULL"
        assert database.execute(changed, [other, items[0].application]).rowcount
    assert problems(hub, batch.name, receipt_of(hub, items[0]), "別の人")


def test_receipts_swapped_in_the_journal_make_both_files_red(hub: Hub) -> None:
    first, second = hub.journal.rows(select(receipts).order_by(receipts.c.batch))[:2]
    with hub.journal.write() as write:
        for batch, other in ((first, second), (second, first)):
            swapped = {key: getattr(other, key) for key in ("digest", "blob", "size", "records")}
            write.execute(update(receipts).where(receipts.c.batch == batch.batch).values(**swapped))
        write.leaf("planted")
    names = [hub.journal.scalar(select(batches.c.name).where(batches.c.id == one.batch)) for one in (first, second)]
    assert all(problems(hub, name, "受領書の控え") for name in names)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [("{name}", "other_file.csv", "別のファイル（other_file.csv）"), (",{records},", ",{fewer},", "控えの{records}件と異なります")],
)
def test_a_receipt_for_another_file_or_count_is_not_taken_and_the_file_is_named(
    own: Own, delivered_root: Path, old: str, new: str, word: str
) -> None:
    root = own(delivered_root)
    with hub_at(root, at(15)) as hub:
        batch, _ = file_of(hub, "hoiku")
        words = {"name": batch.name, "records": batch.records, "fewer": batch.records - 1}
        left = root / f"sandbox/receivers/hoiku/out/receipts/{batch.name}.receipt.csv"
        text = left.read_text(encoding="utf-8")
        left.write_text(text.replace(old.format(**words), new.format(**words)), encoding="utf-8")
        assert left.read_text(encoding="utf-8") != text
    with outside(root, at(15)), hub_at(root, at(15)) as hub:
        read_answers(hub)
        assert problems(hub, f"hoiku/{batch.name}", word.format(**words))
    assert ("FILE_REFUSED", f"hoiku/{batch.name}") in alarms_of(root)


def test_a_receipt_for_a_file_that_never_went_there_is_an_alarm(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    (root / "sandbox/receivers/hoiku/out/receipts/stranger.csv.receipt.csv").write_text("file_name,sha256\r\n", encoding="utf-8")
    with outside(root, at(15)):
        run(root, ("answers",), at(15))
    assert ("RECEIPT_UNKNOWN", "hoiku/stranger.csv.receipt.csv") in alarms_of(root)


@pytest.mark.parametrize("which", ["MIN", "MAX"])
def test_a_missing_number_is_named_with_what_the_log_says_of_it(hub: Hub, which: str) -> None:
    with sqlite3.connect(hub.root.database) as database:
        chosen = f"SELECT {which}(filing_number), receipt, id FROM applications WHERE section = 'jidoteate'"
        number, receipt, application = database.execute(chosen).fetchone()
        database.execute("DELETE FROM applications WHERE id = ?", [application])
    assert problems(hub, "jidoteate 2026年度", f"収受番号{number}番が欠番", receipt)


def test_numbers_exchanged_between_two_applications_are_named(hub: Hub) -> None:
    with sqlite3.connect(hub.root.database) as database:
        two = "SELECT id, filing_number, receipt FROM applications WHERE section = 'jidoteate' ORDER BY id LIMIT 2"
        (first, one, receipt), (second, other, _) = database.execute(two).fetchall()
        for number, application in ((10_000, first), (one, second), (other, first)):
            database.execute("UPDATE applications SET filing_number = ? WHERE id = ?", [number, application])
    assert problems(hub, receipt, "記録（", "異なります")


def test_a_day_that_has_not_come_is_not_closed(hub: Hub) -> None:
    with pytest.raises(SettingError, match=f"{NEXT_DAY} has not come.*up to {DAY}"):
        close_day(hub, NEXT_DAY)


def test_a_skipped_day_is_an_alarm_until_somebody_closes_it(own: Own, answered_root: Path) -> None:
    root = own(answered_root)
    thursday = NEXT_DAY.replace(day=26)
    with outside(root, at(8, day=thursday)):
        run(root, ("morning", "close"), at(8, day=thursday))
    skipped = ("CLOSE_MISSING", NEXT_DAY.isoformat())
    assert skipped in standing(root)
    assert "日締めがない日" in (root / "reports/morning.html").read_text(encoding="utf-8")
    with hub_at(root, at(19, day=thursday)) as hub:
        close_day(hub, NEXT_DAY)
    assert skipped not in standing(root)


def test_an_opening_day_without_its_morning_sheet_is_an_alarm_until_the_next_sheet(own: Own, answered_root: Path) -> None:
    root = own(answered_root)
    missing = ("MORNING_MISSING", NEXT_DAY.isoformat())
    with outside(root, at(9, day=NEXT_DAY)):
        run(root, ("pull",), at(9, day=NEXT_DAY))
        assert missing not in standing(root)
        run(root, ("pull",), at(9, 1, day=NEXT_DAY))
        assert missing in standing(root)
        run(root, ("morning",), at(9, 30, day=NEXT_DAY))
    assert missing not in standing(root)


def standing(root: Path) -> set[tuple[str, str]]:
    from pipeline.journal.evidence_tables import alarms

    return {(row.kind, row.subject) for row in rows(root, select(alarms).where(alarms.c.ended_at.is_(None)))}
