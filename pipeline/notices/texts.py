"""The last look at a filled text (文面の確認): one that became too long, or holds what no notice may, is not owed but given to a person."""

from typing import TYPE_CHECKING

from mappings.notices import faults_of
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import findings
from vocabulary.findings import Finding, Severity

if TYPE_CHECKING:
    from pipeline.notices.outbox import NoticeOrder

STEP = "notices"


def is_fit(hub: Hub, write: Write, order: "NoticeOrder") -> bool:
    """Whether the text may go out. If not: an alarm, a leaf, and on the case a remark for its section; places and lengths only."""
    _, limits = hub.catalogue.notice_rules
    faults = faults_of(order.subject, order.body, limits, limits.on(hub.clock.today()), order.numbers)
    if not faults:
        return True
    raise_alarm(hub, write, kind="NOTICE_TEXT_REFUSED", subject=f"{order.kind} {order.subject_key}")
    write.leaf("notice_text_refused", kind=order.kind, application=order.application, place=faults[0].place)
    if order.application is not None:
        finding = Finding("NOTICE_TEXT", where=order.kind, severity=Severity.ALERT, detail=f"{faults[0].place} {faults[0].problem}")
        write.insert_many(findings, [_row(order.application, finding)])
    return False


def _row(application: int, finding: Finding) -> dict[str, object]:
    cells = {"code": finding.code, "place": finding.where, "rule": "", "severity": finding.severity.value, "detail": finding.detail}
    return {"application": application, "step": STEP, **cells}
