"""Records of exchange (情報提供等記録, TKM): asked for by days, answered in several CSV files; the truth lies in ``exchanges``."""

import base64
import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.middle.exchanges import Exchange, exchange_days, exchanges_of
from sandbox.middle.gateway import Gateway
from sandbox.middle.kinds import PERSON
from sandbox.middle.requests import Body
from sandbox.middle.store import note
from sandbox.middle.townsfolk import Townsfolk
from vocabulary.clock import JST

COLUMNS = (
    "shoritsuban", "role", "inquirer", "provider", "duty", "procedure", "item", PERSON, "requested_at", "provided_at", "outcome",
    "nondisclosure_inquirer", "nondisclosure_provider",
)  # fmt: skip
ROWS_PER_FILE = 50
Row = Mapping[str, str]


class ExchangeRecords:
    """The server's records of exchange: those of the town's truth, and those of inquiries made through the server."""

    def __init__(self, town: Townsfolk | None, gateway: Gateway, now: Callable[[], datetime]) -> None:
        self._town = town
        self._gateway = gateway
        self._now = now

    def make(self, link: sqlite3.Connection, request_id: str, body: Body) -> Body:
        """Work off a request for records (TKM 40113): those that happened, or were first shown, in the span that was asked for."""
        first, last = _from(body["from"]), _until(body["until"])
        moments = ((row, (datetime.fromisoformat(row["requested_at"]), shown)) for row, shown in self._shown(link))
        rows = [row for row, both in moments if any(first <= moment < last for moment in both)]
        rows.sort(key=lambda row: row["shoritsuban"])
        pieces = [rows[start : start + ROWS_PER_FILE] for start in range(0, len(rows), ROWS_PER_FILE)] or [[]]
        note(link, "exchange_files_made", request_id, files=len(pieces), records=len(rows))
        return {"pieces": pieces}

    def of_person(self, link: sqlite3.Connection, number: str) -> list[Row]:
        """Everything that is recorded of a person, newest first."""
        rows = [row for row, _ in self._shown(link) if row[PERSON] == number]
        return sorted(rows, key=lambda row: row["requested_at"], reverse=True)

    def _shown(self, link: sqlite3.Connection) -> Iterator[tuple[Row, datetime]]:
        """Each record that the server shows by now, and since when."""
        now = self._now()
        if self._town is not None:
            happened = [one for day in exchange_days(self._town, now.date()) for one in exchanges_of(day, self._town)]
            found = [one for one in happened if one.at_server and one.recorded_at <= now]
            numbers = self._gateway.numbers(one.atenabango for one in found)
            yield from ((_row(one, numbers[one.atenabango]), one.recorded_at) for one in found)
        for kept in link.execute("SELECT cells FROM exchanges"):
            cells = json.loads(kept["cells"])
            yield cells, datetime.fromisoformat(cells["requested_at"])


def files_of(pieces: Sequence[Sequence[Row]], request_id: str, *, act: str) -> list[dict[str, Any]]:
    """The result's files, numbers swapped already. act: ``truncated`` cuts the last file short of what its digest says."""
    found = []
    for place, rows in enumerate(pieces, 1):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        data = text.getvalue().encode()
        sent = data[: len(data) // 2] if act == "truncated" and place == len(pieces) else data
        name = f"TKM40124_{request_id}_{place:03d}_{len(pieces):03d}.csv"
        found.append({"name": name, "sha256": hashlib.sha256(data).hexdigest(), "content": base64.b64encode(sent).decode()})
    return found


def _row(one: Exchange, number: str) -> Row:
    provided = one.provided_at.isoformat() if one.provided_at else ""
    cells = (
        one.sequence, one.role, one.inquirer, one.provider, one.duty, one.procedure, one.item, number, one.requested_at.isoformat(),
        provided, one.outcome, one.nondisclosure_inquirer, one.nondisclosure_provider,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))


def _from(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=JST)


def _until(text: str) -> datetime:
    """The end of the span: a day counts whole, an instant is left out."""
    if len(text) == len("2026-11-24"):
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(0), JST)
    return _from(text)
