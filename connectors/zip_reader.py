"""Own strict reader of ZIP files (申請ZIP): either every reader in the world would see the same members, or the file is refused.

Standard readers forgive gaps, overlaps, doubled names and headers that contradict each other, so that two programs can see two
contents in one file. This one reads bytes only, extracts nothing by name and believes no declared size.
"""

import hashlib
import zlib
from dataclasses import dataclass

from connectors.zip_names import collision_key
from connectors.zip_records import DEFLATED, Entry, locate_data, read_directory, read_end
from vocabulary.findings import refuse

_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a ZIP may unfold: count of members (folders included), bytes of one member, bytes of all."""

    members: int = 4096
    member_bytes: int = 64 << 20
    total_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the ZIP: its path with ``/``, its inflated bytes, their sha256 in hex."""

    name: str
    data: bytes
    sha256: str

    def __repr__(self) -> str:
        return f"Member({len(self.data)} bytes, sha256={self.sha256})"


def read_zip(data: bytes, limits: Limits = Limits()) -> tuple[Member, ...]:
    """The files of a ZIP in the directory's order; folder entries are checked and left out.

    Raises Refused with a ZIP_* code of ``reasons.csv``; ``where`` is the member's ordinal. Memory stays under ``limits.total_bytes``.
    """
    end = read_end(data)
    if end.entries > limits.members:
        raise refuse("ZIP_TOO_LARGE", "end record", "too many members")
    entries = read_directory(data, end)
    _check_names(entries)
    starts = _lay_out(data, entries, end.directory)
    _check_sizes(entries, limits)
    members = []
    for entry in entries:
        content = _inflate(data, entry, starts[entry.offset], limits)
        if not entry.name.endswith("/"):
            members.append(Member(entry.name, content, hashlib.sha256(content).hexdigest()))
    return tuple(members)


def _check_names(entries: list[Entry]) -> None:
    """No name twice, no file that is another member's folder."""
    keys: dict[str, Entry] = {}
    for entry in entries:
        if keys.setdefault(collision_key(entry.name), entry) is not entry:
            raise refuse("ZIP_DUPLICATE", entry.place)
    for key, entry in keys.items():
        parts = key.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            holder = keys.get("/".join(parts[:depth]))
            if holder and not holder.name.endswith("/"):
                raise refuse("ZIP_DUPLICATE", entry.place, "a member is file and folder at once")


def _lay_out(data: bytes, entries: list[Entry], directory: int) -> dict[int, int]:
    """Start of the packed bytes by local header offset. The members, one after another, fill the file up to the directory."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    boundaries = [*(entry.offset for entry in ordered), directory]
    if boundaries.pop(0):
        raise refuse("ZIP_INCONSISTENT", "start of file", "bytes before the first member")
    for entry, boundary in zip(ordered, boundaries, strict=True):
        if entry.offset == boundary and boundary != directory:
            raise refuse("ZIP_OVERLAP", entry.place, "two members share one place")
    return {entry.offset: locate_data(data, entry, boundary) for entry, boundary in zip(ordered, boundaries, strict=True)}


def _check_sizes(entries: list[Entry], limits: Limits) -> None:
    for entry in entries:
        if entry.size > limits.member_bytes:
            raise refuse("ZIP_TOO_LARGE", entry.place, "declared size")
        if entry.name.endswith("/") and entry.size:
            raise refuse("ZIP_INCONSISTENT", entry.place, "folder with content")
    if sum(entry.size for entry in entries) > limits.total_bytes:
        raise refuse("ZIP_TOO_LARGE", "all members", "declared sizes")


def _inflate(data: bytes, entry: Entry, start: int, limits: Limits) -> bytes:
    packed = memoryview(data)[start : start + entry.packed]
    content = _unpack(packed, entry, limits) if entry.method == DEFLATED else bytes(packed)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise refuse("ZIP_CRC", entry.place)
    return content


def _unpack(packed: memoryview, entry: Entry, limits: Limits) -> bytes:
    """Inflate one byte further than declared at most; more than declared is counted on, unkept, to tell a bomb from a wrong size."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, entry.size + 1)
        count = len(content)
        while not stream.eof and stream.unconsumed_tail and count <= limits.member_bytes:
            count += len(stream.decompress(stream.unconsumed_tail, _STEP))
    except zlib.error:
        raise refuse("ZIP_CRC", entry.place, "damaged deflate stream") from None
    if count > limits.member_bytes:
        raise refuse("ZIP_TOO_LARGE", entry.place, "inflates beyond the limit")
    if count != entry.size or not stream.eof or stream.unused_data:
        raise refuse("ZIP_CRC", entry.place, "size differs from the declared one")
    return content
