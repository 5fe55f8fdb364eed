"""Named residents (宛名の指定): whom people named where the hub found nobody or several; the identification reads it."""

from sqlalchemy import select

from pipeline.hub import Hub
from pipeline.journal.act_tables import assignments
from pipeline.residents import Resident, by_atena


def assigned_residents(hub: Hub, application: int) -> dict[tuple[str, int], Resident]:
    """By role and ordinal the residents whom people named, as the register has them now; one that it lost is left out."""
    named = hub.journal.rows(select(assignments).where(assignments.c.application == application))
    found = {(row.role, row.ordinal): by_atena(hub, row.atena) for row in named}
    return {place: resident for place, resident in found.items() if resident is not None}
