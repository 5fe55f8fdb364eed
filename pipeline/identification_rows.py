"""What the 審査票 says about people who are not identified (宛名未特定): candidates, then who may live outside the municipality."""

from collections.abc import Iterator

from sqlalchemy import select

from mappings.procedure import Procedure
from pipeline.candidates import candidates_of
from pipeline.finding_places import role_title
from pipeline.hub import Hub
from pipeline.journal.identification_tables import outside_people
from pipeline.printing.case_sheet import ItemRow

_OUTSIDE_STATES = {"open": "住登外の登録が必要か確認してください", "registered": "住登外登録済", "not_needed": "登録不要"}
_MOST_SHOWN = 3


def identification_rows(hub: Hub, procedure: Procedure, application: int) -> Iterator[ItemRow]:
    """The likeliest candidates of every claim that led to nobody, and the state of every 住登外 work item."""
    for (role, ordinal), found in sorted(candidates_of(hub, application).items()):
        for one in found[:_MOST_SHOWN]:
            yield ItemRow(f"候補（{role_title(procedure, role, ordinal)}）", one.sentence)
    entered = select(outside_people).where(outside_people.c.application == application)
    for row in hub.journal.rows(entered.order_by(outside_people.c.role, outside_people.c.ordinal)):
        yield ItemRow(f"住登外（{role_title(procedure, row.role, row.ordinal)}）", _OUTSIDE_STATES[row.state])
