"""Stand-in of the intermediate server's notice interface (自治体中間サーバー お知らせ機能)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sandbox.counter import Counter, Operation
from sandbox.faults import FaultDesk
from sandbox.journals import Journals
from sandbox.resident.mailbox import Mailbox
from sandbox.web import Answer, Request, error

_TEXTS = ("reference", "atenabango", "businessCode", "kind", "subject", "body", "displayFrom", "displayUntil")
_EXTRAS = "extras"
"""What comes with a notice, where something does: the way to file again, payment data, a questionnaire."""
_LONGEST_BODY = 2000
_ONE_IN_WITHOUT_ACCOUNT = 20


class NoticeDesk:
    """The notices of one municipality, rebuilt from the journal of effects."""

    def __init__(self, client_id: str, *, journals: Journals, mailbox: Mailbox | None = None) -> None:
        """``mailbox``: where residents read what was accepted."""
        self._mailbox = mailbox
        self._client_id = client_id
        self._journals = journals
        self._notices: dict[str, dict[str, Any]] = {entry["key"]: entry for entry in journals.earlier("osr", "notice")}
        self._notices |= {entry["key"]: entry for entry in journals.earlier("osr", "no_account")}
        self._cancelled = {entry["key"] for entry in journals.earlier("osr", "cancel")}
        self._files: dict[str, dict[str, Any]] = {entry["file_id"]: entry for entry in journals.earlier("osr", "file")}
        self._asked: set[str] = set()
        self._answers: list[dict[str, Any]] = list(journals.earlier("osr", "answer"))

    def counter(self, secret: str, faults: FaultDesk) -> Counter:
        """The counter that serves this desk."""
        operations = (
            Operation("send", "POST", "/10111", self._send),
            Operation("state", "POST", "/20111", self._state),
            Operation("cancel", "POST", "/30111", self._cancel),
            Operation("file", "POST", "/10123", self._file),
            Operation("file_result", "POST", "/40134", self._file_result),
            Operation("answers", "POST", "/50145", self._answers_after),
        )
        return Counter("osr", client=(self._client_id, secret), operations=operations, journals=self._journals, faults=faults)

    def _send(self, request: Request) -> Answer:
        if any(not isinstance(request.cells.get(key), str) for key in _TEXTS) or not request.cells["reference"]:
            return error(400, "NOTICE")
        entry = self._accept(request.cells)
        if entry is None:
            return error(409, "REFERENCE")
        result = request.options["result"] if request.act == "other_result" else entry["result"]
        return Answer(200, {"result": result, "noticeId": entry["notice_id"]})

    def _accept(self, cells: Mapping[str, Any]) -> dict[str, Any] | None:
        """The journal's entry for a notice, made when the reference is new; None when the reference stands for another notice."""
        reference, digest = cells["reference"], _digest(cells)
        known = self._notices.get(reference)
        if known:
            return known if known["digest"] == digest else None
        if not cells["subject"] or not cells["body"] or len(cells["body"]) > _LONGEST_BODY:
            return {"result": "refused", "notice_id": ""}
        there = not _without_account(cells["atenabango"])
        notice_id = "N" + hashlib.sha256(reference.encode()).hexdigest()[:12] if there else ""
        entry = {
            "result": "accepted" if there else "not_registered",
            "notice_id": notice_id,
            "digest": digest,
            "kind": cells["kind"],
            "business": cells["businessCode"],
        }
        if there and self._mailbox is not None:
            self._mailbox.put(cells)
        self._notices[reference] = entry
        self._journals.effect("osr", "notice" if there else "no_account", reference, **entry)
        return entry

    def _state(self, request: Request) -> Answer:
        return Answer(200, {"state": self.state_of(str(request.cells.get("reference", "")))})

    def state_of(self, reference: str) -> str:
        """What the interface tells of a notice: accepted, cancelled …, or unknown."""
        if reference in self._cancelled:
            return "cancelled"
        return str(self._notices[reference]["result"]) if reference in self._notices else "unknown"

    def _cancel(self, request: Request) -> Answer:
        reference = str(request.cells.get("reference", ""))
        if self.state_of(reference) == "accepted":
            self._cancelled.add(reference)
            self._journals.effect("osr", "cancel", reference)
        return Answer(200, {"state": self.state_of(reference)})

    def _file(self, request: Request) -> Answer:
        name, rows = request.cells.get("fileName"), request.cells.get("rows")
        if not isinstance(name, str) or not isinstance(rows, list) or any(set(row) - {_EXTRAS} != set(_TEXTS) for row in rows):
            return error(400, "FILE")
        file_id = "F" + hashlib.sha256(name.encode()).hexdigest()[:12]
        known, digest = self._files.get(file_id), _digest(request.cells)
        if known:
            return Answer(200, {"fileId": file_id}) if known["digest"] == digest else error(409, "FILE")
        results = {row["reference"]: (self._accept(row) or {"result": "refused"})["result"] for row in rows}
        entry = {"file_id": file_id, "digest": digest, "results": results}
        self._files[file_id] = entry
        self._journals.effect("osr", "file", name, **entry)
        return Answer(200, {"fileId": file_id})

    def _file_result(self, request: Request) -> Answer:
        file_id = str(request.cells.get("fileId", ""))
        if file_id not in self._files:
            return error(404, "UNKNOWN")
        if file_id not in self._asked or request.act == "late":
            self._asked.add(file_id)
            return Answer(200, {"state": "processing"})
        results = self._files[file_id]["results"]
        items = [{"reference": reference, "result": result} for reference, result in results.items()]
        if request.act == "foreign_rows":
            items = [{"reference": "nobodys", "result": "refused"}, *items]
        if request.act == "two_ways":
            items += [{"reference": one["reference"], "result": "refused"} for one in items[:2]]
        return Answer(200, {"state": "done", "results": items})

    def answer(self, reference: str, choice: str, answered_at: str) -> str:
        """A resident answers the questionnaire of a notice. choice: number of a slot, or cancel; gives the answer's id."""
        number = len(self._answers) + 1
        key = f"A{number:06}"
        entry = {"sequence": number, "reference": reference, "choice": choice, "answered_at": answered_at}
        self._journals.effect("osr", "answer", key, **entry)
        self._answers.append({"key": key, **entry})
        return key

    def _answers_after(self, request: Request) -> Answer:
        after, count = (str(request.cells.get(name, "")) for name in ("after", "count"))
        if not after.isdigit() or not count.isdigit():
            return error(400, "ANSWERS")
        later = [one for one in self._answers if one["sequence"] > int(after)]
        items = [
            {"answerId": one["key"], "sequence": str(one["sequence"]), "reference": one["reference"], "choice": one["choice"],
             "answeredAt": one["answered_at"]}
            for one in later[: int(count)]
        ]  # fmt: skip
        return Answer(200, {"answers": items, "more": "1" if len(later) > len(items) else "0"})


def _digest(cells: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(cells, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _without_account(atena: str) -> bool:
    """Whether the resident has no account at the portal; the same for the same person every day."""
    return int(hashlib.sha256(f"account:{atena}".encode()).hexdigest(), 16) % _ONE_IN_WITHOUT_ACCOUNT == 0
