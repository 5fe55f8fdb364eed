"""Identified anew (宛名の再特定): a case of which nothing has left goes back to the step that says who its people are."""

from sqlalchemy import exists, or_, select, update

from pipeline.corrections.stops import under_correction
from pipeline.hub import Hub
from pipeline.journal.act_tables import holds
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import batch_items
from pipeline.journal.intake_tables import STAGES, applications

BEFORE_RELEASE = STAGES[STAGES.index("identified") : STAGES.index("released")]
UNFINISHED = ("open", "waiting", "held")


def identify_anew(hub: Hub, write: Write, application: int) -> None:
    """Send a case back to be identified; what ended, or stands in a file, stays as it is, and whoever stopped the case still stops it.

    The caller holds the lock of the application's row.
    """
    in_file = exists().where(batch_items.c.application == applications.c.id)
    this = (applications.c.id == application) & applications.c.stage.in_(BEFORE_RELEASE) & applications.c.disposition.in_(UNFINISHED)
    if write.read(select(applications.c.id).where(this, ~in_file)).first() is None:
        return
    stopped = or_(exists().where(holds.c.application == applications.c.id), under_correction())
    goes_on = {"disposition": "open", "reason": None, "disposed_on": hub.clock.today().isoformat()}
    write.execute(update(applications).where(applications.c.id == application, ~stopped).values(**goes_on))
    write.execute(update(applications).where(applications.c.id == application).values(stage="verified"))
