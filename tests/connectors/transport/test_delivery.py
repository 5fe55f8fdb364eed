"""What every target promises: a folder, our own SFTP stand-in, and OpenSSH where the machine has it."""

import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connections import FolderConnection, SftpConnection
from connectors.delivery import Reached, Target, pass_by, temporary_name
from connectors.errors import PermanentError, TransientError
from connectors.folder import FolderTarget
from connectors.sftp import SftpTarget
from sandbox.secret_files import ensure_ssh_key

SSHD = Path("/usr/sbin/sshd")
POINTS = ["before_put", "mid_put", "before_readback", "before_rename", "after_rename"]
DATA = "氏名,那覇　太郎\r\n".encode("cp932") * 9_000


class Killed(BaseException):
    """Stands for a process that dies at a named point."""


class Place:
    """A target under test, and the real folder behind it."""

    def __init__(self, connection: FolderConnection | SftpConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder

    def target(self, reached: Reached = pass_by) -> Target:
        kind = FolderTarget if isinstance(self.connection, FolderConnection) else SftpTarget
        return kind(self.connection, reached=reached)

    def names(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


@pytest.fixture(scope="module")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if not SSHD.exists():
        pytest.skip(f"{SSHD} is not installed: delivery is not tried against OpenSSH")
    home = tmp_path_factory.mktemp("openssh")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    host_key = ensure_ssh_key(home / "host")
    (home / "authorized").write_text(ensure_ssh_key(home / "client"))
    for name in ("in", "out/receipts"):
        (home / name).mkdir(parents=True)
    settings = ["-o", f"HostKey={home / 'host'}", "-o", f"AuthorizedKeysFile={home / 'authorized'}", "-o", "StrictModes=no"]
    settings += ["-o", "Subsystem=sftp internal-sftp", "-o", "PidFile=none", "-o", "UsePAM=no", "-o", "ListenAddress=127.0.0.1"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", "/dev/null", "-p", str(port), *settings], stdout=log, stderr=log)
    _wait_for(port, server, home / "log")
    inbox, outbox = str(home / "in"), str(home / "out")
    yield Place(SftpConnection("openssh", "127.0.0.1", port, user, home / "client", host_key, inbox, outbox), home / "in")
    server.terminate()
    server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
        if server.poll() is not None:
            break
    pytest.skip(f"OpenSSH does not start here: {log.read_text(errors='replace').strip()[-200:]}")


@pytest.fixture(params=["folder", "asyncssh", "openssh"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty target of each kind."""
    if request.param == "openssh":
        found = request.getfixturevalue("openssh")
    elif request.param == "asyncssh":
        world = request.getfixturevalue("world")
        found = Place(world.sftp(), world.root / "delivered" / "jidoteate-std")
    else:
        (tmp_path / "in").mkdir()
        (tmp_path / "out" / "receipts").mkdir(parents=True)
        found = Place(FolderConnection("hoiku", tmp_path / "in", tmp_path / "out"), tmp_path / "in")
    yield found
    for file in found.folder.iterdir():
        file.unlink()


def test_a_delivery_is_proved_by_the_bytes_read_back(place: Place) -> None:
    passed: list[str] = []
    target = place.target(passed.append)
    evidence = target.deliver("027_20261124_001.csv", DATA)
    assert (evidence.size, evidence.sha256, evidence.kind) == (len(DATA), hashlib.sha256(DATA).hexdigest(), "read-back")
    assert (place.folder / "027_20261124_001.csv").read_bytes() == DATA
    assert place.names() == ["027_20261124_001.csv"]
    assert target.read("027_20261124_001.csv") == DATA
    assert target.read("027_20261124_002.csv") is None
    assert [point.partition(".")[2] for point in passed] == POINTS
    target.close()


def test_the_same_delivery_again_only_proves_that_it_is_there(place: Place) -> None:
    target = place.target()
    target.deliver("a.csv", DATA)
    before = (place.folder / "a.csv").stat()
    assert target.deliver("a.csv", DATA).kind == "already-there"
    assert (place.folder / "a.csv").stat().st_mtime_ns == before.st_mtime_ns
    target.close()


def test_other_bytes_never_replace_what_stands_under_the_name(place: Place) -> None:
    target = place.target()
    target.deliver("a.csv", DATA)
    with pytest.raises(PermanentError, match=r"a\.csv: other bytes stand under this name"):
        target.deliver("a.csv", DATA + b"x")
    assert (place.folder / "a.csv").read_bytes() == DATA
    assert place.names() == ["a.csv"]
    target.close()


def test_a_name_taken_at_the_last_moment_is_left_alone(place: Place) -> None:
    def occupy(point: str) -> None:
        if point.endswith("before_rename"):
            (place.folder / "a.csv").write_bytes(b"older")

    target = place.target(occupy)
    with pytest.raises(PermanentError, match="other bytes"):
        target.deliver("a.csv", DATA)
    assert (place.folder / "a.csv").read_bytes() == b"older"
    target.close()


def test_the_same_bytes_placed_by_a_twin_count_as_delivered(place: Place) -> None:
    twin = place.target()

    def overtake(point: str) -> None:
        if point.endswith("before_rename"):
            twin.deliver("a.csv", DATA)

    target = place.target(overtake)
    try:
        evidence = target.deliver("a.csv", DATA)
    except (TransientError, PermanentError):
        evidence = target.deliver("a.csv", DATA)
    assert evidence.sha256 == hashlib.sha256(DATA).hexdigest()
    assert place.names() == ["a.csv"]
    target.close()
    twin.close()


@pytest.mark.parametrize("point", POINTS)
def test_death_at_any_point_leaves_whole_files_only_and_the_next_attempt_finishes(place: Place, point: str) -> None:
    place.target().deliver("older.csv", b"older")

    def die(passed: str) -> None:
        if passed.endswith(point):
            raise Killed

    target = place.target(die)
    with pytest.raises(Killed):
        target.deliver("a.csv", DATA)
    target.close()
    final = [name for name in place.names() if not name.startswith(".")]
    assert final == (["a.csv", "older.csv"] if point == "after_rename" else ["older.csv"])
    assert (place.folder / "older.csv").read_bytes() == b"older"
    next_one = place.target()
    assert next_one.deliver("a.csv", DATA).kind == ("already-there" if point == "after_rename" else "read-back")
    assert place.names() == ["a.csv", "older.csv"]
    assert (place.folder / "a.csv").read_bytes() == DATA
    next_one.close()


def test_bytes_that_change_on_the_way_never_get_the_final_name(place: Place) -> None:
    def spoil(point: str) -> None:
        if point.endswith("before_readback"):
            (place.folder / temporary_name("a.csv", hashlib.sha256(DATA).hexdigest())).write_bytes(b"x" * len(DATA))

    target = place.target(spoil)
    with pytest.raises(TransientError, match="bytes read back differ"):
        target.deliver("a.csv", DATA)
    assert not (place.folder / "a.csv").exists()
    target.close()


@pytest.mark.parametrize("size", [0, 1, 2, 100_000])
def test_any_size_arrives_whole(place: Place, size: int) -> None:
    target = place.target()
    assert target.deliver("sized.dat", b"z" * size).size == size
    assert target.read("sized.dat") == b"z" * size
    target.close()


@pytest.mark.parametrize("name", ["", "../a.csv", "a/b.csv", ".hidden", "a.csv.part", "児童手当.csv", "a\n.csv", "-a", "x" * 201])
def test_names_of_foreign_making_are_refused(place: Place, name: str) -> None:
    target = place.target()
    with pytest.raises(PermanentError, match="delivery name"):
        target.deliver(name, DATA)
    assert place.names() == []
    target.close()


def test_the_outbox_shows_finished_files_only(place: Place) -> None:
    out = place.folder.parent / "out" / "receipts"
    if "delivered" in str(place.folder):
        out = place.folder.parents[1] / "sandbox" / "receivers" / "jidoteate-std" / "out" / "receipts"
    for name in ("b.receipt.csv", "a.receipt.csv", ".c.receipt.csv", "d.receipt.csv.part"):
        (out / name).write_bytes(b"file_name\r\n")
    target = place.target()
    assert target.outbox("receipts") == ["a.receipt.csv", "b.receipt.csv"]
    assert target.fetch_outbox("receipts", "a.receipt.csv") == b"file_name\r\n"
    target.close()
    for file in out.iterdir():
        file.unlink()


def test_a_missing_folder_needs_a_person(place: Place) -> None:
    aside = place.folder.with_name("aside")
    shutil.move(place.folder, aside)
    try:
        target = place.target()
        with pytest.raises(PermanentError):
            target.deliver("a.csv", DATA)
        target.close()
    finally:
        shutil.move(aside, place.folder)
