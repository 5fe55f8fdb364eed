"""LibreOffice, headless: the workbook opened with defaults and each CSV with every column as text change no value."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from mappings.examples import map_example, read_examples
from mappings.records import Context, Table
from mappings.release import write
from tests.mappings.format_values import CATALOGUE, CONTEXT, GROUP, NASTY, child

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")

COMMA, QUOTE, FIRST_LINE, TEXT = 44, 34, 1, 2
UTF8, CP932 = 76, 60
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
ONE_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false"


def nasty() -> Table:
    """A record for each value that breaks careless programs."""
    base, count = child(), len(NASTY)
    columns = {item: column * count for item, column in base.columns.items()}
    columns |= {"jusho": list(NASTY), "shimei": list(NASTY), "uketsukebango": [f"20261124-{number:08d}" for number in range(count)]}
    return Table(list(range(count)), [1] * count, columns)


def convert(folder: Path, kind: str, *files: Path, infilter: str = "") -> Path:
    """Convert files in a session with settings of its own; the folder of the results."""
    out = folder / kind.partition(":")[0] / str(len(list(folder.rglob("*"))))
    session = f"-env:UserInstallation={(folder / 'session').as_uri()}"
    options = [f"--infilter={infilter}"] if infilter else []
    command = ["soffice", session, "--headless", *options, "--convert-to", kind, "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out


def cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened, strict=True))


def as_text(charset: int, columns: int) -> str:
    """Options of the import: separator, quote, encoding, first line, and every column as text."""
    return f"CSV:{COMMA},{QUOTE},{charset},{FIRST_LINE}," + "/".join(f"{number}/{TEXT}" for number in range(1, columns + 1))


def tables_of(procedure_id: str) -> dict[str, Table]:
    procedure = CATALOGUE.procedures[procedure_id]
    return map_example(procedure, read_examples(procedure)[0], CATALOGUE).tables


@pytest.mark.parametrize("through", ["csv", "ods"])
def test_the_workbook_shows_every_value_unchanged(tmp_path: Path, through: str) -> None:
    format_ = CATALOGUE.formats["clerk-workbook"]
    context = Context("472018", "027", "nintei", CONTEXT.day, 1)
    (file,) = write(format_, {**tables_of("jidoteate-nintei"), GROUP: nasty()}, context).files
    book = tmp_path / "book.xlsx"
    book.write_bytes(file.data)
    if through == "ods":
        book = convert(tmp_path, "ods", book) / "book.ods"
    shown = convert(tmp_path, ALL_SHEETS, book)
    judged = write(format_, {GROUP: nasty()}, context)
    held = {application for application, _ in judged.refused}
    rows = cells(shown / f"book-{format_.declared.titles[GROUP]}.csv")
    place = list(format_.columns[GROUP]).index("jusho")
    assert rows[0] == [item.title for item in format_.declared.groups[GROUP].values()]
    assert [row[place] for row in rows[1:]] == [value for number, value in enumerate(NASTY) if number not in held]
    assert [row[0] for row in rows[1:]] == [f"20261124-{number:08d}" for number in range(len(NASTY)) if number not in held]
    claim = cells(shown / "book-認定請求.csv")[1]
    meant = [column[0] or "" for column in tables_of("jidoteate-nintei")["ninteiseikyu"].columns.values()]
    coded = [bool(item.code) for item in format_.declared.groups["ninteiseikyu"].values()]
    assert [cell.partition("：")[0] if code else cell for cell, code in zip(claim, coded, strict=True)] == meant


@pytest.mark.parametrize(("name", "charset"), [("standard-csv", UTF8), ("legacy-csv", CP932)])
def test_each_csv_imported_as_text_shows_every_value_unchanged(tmp_path: Path, name: str, charset: int) -> None:
    format_ = CATALOGUE.formats[name]
    tables = {**tables_of("jidoteate-nintei"), GROUP: nasty()}
    files = write(format_, tables, CONTEXT).files
    paths = [tmp_path / file.name for file in files]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file.data)
    columns = 1 + max(len(format_.columns[file.group or ""]) for file in files)
    shown = convert(tmp_path, ONE_SHEET, *paths, infilter=as_text(charset, columns))
    for path, file in zip(paths, files, strict=True):
        text = io.StringIO(format_.encoding.decode(file.data), newline="")
        assert cells(shown / path.name) == list(csv.reader(text, strict=True)), file.name
