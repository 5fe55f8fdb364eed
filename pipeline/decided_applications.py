"""Which application a result is about (結果の対象): one that went out under its 受付番号, or whose correction lapsed."""

from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import batch_items, batches
from pipeline.journal.intake_tables import applications

GOT = ("delivered", "receipted")


def delivered_application(hub: Hub, write: Write, receipt: str, *, destination: str = "") -> Row[Any] | None:
    """The newest application under a 受付番号 that this destination, or any where none is named, really got."""
    got = select(batch_items.c.application).join(batches, batches.c.id == batch_items.c.batch).where(batches.c.state.in_(GOT))
    if destination:
        got = got.where(batches.c.destination == destination)
    mine = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    return write.read(select(applications).where(mine, applications.c.id.in_(got)).order_by(applications.c.id.desc())).first()


def decidable_application(hub: Hub, write: Write, receipt: str) -> Row[Any] | None:
    """The application that a clerk may decide: delivered, or with a correction that lapsed."""
    found = delivered_application(hub, write, receipt)
    if found is not None:
        return found
    asked = select(corrections.c.application).where(corrections.c.state == "lapsed")
    mine = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    return write.read(select(applications).where(mine, applications.c.id.in_(asked)).order_by(applications.c.id.desc())).first()


def is_filed(write: Write, receipt: str) -> bool:
    """Whether any application, of any municipality, came under the 受付番号."""
    return write.read(select(applications.c.id).where(applications.c.receipt == receipt).limit(1)).first() is not None
