"""Close (日締め): balance, evidence, gaps in 収受番号, checkpoint of the log, pages of the day. An unbalanced day is red."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select

from pipeline.balance import Balance, balance_of, latest_business_day
from pipeline.evidence import FileEvidence, delivered_files
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import LAST_GENERATION, obligations
from pipeline.journal.evidence_tables import day_closes
from pipeline.journal.intake_tables import applications, listings
from pipeline.log import leaf_count, make_checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DayClose:
    """What the close of a day found. problems: sentences that make it red; missing: counterparts without evidence, named."""

    balance: Balance
    files: tuple[FileEvidence, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]

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
        }


def inspect_day(hub: Hub, day: date | None = None) -> DayClose:
    """Judge a day (without one, the journal's latest business day) from rows, sealed bytes, remote files and receipts."""
    wanted = day or latest_business_day(hub) or hub.clock.today()
    files = tuple(delivered_files(hub, wanted.isoformat()))
    balance = balance_of(hub, wanted)
    problems = [problem for file in files for problem in file.problems]
    problems += _unproven(hub)
    problems += _unpaired(hub)
    problems += _gaps(hub)
    problems += _unequal(balance)
    missing = tuple(
        f"{file.batch.destination}/{file.batch.name}" for file in files if file.remote in ("gone", "unreachable") and not file.receipt
    )
    return DayClose(balance=balance, files=files, problems=tuple(problems), missing=missing)


def close_day(hub: Hub, day: date | None = None) -> DayClose:
    """Close a day: judge it, enter the result when it is news, sign the log."""
    found = inspect_day(hub, day)
    enter_close(hub, found)
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


def _unequal(balance: Balance) -> Iterator[str]:
    for name, counts in balance.procedures.items():
        if counts.listed != counts.listed_accounted:
            yield f"{name}: 一覧{counts.listed}件に対し、内訳は{counts.listed_accounted}件です"
        if counts.day_in != counts.day_out:
            yield f"{name}: 繰越と収受{counts.day_in}件に対し、行き先は{counts.day_out}件です"
    if not balance.life_holds:
        yield "台帳全体で、取得済みの一覧の数と申請の数が合いません"


def _unproven(hub: Hub) -> Iterator[str]:
    """A delivered application whose destinations are not all proven breaks promise P12."""
    proven = select(obligations.c.application).where(obligations.c.state != "delivered", LAST_GENERATION)
    said = (applications.c.municipality == hub.code) & (applications.c.disposition == "delivered")
    for row in hub.journal.rows(select(applications.c.receipt).where(said, applications.c.id.in_(proven))):
        yield f"受付番号 {row.receipt}: 配信済みですが、証跡のない配信先があります"


def _unpaired(hub: Hub) -> Iterator[str]:
    """What is stored stands twice in the journal, as a row of the portal's list and as an application."""
    ours = (listings.c.municipality == hub.code) & (listings.c.state == "stored")
    lost = select(listings.c.receipt).where(ours, listings.c.id.not_in(select(applications.c.listing)))
    for row in hub.journal.rows(lost):
        yield f"受付番号 {row.receipt}: 取得済みですが、申請の記録がありません"
    unlisted = (applications.c.municipality == hub.code) & applications.c.listing.not_in(select(listings.c.id))
    for row in hub.journal.rows(select(applications.c.receipt).where(unlisted)):
        yield f"受付番号 {row.receipt}: 申請の記録はありますが、一覧の記録がありません"


def _gaps(hub: Hub) -> Iterator[str]:
    """収受番号 run without a gap for each section and fiscal year."""
    key = (applications.c.section, applications.c.filing_year)
    counted = (
        select(*key, func.count(), func.max(applications.c.filing_number)).where(applications.c.municipality == hub.code).group_by(*key)
    )
    for section, year, count, highest in hub.journal.rows(counted):
        if count != highest:
            yield f"{section} {year}年度: 収受番号に欠番があります（最大{highest}番、{count}件）"
