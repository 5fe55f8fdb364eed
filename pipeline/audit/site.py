"""Builds the auditors' site (監査用の検査報告) at a day's close: that day's own pages, and what the last weeks look like."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from pipeline.audit.changes import Change, changes_between
from pipeline.audit.day_pages import change_rows, day_page
from pipeline.audit.figures import DayFigures, read_figures
from pipeline.audit.procedure_pages import procedure_page
from pipeline.audit.rule_sets import RuleState, read_rules
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.audit_tables import audit_days, audit_rule_sets
from pipeline.pages.audit import DayRow, PartRow, Site
from pipeline.pages.audit_site import render_audit_day, render_site
from pipeline.pages.words import explain
from pipeline.places import municipalities_folder, municipality_codes

WEEKS: Final = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The recorded days of the last weeks, oldest first, the rules that stood at their closes, and what changed between them."""

    days: tuple[DayFigures, ...]
    rules: Mapping[str, tuple[RuleState, ...]]
    changes: Mapping[date, tuple[Change, ...]]


def build_audit_site(hub: Hub, day: date) -> Path:
    """Write the pages of ``day`` and of the weeks; returns the first one. Its cost follows the weeks, not the whole stock."""
    weeks = weeks_until(hub, day)
    folder = site_folder(hub)
    site = _site(hub, weeks, folder)
    write_files(folder, render_site(site))
    found = {row.day: row for row in site.days}
    for figures in weeks.days:
        own = folder / figures.day.isoformat()
        # A day whose close was killed before its pages is drawn now.
        if figures.day == day or not (own / "index.html").is_file():
            earlier = [one for one in weeks.days if one.day < figures.day]
            page = day_page(hub, figures, earlier, weeks.changes.get(figures.day, ()), row=_linked(hub, found[figures.day], own))
            write_files(own, render_audit_day(site, page))
    return folder / "index.html"


def site_folder(hub: Hub) -> Path:
    """``reports/audit``, or the municipality's own folder where the root has several."""
    reports = hub.root.reports
    return reports / "audit" if len(municipality_codes(municipalities_folder())) == 1 else reports / hub.code / "audit"


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write pages so that a reader sees the earlier one or the whole new one."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.part")
        draft.write_bytes(content)
        fault_point("audit.page_drafted")
        draft.replace(target)


def weeks_until(hub: Hub, day: date) -> Weeks:
    """The weeks that end with the latest recorded day; an earlier ``day`` that is closed again does not set them back."""
    latest = hub.journal.scalar(select(func.max(audit_days.c.day)).where(audit_days.c.municipality == hub.code))
    last = max(day, date.fromisoformat(latest)) if latest else day
    shown = audit_days.c.day.between((last - WEEKS).isoformat(), last.isoformat())
    statement = select(audit_days).where(audit_days.c.municipality == hub.code, shown).order_by(audit_days.c.day)
    days = tuple(read_figures(row.day, row.rule_set, row.figures) for row in hub.journal.rows(statement))
    wanted = {one.rule_set for one in days}
    kept = hub.journal.rows(select(audit_rule_sets).where(audit_rule_sets.c.digest.in_(wanted)))
    rules = {row.digest: read_rules(row.rules) for row in kept}
    changes = {later.day: tuple(changes_between(earlier, later, rules)) for earlier, later in pairwise(days)}
    return Weeks(days, rules, {day: found for day, found in changes.items() if found})


def _site(hub: Hub, weeks: Weeks, folder: Path) -> Site:
    return Site(
        municipality=hub.municipality.name,
        made_at=hub.clock.now(),
        days=tuple(_day_row(hub, one, weeks, folder) for one in reversed(weeks.days)),
        reasons=_reasons(weeks.days),
        changes=change_rows(hub, [change for day in sorted(weeks.changes, reverse=True) for change in weeks.changes[day]]),
        procedures=tuple(
            procedure_page(hub, name, weeks.days, weeks.rules, [one for found in weeks.changes.values() for one in found])
            for name in hub.municipality.procedures
        ),
    )


def _day_row(hub: Hub, figures: DayFigures, weeks: Weeks, folder: Path) -> DayRow:
    by_reason: dict[str, int] = {}
    for one in figures.held:
        by_reason[one.code] = by_reason.get(one.code, 0) + len(one.receipts)
    changes = weeks.changes.get(figures.day, ())
    row = DayRow(
        day=figures.day,
        page=f"{figures.day}/index.html",
        arrived=figures.arrived,
        held=figures.held_of(),
        delivered=figures.delivered,
        hours=figures.hours,
        balanced=figures.balanced,
        reason=max(by_reason, key=lambda code: (by_reason[code], code)) if by_reason else "",
        changes=len(changes),
        looser=sum(change.looser for change in changes),
        acts=_acts(hub, figures.day),
    )
    return _linked(hub, row, folder)


def _acts(hub: Hub, day: date) -> int:
    that_day = (acts.c.municipality == hub.code) & (acts.c.day == day.isoformat())
    return int(hub.journal.scalar(select(func.count()).select_from(acts).where(that_day)) or 0)


def _linked(hub: Hub, row: DayRow, folder: Path) -> DayRow:
    """The row with the addresses, as seen from a folder, of what lies there of its day."""
    own = hub.root.reports / hub.code
    places = {
        "日締め": own / row.day.isoformat() / "close.html",
        "検査の文書（Data Docs）": own / "data-docs" / row.day.isoformat() / "index.html",
    }
    links = {title: Path(os.path.relpath(place, folder)).as_posix() for title, place in places.items() if place.is_file()}
    return DayRow(**{name: getattr(row, name) for name in row.__slots__ if name != "links"}, links=links)


def _reasons(days: Sequence[DayFigures]) -> tuple[PartRow, ...]:
    arrived = sum(one.arrived for one in days)
    counts: dict[str, int] = {}
    for held in (group for one in days for group in one.held):
        counts[held.code] = counts.get(held.code, 0) + len(held.receipts)
    return tuple(_reason_row(code, count, arrived) for code, count in _largest_first(counts))


def _largest_first(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _reason_row(code: str, count: int, arrived: int) -> PartRow:
    title = explain(code).sentence if code else "理由の記録が残る前に解除"
    return PartRow(title, code, "", "", count, 100 * count / arrived, 0.0, 0.0)
