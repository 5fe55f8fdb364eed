"""収受番号 of the hub: no number is missing, none stands twice, and the journal gives each one to whom the log gave it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from pipeline.hub import Hub
from pipeline.journal.evidence_tables import counters, log_leaves
from pipeline.journal.intake_tables import applications
from pipeline.log import size_before

MOST_NAMED = 20
"""So many missing numbers of a section are explained one by one."""


def leaves_of(hub: Hub, day: date, event: str) -> list[dict[str, Any]]:
    """The log's leaves of an event on a day."""
    since = log_leaves.c.number > size_before(hub.journal, day)
    named = log_leaves.c.data.like(f'%"event":"{event}"%')
    rows = hub.journal.rows(select(log_leaves.c.data).where(since, named).order_by(log_leaves.c.number))
    leaves = (json.loads(row.data) for row in rows)
    return [leaf for leaf in leaves if leaf["event"] == event and leaf["at"][:10] == day.isoformat() and _is_ours(hub, leaf)]


def _is_ours(hub: Hub, leaf: Mapping[str, Any]) -> bool:
    """One log serves all municipalities of a root; leaves of its first years do not name theirs."""
    return bool(leaf.get("municipality", hub.code) == hub.code)


def number_problems(hub: Hub, day: date) -> Iterator[str]:
    """What is wrong with the numbers, as Japanese sentences that begin with the section."""
    yield from _missing(hub)
    yield from _given_otherwise(hub, day)


def _missing(hub: Hub) -> Iterator[str]:
    """Each number up to the one that was given last has an application."""
    key = (applications.c.section, applications.c.filing_year)
    counted = select(*key, func.count()).where(applications.c.municipality == hub.code).group_by(*key)
    there = {(row[0], row[1]): row[2] for row in hub.journal.rows(counted)}
    given = hub.journal.rows(select(counters).where(counters.c.name.like(f"filing/{hub.code}/%")))
    for row in sorted(given, key=lambda one: one.name):
        _, _, section, year = row.name.split("/")
        if row.value == there.get((section, int(year)), 0):
            continue
        numbers = select(applications.c.filing_number).where(applications.c.municipality == hub.code, applications.c.section == section)
        known = {one.filing_number for one in hub.journal.rows(numbers.where(applications.c.filing_year == int(year)))}
        lost = [number for number in range(1, row.value + 1) if number not in known]
        for number in lost[:MOST_NAMED]:
            yield f"{section} {year}年度: 収受番号{number}番が欠番です（{_said(hub, f'{section}/{year}/{number}')}）"
        if len(lost) > MOST_NAMED:
            yield f"{section} {year}年度: 収受番号の欠番はほかに{len(lost) - MOST_NAMED}件あります"
        if beyond := sorted(known - set(range(1, row.value + 1))):
            yield f"{section} {year}年度: 収受番号{beyond[0]}番は採番の記録（最大{row.value}番）にありません"


def _said(hub: Hub, filing: str) -> str:
    """What the log tells of a number. Asked for missing numbers only: it reads the whole log."""
    found = hub.journal.rows(select(log_leaves.c.data).where(log_leaves.c.data.like(f'%"filing":"{filing}"%')))
    for facts in (json.loads(row.data) for row in found):
        if _is_ours(hub, facts):
            return f"{facts['at'][:10]}に受付番号 {facts['receipt']} を収受した記録がありますが、台帳にありません"
    return "記録にも収受がありません"


def _given_otherwise(hub: Hub, day: date) -> Iterator[str]:
    """What the log gave on the day, beside what the journal has now."""
    stored = leaves_of(hub, day, "application_stored")
    rows = hub.journal.rows(select(applications).where(applications.c.municipality == hub.code, applications.c.filed_on == day.isoformat()))
    now = {row.id: f"{row.section}/{row.filing_year}/{row.filing_number}" for row in rows}
    taken: dict[str, str] = {}
    for leaf in stored:
        filing, receipt = leaf["filing"], leaf["receipt"]
        section, year, number = filing.split("/")
        if taken.setdefault(filing, receipt) != receipt:
            yield f"{section} {year}年度: 収受番号{number}番は受付番号 {taken[filing]} と {receipt} に二度使われています"
        if now.get(leaf["application"], filing) != filing:
            yield f"{section} {year}年度: 受付番号 {receipt} の収受番号が、記録（{number}番）と台帳で異なります"
