"""``hub check``: green in a fresh clone, one line for each thing, names of procedures, formats and municipalities."""

import shutil
from pathlib import Path

import pytest

from pipeline.places import PROJECT
from tests.cli.messages import Hub, one_line

PROCEDURES = ("hoiku-riyo", "jidoteate-mishiharai", "jidoteate-nintei", "ninshin-todokede")


@pytest.mark.parametrize("options", [(), ("--all",)])
def test_everything_is_green_in_a_fresh_clone(hub: Hub, options: tuple[str, ...]) -> None:
    found = hub("check", *options)
    assert found.exit_code == 0, found.stderr
    for name in (*PROCEDURES, "standard-csv", "legacy-fixed", "472018"):
        assert any(line.startswith("OK ") and f" {name}: " in line for line in found.stdout.splitlines()), name


@pytest.mark.parametrize("name", ["hoiku-riyo", "legacy-fixed", "472018"])
def test_only_what_is_named_is_checked(hub: Hub, name: str) -> None:
    lines = hub("check", name).stdout.splitlines()
    assert len(lines) == 2
    assert f" {name}: " in lines[0]


def test_unknown_name_is_answered_with_the_nearest_one(hub: Hub) -> None:
    assert "jidoteate-nintei?" in one_line(hub("check", "jidoteate-nintai"))


def test_all_with_a_name_is_wrong_use(hub: Hub) -> None:
    assert "--all and NAME" in one_line(hub("check", "--all", "472018"))


def test_example_that_does_not_hold_is_named(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mappings"
    shutil.copytree(PROJECT / "mappings", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    expected = folder / "procedures" / "ninshin-todokede" / "examples" / "01.expected" / "ninshintodoke.csv"
    expected.write_bytes(expected.read_bytes() + b"x")
    monkeypatch.setenv("HUB_MAPPINGS", str(folder))
    found = hub("check")
    assert found.exit_code == 2
    assert found.stderr.splitlines() == [line for line in found.stderr.splitlines() if line.startswith("NG 手続 ninshin-todokede: ")]
    assert "records of ninshintodoke differ" in found.stderr
    assert "OK 手続 hoiku-riyo" in found.stdout


@pytest.mark.parametrize(("name", "value"), [("HUB_NOW", "yesterday"), ("HUB_RETRY_SECONDS", "soon")])
def test_wrong_environment_variable_is_named(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    found = hub("check")
    assert found.exit_code == 2
    assert f"NG 環境変数 {name}: " in found.stderr
