"""The pages of procedures: they say what the specs say, and the committed ones are not stale."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from mappings.catalogue import Catalogue, load_catalogue
from mappings.examples import map_example, read_examples
from mappings.item_places import place_of_item
from mappings.records import Context
from mappings.release import read, write
from mappings.transforms import TRANSFORMS
from pipeline.cli import main
from pipeline.mapping_pages import mapping_page
from pipeline.pages.mapping_page import render_mapping_pages
from pipeline.pages.mapping_words import HEADERS
from pipeline.pages.mapping_words import TRANSFORMS as WORDS

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def pages(catalogue: Catalogue) -> dict[str, str]:
    files = render_mapping_pages([mapping_page(procedure, catalogue) for procedure in catalogue.procedures.values()])
    return {name: data.decode() for name, data in files.items() if name.endswith(".html")}


def test_the_committed_pages_say_what_the_specs_say() -> None:
    result = CliRunner().invoke(main, ["explain", "--check"])
    assert result.exit_code == 0, result.output


def test_a_page_that_differs_from_the_specs_is_named_and_the_command_is_red(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["explain", "jidoteate-nintei", "--out", str(tmp_path)]).exit_code == 0
    page = tmp_path / "jidoteate-nintei.html"
    page.write_text(page.read_text(encoding="utf-8").replace("認定", "認否"), encoding="utf-8")
    result = CliRunner().invoke(main, ["explain", "jidoteate-nintei", "--out", str(tmp_path), "--check"])
    assert result.exit_code == 1
    assert "stale: jidoteate-nintei.html" in result.output


def test_an_unknown_procedure_is_answered_with_the_nearest_name() -> None:
    result = CliRunner().invoke(main, ["explain", "jidoteate-ninte"])
    assert result.exit_code == 2
    assert "jidoteate-nintei" in result.output


def test_every_transform_has_words_for_an_official() -> None:
    assert WORDS.keys() == {*TRANSFORMS, "code", "zero_fill"}


def test_every_fact_of_the_filing_has_words_for_an_official(catalogue: Catalogue) -> None:
    mappings = [mapping for procedure in catalogue.procedures.values() for mapping in procedure.mappings]
    used = {field.header for mapping in mappings for record in mapping.records for field in record.fields.values() if field.header}
    assert used <= HEADERS.keys()


def test_every_field_rule_document_and_assumption_is_on_the_page(catalogue: Catalogue, pages: dict[str, str]) -> None:
    for procedure in catalogue.procedures.values():
        page = pages[f"{procedure.id}.html"]
        wanted = [name for mapping in procedure.mappings for record in mapping.records for name in record.fields]
        wanted += [rule.says for rule in procedure.rules] + [document.title for document in procedure.documents]
        wanted += [one.about for one in procedure.assumptions] + [entry.why for mapping in procedure.mappings for entry in mapping.ignore]
        assert [text for text in wanted if text not in page] == []


def test_no_number_of_a_resident_is_on_a_page(catalogue: Catalogue, pages: dict[str, str]) -> None:
    numbers = {
        value
        for procedure in catalogue.procedures.values()
        for example in read_examples(procedure)
        for table in map_example(procedure, example, catalogue).tables.values()
        for name, column in table.columns.items()
        if name.endswith("kojinbango")
        for value in column
        if value
    }
    assert numbers
    assert not [number for page in pages.values() for number in numbers if number in page]


def test_the_bytes_of_a_fixed_record_lie_where_the_page_says(catalogue: Catalogue) -> None:
    procedure, format_ = catalogue.procedures["jidoteate-nintei"], catalogue.formats["legacy-fixed"]
    example = read_examples(procedure)[0]
    tables = map_example(procedure, example, catalogue).tables
    written = write(format_, tables, Context("472018", procedure.business, procedure.short, example.day, 1))
    (file,) = written.files
    span = next(span for span in file.spans if span.record_kind == "ninteiseikyu")
    record = file.data[span.offset : span.offset + span.length]
    assert len(read(format_, file.data)) == len(file.spans)
    for item in ("uketsukebango", "shimei", "kobokakunindoi"):
        first, last = map(int, re.findall(r"[0-9]+", place_of_item(format_, "ninteiseikyu", item)))
        value = tables["ninteiseikyu"].columns[item][0] or ""
        assert record[first - 1 : last].decode("cp932").rstrip(" ") == value


@pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed: pages of procedures are not tried in a browser")
def test_a_page_is_drawn_without_the_network_and_its_font_has_every_character(tmp_path: Path, pages: dict[str, str]) -> None:
    assert CliRunner().invoke(main, ["explain", "jidoteate-nintei", "--out", str(tmp_path)]).exit_code == 0
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", (tmp_path / "jidoteate-nintei.html").as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "児童手当 認定請求" in drawn
    assert "https://" not in drawn
