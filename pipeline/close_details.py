"""What a day's close shows beside its balance (日締めの内訳): acts of people, 収受番号 given, statuses and notices owed, sent and open."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, cast, func, literal, select

from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.pages.close_rows import ActCount, ChannelDay, CloseDetails, NumbersGiven

NOTICES = {"notices": "portal", "letterbox": "letterbox", "paper": "paper"}
"""The channels of notices, as the sheet names them."""


def details_of(hub: Hub, day: date) -> CloseDetails:
    """Acts, numbers and channels of a day."""
    return CloseDetails(tuple(_acts(hub, day)), tuple(_numbers(hub, day)), tuple(_channels(hub, day.isoformat())))


def _acts(hub: Hub, day: date) -> Iterator[ActCount]:
    asked = func.sum(cast(acts.c.state == "asked", Integer))
    columns = (acts.c.kind, func.count().label("all"), asked.label("asked"), func.count(acts.c.actor.distinct()).label("persons"))
    mine = (acts.c.municipality == hub.code) & (acts.c.day == day.isoformat())
    for row in hub.journal.rows(select(*columns).where(mine).group_by(acts.c.kind).order_by(acts.c.kind)):
        yield ActCount(row.kind, row.all - row.asked, row.asked, row.persons)


def _numbers(hub: Hub, day: date) -> Iterator[NumbersGiven]:
    number = applications.c.filing_number
    columns = (applications.c.section, func.min(number).label("first"), func.max(number).label("last"), func.count().label("given"))
    text = day.isoformat()
    mine = (applications.c.municipality == hub.code) & applications.c.department_at.between(f"{text}T", f"{text}U")
    key = (applications.c.section, applications.c.filing_year)
    for row in hub.journal.rows(select(*columns).where(mine).group_by(*key).order_by(*key)):
        yield NumbersGiven(row.section, row.first, row.last, row.given)


def _channels(hub: Hub, day: str) -> Iterator[ChannelDay]:
    of_status = (status_outbox.c.state, status_outbox.c.owed_at, literal(None).label("not_before"), status_outbox.c.sent_at)
    statuses = select(*of_status).join(applications, applications.c.id == status_outbox.c.application)
    yield _channel(hub, "statuses", statuses.where(applications.c.municipality == hub.code), day)
    # A notice of a campaign or of a payment has no application.
    of_notice = (notice_outbox.c.state, notice_outbox.c.owed_at, notice_outbox.c.not_before, notice_outbox.c.sent_at)
    notices = select(*of_notice).where(notice_outbox.c.municipality == hub.code)
    for name, channel in NOTICES.items():
        yield _channel(hub, name, notices.where(notice_outbox.c.channel == channel), day)


def _channel(hub: Hub, name: str, rows: Select[Any], day: str) -> ChannelDay:
    """As it stood at the day's end: what was sent later was open then, what may not go out before a later day was not owed yet."""
    state, owed_at, _, sent_at = rows.selected_columns
    moving = state.in_(("owed", "sending")) | (sent_at >= f"{day}T") | (owed_at >= f"{day}T")
    found = [(max(row.owed_at, row.not_before or ""), row) for row in hub.journal.rows(rows.where(owed_at < f"{day}U", moving))]
    due = [(since, row) for since, row in found if since < f"{day}U"]
    standing = [since[:10] for since, row in due if row.state in ("owed", "sending") or (row.sent_at or "") >= f"{day}U"]
    return ChannelDay(
        channel=name,
        owed=sum(since >= f"{day}T" for since, _ in due),
        sent=sum(f"{day}T" <= (row.sent_at or "") < f"{day}U" for _, row in found),
        open=len(standing),
        oldest=min(standing, default=""),
    )
