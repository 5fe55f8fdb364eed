"""Names of ZIP members (ファイル名): what a member may be called so that every reader and every system sees the same harmless name."""

import re
import unicodedata

from vocabulary.findings import refuse

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_RESERVED = frozenset('<>:"|?*\\')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_LONGEST_PART = 255


def decode_name(raw: bytes, *, utf8: bool, place: str) -> str:
    """The member's name as text. Without the UTF-8 flag only ASCII is certain.

    Raises Refused ZIP_NAME_ENCODING when the bytes leave a choice, ZIP_NAME when the name is not allowed.
    """
    try:
        name = raw.decode("utf-8" if utf8 else "ascii")
    except UnicodeDecodeError:
        raise refuse("ZIP_NAME_ENCODING", place, "not decodable by the declared encoding") from None
    problem = _find_problem(name)
    if problem:
        raise refuse("ZIP_NAME", place, problem)
    return name


def collision_key(name: str) -> str:
    """Equal for names that some file system takes for one: case and composition (NFC) ignored, a folder's closing slash too."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded).rstrip("/")


def _find_problem(name: str) -> str:
    if not name:
        return "empty name"
    if name.startswith("/"):
        return "absolute path"
    if any(unicodedata.category(character) in _INVISIBLE for character in name):
        return "control or invisible character"
    if _RESERVED & set(name):
        return "reserved character, drive or backslash"
    for part in name.removesuffix("/").split("/"):
        problem = _find_part_problem(part)
        if problem:
            return problem
    return ""


def _find_part_problem(part: str) -> str:
    if part in {"", ".", ".."}:
        return "empty or relative part"
    if part.endswith((".", " ")):
        return "part ends in dot or space"
    if _DEVICES.fullmatch(part.partition(".")[0].rstrip(" ")):
        return "device name"
    if len(part.encode("utf-8")) > _LONGEST_PART:
        return "part too long"
    return ""
