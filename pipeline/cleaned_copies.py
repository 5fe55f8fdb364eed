"""What the scanner gate made of attachments (無害化された写し): the copies that clerks see and that are read."""

from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.intake_tables import parts
from pipeline.steps.open_packages import cleaned_context


def cleaned_copies(hub: Hub, row: Row[Any]) -> dict[str, bytes]:
    """The cleaned attachments of an application by their name in the package; those that the gate left alone are not among them."""
    statement = select(parts.c.name, parts.c.cleaned_blob).where(parts.c.application == row.id, parts.c.cleaned_blob.is_not(None))
    copies: dict[str, bytes] = {}
    for name, blob in hub.journal.rows(statement):
        path, digest, size = blob.split("#")
        stored = Stored(digest=digest, size=int(size), path=path)
        copies[name] = hub.store.get(stored, context=cleaned_context(hub.code, row.receipt, name))
    return copies
