"""The intermediate server behind its gateway, as one counter: which path asks for what, and what is checked before anything is kept."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.counter import Counter, Operation
from sandbox.faults import FaultDesk
from sandbox.journals import Journals
from sandbox.middle.copies import Copies
from sandbox.middle.exchange_files import ExchangeRecords, files_of
from sandbox.middle.gateway import Gateway
from sandbox.middle.inquiries import Inquiries
from sandbox.middle.kinds import PERSON, read_kinds
from sandbox.middle.operating import Operating
from sandbox.middle.part_files import FUNCTION, PartFiles
from sandbox.middle.persons import Persons, next_noon
from sandbox.middle.requests import Body, Function, RequestBook, answered
from sandbox.middle.self_information import SelfInformation
from sandbox.middle.store import SYSTEM, Store
from sandbox.middle.townsfolk import Townsfolk, read_townsfolk
from sandbox.web import Answer, Request, Respond, error
from vocabulary.clock import JST

_STOP_MINUTES = "60"
_FIRST_NIGHT = time(22)
_INQUIRY = ("inquiryId", PERSON, "dutyCode", "itemCode")
_ROWS: Mapping[str, tuple[str, ...]] = {"dbm/80123": (PERSON, "flag"), "dbm/50123": (PERSON, "flag"), "ski/10123": _INQUIRY}
"""Request by rows → the keys of a row."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    "tkm/40113": ("from", "until"),
    "jtk/10121": ("requestNumber",),
    "jtk/10223": ("requestNumber",),
}
"""Request → the texts that it carries."""
_LISTS: Mapping[str, str] = {"dbm/90123": PERSON, "ski/11123": "inquiryIds"}
"""Request → the list of texts that it carries."""
PAIRS: Mapping[str, str] = {
    "dbm/20314": FUNCTION,
    "dbm/80134": "dbm/80123",
    "dbm/50134": "dbm/50123",
    "dbm/90134": "dbm/90123",
    "ski/10134": "ski/10123",
    "ski/11134": "ski/11123",
    "tkm/40124": "tkm/40113",
    "jtk/10134": "jtk/10121",
    "jtk/10234": "jtk/10223",
}
"""Result → its request, by their published numbers."""


class MiddleServer:
    """Gateway and intermediate server of one municipality, below ``root``/sandbox/middle."""

    def __init__(self, root: Path, client_id: str, *, journals: Journals, now: Callable[[], datetime]) -> None:
        home = root / "sandbox" / SYSTEM
        self._journals = journals
        self.town = read_townsfolk(root)
        self.kinds = read_kinds(root)
        self.store = Store(home / "server.db", journals)
        self.gateway = Gateway(home / "gateway.db")
        self.operating = Operating(self.store, now)
        self.persons = Persons(self.store, now, newcomers_wait=self.town is not None)
        self.copies = Copies(self.store, self.kinds, self.persons, now)
        self.self_information = SelfInformation(self.store, self.copies, self.persons)
        self.records = ExchangeRecords(self.town, self.gateway, now)
        inquiries = Inquiries(self.persons, now)
        functions = (
            Function(FUNCTION, self.copies.work_off),
            *(Function(name, partial(self.persons.set_flags, name)) for name in ("dbm/80123", "dbm/50123")),
            Function("dbm/90123", self.persons.states),
            Function("ski/10123", inquiries.register),
            Function("ski/11123", inquiries.results),
            Function("tkm/40113", self.records.make),
            Function("jtk/10121", self.self_information.status),
            Function("jtk/10223", self.self_information.content),
        )
        self.book = RequestBook(self.store, functions, now)
        self._parts = PartFiles(
            self.store, self.book, gateway=self.gateway, persons=self.persons, kinds=self.kinds, client_id=client_id
        )
        if self.town is not None:
            self._enter(self.town)

    def counter(self, secret: str, faults: FaultDesk, client_id: str) -> Counter:
        """The counter that serves it."""
        work: dict[str, Respond] = {FUNCTION: self._parts.take, "scm/30112": self._masters, "dbm/30312": self._page}
        work |= {name: partial(self._ask, name) for name in PAIRS.values() if name != FUNCTION}
        work |= {name: partial(self._result, name) for name in PAIRS}
        operations = [Operation("sym_20212", "POST", "/sym/20212", self._state)]
        for name, respond in work.items():
            operations.append(Operation(name.replace("/", "_"), "POST", f"/{name}", partial(self._unless_stopped, respond)))
        return Counter(SYSTEM, client=(client_id, secret), operations=tuple(operations), journals=self._journals, faults=faults)

    def settle(self) -> int:
        """Work off what waits; nothing while the server is stopped. Returns how many requests."""
        return 0 if self.operating.is_stopped() else self.book.settle()

    def _unless_stopped(self, respond: Respond, request: Request) -> Answer:
        if request.act == "stop":
            self.operating.break_down(int(request.options.get("minutes", _STOP_MINUTES)))
        return error(503, "STOPPED") if self.operating.is_stopped() else respond(request)

    def _state(self, _request: Request) -> Answer:
        return Answer(200, self.operating.state())

    def _masters(self, request: Request) -> Answer:
        """Layouts that are in force or to come since a day (SCM 30112); the version counts all that ever were announced."""
        since = str(request.cells.get("since") or "0001-01-01")[:10]
        known = [(kind.id, layout) for kind in self.kinds.values() for layout in kind.layouts.values()]
        listed = [(kind, layout) for kind, layout in known if layout.valid_until.isoformat() >= since]
        layouts = [{"kind": kind, "version": layout.version, "validFrom": layout.valid_from.isoformat()} for kind, layout in listed]
        return Answer(200, {"version": len(known), "layouts": layouts})

    def _page(self, request: Request) -> Answer:
        kind, page = request.cells.get("kind"), request.cells.get("page")
        if not isinstance(kind, str) or kind not in self.kinds or type(page) is not int or page < 1:
            return error(400, "BODY")
        return Answer(200, self.gateway.outward(self.copies.page(kind, page)))

    def _ask(self, name: str, request: Request) -> Answer:
        """Check the form of a request, swap its numbers, enter it in the book."""
        if not _is_formed(name, request.cells):
            return error(400, "BODY")
        cells, lost = self._swapped(name, request.cells)
        answer = self.book.take(name, Request(request.method, request.path, cells, act=request.act, options=request.options))
        if answer.status == 200:
            for place, row in enumerate(lost):
                self.gateway.keep_back(name, cells["requestId"], place, row)
        return answer

    def _swapped(self, name: str, cells: Body) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """The body for the server, and the results of rows that do not reach it."""
        code = {"result": "NG", "code": f"ITEM_INVALID:{PERSON}"}
        if name in _ROWS:
            good, lost = self.gateway.inward(cells["rows"])
            self.persons.meet(row[PERSON] for row in good)
            return {**cells, "rows": good}, [{key: row[key] for key in ("inquiryId", PERSON) if key in row} | code for row in lost]
        if name == "dbm/90123":
            numbers = self.gateway.numbers(cells[PERSON])
            self.persons.meet(numbers.values())
            return {**cells, PERSON: list(numbers.values())}, [{PERSON: one, **code} for one in cells[PERSON] if one not in numbers]
        return dict(cells), []

    def _result(self, name: str, request: Request) -> Answer:
        asked, request_id = PAIRS[name], str(request.cells.get("requestId", ""))
        result = self.gateway.outward(self.book.result(asked, request_id))
        if "rows" in result:
            result["rows"] += self.gateway.kept_back(asked, request_id)
        if "pieces" in result:
            result["files"] = files_of(result.pop("pieces"), request_id, act=request.act)
        if request.act == "unknown_rows" and "rows" in result:
            result["rows"] += [{"recordId": "R99999999", "result": "OK", "code": "OK"}]
        return answered(request, result)

    def _enter(self, town: Townsfolk) -> None:
        """Take the town's people in: newcomers without 符号, the protected with their flags, of which two were forgotten."""
        numbers = self.gateway.numbers(person.atena for person in town.people)
        fresh = set(numbers.values()) - {row["number"] for row in self.store.rows("SELECT number FROM persons")}
        if not fresh:
            return
        with self.store.change() as link:
            link.executemany("INSERT INTO persons (number, code_from) VALUES (?, '')", ((number,) for number in sorted(fresh)))
        first_night = datetime.combine(town.day, _FIRST_NIGHT, JST)
        newcomers = (numbers[person.atena] for person in town.newcomers)
        self.persons.wait_for_code([number for number in newcomers if number in fresh], next_noon(first_night))
        flagged = [numbers[person.atena] for person in town.protected if numbers[person.atena] in fresh]
        for number in flagged:
            hidden, silent = "0" if number == flagged[-1] else "1", "0" if number == flagged[0] else "1"
            self.persons.flag(number, nondisclosure=hidden, autoresponse_off=silent)


def _is_formed(name: str, cells: Body) -> bool:
    """Whether a request carries what its function needs, as texts."""
    if name in _ROWS:
        rows = cells.get("rows")
        return isinstance(rows, list) and all(isinstance(row, dict) and _are_texts(row.get(key) for key in _ROWS[name]) for row in rows)
    if name in _LISTS:
        listed = cells.get(_LISTS[name])
        return isinstance(listed, list) and _are_texts(listed)
    if not _are_texts(cells.get(key) for key in _WORDS[name]):
        return False
    return name != "tkm/40113" or all(_is_moment(cells[key]) for key in _WORDS[name])


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
