"""Notices that could not become letters (郵送できないもの): the section tells these people itself."""

from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox


def stopped_letters(hub: Hub) -> list[Row[Any]]:
    """Rows of the channel paper that a person has to settle, with the code that says why."""
    paper = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "paper")
    states = notice_outbox.c.state.in_(("given_up", "undeliverable", "owed"))
    return hub.journal.rows(select(notice_outbox).where(paper, states, notice_outbox.c.code.is_not(None)).order_by(notice_outbox.c.id))
