"""Restrict cases (支援措置の反映): whom the register protects by now is protected in every case that names them."""

import logging

from sqlalchemy import select, update

from pipeline.hub import Hub
from pipeline.journal.act_tables import waivers
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.notices.exclusions import PROTECTED
from pipeline.notices.states import NOTICES, move
from pipeline.reopening import identify_anew

log = logging.getLogger(__name__)


def restrict_cases(hub: Hub, write: Write) -> None:
    """Mark people who became protected, restrict their cases, give up their unsent notices.

    A case that is not released yet goes back to be identified anew, which holds it for those who are entitled.
    """
    ours = (persons.c.application == applications.c.id) & (applications.c.municipality == hub.code)
    known = (residents.c.municipality == hub.code) & (residents.c.atena == persons.c.atena) & residents.c.protected
    newly = select(persons.c.application, persons.c.atena).join(applications, ours).join(residents, known).where(~persons.c.protected)
    found = write.read(newly.distinct()).all()
    for row in found:
        same = (persons.c.application == row.application) & (persons.c.atena == row.atena)
        write.execute(update(persons).where(same).values(protected=True))
        write.execute(update(applications).where(applications.c.id == row.application).values(restricted=True))
        identify_anew(hub, write, row.application)
        # Who let another protected person of the case pass has not seen this one.
        passed = (waivers.c.application == row.application) & (waivers.c.code == "PROTECTED_PERSON")
        write.execute(waivers.delete().where(passed))
        unsent = (notice_outbox.c.application == row.application) & (notice_outbox.c.state == "owed")
        move(hub, write, NOTICES, unsent, "given_up", code=PROTECTED)
        write.leaf("case_restricted", application=row.application)
    if found:
        log.info("cases_restricted", extra={"persons": len(found)})
