"""YAML comes in as text only."""

from pathlib import Path

import pytest

from mappings.yaml_door import SpecError, load_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spec.yaml"


@pytest.mark.parametrize("text", ["011002", "no", "12:30", "2026-04-01", "1e3", "null", "~", "0x10", "1_000", ".5"])
def test_every_scalar_stays_the_text_of_the_file(file: Path, text: str) -> None:
    file.write_text(f"key: {text}\nlist: [{text}]\n", encoding="utf-8")
    assert load_yaml(file) == {"key": text, "list": [text]}


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "outer:\n  a: 1\n  b: 2\n  a: 3\n", "- {a: 1, a: 1}\n", "outer: {? [x] : 1}\n"])
def test_a_repeated_or_compound_key_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="line") as caught:
        load_yaml(file)
    assert caught.value.file == file


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a: [", b"- 1\n", b"text", b"", b"a: \x00"])
def test_what_is_no_mapping_in_utf_8_yaml_is_a_spec_error(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(SpecError):
        load_yaml(file)


def test_an_absent_file_is_a_spec_error(file: Path) -> None:
    with pytest.raises(SpecError, match="absent"):
        load_yaml(file)
