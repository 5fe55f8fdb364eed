"""The sealed store: whole files or none, under names that tell nothing."""

import hashlib
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import EvidenceBroken
from pipeline.inbox_files import SealedStore, Stored
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing

POINTS = ["sealed.opened", "sealed.written", "sealed.synced", "sealed.renamed", "sealed.durable"]
DATA = bytes(range(256)) * 400


@pytest.fixture
def store(tmp_path: Path) -> SealedStore:
    return SealedStore(tmp_path / "sealed", Sealing(KeyRing.create(tmp_path)))


def files(store: SealedStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=500), context=st.text(max_size=30))
def test_what_was_put_is_given_back(tmp_path_factory: pytest.TempPathFactory, data: bytes, context: str) -> None:
    root = tmp_path_factory.mktemp("root")
    store = SealedStore(root / "sealed", Sealing(KeyRing.create(root)))
    stored = store.put(data, context=context)
    assert store.get(stored, context=context) == data
    assert (stored.digest, stored.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_putting_again_keeps_one_file_unchanged(store: SealedStore) -> None:
    first = store.put(DATA, context="a")
    before = (store.folder / first.path).read_bytes()
    assert store.put(DATA, context="a") == first
    assert [path.read_bytes() for path in files(store)] == [before]
    assert store.exists(first)


def test_names_and_files_show_nothing_of_the_content(store: SealedStore) -> None:
    stored = store.put(DATA, context="a")
    assert not Path(stored.path).is_absolute()
    assert stored.digest not in stored.path
    assert store.put(DATA, context="b").path != stored.path
    assert all(DATA[:16] not in path.read_bytes() for path in files(store))
    assert (store.folder / stored.path).stat().st_mode & 0o077 == 0


def test_a_changed_swapped_or_missing_file_is_found(store: SealedStore) -> None:
    one, two = store.put(b"one", context="a"), store.put(b"two", context="a")
    for wrong in (Stored(one.digest, one.size, two.path), Stored(one.digest, one.size, "00/none")):
        with pytest.raises(EvidenceBroken, match=wrong.path):
            store.get(wrong, context="a")
    with pytest.raises(EvidenceBroken, match=one.path):
        store.get(one, context="b")
    path = store.folder / one.path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EvidenceBroken, match=one.path):
        store.get(one, context="a")
    with pytest.raises(EvidenceBroken, match=one.path):
        store.put(b"one", context="a")
    path.unlink()
    assert not store.exists(one)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point_leaves_a_whole_file_or_none(store: SealedStore, point: str) -> None:
    def die(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        SealedStore(store.folder, store.sealing, die).put(DATA, context="a")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    final = [path for path in files(store) if not path.name.startswith(".")]
    assert len(final) == (point in {"sealed.renamed", "sealed.durable"})
    assert all(store.sealing.unseal(path.read_bytes(), context="a") == DATA for path in final)
    stored = store.put(DATA, context="a")
    assert store.get(stored, context="a") == DATA
    assert store.discard_parts(older_than=datetime(2100, 1, 1, tzinfo=UTC)) == 1 - len(final)
    assert files(store) == [store.folder / stored.path]


def test_a_file_still_being_written_is_not_discarded(store: SealedStore) -> None:
    (store.folder / "aa").mkdir(parents=True)
    (store.folder / "aa" / ".x.part").write_bytes(b"")
    assert store.discard_parts(older_than=datetime(2000, 1, 1, tzinfo=UTC)) == 0


def test_a_full_disk_leaves_nothing_behind(store: SealedStore) -> None:
    def fail(point: str) -> None:
        if point == "sealed.written":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        SealedStore(store.folder, store.sealing, fail).put(DATA, context="a")
    assert files(store) == []


def test_everything_is_flushed_before_it_counts_as_stored(store: SealedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = os.fsync

    def watch(descriptor: int) -> None:
        order.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "file")
        real(descriptor)

    monkeypatch.setattr("pipeline.inbox_files.os.fsync", watch)
    SealedStore(store.folder, store.sealing, order.append).put(DATA, context="a")
    assert order == [*POINTS[:2], "file", *POINTS[2:4], "folder", "folder", "folder", POINTS[4]]
