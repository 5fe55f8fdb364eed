"""Close and report (日締めと日次報告): the close flow's one step. An unbalanced day ends the flow red, after its pages are written."""

from datetime import timedelta
from pathlib import Path

from pipeline.audit.reporting import report_to_auditors
from pipeline.balance import has_business
from pipeline.daily_duties import was_closed
from pipeline.data_docs import build_data_docs
from pipeline.errors import HubError
from pipeline.hub import Hub
from pipeline.steps.close_day import DayClose, close_day
from pipeline.steps.report_day import report_day

ONE_DAY = timedelta(days=1)


class UnbalancedDayError(HubError):
    """The day does not balance; the page of the day names procedures and receipt numbers."""


def report_close(hub: Hub, close: DayClose) -> Path:
    """Write every page of a close, whoever closed: the day's, Data Docs, those of auditors. Gives the day's."""
    page = report_day(hub, close)
    build_data_docs(hub, close.balance.day)
    report_to_auditors(hub, close)
    return page


def close_and_report(hub: Hub) -> dict[str, int]:
    """Close today, and yesterday again with what came after its close; write the pages, clear what killed runs left behind.

    Raises UnbalancedDayError when today is red.
    """
    today = hub.clock.today()
    # A day that nobody closed stays open, and its alarm with it, until a person closes and signs it: hub close --date.
    if has_business(hub, today - ONE_DAY) and was_closed(hub, today - ONE_DAY):
        report_close(hub, close_day(hub, today - ONE_DAY))
    found = close_day(hub, today)
    page = report_close(hub, found)
    hub.store.discard_parts(older_than=hub.clock.now() - ONE_DAY)
    if not found.balanced:
        raise UnbalancedDayError(
            f"{hub.code} {found.balance.day}: does not balance ({len(found.problems)} problems); see {page.with_name('close.html')}"
        )
    return {"listed": found.balance.total.listed, "delivered": found.balance.total.delivered, "problems": len(found.problems)}
