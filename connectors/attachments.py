"""Attachments (添付ファイル): what a file is by its content, whether its extension agrees, and whether it may come in."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.image_size import count_pixels
from connectors.office_files import judge_ole, judge_ooxml
from connectors.pdf_scan import has_active_content, is_pdf
from connectors.profile import read_profile
from connectors.xml_door import parse_xml
from vocabulary.findings import Refused, refuse

_PROFILE: Mapping[str, Any] = read_profile("package")["attachments"]
_STARTS = {
    b"%PDF-": "pdf",
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"PK\x03\x04": "ooxml",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole",
    b"MZ": "executable",
    b"\x7fELF": "executable",
    b"#!": "executable",
    b"\xca\xfe\xba\xbe": "executable",
    b"\xcf\xfa\xed\xfe": "executable",
    b"\xce\xfa\xed\xfe": "executable",
    b"L\x00\x00\x00\x01\x14\x02\x00": "executable",
}
_IMAGES = frozenset({"jpeg", "png", "gif", "tiff"})
_HEIF_BRANDS = re.compile(rb"ftyp(hei[cxms]|hev[cxms]|mif[12]|msf1|avi[fs])")
_XML_START = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\s")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_ACTIVE_XML = frozenset({"XML_DOCTYPE", "XML_ACTIVE_CONTENT"})


def judge_attachment(name: str, data: bytes) -> str:
    """The media type of an attachment that may come in. ``name`` is the member's path in the package.

    Raises Refused ATT_TYPE when content and extension disagree or the content is damaged or a program, ATT_NOT_ACCEPTED for HEIC and
    other kinds that the portal does not take, ATT_ACTIVE when it would run something, ATT_TOO_LARGE for pictures beyond the limit.
    """
    kind = _find_kind(name, data)
    accepted = _PROFILE["accepted"].get(kind)
    if kind == "executable":
        raise refuse("ATT_TYPE", name, "a program")
    if accepted is None:
        raise refuse("ATT_NOT_ACCEPTED", name, kind)
    if name.rpartition(".")[2].lower() not in accepted["extensions"]:
        raise refuse("ATT_TYPE", name, f"content is {kind}")
    _check_content(kind, name, data)
    return str(accepted["media_type"])


def _find_kind(name: str, data: bytes) -> str:
    """The kind by content: a key of the profile's accepted kinds, or heic, executable, unknown."""
    if _HEIF_BRANDS.match(data, 4):
        return "heic"
    kind = next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
    if kind == "ooxml":
        return judge_ooxml(data, name)
    if kind == "ole":
        return judge_ole(data, name)
    if not kind and _XML_START.match(data):
        return "xml"
    return kind or ("text" if _is_text(data) else "unknown")


def _is_text(data: bytes) -> bool:
    """Plain text in one of the two encodings that Japanese office software writes."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return not _NOT_TEXT.search(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return False


def _check_content(kind: str, name: str, data: bytes) -> None:
    if kind == "pdf":
        check_pdf(name, data)
    elif kind in _IMAGES:
        pixels = count_pixels(kind, data)
        if pixels is None:
            raise refuse("ATT_TYPE", name, "damaged picture header")
        if pixels > int(_PROFILE["pixels"]):
            raise refuse("ATT_TOO_LARGE", name, "too many pixels")
    elif kind == "xml":
        try:
            parse_xml(data)
        except Refused as refusal:
            raise refuse("ATT_ACTIVE" if refusal.finding.code in _ACTIVE_XML else "ATT_TYPE", name, refusal.finding.code) from None


def check_pdf(name: str, data: bytes) -> None:
    """Raises Refused ATT_TYPE when the bytes are no whole PDF, ATT_ACTIVE when the PDF would run, carry or hide something."""
    if not is_pdf(data):
        raise refuse("ATT_TYPE", name, "not a whole PDF")
    if has_active_content(data):
        raise refuse("ATT_ACTIVE", name)
