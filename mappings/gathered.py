"""What a batch of applications holds, as columns (収集した列): filled by a walk over documents, or from columns that exist already."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

from mappings.plan import Plan, RecordPlan
from mappings.records import Column


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one group. owner: place of each row's application in the batch. ordinal: from 1 within it. columns: source texts by slot."""

    owner: Sequence[int]
    ordinal: Sequence[int]
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Gathered:
    """One batch. rows: of each record of the plan. leftovers: place of the application and of the value that nothing answers for.

    header: facts of the filing, a value for each application. atena: 宛名番号 by (role, ordinal from 1), for each application.
    """

    applications: Sequence[int]
    header: Lookup[str, Column]
    atena: Sequence[Lookup[tuple[str, int], str]]
    rows: Sequence[Rows]
    leftovers: Sequence[tuple[int, str]]


def gather_columns(
    plan: Plan,
    applications: Sequence[int],
    columns: Lookup[str, Column],
    *,
    header: Lookup[str, Column],
    atena: Sequence[Lookup[tuple[str, int], str]],
) -> Gathered:
    """A batch whose values stand in columns by source path, one row for each application; records below the application stay empty.

    A value of a column that the mapping does not read is left over.
    """
    first, *below = plan.records
    slots = slots_of(first)
    absent: Column = [None] * len(applications)
    taken = [columns.get(path, absent) for path in slots]
    places = range(len(applications))
    loose = [(owner, path) for path, column in columns.items() if path not in slots for owner in places if column[owner] is not None]
    empty = [Rows((), (), [[] for _ in range(record.width)]) for record in below]
    return Gathered(applications, header, atena, [Rows(places, [1] * len(applications), taken), *empty], sorted(loose))


def slots_of(record: RecordPlan) -> dict[str, int]:
    """Slot of each source path, in the order of the slots."""
    slots = {path: slot for field in record.fields for path, slot in zip(field.source.path, field.slots, strict=True)}
    return dict(sorted(slots.items(), key=lambda item: item[1]))
