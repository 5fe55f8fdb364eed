"""Signs of active content in a PDF (申請書PDF・添付PDF), found in its bytes without drawing anything.

Objects may lie in compressed object streams and names may be written with #xx escapes, so both are undone before looking.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import chain, islice

_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream(\r\n|\n|\r)")
_MOST_INFLATED = 64 << 20
_MOST_OPENINGS = 8
_LONGEST_ACTION = 2000
_PIECE = 1 << 12
# Only names too long to occur by chance in the packed bytes of a photo. A script never stands under the short /JS alone: its action also
# says /S /JavaScript or /S /Rendition; a form's /XFA is followed by an array or a reference (ISO 32000-1: 12.6.4.13, 12.6.4.16, 12.7.8).
_ACTIVE = re.compile(
    rb"/(JavaScript|Rendition|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|Encrypt)(?![A-Za-z0-9])"
    rb"|/XFA\s*(\[|\d{1,10}\s+\d{1,5}\s+R)"
)
_OPENING = re.compile(rb"/OpenAction\s*(?:(\[)|(<<[^>]*>>|<<)|(\d{1,10}\s+\d{1,5})\s+R)")
_GO_TO = re.compile(rb"/S\s*/GoTo(?![A-Za-z])")


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin and end as a PDF does."""
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]


def has_active_content(data: bytes) -> bool:
    """Whether the PDF runs something, carries a file, is encrypted, or hides objects where this module cannot look."""
    for part in chain([data], _read_object_streams(data)):
        if part is None:
            return True
        plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)
        # Not one more than needed: each without an end reads on to the end of the file.
        openings = list(islice(_OPENING.finditer(plain), _MOST_OPENINGS + 1))
        if _ACTIVE.search(plain) or len(openings) > _MOST_OPENINGS or any(_runs_at_opening(found, plain) for found in openings):
            return True
    return False


def _runs_at_opening(found: re.Match[bytes], plain: bytes) -> bool:
    """Showing a page when opened is harmless, any other action is not; a target that is nowhere to be seen neither."""
    place, action, reference = found.groups()
    if place:
        return False
    if action:
        return not _GO_TO.search(action)
    target = re.search(rb"(?<![0-9])" + re.sub(rb"\s+", rb"\\s+", reference) + rb"\s+obj\s*(\[|<<)", plain)
    if target is None or target[1] == b"[":
        return target is None
    shown, end, _ = plain[target.end() :][:_LONGEST_ACTION].partition(b">>")
    return not (end and _GO_TO.search(shown))


def _read_object_streams(data: bytes) -> Iterator[bytes | None]:
    """Inflated object streams; None for one that is packed in another way or damaged, or when all together grow too large."""
    after, left = 0, _MOST_INFLATED
    for found in _STREAM.finditer(data):
        header = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), data[after : found.start()])
        after = found.end()
        if b"/ObjStm" not in header:
            continue
        content = _inflate(memoryview(data)[after:], left) if b"/FlateDecode" in header and left > 0 else None
        left -= len(content or b"")
        yield content


def _inflate(packed: memoryview, limit: int) -> bytes | None:
    # Piece by piece: what follows the stream is copied with each one, and a file may hold very many.
    stream, content = zlib.decompressobj(), bytearray()
    try:
        for start in range(0, len(packed), _PIECE):
            content += stream.decompress(packed[start : start + _PIECE], limit + 1 - len(content))
            if stream.eof or len(content) > limit:
                break
    except zlib.error:
        return None
    return bytes(content) if stream.eof else None
