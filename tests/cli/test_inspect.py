"""``hub inspect``: malformed and unusual ZIP files of other makers, and files that are none; one JSON line each, never a traceback."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.places import PROJECT
from sandbox.process import Running
from tests.cli.messages import Hub, one_line
from vocabulary.reasons import reasons

CORPUS = PROJECT / "tests" / "fixtures" / "zip-malformed"
REFUSED_THOUGH_READABLE = {"bogus-compression-method.zip", "sloppy-filenames.zip", "unicode-path-extra-field.zip"}
SHAPE = ["file", "accepted", "reason", "stage", "detail"]


def inspected(hub: Hub, *arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and the JSON lines."""
    ended = hub("inspect", *arguments, "--json")
    return ended.exit_code, [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize("folder", ["failure", "wrong-entry-sizes"])
def test_every_malformed_file_is_refused_with_its_reason(hub: Hub, folder: str) -> None:
    with (CORPUS / "expected.csv").open(encoding="utf-8", newline="") as table:
        expected = {row["file"]: row["code"] for row in csv.DictReader(table)}
    files = sorted((CORPUS / folder).iterdir())
    code, lines = inspected(hub, "--container", *files)
    assert code == 3
    assert [list(line) for line in lines] == [SHAPE] * len(files)
    assert {line["file"].removeprefix(f"{CORPUS}/"): line["reason"] for line in lines} == {
        name: expected[name] for name in (f"{folder}/{file.name}" for file in files)
    }
    assert all(line["reason"] in reasons() and line["stage"] == "container" for line in lines)


def test_of_the_readable_files_only_encrypted_and_sloppy_ones_are_refused(hub: Hub) -> None:
    files = sorted((CORPUS / "success").iterdir())
    code, lines = inspected(hub, "--container", *files)
    refused = {Path(line["file"]).name: line["reason"] for line in lines if not line["accepted"]}
    encrypted = {name for name in refused if "encryption" in name}
    assert code == 3
    assert len(lines) == len(files)
    assert len(encrypted) == 4
    assert {refused[name] for name in encrypted} == {"ZIP_ENCRYPTED"}
    assert refused.keys() - encrypted == REFUSED_THOUGH_READABLE


def test_good_packages_of_the_portal_are_accepted(hub: Hub, world: Running) -> None:
    listings = (world.root / "sandbox" / "portal" / "listings.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in listings]
    files = [world.root / "sandbox" / "portal" / row["zip"] for row in rows if row["procedure"] not in ("PT99001", "PT01003")]
    code, lines = inspected(hub, *files)
    assert code == 0
    assert [line["accepted"] for line in lines] == [True] * len(files)
    assert {line["reason"] for line in lines} == {None}


def test_container_check_alone_does_not_look_for_an_application(hub: Hub) -> None:
    file = next(file for file in sorted((CORPUS / "success").iterdir()) if file.name == "empty.zip")
    assert inspected(hub, "--container", file)[0] == 0
    code, (line,) = inspected(hub, file)
    assert (code, line["stage"]) == (3, "package")


def test_file_that_does_not_exist_and_folder_are_wrong_use(hub: Hub, tmp_path: Path) -> None:
    assert "does not exist" in one_line(hub("inspect", tmp_path / "nothing.zip"))
    assert "is a directory" in one_line(hub("inspect", tmp_path))


def test_pipe_is_wrong_use_instead_of_waiting_for_ever(hub: Hub, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in one_line(hub("inspect", tmp_path / "pipe"))


@pytest.mark.parametrize("container", [(), ("--container",)])
def test_empty_files_and_the_null_device_are_refused(hub: Hub, tmp_path: Path, container: tuple[str, ...]) -> None:
    (tmp_path / "empty.zip").touch()
    (tmp_path / "text.zip").write_text("no archive")
    code, lines = inspected(hub, *container, tmp_path / "empty.zip", "/dev/null", tmp_path / "text.zip")
    assert code == 3
    assert [line["reason"] for line in lines] == ["ZIP_NOT_ZIP"] * 3


def test_people_read_the_japanese_sentence_and_what_to_do(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "empty.zip").touch()
    said = hub("inspect", tmp_path / "empty.zip").stdout
    assert f"{reasons()['ZIP_NOT_ZIP'].sentence}{reasons()['ZIP_NOT_ZIP'].remedy}" in said
