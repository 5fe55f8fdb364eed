"""Morning (朝の点検): the sheet that says, before the counters open, what to look at; an opening day without it is an alarm."""

import json
import logging
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import func, select, update

from pipeline.alarms import raise_alarm
from pipeline.daily_duties import look_after
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import morning_sheets
from pipeline.journal.register_tables import register_loads
from pipeline.morning_figures import morning_report
from pipeline.pages.morning import MorningReport, render_morning
from pipeline.places import municipalities_folder, municipality_codes
from pipeline.steps.report_day import write_pages

log = logging.getLogger(__name__)


def morning(hub: Hub) -> dict[str, int]:
    """Look at everything, write ``reports/<code>/morning.html`` (and ``reports/morning.html`` of the only municipality), remember it."""
    _say_stale(hub)
    report = morning_report(hub, look_after(hub))
    files = render_morning(report)
    write_pages(hub.root.reports / hub.code, files)
    if len(municipality_codes(municipalities_folder())) == 1:
        write_pages(hub.root.reports, files)
    _remember(hub, report)
    look_after(hub)
    log.info("morning_sheet_made", extra={"municipality": hub.code, "wrong": report.wrong})
    return {"checks": len(report.checks), "wrong": report.wrong}


def _remember(hub: Hub, report: MorningReport) -> None:
    day, figures = report.day.isoformat(), json.dumps([asdict(check) for check in report.checks], ensure_ascii=False)
    values = {"made_at": report.made_at.isoformat(), "figures": figures}
    with hub.journal.write() as write:
        if not write.insert_new(morning_sheets, {"municipality": hub.code, "day": day, **values}):
            same = (morning_sheets.c.municipality == hub.code) & (morning_sheets.c.day == day)
            write.execute(update(morning_sheets).where(same).values(**values))
        write.leaf("morning_sheet_made", municipality=hub.code, day=day, checks=len(report.checks), wrong=report.wrong)


def _say_stale(hub: Hub) -> None:
    """A register that is older than its limit is an alarm until a newer file is loaded."""
    limit = hub.municipality.register_office.stale_after_days
    newest = select(register_loads.c.kind, func.max(register_loads.c.as_of).label("as_of")).where(register_loads.c.municipality == hub.code)
    for row in hub.journal.rows(newest.group_by(register_loads.c.kind)):
        if row.as_of[:8] < f"{hub.clock.today() - timedelta(days=limit):%Y%m%d}":
            with hub.journal.write() as write:
                raise_alarm(hub, write, kind="REGISTER_STALE", subject=row.kind)
                write.leaf("register_stale", municipality=hub.code, kind=row.kind, as_of=row.as_of)
