"""Records of protected persons (支援措置) that wait until both flags are set at the server: which, and since when."""

from sqlalchemy import Select, select, update

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_withheld
from pipeline.journal.database import Write
from pipeline.sync.choice import Choice


def withholding_changes(hub: Hub, choice: Choice) -> bool:
    """Whether other records wait for flags than the journal says."""
    return {row.key_index for row in hub.journal.rows(_open_rows(hub, choice))} != set(choice.withheld)


def write_withheld(hub: Hub, write: Write, choice: Choice) -> None:
    """Write down which records wait for flags since when, and which wait no more."""
    standing = {row.key_index for row in write.read(_open_rows(hub, choice))}
    mine = (copy_withheld.c.municipality == hub.code) & (copy_withheld.c.kind == choice.kind.id)
    for index in standing - choice.withheld.keys():
        write.execute(update(copy_withheld).where(mine, copy_withheld.c.key_index == index).values(ended_on=choice.night))
    for index in choice.withheld.keys() - standing:
        one = choice.withheld[index]
        values = {"operation": one.operation, "atena_index": one.person, "since": choice.night, "ended_on": None}
        if not write.insert_new(copy_withheld, {"municipality": hub.code, "kind": choice.kind.id, "key_index": index, **values}):
            write.execute(update(copy_withheld).where(mine, copy_withheld.c.key_index == index).values(**values))


def _open_rows(hub: Hub, choice: Choice) -> Select[tuple[str]]:
    mine = (copy_withheld.c.municipality == hub.code) & (copy_withheld.c.kind == choice.kind.id)
    return select(copy_withheld.c.key_index).where(mine, copy_withheld.c.ended_on.is_(None))
