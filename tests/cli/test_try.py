"""``hub try``: records, findings, losses and bytes of one application, nothing stored, values masked unless asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.places import PROJECT
from sandbox.process import Running
from tests.cli.messages import Hub, one_line

EXAMPLES = PROJECT / "mappings" / "procedures"
NINTEI = EXAMPLES / "jidoteate-nintei" / "examples" / "01.application.xml"
NUMBER = "100000000013"
NAME = "髙良"
CP932 = ("legacy-csv", "legacy-fixed")


def tried(hub: Hub, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    """The JSON answer."""
    ended = hub("try", *arguments, "--json")
    assert ended.exit_code == code, ended.output
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("procedure", sorted(folder.name for folder in EXAMPLES.iterdir()))
def test_example_of_every_procedure_becomes_records_and_bytes(hub: Hub, procedure: str) -> None:
    found = tried(hub, procedure, EXAMPLES / procedure / "examples" / "01.application.xml")
    assert found["accepted"] is True
    assert found["findings"] == []
    assert {file["format"] for file in found["files"]} >= {"standard-csv"}
    assert all(file["bytes"] > 0 and file["records"] > 0 for file in found["files"])


def test_values_are_masked_unless_revealed_and_the_number_always(hub: Hub) -> None:
    masked, shown = hub("try", "jidoteate-nintei", NINTEI), hub("try", "jidoteate-nintei", NINTEI, "--reveal")
    assert NAME not in masked.output
    assert NAME in shown.output
    assert NUMBER in NINTEI.read_text(encoding="utf-8")
    for output in (masked.output, shown.output):
        assert NUMBER not in output
        assert "kojinbango = ************" in output
        assert "宛名番号は仮の番号です" in output


def test_masked_text_is_as_wide_as_the_real_bytes(hub: Hub) -> None:
    (file,) = tried(hub, "jidoteate-nintei", NINTEI, "--format", "legacy-fixed")["files"]
    assert len(file["text"].encode("cp932")) == file["bytes"]
    assert {len(line.encode("cp932")) for line in file["text"].split("\r\n")[:-1]} == {1600}


def test_approved_substitution_is_listed_as_a_loss(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "application.xml"
    file.write_text(NINTEI.read_text(encoding="utf-8").replace("1丁目2-3", "1丁目2\u22123"), encoding="utf-8")
    losses = tried(hub, "jidoteate-nintei", file)["losses"]
    assert losses
    assert {(loss["format"], loss["source"], loss["target"]) for loss in losses} == {(name, "U+2212", "U+FF0D") for name in CP932}


def test_a_destination_gets_what_its_municipality_approved(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = (PROJECT / "municipalities" / "472018.yaml").read_text(encoding="utf-8")
    entry = "{substitutions: [{from: U+20BB7, to: U+5409, approved: 課長 令和8年11月24日}], "
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    (tmp_path / "472018.yaml").write_text(town.replace("  jidoteate-host: {", f"  jidoteate-host: {entry}"), encoding="utf-8")
    file = tmp_path / "application.xml"
    file.write_text(NINTEI.read_text(encoding="utf-8").replace("<氏名>髙良", "<氏名>𠮷良"), encoding="utf-8")
    found = tried(hub, "jidoteate-nintei", file, "--destination", "jidoteate-host")
    assert found["findings"] == []
    assert {(loss["format"], loss["source"], loss["target"]) for loss in found["losses"]} == {("legacy-fixed", "U+20BB7", "U+5409")}
    wrong = hub("try", "jidoteate-nintei", file, "--destination", "jidoteate-hots")
    assert wrong.exit_code == 2
    assert "jidoteate-host?" in wrong.stderr


def test_character_without_code_refuses_its_format_only(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "application.xml"
    file.write_text(NINTEI.read_text(encoding="utf-8").replace("<氏名>髙良", "<氏名>𠮷良"), encoding="utf-8")
    found = tried(hub, "jidoteate-nintei", file)
    assert {(one["step"], one["code"]) for one in found["findings"]} == {(name, "CHAR_UNMAPPABLE") for name in CP932}
    assert {one["format"] for one in found["files"]} == {"clerk-workbook", "standard-csv", "standard-xml"}
    assert all(one["sentence"].endswith("。") for one in found["findings"])


def test_portal_package_is_taken_as_it_is(hub: Hub, world: Running) -> None:
    line = next(one for one in _listings(world) if one["procedure"] == "PT27001")
    found = tried(hub, "jidoteate-nintei", world.root / "sandbox" / "portal" / line["zip"])
    assert found["accepted"] is True
    assert {row["uketsukebango"] for rows in found["records"].values() for row in rows} == {line["receipt"]}


def test_application_of_another_form_is_wrong_use(hub: Hub, world: Running) -> None:
    line = next(one for one in _listings(world) if one["procedure"] == "PT28002")
    assert "form F28002, not F27001" in one_line(hub("try", "jidoteate-nintei", world.root / "sandbox" / "portal" / line["zip"]))


def _listings(world: Running) -> list[dict[str, Any]]:
    text = (world.root / "sandbox" / "portal" / "listings.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "ZIP_NOT_ZIP"),
        (b"PK\x03\x04 cut off", "ZIP_TRUNCATED"),
        (b"<open", "XML_NOT_WELL_FORMED"),
        (b"<!DOCTYPE x><x/>", "XML_DOCTYPE"),
        (b"<other/>", "XML_SCHEMA"),
        (NINTEI.read_bytes().replace('様式版="2024-10"'.encode(), '様式版="1999-01"'.encode()), "FORM_VERSION_UNKNOWN"),
        (NINTEI.read_bytes().replace("<申請日>2026-11-22</申請日>".encode(), b""), "XML_SCHEMA"),
    ],
    ids=["empty", "truncated", "open", "doctype", "other", "version", "schema"],
)
def test_refused_input_ends_with_exit_3_and_its_reason(hub: Hub, tmp_path: Path, data: bytes, code: str) -> None:
    file = tmp_path / "input"
    file.write_bytes(data)
    found = tried(hub, "jidoteate-nintei", file, code=3)
    assert found["accepted"] is False
    assert code in {one["code"] for one in found["findings"]}
    assert hub("try", "jidoteate-nintei", file).exit_code == 3


def test_unknown_procedure_and_format_name_the_known_ones(hub: Hub) -> None:
    assert "jidoteate-nintei?" in one_line(hub("try", "jidoteate-nintai", NINTEI))
    known = "known are: clerk-workbook, legacy-csv, legacy-fixed, standard-csv, standard-xml"
    assert known in one_line(hub("try", "jidoteate-nintei", NINTEI, "--format", "csv"))


def test_nothing_is_stored(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ROOT", str(tmp_path / "root"))
    tried(hub, "jidoteate-nintei", NINTEI)
    assert list(tmp_path.iterdir()) == []
