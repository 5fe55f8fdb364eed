"""Records of a ZIP file (APPNOTE 6.3, sections 4.3 to 4.5): end record, central directory, local header, data descriptor; checked only."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.zip_names import decode_name
from vocabulary.findings import Refused, refuse

STORED: Final = 0
DEFLATED: Final = 8
_SATURATED_16: Final = 0xFFFF
_SATURATED_32: Final = 0xFFFFFFFF
_FLAG_DESCRIPTOR: Final = 0x0008
_FLAG_PATCH: Final = 0x0020
_FLAG_UTF8: Final = 0x0800
_FLAGS_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_METHOD_AES: Final = 99
_EXTRA_ZIP64: Final = 0x0001
_EXTRA_UNICODE_PATH: Final = 0x7075
_UNIX_CREATORS: Final = frozenset({3, 19})
_FILE_TYPES: Final = frozenset({0, 0o100000, 0o040000})

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True, slots=True)
class EndRecord:
    """Where the central directory lies, in bytes from the file's start, and how many entries it has."""

    entries: int
    directory: int
    directory_end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the central directory. Sizes and offset in bytes, ``place`` is its ordinal as text."""

    place: str
    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def contradiction(place: str, detail: str) -> Refused:
    """Two statements of the file cannot both be true."""
    return refuse("ZIP_INCONSISTENT", place, detail)


def read_end(data: bytes) -> EndRecord:
    """Find the one end record; the directory must reach up to it and nothing may follow its comment.

    Raises Refused ZIP_NOT_ZIP, ZIP_TRUNCATED, ZIP_MULTI_DISK, ZIP_INCONSISTENT.
    """
    position = data.rfind(b"PK\x05\x06")
    if position < 0 or position + _END.size > len(data):
        raise refuse("ZIP_TRUNCATED" if data.startswith(b"PK") else "ZIP_NOT_ZIP", "end record")
    _, disk, start_disk, here, entries, size, offset, comment = _END.unpack_from(data, position)
    if comment != len(data) - position - _END.size:
        raise contradiction("end record", "comment length and end of file differ")
    locator = position - _LOCATOR.size
    if locator >= 0 and data.startswith(b"PK\x06\x07", locator):
        return _read_end64(data, locator, (disk, start_disk, here, entries, size, offset))
    return _check_end((disk, start_disk, here, entries, size, offset), position)


def _read_end64(data: bytes, locator: int, plain: tuple[int, ...]) -> EndRecord:
    _, disk, position, disks = _LOCATOR.unpack_from(data, locator)
    if disk or disks > 1:
        raise refuse("ZIP_MULTI_DISK", "end record")
    if position + _END64.size != locator or not data.startswith(b"PK\x06\x06", position):
        raise contradiction("end record", "zip64 end record is not where its locator says")
    _, length, _, _, *wide = _END64.unpack_from(data, position)
    if length != _END64.size - 12:
        raise contradiction("end record", "zip64 end record has another length")
    tops = (*(_SATURATED_16,) * 4, *(_SATURATED_32,) * 2)
    if any(small not in {top, big} for small, big, top in zip(plain, wide, tops, strict=True)):
        raise contradiction("end record", "zip64 and plain end record differ")
    return _check_end(tuple(wide), position)


def _check_end(fields: tuple[int, ...], position: int) -> EndRecord:
    disk, start_disk, here, entries, size, offset = fields
    if disk or start_disk or here != entries:
        raise refuse("ZIP_MULTI_DISK", "end record")
    if offset + size != position:
        raise contradiction("end record", "central directory does not end at the end record")
    return EndRecord(entries, offset, position)


def read_directory(data: bytes, end: EndRecord) -> list[Entry]:
    """All entries in the directory's order; they fill it exactly. Raises Refused with the ZIP_* code of the first bad one."""
    position, entries = end.directory, []
    for ordinal in range(1, end.entries + 1):
        place = f"member {ordinal}"
        if position + _CENTRAL.size > end.directory_end or not data.startswith(b"PK\x01\x02", position):
            raise contradiction(place, "no central directory header here")
        entry, position = _read_entry(data, position, end.directory_end, place)
        entries.append(entry)
    if position != end.directory_end:
        raise contradiction("central directory", "entry count and length differ")
    return entries


def _read_entry(data: bytes, position: int, limit: int, place: str) -> tuple[Entry, int]:
    (_, creator, _, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, attributes, offset) = _CENTRAL.unpack_from(
        data, position
    )
    start = position + _CENTRAL.size
    following = start + names + extras + comments
    if following > limit:
        raise contradiction(place, "central directory header overruns the directory")
    raw_name = data[start : start + names]
    name = decode_name(raw_name, utf8=bool(flags & _FLAG_UTF8), place=place)
    extra = _read_extra(data[start + names : start + names + extras], place)
    size, packed, offset, disk = _widen(extra, (size, packed, offset, disk), place)
    if disk:
        raise refuse("ZIP_MULTI_DISK", place)
    _check_kind(flags, method, attributes if creator >> 8 in _UNIX_CREATORS else 0, place)
    if method == STORED and packed != size:
        raise contradiction(place, "stored member with two sizes")
    _check_unicode_path(extra, name, place)
    return Entry(place, raw_name, name, flags, method, crc, packed, size, offset), following


def _check_kind(flags: int, method: int, attributes: int, place: str) -> None:
    if flags & _FLAGS_ENCRYPTED or method == _METHOD_AES:
        raise refuse("ZIP_ENCRYPTED", place)
    if flags & _FLAG_PATCH or method not in {STORED, DEFLATED}:
        raise refuse("ZIP_METHOD", place)
    if (attributes >> 16) & 0o170000 not in _FILE_TYPES:
        raise refuse("ZIP_NAME", place, "symbolic link or special file")


def _check_unicode_path(extra: Mapping[int, bytes], name: str, place: str) -> None:
    other = extra.get(_EXTRA_UNICODE_PATH)
    if other is not None and other[5:] != name.encode("utf-8"):
        raise refuse("ZIP_NAME_ENCODING", place, "extra field gives another name")


def _read_extra(block: bytes, place: str) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    position = 0
    while position < len(block):
        if position + 4 > len(block):
            raise contradiction(place, "extra field is cut")
        kind, length = struct.unpack_from("<2H", block, position)
        position += 4
        if position + length > len(block):
            raise contradiction(place, "extra field overruns its block")
        if kind in found and kind in {_EXTRA_ZIP64, _EXTRA_UNICODE_PATH}:
            raise contradiction(place, "extra field given twice")
        found[kind] = block[position : position + length]
        position += length
    return found


def _widen(extra: Mapping[int, bytes], plain: tuple[int, int, int, int], place: str) -> tuple[int, int, int, int]:
    """Size, packed size, offset and disk with the zip64 field's values where the plain ones are saturated.

    Writers give either the saturated values alone or all from the first on; then the others must repeat the plain ones.
    """
    tops = (_SATURATED_32, _SATURATED_32, _SATURATED_32, _SATURATED_16)
    field = extra.get(_EXTRA_ZIP64)
    needed = [index for index in range(4) if plain[index] == tops[index]]
    if field is None:
        if needed:
            raise contradiction(place, "zip64 field is missing")
        return plain
    widths = (8, 8, 8, 4)
    layouts = [needed, *(list(range(count)) for count in range(1, 5))]
    for layout in layouts:
        if set(needed) <= set(layout) and len(field) == sum(widths[index] for index in layout):
            return _take_wide(field, layout, plain, tops, place)
    raise contradiction(place, "zip64 field has another length")


def _take_wide(
    field: bytes, layout: list[int], plain: tuple[int, int, int, int], tops: tuple[int, ...], place: str
) -> tuple[int, int, int, int]:
    values, position = list(plain), 0
    for index in layout:
        width = 4 if index == 3 else 8
        value = int.from_bytes(field[position : position + width], "little")
        if plain[index] not in {tops[index], value}:
            raise contradiction(place, "zip64 field and plain value differ")
        values[index] = value
        position += width
    return values[0], values[1], values[2], values[3]


def locate_data(data: bytes, entry: Entry, boundary: int) -> int:
    """Where the member's packed bytes start; local header, data and descriptor fill the space up to ``boundary`` exactly.

    Raises Refused ZIP_INCONSISTENT where local and central header differ or a gap remains, ZIP_OVERLAP where the member runs into the next.
    """
    if entry.offset + _LOCAL.size > boundary or not data.startswith(b"PK\x03\x04", entry.offset):
        raise contradiction(entry.place, "no local header where the directory says")
    _, _, flags, method, _, _, crc, packed, size, names, extras = _LOCAL.unpack_from(data, entry.offset)
    start: int = entry.offset + _LOCAL.size + names + extras
    if start + entry.packed > len(data):
        raise contradiction(entry.place, "data overruns the file")
    if start + entry.packed > boundary:
        raise refuse("ZIP_OVERLAP", entry.place)
    name_end = entry.offset + _LOCAL.size + names
    if data[entry.offset + _LOCAL.size : name_end] != entry.raw_name or (flags, method) != (entry.flags, entry.method):
        raise contradiction(entry.place, "local and central header differ")
    extra = _read_extra(data[name_end:start], entry.place)
    _check_unicode_path(extra, entry.name, entry.place)
    size, packed, _, _ = _widen(extra, (size, packed, 0, 0), entry.place)
    streamed = bool(flags & _FLAG_DESCRIPTOR)
    if (crc, packed, size) != (entry.crc, entry.packed, entry.size) and not (streamed and (crc, packed, size) == (0, 0, 0)):
        raise contradiction(entry.place, "local and central sizes differ")
    _check_tail(data[start + entry.packed : boundary], entry, streamed=streamed)
    return start


def _check_tail(tail: bytes, entry: Entry, *, streamed: bool) -> None:
    """The bytes after the member's data: nothing, or its data descriptor (four layouts: marked or not, 32 or 64 bits)."""
    layouts = [b""]
    if streamed:
        layouts = [
            mark + struct.pack(form, entry.crc, entry.packed, entry.size)
            for mark in (b"", b"PK\x07\x08")
            for form in ("<LQQ", *(("<3L",) if max(entry.packed, entry.size) <= _SATURATED_32 else ()))
        ]
    if tail not in layouts:
        raise contradiction(entry.place, "bytes between members that belong to none, or a wrong data descriptor")
