"""Stand-ins of the receiving systems (業務システム): they take files, check them strictly, leave receipts and later results."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.journals import Journals
from sandbox.receiver_csv import read_csv
from sandbox.receiver_fixed import read_fixed
from sandbox.receiver_verdict import Verdict, rejected
from sandbox.secret_files import write_private

_READERS: Mapping[str, Callable[[bytes], Verdict]] = {".csv": read_csv, ".dat": read_fixed}
_RECEIPT_HEADER = ("file_name", "sha256", "records", "result", "reason")
_RESULT_HEADER = ("uketsukebango", "kekka", "kettei_nengappi", "kettei_bango", "bunsho_bango", "tsuchisho", "riyu")
_REFUSED_PERCENT = 4
_REFUSAL = "支給要件に該当しないため"


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiving system. ``decides``: whether its outcomes are 認定 and 却下, else everything is 受理."""

    name: str
    decides: bool


RECEIVERS = (
    Receiver("jidoteate-host", decides=True),
    Receiver("jidoteate-std", decides=True),
    Receiver("hoiku", decides=False),
    Receiver("kenko-kanri", decides=False),
)


class ReceivingSystems:
    """All receiving systems of a root. What they took and answered is rebuilt from the journal of effects."""

    def __init__(self, root: Path, *, journals: Journals, now: Callable[[], datetime]) -> None:
        self._root = root
        self._journals = journals
        self._now = now
        self._taken = {entry["key"] for entry in journals.earlier("receiver", "taken")}
        self._answered = {entry["key"] for entry in journals.earlier("receiver", "results")}

    def settle_receipts(self) -> int:
        """Take every new file and leave its receipt. Returns how many were taken."""
        return sum(self._take(receiver, file) for receiver in RECEIVERS for file in self._arrived(receiver))

    def settle_results(self) -> int:
        """Leave the results of every file that was taken and found good. Returns how many result files were written."""
        return sum(self._decide(receiver, file) for receiver in RECEIVERS for file in self._arrived(receiver))

    def _arrived(self, receiver: Receiver) -> list[Path]:
        inbox = self._root / "delivered" / receiver.name
        return sorted(file for file in inbox.iterdir() if not file.name.startswith(".") and not file.name.endswith(".part"))

    def _take(self, receiver: Receiver, file: Path) -> bool:
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{receiver.name}/{file.name}/{sha256}"
        if key in self._taken:
            return False
        verdict = _read(file.name, data)
        row = (file.name, sha256, str(verdict.records), verdict.result, verdict.reason)
        self._leave(receiver, f"receipts/{file.name}.receipt.csv", [_RECEIPT_HEADER, row])
        self._taken.add(key)
        fields = {"destination": receiver.name, "name": file.name, "sha256": sha256, "size": len(data)}
        outcome = {"records": verdict.records, "result": verdict.result, "reason": verdict.reason, "receipts": verdict.receipts}
        self._journals.effect("receiver", "taken", key, **fields, **outcome)
        return True

    def _decide(self, receiver: Receiver, file: Path) -> bool:
        data = file.read_bytes()
        key = f"{receiver.name}/{file.name}/{hashlib.sha256(data).hexdigest()}"
        if key not in self._taken or key in self._answered:
            return False
        verdict = _read(file.name, data)
        if verdict.result != "OK":
            return False
        rows = [self._result(receiver, receipt) for receipt in verdict.receipts]
        self._leave(receiver, f"results/{file.name}.results.csv", [_RESULT_HEADER, *rows])
        self._answered.add(key)
        self._journals.effect("receiver", "results", key, destination=receiver.name, name=file.name, rows=len(rows))
        return True

    def _result(self, receiver: Receiver, receipt: str) -> tuple[str, ...]:
        number = int(hashlib.sha256(f"decision:{receipt}".encode()).hexdigest()[:12], 16)
        day = self._now().date().isoformat()
        decision, document = f"{number % 1_000_000:06d}", f"第{number // 1_000_000 % 100_000}号"
        if not receiver.decides:
            return (receipt, "受理", day, decision, document, "受理通知書", "")
        if number % 100 < _REFUSED_PERCENT:
            return (receipt, "却下", day, decision, document, "却下通知書", _REFUSAL)
        return (receipt, "認定", day, decision, document, "認定通知書", "")

    def _leave(self, receiver: Receiver, name: str, rows: list[tuple[str, ...]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        write_private(self._root / "sandbox" / "receivers" / receiver.name / "out" / name, text.getvalue().encode())


def _read(name: str, data: bytes) -> Verdict:
    reader = _READERS.get(Path(name).suffix)
    return reader(data) if reader else rejected("FILE_NAME")
