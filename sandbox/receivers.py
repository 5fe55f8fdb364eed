"""Stand-ins of the receiving systems (業務システム): they take files, check them strictly, leave receipts and later results."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.journals import Journals
from sandbox.receiver_csv import read_csv
from sandbox.receiver_fixed import read_fixed
from sandbox.receiver_legacy_csv import read_legacy_csv
from sandbox.receiver_outcomes import decide, read_words, words_of
from sandbox.receiver_results import lines_of, nursery_results, standard_results
from sandbox.receiver_verdict import Verdict, rejected
from sandbox.receiver_workbook import read_workbook
from sandbox.receiver_xml import read_xml
from sandbox.secret_files import write_private

STOPPED = "stopped.txt"
"""Below ``sandbox/receivers``: 受付番号 of applications that the sections have stopped there, one a line."""
_RECEIPT_HEADER = ("file_name", "sha256", "records", "result", "reason")


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiving system. suffix: the end of the file names that it looks for. read: its own reading of name and data.

    answer: its own way of writing results.
    """

    name: str
    suffix: str
    read: Callable[[str, bytes], Verdict]
    answer: Callable[[Sequence[tuple[str, ...]]], bytes] = standard_results


RECEIVERS = (
    Receiver("jidoteate-host", ".dat", lambda _, data: read_fixed(data)),
    Receiver("jidoteate-std", ".csv", read_csv),
    Receiver("hoiku", ".csv", read_csv, nursery_results),
    Receiver("hoiku-ichiran", ".xlsx", lambda _, data: read_workbook(data)),
    Receiver("kenko-kanri", ".csv", read_csv),
    Receiver("kyushoku", ".csv", lambda _, data: read_legacy_csv(data)),
    Receiver("jifuyo", ".xml", lambda _, data: read_xml(data)),
)


class ReceivingSystems:
    """All receiving systems of a root. What they took and answered is rebuilt from the journal of effects."""

    def __init__(self, root: Path, *, journals: Journals, now: Callable[[], datetime]) -> None:
        self._root = root
        self._journals = journals
        self._now = now
        self._taken = {entry["key"] for entry in journals.earlier("receiver", "taken")}
        self._words = read_words()
        self._answered = {entry["key"] for entry in journals.earlier("receiver", "results")}

    def settle_receipts(self) -> int:
        """Take every new file and leave its receipt. Returns how many were taken."""
        return sum(self._take(receiver, file) for receiver in RECEIVERS for file in self._arrived(receiver))

    def settle_results(self) -> int:
        """Leave the results of every file that was taken and found good. Returns how many result files were written."""
        return sum(self._decide(receiver) for receiver in RECEIVERS)

    def _arrived(self, receiver: Receiver) -> list[Path]:
        inbox = self._root / "delivered" / receiver.name
        return sorted(file for file in inbox.iterdir() if not file.name.startswith(".") and not file.name.endswith(".part"))

    def _take(self, receiver: Receiver, file: Path) -> bool:
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{receiver.name}/{file.name}/{sha256}"
        if key in self._taken:
            return False
        verdict = _read(receiver, file.name, data)
        row = (file.name, sha256, str(verdict.records), verdict.result, verdict.reason)
        self._leave(receiver, f"receipts/{file.name}.receipt.csv", [_RECEIPT_HEADER, row])
        self._taken.add(key)
        fields = {"destination": receiver.name, "name": file.name, "sha256": sha256, "size": len(data)}
        outcome = {"records": verdict.records, "result": verdict.result, "reason": verdict.reason, "receipts": verdict.receipts}
        self._journals.effect("receiver", "taken", key, **fields, **outcome)
        return True

    def _decide(self, receiver: Receiver) -> int:
        """Results for each file, by what all files say of an application: its main record may stand in another one."""
        verdicts = {file.name: (key, verdict) for file in self._arrived(receiver) for key, verdict in [self._judged(receiver, file)]}
        groups: dict[str, set[str]] = {}
        for _, verdict in verdicts.values():
            for receipt, group in verdict.named:
                groups.setdefault(receipt, set()).add(group)
        day = self._now().date().isoformat()
        note, left = self._root / "sandbox" / "receivers" / STOPPED, 0
        stopped = set(note.read_text(encoding="ascii").split()) if note.is_file() else set()
        for name, (key, verdict) in verdicts.items():
            if key not in self._taken or key in self._answered or verdict.result != "OK":
                continue
            going_on = (receipt for receipt in verdict.receipts if receipt not in stopped)
            decided = [decide(receipt, words_of(groups[receipt], self._words), day) for receipt in going_on]
            rows = [row for row in decided if row is not None]
            self._answered.add(key)
            if rows:
                self._write(receiver, f"results/{name}.results.csv", receiver.answer(rows))
                self._journals.effect("receiver", "results", key, destination=receiver.name, name=name, rows=len(rows))
                left += 1
        return left

    def _judged(self, receiver: Receiver, file: Path) -> tuple[str, Verdict]:
        data = file.read_bytes()
        return f"{receiver.name}/{file.name}/{hashlib.sha256(data).hexdigest()}", _read(receiver, file.name, data)

    def _leave(self, receiver: Receiver, name: str, rows: list[tuple[str, ...]]) -> None:
        self._write(receiver, name, lines_of(rows).encode())

    def _write(self, receiver: Receiver, name: str, data: bytes) -> None:
        write_private(self._root / "sandbox" / "receivers" / receiver.name / "out" / name, data)


def _read(receiver: Receiver, name: str, data: bytes) -> Verdict:
    return receiver.read(name, data) if name.endswith(receiver.suffix) else rejected("FILE_NAME")
