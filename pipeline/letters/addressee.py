"""To whom a letter may go (郵送の宛先): looked up in the register when it is made, and never for a person whose place must stay unknown."""

from typing import Any

from sqlalchemy import Row

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.notices.outbox import is_withheld
from pipeline.residents import Resident, by_atena

STOPS = {"3": "LETTER_MOVED", "4": "LETTER_DEAD"}
"""住民区分 of those to whom no letter goes without a person's decision: 転出, 死亡."""


def reason_not_to_post(hub: Hub, write: Write, notice: Row[Any], resident: Resident | None) -> str | None:
    """The reason code that stops a letter, None where it may go."""
    if is_withheld(hub, write, notice.application, notice.atena):
        return "LETTER_PROTECTED"
    if resident is None or not resident.address:
        return "LETTER_NO_ADDRESS"
    return STOPS.get(resident.kind)


def addressee_of(hub: Hub, notice: Row[Any]) -> Resident | None:
    """The addressee as the register has them now."""
    return by_atena(hub, notice.atena)
