"""Wrong settings end every command with one line that names what is wrong and what to do, and with exit 2."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.places import PROJECT
from tests.cli.messages import Hub, one_line

COMMANDS = [("run", "intake"), ("close",), ("export", "log", "log.jsonl")]
NAHA = PROJECT / "municipalities" / "472018.yaml"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_root_without_keys_names_setup(hub: Hub, tmp_path: Path, command: tuple[str, ...]) -> None:
    said = one_line(hub(*command, "--root", tmp_path))
    assert f"{tmp_path} is no working root" in said
    assert f"hub setup --root {tmp_path}" in said


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_bad_hub_now_is_named_with_an_example(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    hub("setup", "--root", tmp_path)
    monkeypatch.setenv("HUB_NOW", "yesterday")
    said = one_line(hub(*command, "--root", tmp_path))
    assert "HUB_NOW" in said
    assert "2026-11-24T09:00:00+09:00" in said


@pytest.mark.parametrize("command", [("run", "close"), *COMMANDS[1:]], ids=lambda command: command[0])
def test_root_without_journal_names_setup(hub: Hub, tmp_path: Path, command: tuple[str, ...]) -> None:
    hub("setup", "--root", tmp_path)
    (tmp_path / "hub.db").unlink()
    said = one_line(hub(*command, "--root", tmp_path))
    assert "journal" in said
    assert "hub setup" in said


def test_setup_twice_keeps_the_keys(hub: Hub, tmp_path: Path) -> None:
    first, second = hub("setup", "--root", tmp_path), hub("setup", "--root", tmp_path)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output == second.output


@pytest.mark.parametrize("command", [("setup",), ("demo",), ("sandbox",)], ids=lambda command: command[0])
def test_root_that_cannot_be_made_is_named(hub: Hub, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("no folder")
    root = tmp_path / "file" / "root"
    said = one_line(hub(*command, "--root", root))
    assert str(root) in said
    assert "--root" in said


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_fewer_applications_than_the_least_are_refused(hub: Hub, tmp_path: Path, command: str) -> None:
    assert "5 is not in the range x>=6" in one_line(hub(command, "--applications", 5, "--root", tmp_path))


def test_unknown_municipality_names_the_known_ones(hub: Hub, tmp_path: Path) -> None:
    hub("setup", "--root", tmp_path)
    said = one_line(hub("run", "intake", "--municipality", "011002", "--root", tmp_path))
    assert "there is no municipality 011002" in said
    assert "472018" in said


def test_unknown_municipality_key_is_named_with_file_and_what_is_allowed(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub("setup", "--root", tmp_path)
    folder = tmp_path / "municipalities"
    folder.mkdir()
    (folder / "472018.yaml").write_text(NAHA.read_text(encoding="utf-8").replace("legal_day:", "legal_dya:"), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    said = one_line(hub("run", "intake", "--root", tmp_path))
    assert f"{folder}/472018.yaml: legal_dya" in said
    assert "legal_day?" in said


def test_municipality_with_unknown_procedure_is_named(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "municipalities"
    folder.mkdir()
    (folder / "472018.yaml").write_text(NAHA.read_text(encoding="utf-8").replace("hoiku-riyo:", "hoiku-nyusho:"), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    found = hub("check", "472018")
    assert found.exit_code == 2
    assert "procedures.hoiku-nyusho" in found.stderr
    assert "hoiku-riyo" in found.stderr


def test_several_municipalities_ask_which_one(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub("setup", "--root", tmp_path)
    folder = tmp_path / "municipalities"
    folder.mkdir()
    for code in ("472018", "011002"):
        shutil.copy(NAHA, folder / f"{code}.yaml")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    assert "add --municipality; known are 011002, 472018" in one_line(hub("close", "--root", tmp_path))


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("nothing", "HUB_DATABASE"),
        ("postgresql://127.0.0.1:1/journal", "HUB_DATABASE"),
        ("oracledb://host/name", "HUB_DATABASE"),
        ("sqlite:////nowhere/at/all.db", "/nowhere/at/all.db"),
    ],
)
def test_wrong_database_is_named(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, named: str) -> None:
    hub("setup", "--root", tmp_path)
    monkeypatch.setenv("HUB_DATABASE", url)
    assert named in one_line(hub("close", "--root", tmp_path))


def test_spec_that_is_wrong_is_named_with_file_and_key(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mappings"
    shutil.copytree(PROJECT / "mappings", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "procedures" / "hoiku-riyo" / "procedure.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("portal_id:", "potral_id:"), encoding="utf-8")
    monkeypatch.setenv("HUB_MAPPINGS", str(folder))
    said = one_line(hub("check"))
    assert f"{file}: potral_id" in said
    assert "portal_id?" in said


def test_real_process_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", "intake", "--root", str(tmp_path)]
    environment = {**os.environ, "HUB_LOG_LEVEL": "loud"}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == ["hub: HUB_LOG_LEVEL is loud. set it to one of DEBUG, INFO, WARNING, ERROR"]


def test_missing_key_file_is_named(hub: Hub, tmp_path: Path) -> None:
    hub("setup", "--root", tmp_path)
    (tmp_path / "keys" / "index.key").unlink()
    said = one_line(hub("close", "--root", tmp_path))
    assert "keys/index.key is missing" in said
    assert "backup" in said
