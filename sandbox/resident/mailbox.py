"""What residents find in a box of theirs (お知らせ・届いた文書): the texts that a stand-in accepted, apart from the journal of effects."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Mailbox:
    """What was sent to the residents of a sandbox, one JSON object a line; a reference stands for one notice.

    newest: the cell by which the newest is known.
    """

    def __init__(self, file: Path, *, newest: str) -> None:
        self._file = file
        self._newest = newest
        self._lock = threading.Lock()
        lines = self._file.read_bytes().split(b"\n")[:-1] if self._file.exists() else []
        self._notices: dict[str, dict[str, Any]] = {one["reference"]: one for one in map(json.loads, lines)}

    def put(self, cells: Mapping[str, Any]) -> None:
        """Keep a notice. The same reference again changes nothing."""
        with self._lock:
            if cells["reference"] in self._notices:
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as file:
                file.write(json.dumps(cells, ensure_ascii=False).encode() + b"\n")
            self._notices[cells["reference"]] = dict(cells)

    def one(self, reference: str) -> dict[str, Any]:
        """The notice of a reference. Raises KeyError where there is none."""
        return self._notices[reference]

    def of(self, atena: str) -> list[dict[str, Any]]:
        """The notices of a resident, the newest first."""
        mine = [one for one in self._notices.values() if one["atenabango"] == atena]
        return sorted(mine, key=lambda one: str(one[self._newest]), reverse=True)
