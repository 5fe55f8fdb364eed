"""What the letter-box service tells (同意・開封通知): read page by page, each page and how far it went in one transaction."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import select, update

from connectors.letterbox import ConsentEvent, LetterboxClient, Opening
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letterbox_tables import letterbox_feeds, letterbox_openings
from pipeline.letterbox.consents import take_consents

Event = TypeVar("Event", ConsentEvent, Opening)


def read_consents(hub: Hub, service: str, server: LetterboxClient) -> int:
    """Take in the consents and withdrawals that are new; gives how many. Raises ConnectorError."""

    def take(write: Write, page: Sequence[ConsentEvent]) -> None:
        take_consents(hub, write, service, page)

    return _read(hub, "consents", server.consents, take)


def read_openings(hub: Hub, server: LetterboxClient) -> int:
    """Take in the opening notices that are new; gives how many. Raises ConnectorError."""

    def take(write: Write, page: Sequence[Opening]) -> None:
        take_openings(hub, write, page)

    return _read(hub, "openings", server.openings, take)


def _read(hub: Hub, feed: str, fetch: Callable[[int], Sequence[Event]], take: Callable[[Write, Sequence[Event]], None]) -> int:
    mine = (letterbox_feeds.c.municipality == hub.code) & (letterbox_feeds.c.feed == feed)
    last, count = int(hub.journal.scalar(select(letterbox_feeds.c.last).where(mine)) or 0), 0
    while page := [event for event in fetch(last) if event.sequence > last]:
        last, count = page[-1].sequence, count + len(page)
        with hub.journal.write() as write:
            take(write, page)
            if not write.insert_new(letterbox_feeds, {"municipality": hub.code, "feed": feed, "last": last}):
                write.execute(update(letterbox_feeds).where(mine).values(last=last))
    return count


def take_openings(hub: Hub, write: Write, page: Sequence[Opening]) -> None:
    """Note when deliveries were opened, apart from that they were accepted. One of a reference that is not ours is counted in the leaf."""
    mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "letterbox")
    told = notice_outbox.c.reference.in_([one.reference for one in page])
    found = select(notice_outbox.c.reference, notice_outbox.c.id).where(mine, told)
    notices = {row.reference: row.id for row in write.read(found)}
    now = hub.clock.now().isoformat()
    for one in page:
        if one.reference in notices:
            row = {"notice": notices[one.reference], "opened_at": one.at.isoformat(), "known_at": now}
            write.insert_new(letterbox_openings, row)
    foreign = sum(one.reference not in notices for one in page)
    write.leaf("openings_taken", municipality=hub.code, openings=len(page), foreign=foreign, last=page[-1].sequence)
