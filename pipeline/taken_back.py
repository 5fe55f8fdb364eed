"""What residents took back (取下げ) at the portal or by letter. What a file carries stays delivered, and the section is told."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, exists, select, update

from pipeline.hub import Hub
from pipeline.journal.act_tables import holds
from pipeline.journal.correction_tables import corrections, withdrawals
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import batch_items, obligations
from pipeline.journal.intake_tables import applications, findings
from vocabulary.findings import Finding, Severity

HANDED_ON = "WITHDRAWN_HANDED_ON"
STEP = "withdrawal"
CHUNK = 500
STANDING = ("open", "waiting", "held", "delivered")


def take_in_withdrawals(hub: Hub, receipts: Collection[str]) -> int:
    """Take back what the portal lists as withdrawn after it was fetched. Returns how many applications were news."""
    taken, listed = 0, sorted(receipts)
    news = ~exists().where(withdrawals.c.application == applications.c.id)
    ours = (applications.c.municipality == hub.code) & applications.c.disposition.in_(STANDING)
    for start in range(0, len(listed), CHUNK):
        some = applications.c.receipt.in_(listed[start : start + CHUNK])
        for row in hub.journal.rows(select(applications.c.id).where(ours, some, news).order_by(applications.c.id)):
            with hub.journal.write() as write:
                now = locked_case(write, row.id)
                if now.disposition in STANDING:
                    take_back(hub, write, now, source="portal", act=None)
                    taken += 1
    return taken


def locked_case(write: Write, application: int) -> Row[Any]:
    """The application as it stands now, locked, its obligations too: the release takes the same locks."""
    write.read(select(obligations.c.state).where(obligations.c.application == application).with_for_update()).all()
    return write.read(select(applications).where(applications.c.id == application).with_for_update()).one()


def take_back(hub: Hub, write: Write, row: Row[Any], *, source: str, act: int | None) -> bool:
    """End the application, or tell the section of one that a file carries. Gives whether a file carries it."""
    in_file = write.read(select(exists().where(batch_items.c.application == row.id))).scalar_one()
    handed_on = row.disposition == "delivered" or bool(in_file)
    today = hub.clock.today().isoformat()
    taken = {"application": row.id, "source": source, "day": today, "handed_on": handed_on, "act": act}
    if not write.insert_new(withdrawals, taken):
        return handed_on
    unanswered = (corrections.c.application == row.id) & corrections.c.state.in_(("open", "extended", "lapsed"))
    write.execute(update(corrections).where(unanswered).values(state="withdrawn"))
    if handed_on:
        _tell_section(write, row.id)
    else:
        for table in (obligations, holds):
            write.execute(delete(table).where(table.c.application == row.id))
        ended = {"disposition": "withdrawn", "reason": None, "disposed_on": today}
        write.execute(update(applications).where(applications.c.id == row.id).values(**ended))
    write.leaf("application_withdrawn", application=row.id, source=source, handed_on=handed_on)
    return handed_on


def _tell_section(write: Write, application: int) -> None:
    finding = Finding(HANDED_ON, where="persons", severity=Severity.ALERT)
    said = {"code": finding.code, "place": finding.where, "rule": "", "severity": finding.severity.value, "detail": ""}
    write.insert_many(findings, [{"application": application, "step": STEP, **said}])
