"""Files of copies on their way in (特定個人情報ファイル登録, DBM 20113): in parts, checked and swapped before the server keeps them."""

import base64
import binascii
import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.middle.gateway import Gateway
from sandbox.middle.kinds import PERSON, Kind
from sandbox.middle.persons import Persons
from sandbox.middle.requests import RequestBook
from sandbox.middle.store import Store, note
from sandbox.web import Answer, Request, error

FUNCTION = "dbm/20113"
_ROWS_OF_A_PART = 1_000_000
_SAME = ("kind", "layout", "parts")


class PartFiles:
    """Takes parts until a file is whole; the request book works it off."""

    def __init__(
        self, store: Store, book: RequestBook, *, gateway: Gateway, persons: Persons, kinds: Mapping[str, Kind], client_id: str
    ) -> None:
        self._store = store
        self._book = book
        self._gateway = gateway
        self._persons = persons
        self._kinds = kinds
        self._client_id = client_id

    def take(self, request: Request) -> Answer:
        """Take one part: the same part once more changes nothing, other content in its place is a conflict."""
        cells = request.cells
        problem, data = self._problem(cells)
        if problem:
            return error(400, problem)
        rows = _rows(data, self._header(cells))
        if isinstance(rows, str):
            return error(400, rows)
        good, lost = self._gateway.inward(rows)
        self._persons.meet(row[PERSON] for row in good)
        with self._store.change() as link:
            conflict = self._enter(link, request, digest=cells["sha256"], rows=good)
        if conflict:
            return error(409, conflict)
        for place, row in enumerate(lost, cells["part"] * _ROWS_OF_A_PART):
            told = {"recordId": row["recordid"], "result": "NG", "code": f"ITEM_INVALID:{PERSON}"}
            self._gateway.keep_back(FUNCTION, cells["requestId"], place, told)
        return Answer(200, {"accepted": True})

    def _problem(self, cells: Mapping[str, Any]) -> tuple[str, bytes]:
        """The code of what is wrong with a part as a whole, or its content."""
        if any(not isinstance(cells.get(key), str) or not cells[key] for key in ("requestId", "kind", "layout", "sha256", "content")):
            return "BODY", b""
        part, parts = cells.get("part"), cells.get("parts")
        if type(part) is not int or type(parts) is not int or not 1 <= part <= parts:
            return "PART", b""
        if cells["kind"] not in self._kinds:
            return "KIND", b""
        if cells.get("municipality") != self._client_id:
            return "MUNICIPALITY", b""
        try:
            data = base64.b64decode(cells["content"], validate=True)
        except binascii.Error:
            return "BASE64", b""
        return ("", data) if hashlib.sha256(data).hexdigest() == cells["sha256"] else ("DIGEST", b"")

    def _header(self, cells: Mapping[str, Any]) -> list[str]:
        """The columns that the layout asks for; of a layout that nobody knows only the first three are sure."""
        layout = self._kinds[cells["kind"]].layouts.get(cells["layout"])
        return layout.header if layout else ["recordid", "operation", PERSON]

    def _enter(self, link: sqlite3.Connection, request: Request, *, digest: str, rows: list[dict[str, Any]]) -> str:
        """Write the part down. Returns the code of a conflict, or nothing."""
        cells = request.cells
        request_id, part = cells["requestId"], cells["part"]
        body = {key: cells[key] for key in _SAME}
        known = self._book.known(link, FUNCTION, request_id)
        if known is not None and any(json.loads(known["body"])[key] != body[key] for key in _SAME):
            return "REQUEST_ID"
        if known is None:
            self._book.enter(link, FUNCTION, request_id, body=body, complete=False, held="")
        there = link.execute("SELECT digest FROM parts WHERE request_id = ? AND part = ?", (request_id, part)).fetchone()
        if there is not None:
            return "" if there["digest"] == digest else "PART"
        link.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", (request_id, part, digest, json.dumps(rows, ensure_ascii=False)))
        note(link, "part_received", f"{request_id}/{part}", kind=cells["kind"], records=len(rows))
        self._follow_script(link, request)
        (count,) = link.execute("SELECT count(*) FROM parts WHERE request_id = ?", (request_id,)).fetchone()
        if count == cells["parts"]:
            link.execute("UPDATE requests SET complete = 1 WHERE function = ? AND request_id = ?", (FUNCTION, request_id))
        return ""

    def _follow_script(self, link: sqlite3.Connection, request: Request) -> None:
        """What a script wants of this file later: records that fail, or a result that is late."""
        key = (FUNCTION, request.cells["requestId"])
        if request.act == "fail_some":
            partial = {"every": request.options.get("every", "5"), "code": request.options.get("code", "CODE_NOT_OBTAINED")}
            body = {**{name: request.cells[name] for name in _SAME}, "partial": partial}
            link.execute("UPDATE requests SET body = ? WHERE function = ? AND request_id = ?", (json.dumps(body), *key))
        if request.act == "late":
            link.execute("UPDATE requests SET held_until = ? WHERE function = ? AND request_id = ?", (self._book.late(request), *key))


def _rows(data: bytes, header: list[str]) -> list[dict[str, Any]] | str:
    """The records of a part by column, or the code of what is wrong with its form."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "NOT_UTF8"
    if not text.endswith("\r\n") or "\n" in text.replace("\r\n", ""):
        return "NOT_CRLF"
    found, *records = csv.reader(io.StringIO(text, newline=""), strict=True)
    if found[: len(header)] != header or (len(header) > 3 and len(found) != len(header)):
        return "HEADER"
    if any(len(record) != len(found) for record in records):
        return "COLUMN_COUNT"
    return [dict(zip(found, record, strict=True)) for record in records]
