"""The verifier as an auditor runs it: one file, alone in a folder, answering by exit code."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipeline import log_verifier
from pipeline.checkpoints import Leaf, export_log, in_order, leaf_hash, sign_checkpoint
from pipeline.keyring import KeyRing
from pipeline.merkle import tree_root
from vocabulary.clock import JST

PROGRAM = Path(log_verifier.__file__)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program as an auditor has it: alone in a folder, no project, no packages."""
    command = [sys.executable, "-S", "-E", "log_verifier.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=60)


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with the program, a good log of three leaves, one that lacks leaf 2, and the checkpoint kept elsewhere."""
    shutil.copy(PROGRAM, tmp_path)
    keyring = KeyRing.create(tmp_path / "hub")
    leaves = [Leaf(number, f'{{"seq":{number}}}', leaf_hash(f'{{"seq":{number}}}')) for number in (1, 2, 3)]
    root = tree_root(each.digest for each in leaves)
    point = sign_checkpoint(keyring, size=3, root=root, time=datetime(2026, 11, 24, 17, tzinfo=JST))
    for name, kept in (("log.jsonl", leaves), ("bad.jsonl", [leaves[0], leaves[2]])):
        export_log(in_order(kept, [point]), tmp_path / name, public_key=keyring.public_key)
    (tmp_path / "kept.jsonl").write_bytes(point.line())
    return tmp_path


def test_the_program_runs_alone_and_answers_by_exit_code(alone: Path) -> None:
    good = run(alone, "log.jsonl", "--checkpoint", "kept.jsonl")
    assert (good.returncode, good.stdout, good.stderr) == (0, "記録3件と検査点1個に改変はありません。\n", "")
    bad = run(alone, "bad.jsonl", "--json")
    assert bad.returncode == 1
    assert {"good": False, "code": "gap", "line": 3, "leaf": 2}.items() <= json.loads(bad.stdout).items()


def test_the_program_runs_in_its_place_among_the_hub_s_modules(alone: Path) -> None:
    done = subprocess.run([sys.executable, "-S", str(PROGRAM), str(alone / "log.jsonl")], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0


def test_the_program_shows_a_leaf(alone: Path) -> None:
    shown = run(alone, "log.jsonl", "--show", "2")
    assert shown.returncode == 0
    assert json.loads(shown.stdout.splitlines()[0])["data"] == '{"seq":2}'


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["none.jsonl"],
        ["log.jsonl", "--show", "99"],
        ["log.jsonl", "--checkpoint", "log.jsonl"],
        ["log.jsonl", "--checkpoint", "none"],
        ["."],
    ],
)
def test_wrong_use_is_told_apart_from_a_wrong_log(alone: Path, arguments: list[str]) -> None:
    done = run(alone, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
