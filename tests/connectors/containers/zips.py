"""ZIP files that no honest program writes: two members over one place, doubled names, bombs."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def ordinary_zip(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP as the standard library writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 24, 0, 0, 0)), data, compress_type=method)
    return buffer.getvalue()


def deflate(content: bytes) -> bytes:
    """A raw deflate stream."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


def local_part(name: str, content: bytes, *, size: int | None = None) -> bytes:
    """Local header and deflated data; ``size`` lets the header lie about the inflated size."""
    packed, raw = deflate(content), name.encode()
    length = len(content) if size is None else size
    header = _LOCAL.pack(b"PK\x03\x04", 20, 0x800, 8, 0, 33, zlib.crc32(content), len(packed), length, len(raw), 0)
    return header + raw + packed


def central_part(name: str, content: bytes, offset: int, *, size: int | None = None, packed: int | None = None) -> bytes:
    """The directory entry for a member whose local header lies at ``offset``."""
    raw = name.encode()
    length = len(content) if size is None else size
    stored = len(deflate(content)) if packed is None else packed
    fields = (b"PK\x01\x02", 20, 20, 0x800, 8, 0, 33, zlib.crc32(content), stored, length, len(raw), 0, 0, 0, 0, 0, offset)
    return _CENTRAL.pack(*fields) + raw


def assemble(parts: bytes, directory: Iterable[bytes]) -> bytes:
    """Local parts, central directory and end record."""
    entries = list(directory)
    joined = b"".join(entries)
    return parts + joined + _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(joined), len(parts), 0)
