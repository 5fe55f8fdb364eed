import shlex
import sys
from pathlib import Path

import pytest

from connectors.errors import PermanentError
from connectors.scanner import ScannerGate, declare_gate
from vocabulary.findings import Refused

FILES = {"attachments/01.pdf": b"good", "attachments/02.txt": b"also good"}


def command(program: str, seconds: str = "20") -> ScannerGate:
    line = shlex.join([sys.executable, "-S", "-c", program, "{file}"])
    return declare_gate({"kind": "command", "command": line, "timeout_seconds": seconds}, root=Path())


def code_of(gate: ScannerGate) -> str:
    with pytest.raises(Refused) as refusal:
        gate.scan(FILES)
    return refusal.value.finding.code


def test_without_a_scanner_files_pass_as_they_are() -> None:
    assert declare_gate({"kind": "none"}, root=Path()).scan(FILES) == FILES


def test_a_command_may_rewrite_the_file() -> None:
    gate = command("import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_bytes(p.read_bytes().upper())")
    assert gate.scan(FILES) == {"attachments/01.pdf": b"GOOD", "attachments/02.txt": b"ALSO GOOD"}


def test_a_command_sees_a_private_file_without_the_resident_s_name() -> None:
    gate = command(
        "import os, stat, sys; path = sys.argv[1];"
        "modes = [stat.S_IMODE(os.stat(one).st_mode) for one in (path, os.path.dirname(path))];"
        "sys.exit(2 if any(mode & 0o077 for mode in modes) or '/01' in path else 0)"
    )
    assert gate.scan(FILES) == FILES


def test_exit_one_means_infected_and_anything_else_waits() -> None:
    assert code_of(command("raise SystemExit(1)")) == "SCAN_INFECTED"
    assert code_of(command("raise SystemExit(2)")) == "SCAN_WAITING"
    assert code_of(command("import os; os.kill(os.getpid(), 9)")) == "SCAN_WAITING"
    assert code_of(command("import os, sys; os.remove(sys.argv[1])")) == "SCAN_WAITING"
    assert code_of(command("import time; time.sleep(30)", seconds="0.2")) == "SCAN_WAITING"
    absent = {"kind": "command", "command": "/nonexistent/scanner {file}", "timeout_seconds": "1"}
    assert code_of(declare_gate(absent, root=Path())) == "SCAN_WAITING"


def test_the_folders_answer_later_and_once(tmp_path: Path) -> None:
    gate = declare_gate({"kind": "folder", "folder": "scanner"}, root=tmp_path)
    assert code_of(gate) == "SCAN_WAITING"
    for place in ("in", "clean", "infected"):
        (tmp_path / "scanner" / place).mkdir(parents=True)
    assert code_of(gate) == "SCAN_WAITING"
    handed_in = sorted((tmp_path / "scanner" / "in").iterdir())
    assert {path.read_bytes() for path in handed_in} == set(FILES.values())
    assert not any("01" in path.name[64:] for path in handed_in)
    handed_in[0].rename(tmp_path / "scanner" / "clean" / handed_in[0].name)
    assert code_of(gate) == "SCAN_WAITING"
    handed_in[1].rename(tmp_path / "scanner" / "clean" / handed_in[1].name)
    assert gate.scan(FILES) == FILES
    assert list((tmp_path / "scanner" / "in").iterdir()) == []


def test_one_infected_file_stops_all(tmp_path: Path) -> None:
    gate = declare_gate({"kind": "folder", "folder": "."}, root=tmp_path)
    for place in ("in", "clean", "infected"):
        (tmp_path / place).mkdir()
    assert code_of(gate) == "SCAN_WAITING"
    path = min((tmp_path / "in").iterdir())
    path.rename(tmp_path / "infected" / path.name)
    assert code_of(gate) == "SCAN_INFECTED"


@pytest.mark.parametrize(
    "declaration", [{}, {"kind": "magic"}, {"kind": "command", "command": "scan", "timeout_seconds": "1"}, {"kind": "folder"}]
)
def test_a_wrong_declaration_is_a_settings_error(declaration: dict[str, str]) -> None:
    with pytest.raises(PermanentError, match="declare kind"):
        declare_gate(declaration, root=Path())
