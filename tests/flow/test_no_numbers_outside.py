"""No 個人番号 leaves the sealed store but to the destinations and case folders whose layout declares it (P10)."""

import base64
import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mappings.catalogue import load_catalogue
from tests.flow.demo_root import Demo
from tests.flow.number_search import find_in, find_in_file, find_in_tree

CARRIERS = frozenset({"sandbox", "delivered", "cases"})
NUMBER = "123456789018"
TOWN = frozenset({NUMBER, "100000000013"})


@pytest.fixture(scope="session")
def numbers(demo: Demo) -> frozenset[str]:
    """The town's 個人番号."""
    return frozenset((demo.root / "sandbox" / "town" / "numbers.txt").read_text(encoding="ascii").split())


def test_no_number_lies_outside_the_folders_that_carry_it(demo: Demo, numbers: frozenset[str]) -> None:
    assert find_in_tree(demo.root, numbers, skip=CARRIERS) == {}


def test_no_number_is_written_to_the_terminal(demo: Demo, numbers: frozenset[str]) -> None:
    for run in (demo.first, demo.second):
        assert find_in(f"{run.stdout}\n{run.stderr}".encode(), numbers) == set()


def test_no_number_is_in_a_name_of_a_delivered_file_or_case(demo: Demo, numbers: frozenset[str]) -> None:
    places = [path for folder in ("delivered", "cases") for path in (demo.root / folder).rglob("*")]
    assert places
    assert find_in("\n".join(str(path) for path in places).encode(), numbers) == set()


def test_delivered_files_carry_numbers_only_where_their_layout_declares_it(demo: Demo, numbers: frozenset[str]) -> None:
    formats = load_catalogue().formats
    carriers = {group for group, columns in formats["standard-csv"].columns.items() if any(name.endswith("kojinbango") for name in columns)}
    with_numbers, without = set[str](), set[str]()
    for file in sorted((demo.root / "delivered").glob("*/*.csv")):
        group = "_".join(file.stem.split("_")[1:-3])
        assert group in formats["standard-csv"].columns
        found = find_in_file(file, numbers)
        (with_numbers if found else without).add(group)
    assert with_numbers <= carriers
    assert with_numbers, "the search must find the numbers that are there"
    assert without


def test_the_search_finds_the_numbers_of_the_sandbox(demo: Demo, numbers: frozenset[str]) -> None:
    packages = [demo.root / "sandbox" / "portal" / "zips" / f"{receipt}.v1.zip" for receipt in demo.expected["good"][:20]]
    found = [package.name for package in packages if find_in_file(package, numbers)]
    assert len(found) > len(packages) / 2, "packages are compressed"


def full_width(text: str) -> str:
    """Full-width digits."""
    return text.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def pack(name: str, data: bytes) -> bytes:
    """A ZIP with one compressed member."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return whole.getvalue()


def cell(number: str) -> bytes:
    """A shared string of a spreadsheet."""
    return f"<sst><si><t>{number}</t></si></sst>".encode()


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": lambda number: f"no {number}.".encode(),
    "in a longer run": lambda number: f"77{number}77".encode(),
    "spaced": lambda number: f"{number[:4]} {number[4:8]} {number[8:]}".encode(),
    "spaced wide": lambda number: f"{number[:4]}\u3000{number[4:8]}\u3000{number[8:]}".encode(),
    "each digit spaced": lambda number: " ".join(number).encode(),
    "hyphenated": lambda number: f"{number[:4]}-{number[4:8]}-{number[8:]}".encode(),
    "hyphenated wide": lambda number: f"{number[:4]}－{number[4:8]}－{number[8:]}".encode(),
    "full-width": lambda number: full_width(number).encode(),
    "full-width in CP932": lambda number: full_width(number).encode("cp932"),
    "full-width in JSON": lambda number: json.dumps(full_width(number)).encode(),
    "UTF-16": lambda number: number.encode("utf-16"),
    "UTF-16 big end first": lambda number: f"x{number}".encode("utf-16-be"),
    "UTF-16 full-width": lambda number: full_width(number).encode("utf-16-le"),
    "hexadecimal": lambda number: f"digest:{number.encode().hex()}".encode(),
    "hexadecimal upper case": lambda number: b"A" + f"ab{number}".encode("utf-16-le").hex().upper().encode(),
    "base64": lambda number: base64.b64encode(number.encode()),
    "base64 shifted once": lambda number: base64.b64encode(f"a{number}z".encode()),
    "base64 shifted twice": lambda number: base64.urlsafe_b64encode(f"ab{number}z".encode()),
    "base64 in lines": lambda number: base64.encodebytes(f"{'x' * 50}{number}{'y' * 50}".encode()),
    "gzip": lambda number: gzip.compress(f"log line {number}".encode()),
    "zlib": lambda number: b"head" + zlib.compress(f"value {number}".encode()),
    "PDF stream": lambda number: b"1 0 obj <</Filter /FlateDecode>>\nstream\n" + zlib.compress(f"({number}) Tj".encode()) + b"\nendstream",
    "ZIP": lambda number: pack("application.xml", f"<個人番号>{number}</個人番号>".encode()),
    "ZIP in ZIP": lambda number: pack("outer.zip", pack("inner.txt", number.encode())),
    "spreadsheet": lambda number: pack("xl/sharedStrings.xml", cell(number)),
    "base64 of gzip": lambda number: base64.b64encode(gzip.compress(number.encode())),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_planted_number_is_found_in_every_form(tmp_path: Path, form: str) -> None:
    (tmp_path / "clean.txt").write_bytes(WRITTEN[form]("123456789019"))
    (tmp_path / "planted.bin").write_bytes(bytes(range(256)) + WRITTEN[form](NUMBER) + bytes(range(256)))
    assert find_in_tree(tmp_path, TOWN) == {"planted.bin": {NUMBER}}


def test_a_planted_number_is_found_in_names(tmp_path: Path) -> None:
    (tmp_path / f"case-{NUMBER}").mkdir()
    (tmp_path / f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}.pdf").touch()
    assert len(find_in_tree(tmp_path, TOWN)) == 2


@pytest.mark.parametrize("value", [NUMBER, int(NUMBER), zlib.compress(NUMBER.encode())], ids=["text", "integer", "packed"])
def test_a_planted_number_is_found_in_a_database(tmp_path: Path, value: str | int | bytes) -> None:
    connection = sqlite3.connect(tmp_path / "hub.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE findings (detail)")
    connection.commit()
    connection.execute("INSERT INTO findings VALUES (?)", (value,))
    connection.commit()
    assert "hub.db" in find_in_tree(tmp_path, TOWN)
    connection.close()
    assert find_in_tree(tmp_path, TOWN).keys() == {"hub.db"}


def test_skipped_folders_are_only_those_right_below(tmp_path: Path) -> None:
    for place in ("sandbox", "reports/sandbox"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "file").write_text(NUMBER)
    assert find_in_tree(tmp_path, TOWN, skip=CARRIERS) == {"reports/sandbox/file": {NUMBER}}
