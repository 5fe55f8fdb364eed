"""Pixel size of images (画像の大きさ) from their headers alone: nothing is decoded, so a huge picture costs nothing."""

import struct
from collections.abc import Callable

_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257


def count_pixels(kind: str, data: bytes) -> int | None:
    """Width times height of the first picture; None when the header is damaged. kind: jpeg, png, gif or tiff."""
    try:
        return _READERS[kind](data)
    except (struct.error, IndexError):
        return None


def _read_png(data: bytes) -> int | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">LL", data, 16)
    return int(width * height) or None


def _read_gif(data: bytes) -> int | None:
    width, height = struct.unpack_from("<HH", data, 6)
    return int(width * height) or None


def _read_jpeg(data: bytes) -> int | None:
    position = 2
    while data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _JPEG_ALONE:
            position += 2
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return int(width * height) or None
        else:
            position += 2 + max(2, int.from_bytes(data[position + 2 : position + 4], "big"))
    return None


def _read_tiff(data: bytes) -> int | None:
    order = "<" if data.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(f"{order}L", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    sizes: dict[int, int] = {}
    for index in range(count):
        entry = directory + 2 + 12 * index
        tag, form = struct.unpack_from(f"{order}HH", data, entry)
        if tag in {_TIFF_WIDTH, _TIFF_HEIGHT}:
            (sizes[tag],) = struct.unpack_from(f"{order}{'H' if form == 3 else 'L'}", data, entry + 8)
    return (sizes.get(_TIFF_WIDTH, 0) * sizes.get(_TIFF_HEIGHT, 0)) or None


_READERS: dict[str, Callable[[bytes], int | None]] = {"png": _read_png, "gif": _read_gif, "jpeg": _read_jpeg, "tiff": _read_tiff}
