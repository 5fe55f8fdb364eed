"""Files of the municipality's own side of exchanges (自団体側の記録), from the truth: one for each source and day, with its ``.end`` file.

The gateway and the business systems write down everything that they take part in; people fill in the book of the terminals, not always all
of it, and not always with the 処理通番.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path

from sandbox.middle.exchanges import Exchange, exchange_days, exchanges_of
from sandbox.middle.townsfolk import Townsfolk
from sandbox.secret_files import write_private

SOURCES = ("gateway", "business-log", "terminal-book")
COLUMNS = ("団体コード", "処理通番", "照会ID", "区分", "相手機関", "事務コード", "特定個人情報コード", "宛名番号", "照会日時")
_BOOK = "terminal-book"


class OwnSide:
    """The town's own systems, which hand their files over below ``home``."""

    def __init__(self, home: Path, town: Townsfolk | None, municipality: str, now: Callable[[], datetime]) -> None:
        self._home = home
        self._town = town
        self._municipality = municipality
        self._now = now

    def publish(self) -> int:
        """Write the files of every day up to now that are not there yet, or that went on growing. Returns how many."""
        for source in SOURCES:
            (self._home / source).mkdir(parents=True, exist_ok=True)
        if self._town is None:
            return 0
        return sum(self._publish_day(self._town, day) for day in exchange_days(self._town, self._now().date()))

    def _publish_day(self, town: Townsfolk, day: date) -> int:
        happened = [one for one in exchanges_of(day, town) if one.on_own_side and one.requested_at <= self._now()]
        files = ((source, [one for one in happened if one.source == source]) for source in SOURCES)
        return sum(self._write(source, day, exchanges) for source, exchanges in files)

    def _write(self, source: str, day: date, exchanges: Iterable[Exchange]) -> int:
        rows = [self._row(one, place) for place, one in enumerate(exchanges)]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        data = text.getvalue().encode()
        path = self._home / source / f"own_{self._municipality}_{day:%Y%m%d}.csv"
        if path.is_file() and path.read_bytes() == data:
            return 0
        end = {"rows": len(rows), "sha256": hashlib.sha256(data).hexdigest(), "complete": source != _BOOK}
        write_private(path, data)
        write_private(path.with_name(f"{path.name}.end"), json.dumps(end).encode())
        return 1

    def _row(self, one: Exchange, place: int) -> tuple[str, ...]:
        asked = one.role == "1"
        forgotten = one.source == _BOOK and place % 2 == 1 and one.course == "both"
        sequence, inquiry = "" if forgotten else one.sequence, f"SH{one.sequence}" if asked and one.source != _BOOK else ""
        other = one.provider if asked else one.inquirer
        requested = one.requested_at.isoformat()
        return (self._municipality, sequence, inquiry, one.role, other, one.duty, one.own_item, one.atenabango, requested)
