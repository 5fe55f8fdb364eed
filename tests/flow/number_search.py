"""Finds 個人番号 in files however written: separated, full-width, UTF-16, hexadecimal, base64, in compressed data and databases.

Every run of digits is read once and its windows of twelve are looked up in the set of numbers, so that the cost does not grow with it.
"""

import base64
import io
import re
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdf

DEPTH = 4
LARGEST = 64 << 20

_DIGIT = (
    rb"[0-9]\x00|\x00[0-9]|[0-9]"  # UTF-16, ASCII
    rb"|[\x10-\x19]\xff|\xff[\x10-\x19]"  # full-width in UTF-16
    rb"|\xef\xbc[\x90-\x99]|\x82[\x4f-\x58]"  # full-width in UTF-8 and CP932
    rb"|\\uff1[0-9]"  # full-width in JSON
)
_BETWEEN = (
    rb"[ \t\-_.,/]\x00|\x00[ \t\-_.,/]|[ \t\-_.,/]"
    rb"|\xc2\xa0|\xe2\x80[\x80-\x95]|\xe2\x88\x92|\xe3\x80\x80|\xe3\x83\xbc|\xef\xbc\x8d"
    rb"|\x81[\x40\x5b-\x5d\x7c]|\x00\x30|\x30\x00"
)
_RUN = re.compile(rb"(?:%(digit)b)(?:(?:%(between)b){0,3}(?:%(digit)b)){11,}" % {b"digit": _DIGIT, b"between": _BETWEEN})
_UNIT = re.compile(_DIGIT)
_HEX = re.compile(rb"[0-9A-Fa-f]{24,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-](?:\r?\n?[A-Za-z0-9+/_\-]){15,}")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZIP_MEMBER = re.compile(rb"PK\x03\x04")
_DATABASE = b"SQLite format 3\x00"


def find_in_tree(folder: Path, numbers: frozenset[str], *, skip: frozenset[str] = frozenset()) -> dict[str, set[str]]:
    """Numbers by file, names of files and folders included; ``skip``: folders right below that are left out."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if place.parts[0] in skip:
            continue
        here = find_in(place.name.encode(), numbers) | (find_in_file(path, numbers) if path.is_file() else set())
        if here:
            found[place.as_posix()] = here
    return found


def find_in_file(path: Path, numbers: frozenset[str]) -> set[str]:
    """Numbers in the bytes of a file, and in the values of a database, which may be integers or cut by pages."""
    data = path.read_bytes()
    found = find_in(data, numbers)
    if data.startswith(_DATABASE):
        for value in _values(path):
            found |= find_in(value, numbers)
    if data.startswith(b"%PDF"):
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
        found |= find_in(text.encode(), numbers)
    return found


def find_in(data: bytes, numbers: frozenset[str], depth: int = DEPTH) -> set[str]:
    """Numbers in bytes, and in what is packed or encoded in them down to ``depth`` layers."""
    found = {window for run in _RUN.finditer(data) for window in _windows(run[0])} & numbers
    if depth:
        for inner in _layers(data):
            found |= find_in(inner, numbers, depth - 1)
    return found


def _windows(run: bytes) -> Iterator[str]:
    digits = "".join(_plain(unit) for unit in _UNIT.findall(run))
    return (digits[start : start + 12] for start in range(len(digits) - 11))


def _plain(unit: bytes) -> str:
    """The digit that a unit stands for."""
    if unit.startswith(b"\\u") or unit.strip(b"\x00").isdigit():
        return unit.strip(b"\x00").decode()[-1]
    if unit[0] == 0x82:
        return str(unit[1] - 0x4F)
    code = unit[-1] if unit[0] == 0xEF else next(byte for byte in unit if byte != 0xFF)
    return str(code & 0x0F)


def _layers(data: bytes) -> Iterator[bytes]:
    """What is packed or encoded inside."""
    for run in _HEX.findall(data):
        yield from (bytes.fromhex(run[start : start + (len(run) - start) // 2 * 2].decode()) for start in (0, 1))
    for run in _BASE64.findall(data):
        yield from _from_base64(run.translate(None, b"\r\n").replace(b"-", b"+").replace(b"_", b"/"))
    for match in _ZLIB.finditer(data):
        yield from _inflate(data, match.start(), zlib.MAX_WBITS)
    for match in _GZIP.finditer(data):
        yield from _inflate(data, match.start(), zlib.MAX_WBITS | 16)
    for match in _ZIP_MEMBER.finditer(data):
        lengths = data[match.start() + 26 : match.start() + 30]
        start = match.start() + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        yield from _inflate(data, start, -zlib.MAX_WBITS)


def _from_base64(run: bytes) -> Iterator[bytes]:
    for start in range(4):
        part = run[start:]
        rest = len(part) % 4
        yield base64.b64decode(part[:-1] if rest == 1 else part + b"=" * (-len(part) % 4))


def _inflate(data: bytes, start: int, window: int) -> Iterator[bytes]:
    try:
        unpacked = zlib.decompressobj(window).decompress(memoryview(data)[start:], LARGEST)
    except zlib.error:
        return
    if unpacked:
        yield unpacked


def _values(path: Path) -> Iterator[bytes]:
    """Every value of every table, as bytes. The database is opened without writing to it."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        connection.text_factory = bytes
        names = [row[0].decode() for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                yield b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row if value is not None)
    finally:
        connection.close()
