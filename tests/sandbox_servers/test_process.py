"""The sandbox as a process: one for each root, adopted only by its own, forgetting nothing when it is killed."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from sandbox import process
from sandbox.connection_files import FILE_LEDGERS, FOLDER_DESTINATIONS, SFTP_DESTINATIONS
from sandbox.journals import read_journal
from sandbox.own_exchanges import SOURCES
from vocabulary.clock import JST

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Running]:
    found = process.start(tmp_path_factory.mktemp("root"), now=NOW, script="quiet")
    yield found
    process.stop(found.root)


def test_a_running_sandbox_is_adopted_and_gets_the_time(running: process.Running) -> None:
    later = NOW.replace(day=25)
    adopted = process.adopt_or_start(running.root, now=later)
    assert adopted == running
    assert adopted.control.identity() == {"root": str(running.root), "pid": running.pid}


def test_a_second_one_for_the_same_root_is_refused(running: process.Running) -> None:
    with pytest.raises(process.SandboxError, match="already"):
        process.start(running.root, now=NOW)


def test_a_copied_root_has_no_sandbox_and_stops_nobody_elses(running: process.Running, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(running.root, copy)
    assert process.find_running(copy) is None
    assert process.stop(copy) is False
    own = process.adopt_or_start(copy, now=NOW, script="quiet")
    assert own.pid != running.pid
    assert json.loads((copy / "connections" / "portal.json").read_text())["url"].endswith(f":{own.ports.portal}/api/v1")
    assert process.stop(copy) is True
    assert process.find_running(running.root) == running


def test_a_record_of_a_process_that_is_gone_starts_a_new_one_and_stops_nothing(running: process.Running, tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()
    record = json.loads((running.root / "sandbox" / "process.json").read_text())
    (tmp_path / "sandbox" / "process.json").write_text(json.dumps({**record, "pid": os.getpid(), "portal_port": 9}))
    assert process.find_running(tmp_path) is None
    assert process.stop(tmp_path) is False


def test_everything_listens_on_loopback_only(running: process.Running) -> None:
    inodes = {str(link.readlink()) for link in Path(f"/proc/{running.pid}/fd").iterdir() if link.is_symlink()}
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{running.pid}/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in inodes:
                listening.append(cells[1].split(":")[0])
    assert listening == ["0100007F"] * 3


def test_secrets_and_connections_are_for_the_owner_only(running: process.Running) -> None:
    files = [*(running.root / "connections").glob("*.json"), running.root / "sandbox" / "process.json"]
    files += [*(running.root / "sandbox" / "secrets").iterdir(), running.root / "sandbox" / "tls" / "server.key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    names = {file.stem for file in (running.root / "connections").iterdir()}
    others = {"portal", "osr", "middle", "register", "jpki", "bunsho-kanri", "expected", "counter-book", "cases-jidoteate"}
    others |= {"letterbox", "claims", "collections", "deposits", "receipts-system"}
    ledgers = {f"ledger-{name}" for name in (*FILE_LEDGERS, "hoiku")}
    assert names == {*others, *SFTP_DESTINATIONS, *FOLDER_DESTINATIONS, *ledgers, *(f"own-{name}" for name in SOURCES)}
    for file in (running.root / "connections").iterdir():
        paths = {key: value for key, value in json.loads(file.read_text()).items() if key in ("ca", "secret_file", "key_file")}
        assert not any(Path(value).is_absolute() for value in paths.values())


def test_control_answers_the_holder_of_the_token_only(running: process.Running) -> None:
    stranger = process.Control(running.root, running.ports.portal, "guessed")
    with pytest.raises(RuntimeError, match="403 CONTROL_TOKEN"):
        stranger.shutdown()
    with pytest.raises(RuntimeError, match="400 CONTROL"):
        running.control.arm("no-such-script")
    assert process.find_running(running.root) == running


def test_killed_and_started_again_it_keeps_its_ports_keys_effects_and_counts(tmp_path: Path) -> None:
    first = process.start(tmp_path, now=NOW, script="paging")
    (tmp_path / "delivered" / "hoiku" / "a.csv").write_bytes(b"uketsukebango,x\r\n20261124-1,1\r\n")
    assert first.control.settle("receipts") == 1
    before = json.loads((tmp_path / "connections" / "jidoteate-std.json").read_text())
    os.kill(first.pid, signal.SIGKILL)
    process._children.pop(first.pid).wait()
    journals = tmp_path / "sandbox" / "journals"
    with (journals / "effects.jsonl").open("ab") as file:
        file.write(b'{"seq": 99, "system": "por')
    second = process.start(tmp_path, now=NOW, script="paging")
    try:
        assert second.ports == first.ports
        assert json.loads((tmp_path / "connections" / "jidoteate-std.json").read_text()) == before
        assert second.control.settle("receipts") == 0
        assert second.control.settle("results") == 1
        assert [(entry["seq"], entry["effect"]) for entry in read_journal(journals / "effects.jsonl")] == [(1, "taken"), (2, "results")]
        armed = [entry for entry in read_journal(journals / "calls.jsonl") if entry["system"] == "control"]
        assert len(armed) == 1
    finally:
        assert process.stop(tmp_path)
    assert not Path(f"/proc/{second.pid}").exists()


def test_a_deleted_root_ends_its_sandbox(tmp_path: Path) -> None:
    root = tmp_path / "gone"
    running = process.start(root, now=NOW, script="quiet")
    shutil.rmtree(root)
    assert process._children.pop(running.pid).wait(timeout=10) == 0


def test_the_command_line_serves_a_root_and_a_broken_start_is_reported(tmp_path: Path) -> None:
    with pytest.raises(process.SandboxError, match=r"process\.log"):
        process.start(tmp_path, now=NOW, script="no-such-script")
    assert "no such fault script" in (tmp_path / "sandbox" / "process.log").read_text()
    told = subprocess.run([sys.executable, "-m", "sandbox.process", "--help"], capture_output=True, text=True, check=True)
    assert "--now" in told.stdout
