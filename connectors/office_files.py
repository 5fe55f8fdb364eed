"""Office documents (Excel, Word, PowerPoint) as attachments: which kind, and whether they run or fetch something."""

from typing import NoReturn

from connectors.xml_door import parse_xml
from connectors.zip_reader import Limits, Member, read_zip
from vocabulary.findings import Refused, refuse

_OOXML_LIMITS = Limits(members=2000, member_bytes=64 << 20, total_bytes=128 << 20)
_OOXML_FOLDERS = {"xl/": "xlsx", "word/": "docx", "ppt/": "pptx"}
_ACTIVE_PARTS = ("vbaproject", "vbadata", "/activex/", "/embeddings/", "macrosheets/", "/externallinks/")
_OLE_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
_OLE_ACTIVE = ("_VBA_PROJECT", "Macros", "EncryptedPackage", "ObjectPool")


def judge_ooxml(data: bytes, where: str) -> str:
    """Kind of an Office Open XML file: xlsx, docx or pptx. Raises Refused as ``open_ooxml``."""
    return open_ooxml(data, where)[0]


def open_ooxml(data: bytes, where: str) -> tuple[str, dict[str, bytes]]:
    """Kind of an Office Open XML file (xlsx, docx or pptx) and its parts by name.

    Raises Refused ATT_ACTIVE for macros, embedded or external parts and passwords, ATT_TOO_LARGE, ATT_NOT_ACCEPTED for another ZIP,
    ATT_TYPE for a damaged one.
    """
    try:
        members = read_zip(data, _OOXML_LIMITS)
    except Refused as refusal:
        _refuse_zip(refusal, where)
    names = [member.name for member in members]
    kinds = {kind for folder, kind in _OOXML_FOLDERS.items() if any(name.startswith(folder) for name in names)}
    if "[Content_Types].xml" not in names or len(kinds) != 1:
        raise refuse("ATT_NOT_ACCEPTED", where, "a ZIP that is no office document")
    if any(part in f"/{name.lower()}" for name in names for part in _ACTIVE_PARTS) or any(_is_active(member) for member in members):
        raise refuse("ATT_ACTIVE", where)
    return kinds.pop(), {member.name: member.data for member in members}


def judge_ole(data: bytes, where: str) -> str:
    """Kind of an older Office file: xls, doc or ppt.

    Raises Refused ATT_ACTIVE for macros, embedded objects and passwords, ATT_NOT_ACCEPTED for other kinds.
    """
    if any(_entry(name) in data for name in _OLE_ACTIVE):
        raise refuse("ATT_ACTIVE", where)
    kinds = {kind for name, kind in _OLE_STREAMS.items() if _entry(name) in data}
    if len(kinds) != 1:
        raise refuse("ATT_NOT_ACCEPTED", where, "unknown kind of compound file")
    return kinds.pop()


def _entry(name: str) -> bytes:
    """The name as the compound file's directory holds it."""
    return name.encode("utf-16-le") + b"\x00\x00"


def _is_active(member: Member) -> bool:
    """Whether a part declares macros or, in a relations part, fetches something from outside other than what a click on a link shows."""
    if member.name == "[Content_Types].xml":
        return b"macroEnabled" in member.data
    if not member.name.endswith(".rels"):
        return False
    try:
        relations = parse_xml(member.data)
    except Refused:
        return True
    return any(one.get("TargetMode") == "External" and not str(one.get("Type")).endswith("/hyperlink") for one in relations)


def _refuse_zip(refusal: Refused, where: str) -> NoReturn:
    codes = {"ZIP_TOO_LARGE": "ATT_TOO_LARGE", "ZIP_ENCRYPTED": "ATT_ACTIVE"}
    raise refuse(codes.get(refusal.finding.code, "ATT_TYPE"), where, refusal.finding.code) from None
