"""Reading of the intermediate server's JSON answers into records.

Texts that come from the server are checked for their form before they are kept, so that none of them can carry a value into a log.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from connectors.errors import PermanentError, TransientError
from connectors.http_session import Answer
from connectors.intermediate_records import AnnouncedLayout, ExchangeFile, FlagState, RecordResult, ShownCopy, StoredCopy
from connectors.profile import read_profile

PROFILE = read_profile("intermediate")
CODES: Mapping[str, str] = PROFILE["codes"]
"""Result codes that the profile knows, with their words; others may come and are handed on as they are."""
_CODE = re.compile(r"(?P<code>[A-Z][A-Z_]{0,39})(?::(?P<item>[a-z][a-z0-9_]{0,59}))?")
_FILE_NAME = re.compile(r"[0-9A-Za-z_.-]{1,160}")
DONE = "done"


def moment(answer: Answer, key: str, within: Mapping[str, Any] | None = None) -> datetime:
    """The time with offset at ``key``. Raises PermanentError."""
    try:
        found = datetime.fromisoformat(answer.text(key, within))
    except ValueError:
        raise answer.unlike_profile(key) from None
    if found.tzinfo is None:
        raise answer.unlike_profile(key)
    return found


def whole_number(answer: Answer, key: str) -> int:
    """The number at ``key``, 0 or more. Raises PermanentError."""
    value = answer.json().get(key)
    if type(value) is not int or value < 0:
        raise answer.unlike_profile(key)
    return value


def known(answer: Answer, code: str, section: str) -> str:
    """A word of the profile's section. Raises PermanentError naming the file to add it to."""
    if code not in PROFILE[section]:
        problem = f"a word that {section} of connectors/profiles/intermediate.yaml lacks; add it there"
        raise PermanentError(answer.system, f"{answer.operation}: {problem}")
    return code


def code_of(answer: Answer, row: Mapping[str, Any], key: str = "code") -> tuple[str, str]:
    """Result code and item at ``key``. Raises PermanentError for a text that has not the form of a code."""
    found = _CODE.fullmatch(answer.text(key, row))
    if found is None:
        raise answer.unlike_profile(key)
    return found["code"], found["item"] or ""


def mark(answer: Answer, key: str, within: Mapping[str, Any] | None = None) -> bool:
    """Whether the flag at ``key`` ("1" or "0") is set. Raises PermanentError."""
    text = answer.text(key, within)
    if text not in {"0", "1"}:
        raise answer.unlike_profile(key)
    return text == "1"


def texts(answer: Answer, key: str, within: Mapping[str, Any]) -> Mapping[str, str]:
    """The object of texts at ``key``. Raises PermanentError."""
    value = within.get(key)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise answer.unlike_profile(key)
    return value


def layout_of(answer: Answer, item: Mapping[str, Any]) -> AnnouncedLayout:
    """One row of the masters' layouts."""
    try:
        first = date.fromisoformat(answer.text("validFrom", item))
    except ValueError:
        raise answer.unlike_profile("validFrom") from None
    return AnnouncedLayout(answer.text("kind", item), answer.text("version", item), first)


def record_result(answer: Answer, row: Mapping[str, Any]) -> RecordResult:
    """One row of a result file. Raises PermanentError where result and code disagree."""
    code, item = code_of(answer, row)
    if (answer.text("result", row) == "OK") != (code == "OK"):
        raise answer.unlike_profile("result")
    return RecordResult(answer.text("recordId", row), code, item)


def stored_copy(answer: Answer, item: Mapping[str, Any]) -> StoredCopy:
    """One row of the server's list of copies."""
    atena, layout = answer.text("atenabango", item), answer.text("layout", item)
    return StoredCopy(atena, layout, moment(answer, "updatedAt", item), texts(answer, "values", item))


def flag_state(answer: Answer, row: Mapping[str, Any]) -> FlagState:
    """The flags of one person."""
    return FlagState(answer.text("atenabango", row), mark(answer, "nondisclosure", row), mark(answer, "autoresponse_off", row))


def exchange_file(answer: Answer, item: Mapping[str, Any]) -> ExchangeFile:
    """One file of a result. Raises TransientError when its bytes are not those of its digest."""
    name, digest = answer.text("name", item), answer.text("sha256", item).lower()
    if _FILE_NAME.fullmatch(name) is None:
        raise answer.unlike_profile("name")
    try:
        content = base64.b64decode(answer.text("content", item), validate=True)
    except (binascii.Error, ValueError):
        raise answer.unlike_profile("content") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise TransientError(answer.system, f"{answer.operation}: the bytes of a file differ from its digest")
    return ExchangeFile(name, digest, content)


def shown_copy(answer: Answer, item: Mapping[str, Any]) -> ShownCopy:
    """One copy of an answer of self-information."""
    values = item.get("values")
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise answer.unlike_profile("values")
    pairs = tuple((answer.text("label", one), answer.text("value", one)) for one in values)
    return ShownCopy(answer.text("kind", item), answer.text("title", item), moment(answer, "updatedAt", item), pairs)
