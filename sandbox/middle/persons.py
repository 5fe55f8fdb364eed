"""Persons as the server knows them: 団体内統合宛名番号, from when on there is a 符号, and the two flags (不開示・自動応答不可)."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from sandbox.middle.kinds import PERSON
from sandbox.middle.requests import Body
from sandbox.middle.store import Store, note

FLAGS = {"dbm/80123": "nondisclosure", "dbm/50123": "autoresponse_off"}
"""Request → the flag that it sets."""
_SET = {"nondisclosure": "UPDATE persons SET nondisclosure = ? WHERE number = ?"}
_SET["autoresponse_off"] = "UPDATE persons SET autoresponse_off = ? WHERE number = ?"
_CODE_ARRIVES = time(12)
ALWAYS = ""


class Persons:
    """The persons of one municipality."""

    def __init__(self, store: Store, now: Callable[[], datetime], *, newcomers_wait: bool) -> None:
        """``newcomers_wait``: somebody whom the server never met gets a 符号 only at the next noon, as it is asked for elsewhere."""
        self._store = store
        self._now = now
        self._newcomers_wait = newcomers_wait

    def meet(self, numbers: Iterable[str]) -> None:
        """Take persons in that the gateway tells of; known ones stay as they are."""
        arrives = next_noon(self._now()).isoformat() if self._newcomers_wait else ALWAYS
        with self._store.change() as link:
            link.executemany("INSERT OR IGNORE INTO persons (number, code_from) VALUES (?, ?)", ((number, arrives) for number in numbers))

    def wait_for_code(self, numbers: Iterable[str], until: datetime) -> None:
        """Let the 符号 of these persons be there only from ``until`` on."""
        rows = [(number, until.isoformat()) for number in numbers]
        statement = "INSERT INTO persons (number, code_from) VALUES (?, ?) ON CONFLICT DO UPDATE SET code_from = excluded.code_from"
        with self._store.change() as link:
            link.executemany(statement, rows)

    def has_code(self, link: sqlite3.Connection, number: str) -> bool:
        """Whether the 符号 of a person is there."""
        row = link.execute("SELECT code_from FROM persons WHERE number = ?", (number,)).fetchone()
        return row is not None and (row["code_from"] == ALWAYS or datetime.fromisoformat(row["code_from"]) <= self._now())

    def flag(self, number: str, *, nondisclosure: str, autoresponse_off: str) -> None:
        """Set both flags as they stood before the first night."""
        with self._store.change() as link:
            statement = "UPDATE persons SET nondisclosure = ?, autoresponse_off = ? WHERE number = ?"
            link.execute(statement, (nondisclosure, autoresponse_off, number))

    def flags_of(self, link: sqlite3.Connection, number: str) -> dict[str, str]:
        """{"nondisclosure": "1|0", "autoresponse_off": "1|0"}."""
        row = link.execute("SELECT nondisclosure, autoresponse_off FROM persons WHERE number = ?", (number,)).fetchone()
        return dict(row) if row is not None else {"nondisclosure": "0", "autoresponse_off": "0"}

    def set_flags(self, name: str, link: sqlite3.Connection, request_id: str, body: Body) -> Body:
        """Work off a flag request (DBM 80123, 50123): the result of each row."""
        flag, rows = FLAGS[name], []
        for place, row in enumerate(body["rows"], 1):
            code = "OK" if row.get("flag") in {"0", "1"} else "ITEM_INVALID:flag"
            if code == "OK" and self.flags_of(link, row[PERSON])[flag] != row["flag"]:
                link.execute(_SET[flag], (row["flag"], row[PERSON]))
                note(link, "flag_set", f"{request_id}/{place}", flag=flag, value=row["flag"])
            rows.append({PERSON: row[PERSON], "result": "OK" if code == "OK" else "NG", "code": code})
        return {"rows": rows}

    def states(self, link: sqlite3.Connection, _request_id: str, body: Body) -> Body:
        """Work off a question for flags (DBM 90123)."""
        return {"rows": [{PERSON: number, **self.flags_of(link, number)} for number in body[PERSON]]}


def next_noon(moment: datetime) -> datetime:
    """The first 12:00 after a moment."""
    noon = datetime.combine(moment.date(), _CODE_ARRIVES, moment.tzinfo)
    return noon if noon > moment else noon + timedelta(days=1)
