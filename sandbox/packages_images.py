"""Tiny real pictures (PNG, JPEG) that stand for photographed documents."""

import struct
import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_ONES = bytes([1]) * 64


def tiny_png(comment: str) -> bytes:
    """A grey picture of one pixel with a comment."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    text = b"Comment\x00" + comment.encode("ascii")
    chunks = ((b"IHDR", header), (b"tEXt", text), (b"IDAT", zlib.compress(b"\x00\x80", 9)), (b"IEND", b""))
    return _PNG + b"".join(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)


def tiny_jpeg(comment: str) -> bytes:
    """A grey picture of 8 × 8 pixels, baseline, with a comment: one block whose only coefficient is zero."""
    return b"\xff\xd8" + b"".join(_segments(comment)) + b"\x3f\xff\xd9"


def _segments(comment: str) -> Iterator[bytes]:
    one_code = bytes([1]) + bytes(15) + b"\x00"
    yield _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    yield _segment(0xFE, comment.encode("ascii"))
    yield _segment(0xDB, b"\x00" + _ONES)
    yield _segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\x00")
    yield _segment(0xC4, b"\x00" + one_code)
    yield _segment(0xC4, b"\x10" + one_code)
    yield _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
