"""Result files of receiving systems (結果ファイル) by declared profile: columns, words, forms of days and encoding, strictly."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.profile import read_profile
from vocabulary.dates import read_date
from vocabulary.findings import refuse

STANDARD = "standard"
_FIELDS = ("receipt", "outcome", "decided_on", "decision_number", "document_number", "letter", "grounds")
_FORMS: Mapping[str, re.Pattern[str]] = {
    "iso": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    "compact": re.compile(r"[0-9]{8}", re.ASCII),
    "slash": re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", re.ASCII),
    "wareki": re.compile(r"[^0-9]{1,2}(元|[0-9]{1,2})年[0-9]{1,2}月[0-9]{1,2}日", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row. outcome: the procedure's word; decided_on: ISO; letter: post, counter, none. Each is empty where its word is not declared."""

    receipt: str
    outcome: str
    decided_on: str
    decision_number: str
    document_number: str
    letter: str
    grounds: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResultProfile:
    """How one kind of receiving system writes results. columns: field → heading, in the file's order."""

    id: str
    encoding: str
    dates: tuple[str, ...]
    columns: Mapping[str, str]
    outcomes: Mapping[str, str]
    letters: Mapping[str, str]

    def read(self, data: bytes, where: str) -> tuple[ResultRow, ...]:
        """Every row of a file. where: its name. Raises Refused RESULT_FILE for other columns, encodings and torn rows."""
        if b"\0" in data:
            raise refuse("RESULT_FILE", where, "no text of the profile")
        try:
            reader = csv.DictReader(io.StringIO(data.decode(self.encoding), newline=""), strict=True)
            rows = list(reader)
        except (UnicodeDecodeError, csv.Error):
            raise refuse("RESULT_FILE", where, "no text of the profile") from None
        if reader.fieldnames != list(self.columns.values()) or any(None in row or None in row.values() for row in rows):
            raise refuse("RESULT_FILE", where, "other columns than the profile's")
        return tuple(self._row({name: row[heading] for name, heading in self.columns.items()}) for row in rows)

    def _row(self, cells: Mapping[str, str]) -> ResultRow:
        outcome = self.outcomes.get(cells["outcome"], "") if self.outcomes else cells["outcome"]
        return ResultRow(
            receipt=cells["receipt"],
            outcome=outcome,
            decided_on=self._day(cells["decided_on"]),
            decision_number=cells["decision_number"],
            document_number=cells["document_number"],
            letter=self.letters.get(cells["letter"], ""),
            grounds=cells["grounds"],
        )

    def _day(self, text: str) -> str:
        if not any(_FORMS[form].fullmatch(text) for form in self.dates):
            return ""
        plain = f"{text[:4]}-{text[4:6]}-{text[6:]}" if _FORMS["compact"].fullmatch(text) else text
        found = read_date(plain)
        day: date | None = found.exact if found else None
        return day.isoformat() if day else ""


def result_profiles() -> dict[str, ResultProfile]:
    """The declared profiles by id. Raises ValueError for one that does not name every field and known forms."""
    return {name: _profile(name, declared) for name, declared in read_profile("receivers")["result_profiles"].items()}


def _profile(name: str, declared: Mapping[str, object]) -> ResultProfile:
    found = ResultProfile(
        id=name,
        encoding=str(declared["encoding"]),
        dates=_texts(declared["dates"]),
        columns=_pairs(declared["columns"]),
        outcomes=_pairs(declared["outcomes"]),
        letters=_pairs(declared["letters"]),
    )
    if set(found.columns) != set(_FIELDS) or not set(found.dates) <= set(_FORMS) or not set(found.letters.values()) <= {
        "post",
        "counter",
        "none",
    }:
        raise ValueError(f"connectors/profiles/receivers.yaml: result_profiles.{name} names other columns, dates or letters than it may")
    return found


def _texts(declared: object) -> tuple[str, ...]:
    return tuple(str(one) for one in declared) if isinstance(declared, list) else ()


def _pairs(declared: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in declared.items()} if isinstance(declared, dict) else {}
