"""Extracts of ledgers as real files and a real database: whole or refused, never half; a query changes nothing."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connections import SqlConnection, load_connection, sql_connection
from connectors.errors import ConnectorError, PermanentError
from connectors.ledger_query import read_query
from connectors.ledgers import ExtractFile, finished_extracts, read_extract
from sandbox.ledgers import write_extract
from vocabulary.findings import Refused

NAME = "472018_yobosesshu_full_202611240600.csv"
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def _listed(folder: Path) -> ExtractFile:
    (found,) = finished_extracts(folder)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
def test_what_was_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("extract")
    write_extract(folder, NAME, ["一", "二"], rows)
    assert list(read_extract(_listed(folder))) == [["一", "二"], *rows]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ExtractFile:
    folder = tmp_path_factory.mktemp("whole")
    write_extract(folder, NAME, ["一", "二"], [[f"値{place}", '引用",\r\n符'] for place in range(20)])
    return _listed(folder)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_file_that_is_cut_anywhere_is_refused(whole: ExtractFile, data: st.DataObject) -> None:
    bytes_ = whole.path.read_bytes()
    cut = data.draw(st.integers(0, len(bytes_) - 1))
    other = whole.path.with_name("cut.csv")
    other.write_bytes(bytes_[:cut])
    with pytest.raises(Refused) as refused:
        list(read_extract(ExtractFile(other, "472018", "yobosesshu", True, whole.stamp, whole.rows, whole.sha256)))
    # A cut in the last row may leave as many rows as there were.
    allowed = {"LEDGER_TRUNCATED"} | ({"LEDGER_BYTES"} if cut > bytes_.rindex("値".encode()) else set())
    assert refused.value.finding.code in allowed


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_of_which_one_bit_differs_is_refused(whole: ExtractFile, data: st.DataObject) -> None:
    bytes_ = bytearray(whole.path.read_bytes())
    bytes_[data.draw(st.integers(0, len(bytes_) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    other = whole.path.with_name("changed.csv")
    other.write_bytes(bytes_)
    with pytest.raises(Refused) as refused:
        list(read_extract(ExtractFile(other, "472018", "yobosesshu", True, whole.stamp, whole.rows, whole.sha256)))
    assert "値" not in str(refused.value.finding)


def test_extracts_are_listed_by_moment_a_full_one_first_and_unfinished_ones_not_at_all(tmp_path: Path) -> None:
    for name in ("delta_202611240600", "full_202611240600", "delta_202611230600", "delta_209902300600", "part_202611240600"):
        write_extract(tmp_path, f"472018_jidoteate-jukyu_{name}.csv", ["一"], [])
    write_extract(tmp_path, "472018_jidoteate-jukyu_full_202611250600.csv", ["一"], []).with_name(
        "472018_jidoteate-jukyu_full_202611250600.csv.end"
    ).unlink()
    write_extract(tmp_path, "472018_jidoteate-jukyu_full_202611260600.csv", ["一"], []).with_name(
        "472018_jidoteate-jukyu_full_202611260600.csv.end"
    ).write_text('{"rows": 1', encoding="utf-8")
    found = [(extract.stamp, extract.full) for extract in finished_extracts(tmp_path)]
    assert found == [("202611230600", False), ("202611240600", True), ("202611240600", False)]


@pytest.mark.parametrize("end", ['{"rows": Infinity, "sha256": "0"}', '{"rows": 1e999, "sha256": "0"}', "[" * 100_000, "[]", "\0"])
def test_an_end_file_that_says_nothing_sensible_finishes_nothing(tmp_path: Path, end: str) -> None:
    file = tmp_path / "472018_jidoteate-jukyu_full_202611250600.csv"
    file.write_text("a\n", encoding="utf-8")
    file.with_name(f"{file.name}.end").write_text(end, encoding="utf-8")
    assert finished_extracts(tmp_path) == []


def test_a_folder_that_is_absent_is_a_setting(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be read"):
        finished_extracts(tmp_path / "absent")


@pytest.fixture
def database(tmp_path: Path) -> SqlConnection:
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as link, link:
        link.execute('CREATE TABLE 台帳 ("宛名番号" TEXT, "額" INTEGER, "率" REAL, "備 考" TEXT)')
        rows = [("000000000010006", 12000, 0.5, None), ("000000000010014", None, 1.5, "　")]
        link.executemany("INSERT INTO 台帳 VALUES (?, ?, ?, ?)", rows)
    (tmp_path / "connections").mkdir()
    (tmp_path / "connections/ledger.json").write_text(json.dumps({"kind": "sql", "url": "sqlite:///ledger.db"}), encoding="utf-8")
    return sql_connection(tmp_path, "ledger")


def test_a_query_gives_texts_and_takes_the_columns_quoted(database: SqlConnection) -> None:
    rows = read_query(database, "SELECT {columns} FROM 台帳 ORDER BY 1", ["宛名番号", "額", "備 考"])
    assert list(rows) == [["宛名番号", "額", "備 考"], ["000000000010006", "12000", ""], ["000000000010014", "", "　"]]


def test_a_number_without_one_text_is_refused_by_row_and_type(database: SqlConnection) -> None:
    with pytest.raises(Refused) as refused:
        list(read_query(database, "SELECT {columns} FROM 台帳", ["率"]))
    assert (refused.value.finding.code, refused.value.finding.where) == ("LEDGER_ROW", "ledger:1")


WRONG_QUERIES = ["SELECT {columns} FROM 台帳 WHERE 無", "WITH x AS (SELECT 1) DELETE FROM 台帳", "SELECT 1; DELETE FROM 台帳"]


@pytest.mark.parametrize("query", WRONG_QUERIES)
def test_a_wrong_or_writing_query_is_an_error_and_changes_nothing(database: SqlConnection, query: str) -> None:
    with pytest.raises(PermanentError, match="query fails") as error:
        list(read_query(database, query, ["額"]))
    assert "000000000010006" not in str(error.value)
    assert len(list(read_query(database, "SELECT {columns} FROM 台帳", ["額"]))) == 3


@pytest.mark.parametrize("url", ["sqlite:///absent.db", "nosuch://host/db", "no url at all"])
def test_a_database_that_is_not_there_is_never_made(tmp_path: Path, database: SqlConnection, url: str) -> None:
    (tmp_path / "connections/other.json").write_text(json.dumps({"kind": "sql", "url": url}), encoding="utf-8")
    with pytest.raises(ConnectorError):
        list(read_query(sql_connection(tmp_path, "other"), "SELECT {columns} FROM 台帳", ["額"]))
    assert not (tmp_path / "absent.db").exists()
    assert database.url.startswith("sqlite:////")


def test_a_lost_database_may_come_back_and_a_password_lies_in_a_file_of_its_own(tmp_path: Path, database: SqlConnection) -> None:
    (tmp_path / "password").write_text("secret-word\n", encoding="utf-8")
    (tmp_path / "password").chmod(0o600)
    cells = {"kind": "sql", "url": "postgresql://hub@127.0.0.1:9/ledger", "secret_file": "password"}
    (tmp_path / "connections/away.json").write_text(json.dumps(cells), encoding="utf-8")
    with pytest.raises(ConnectorError) as error:
        list(read_query(sql_connection(tmp_path, "away"), "SELECT 1", []))
    assert "secret-word" not in str(error.value)
    assert isinstance(load_connection(tmp_path, "away"), SqlConnection)
    shutil.copy(tmp_path / "connections/ledger.json", tmp_path / "connections/again.json")
    assert sql_connection(tmp_path, "again").url == database.url
