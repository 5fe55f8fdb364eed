"""Close and report (日締めと日次報告): the close flow's one step. An unbalanced day ends the flow red, after its pages are written."""

from datetime import timedelta

from pipeline.errors import HubError
from pipeline.hub import Hub
from pipeline.steps.close_day import close_day
from pipeline.steps.report_day import report_day

ABANDONED_AFTER = timedelta(days=1)


class UnbalancedDayError(HubError):
    """The day does not balance; the page of the day names procedures and receipt numbers."""


def close_and_report(hub: Hub) -> dict[str, int]:
    """Close today, write its pages, clear what killed runs left in the sealed store. Raises UnbalancedDayError when the day is red."""
    found = close_day(hub, hub.clock.today())
    page = report_day(hub, found)
    hub.store.discard_parts(older_than=hub.clock.now() - ABANDONED_AFTER)
    if not found.balanced:
        raise UnbalancedDayError(
            f"{hub.code} {found.balance.day}: does not balance ({len(found.problems)} problems); see {page.with_name('close.html')}"
        )
    return {"listed": found.balance.total.listed, "delivered": found.balance.total.delivered, "problems": len(found.problems)}
