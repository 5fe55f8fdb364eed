"""Restrict cases (支援措置の反映): whom the register protects by now is protected in every case that names them."""

import logging

from sqlalchemy import exists, select, update

from pipeline.hub import Hub
from pipeline.journal.act_tables import holds, waivers
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.notices.exclusions import PROTECTED
from pipeline.notices.states import NOTICES, move

log = logging.getLogger(__name__)

BEFORE_RELEASE = ("identified", "mapped", "checked")


def restrict_cases(hub: Hub, write: Write) -> None:
    """Mark people who became protected, restrict their cases, give up their unsent notices.

    A case that is not released yet goes back to be identified anew, which holds it for those who are entitled.
    """
    ours = (persons.c.application == applications.c.id) & (applications.c.municipality == hub.code)
    known = (residents.c.municipality == hub.code) & (residents.c.atena == persons.c.atena) & residents.c.protected
    newly = select(persons.c.application, persons.c.atena).join(applications, ours).join(residents, known).where(~persons.c.protected)
    found = write.read(newly.distinct()).all()
    today = hub.clock.today().isoformat()
    for row in found:
        same = (persons.c.application == row.application) & (persons.c.atena == row.atena)
        write.execute(update(persons).where(same).values(protected=True))
        case = applications.c.id == row.application
        write.execute(update(applications).where(case).values(restricted=True))
        unreleased = case & applications.c.stage.in_(BEFORE_RELEASE)
        anew = {"disposition": "open", "reason": None, "disposed_on": today}
        on_hold = exists().where(holds.c.application == applications.c.id)
        write.execute(update(applications).where(unreleased, ~on_hold).values(**anew))
        write.execute(update(applications).where(unreleased).values(stage="verified"))
        # Who let another protected person of the case pass has not seen this one.
        passed = (waivers.c.application == row.application) & (waivers.c.code == "PROTECTED_PERSON")
        write.execute(waivers.delete().where(passed))
        unsent = (notice_outbox.c.application == row.application) & (notice_outbox.c.state == "owed")
        move(hub, write, NOTICES, unsent, "given_up", code=PROTECTED)
        write.leaf("case_restricted", application=row.application)
    if found:
        log.info("cases_restricted", extra={"persons": len(found)})
