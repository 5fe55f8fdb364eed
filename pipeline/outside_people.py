"""People outside the register (住登外): work items for whoever lives elsewhere."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import applications
from pipeline.matching import Match

GONE = ("settled", "withdrawn")


def claim_context(municipality: str, application: int, role: str, ordinal: int) -> str:
    """The place that the sealed claim about a person belongs to."""
    return f"claim/{municipality}/{application}/{role}/{ordinal}"


def owe_outside(hub: Hub, write: Write, application: int, nobody: Iterable[Match]) -> None:
    """Keep a work item for every claim that may be about somebody outside; what a clerk settled stands."""
    today = hub.clock.today().isoformat()
    still_open = (outside_people.c.application == application) & (outside_people.c.state == "open")
    since = {(row.role, row.ordinal): row.since for row in write.read(select(outside_people).where(still_open))}
    write.execute(outside_people.delete().where(still_open))
    for match in nobody:
        if match.method != "outside" and not any(finding.code == "PERSON_NOT_FOUND" for finding in match.findings):
            continue
        place = (match.claim.role, match.claim.ordinal)
        key = {"application": application, "role": place[0], "ordinal": place[1]}
        write.insert_new(outside_people, {**key, "state": "open", "since": since.get(place, today)})


def open_outside(hub: Hub) -> list[Row[Any]]:
    """Work items that nobody settled, of cases that have not ended: the item's row with receipt, section, procedure and restricted of the
    case; the oldest first.
    """
    of_case = (applications.c.id == outside_people.c.application) & applications.c.disposition.not_in(GONE)
    ours = of_case & (applications.c.municipality == hub.code)
    columns = (applications.c.receipt, applications.c.section, applications.c.procedure, applications.c.restricted)
    asked = select(outside_people, *columns).join(applications, ours).where(outside_people.c.state == "open")
    order = (outside_people.c.since, outside_people.c.application, outside_people.c.role, outside_people.c.ordinal)
    return hub.journal.rows(asked.order_by(*order))
