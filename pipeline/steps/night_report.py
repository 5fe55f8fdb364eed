"""The pages of the night (夜間の報告): the day's pages are written again with what the night brought, for the morning."""

import logging

from pipeline.hub import Hub
from pipeline.steps.close_day import inspect_day
from pipeline.steps.report_day import report_day
from pipeline.sync.window import night_of

log = logging.getLogger(__name__)


def night_report(hub: Hub) -> dict[str, int]:
    """Write the pages of the evening that the present night belongs to. The close of that day is not entered anew."""
    found = inspect_day(hub, night_of(hub))
    report_day(hub, found)
    log.info("night_reported", extra={"day": found.balance.day.isoformat()})
    return {"pages": 1}
