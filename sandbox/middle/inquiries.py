"""Inquiries of the municipality (情報照会, SKI): registered by file, carried out when worked off, each recorded under a 処理通番."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.middle.exchange_files import COLUMNS
from sandbox.middle.exchanges import words
from sandbox.middle.kinds import PERSON
from sandbox.middle.persons import Persons
from sandbox.middle.requests import Body
from sandbox.middle.store import note

_ONE_IN_WITHOUT_RECORD = 12
_FIRST_PLACE = 5_000_000_000


class Inquiries:
    """Inquiries that were made through the server."""

    def __init__(self, persons: Persons, now: Callable[[], datetime]) -> None:
        self._persons = persons
        self._now = now

    def register(self, link: sqlite3.Connection, request_id: str, body: Body) -> Body:
        """Work off a file of inquiries (SKI 10123); a known inquiryId keeps its first answer."""
        rows = []
        for cells in body["rows"]:
            inquiry, code = cells["inquiryId"], "OK"
            if link.execute("SELECT 1 FROM inquiries WHERE inquiry_id = ?", (inquiry,)).fetchone():
                code = "ALREADY_EXISTS"
            elif not self._persons.has_code(link, cells[PERSON]):
                code = "CODE_NOT_OBTAINED"
            else:
                self._carry_out(link, request_id, cells)
            rows.append({"inquiryId": inquiry, "result": "OK" if code == "OK" else "NG", "code": code})
        return {"rows": rows}

    def results(self, link: sqlite3.Connection, _request_id: str, body: Body) -> Body:
        """Work off a question for results (SKI 11123)."""
        rows = []
        for inquiry in body["inquiryIds"]:
            known = link.execute("SELECT sequence, result FROM inquiries WHERE inquiry_id = ?", (inquiry,)).fetchone()
            answer = dict(known) if known else {"sequence": "", "result": "NOT_FOUND"}
            rows.append({"inquiryId": inquiry, **answer})
        return {"rows": rows}

    def _carry_out(self, link: sqlite3.Connection, request_id: str, cells: Body) -> None:
        now = self._now()
        (place,) = link.execute("SELECT count(*) FROM inquiries").fetchone()
        sequence, inquiry = f"{now:%Y%m%d}{_FIRST_PLACE + place + 1:010d}", cells["inquiryId"]
        outcome = "no_record" if _throw(inquiry) else "provided"
        link.execute("INSERT INTO inquiries VALUES (?, ?, ?)", (inquiry, sequence, outcome))
        mark = self._persons.flags_of(link, cells[PERSON])["nondisclosure"]
        provided = (now + timedelta(seconds=5)).isoformat() if outcome == "provided" else ""
        row = (
            sequence, "1", words()["us"], _provider(cells["itemCode"]), cells["dutyCode"], "", cells["itemCode"], cells[PERSON],
            now.isoformat(), provided, outcome, mark, "0",
        )  # fmt: skip
        record = json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
        link.execute("INSERT INTO exchanges VALUES (?, ?)", (sequence, record))
        note(link, "inquiry_made", f"{request_id}/{inquiry}", sequence=sequence, result=outcome)


def _provider(item: str) -> str:
    """Who holds an item; a body of the network where the list does not name one."""
    return next((str(one["body"]) for one in words()["inquiries"] if one["item"] == item), "情報提供ネットワークシステム参加機関")


def _throw(inquiry: str) -> bool:
    return int(hashlib.sha256(f"inquiry:{inquiry}".encode()).hexdigest(), 16) % _ONE_IN_WITHOUT_RECORD == 0
