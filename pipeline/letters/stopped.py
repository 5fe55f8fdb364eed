"""Notices that could not become letters (郵送できないもの): the section tells these people itself."""

from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.letters.addressee import STOPS

CODES = ("LETTER_PROTECTED", "LETTER_NO_ADDRESS", "LETTER_RETURNED", "LETTER_TOO_LONG", "GLYPH_MISSING")
"""With those of ``STOPS`` why no letter reached somebody; what was given up on purpose (除外、停止) waits for nobody."""


def stopped_letters(hub: Hub) -> list[Row[Any]]:
    """Rows of the channel paper that a person has to settle, with the code that says why."""
    paper = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "paper")
    chosen = paper & notice_outbox.c.code.in_((*CODES, *STOPS.values()))
    return hub.journal.rows(select(notice_outbox).where(chosen, notice_outbox.c.state != "sent").order_by(notice_outbox.c.id))
