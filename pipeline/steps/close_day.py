"""Close (日締め): balance, evidence, gaps in 収受番号, checkpoint of the log, pages of the day. An unbalanced day is red."""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from pipeline.balance import Balance, balance_of, latest_business_day
from pipeline.close_details import details_of
from pipeline.daily_duties import look_after
from pipeline.day_checks import journal_problems
from pipeline.errors import SettingError
from pipeline.evidence import FileEvidence, delivered_files
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import day_closes
from pipeline.log import leaf_count, make_checkpoint
from pipeline.pages.close_rows import CloseDetails

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DayClose:
    """What the close of a day found. problems: sentences that make it red; missing: counterparts without evidence, named."""

    balance: Balance
    files: tuple[FileEvidence, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    details: CloseDetails

    @property
    def balanced(self) -> bool:
        """Whether the day is green."""
        return self.balance.holds and not self.problems

    def figures(self) -> dict[str, Any]:
        """The close as data, for ``--json`` and the journal."""
        return {
            "day": self.balance.day.isoformat(),
            "balanced": self.balanced,
            "applications": asdict(self.balance.total),
            "procedures": {name: asdict(counts) for name, counts in self.balance.procedures.items()},
            "problems": list(self.problems),
            "missing_evidence": list(self.missing),
            **self.details.figures(),
        }


def inspect_day(hub: Hub, day: date | None = None) -> DayClose:
    """Judge a day (without one, the journal's latest business day) from rows, sealed bytes, remote files and receipts."""
    wanted = day or latest_business_day(hub) or hub.clock.today()
    files = tuple(delivered_files(hub, wanted.isoformat()))
    balance = balance_of(hub, wanted)
    problems = [problem for file in files for problem in file.problems]
    problems += journal_problems(hub, balance)
    missing = tuple(
        f"{file.batch.destination}/{file.batch.name}" for file in files if file.remote in ("gone", "unreachable") and not file.receipt
    )
    return DayClose(balance, files, tuple(problems), missing, details_of(hub, wanted))


def close_day(hub: Hub, day: date | None = None) -> DayClose:
    """Close a day: judge it, enter the result when it is news, sign the log; say which earlier day nobody closed.

    Raises SettingError for a day that has not come.
    """
    last = max(latest_business_day(hub) or hub.clock.today(), hub.clock.today())
    if day and day > last:
        raise SettingError(f"{day} has not come, so it cannot be closed", f"give a day up to {last}")
    found = inspect_day(hub, day)
    enter_close(hub, found)
    look_after(hub)
    fault_point("close.entered")
    make_checkpoint(hub.journal, hub.keys)
    log.info("day_closed", extra={"day": found.balance.day.isoformat(), "balanced": found.balanced, "problems": len(found.problems)})
    return found


def enter_close(hub: Hub, found: DayClose) -> bool:
    """Enter the close unless the last one of the day says the same."""
    text = json.dumps(found.figures(), ensure_ascii=False, sort_keys=True)
    day = found.balance.day.isoformat()
    same_day = select(day_closes.c.balance).where(day_closes.c.municipality == hub.code, day_closes.c.day == day)
    if hub.journal.scalar(same_day.order_by(day_closes.c.id.desc()).limit(1)) == text:
        return False
    row = {
        "municipality": hub.code,
        "day": day,
        "closed_at": hub.clock.now().isoformat(),
        "balanced": found.balanced,
        "balance": text,
        "log_size": leaf_count(hub.journal),
    }
    with hub.journal.write() as write:
        write.execute(insert(day_closes).values(**row))
        write.leaf("day_closed", municipality=hub.code, day=day, balanced=found.balanced, problems=len(found.problems))
    return True
