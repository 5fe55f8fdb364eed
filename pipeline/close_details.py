"""What a day's close shows beside its balance (日締めの内訳): acts of people, 収受番号 given, statuses and notices owed, sent and open."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Integer, Table, cast, func, select

from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.pages.close_rows import ActCount, ChannelDay, CloseDetails, NumbersGiven

CHANNELS: tuple[tuple[str, Table], ...] = (("statuses", status_outbox), ("notices", notice_outbox))


def details_of(hub: Hub, day: date) -> CloseDetails:
    """Acts, numbers and channels of a day."""
    channels = tuple(_channel(hub, name, table, day.isoformat()) for name, table in CHANNELS)
    return CloseDetails(tuple(_acts(hub, day)), tuple(_numbers(hub, day)), channels)


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


def _channel(hub: Hub, name: str, table: Table, day: str) -> ChannelDay:
    """As it stood at the day's end: what was sent later was open then."""
    joined = select(table.c.state, table.c.owed_at, table.c.sent_at).join(applications, applications.c.id == table.c.application)
    until = (applications.c.municipality == hub.code) & (table.c.owed_at < f"{day}U")
    unfinished = table.c.state.in_(("owed", "sending")) | (table.c.sent_at >= f"{day}T")
    rows = hub.journal.rows(joined.where(until, unfinished | (table.c.owed_at >= f"{day}T")))
    standing = [row.owed_at[:10] for row in rows if row.state in ("owed", "sending") or (row.sent_at or "") >= f"{day}U"]
    return ChannelDay(
        channel=name,
        owed=sum(row.owed_at >= f"{day}T" for row in rows),
        sent=sum(f"{day}T" <= (row.sent_at or "") < f"{day}U" for row in rows),
        open=len(standing),
        oldest=min(standing, default=""),
    )
