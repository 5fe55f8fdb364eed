"""What tells that two filings are one (同一性の手がかり): who files, for whom, from which household, to which account, for which period.

Kept as keyed hashes, one purpose for each trait, so that filings of every source can be found by them and nobody can be read out of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from mappings.repeats import Traits
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import persons
from pipeline.journal.repeat_tables import repeat_marks
from pipeline.records import load_tables
from pipeline.residents import by_atena

PERIOD = "period"
FILING = "filing"
Known = Mapping[str, Iterable[str]]


def traits_from(hub: Hub, known: Known) -> dict[str, frozenset[str]]:
    """Keyed hashes of what is known of a filing, by trait; empty texts say nothing."""
    return {trait: frozenset(hub.index(text, f"repeat/{trait}") for text in texts if text) for trait, texts in known.items()}


def traits_of(hub: Hub, row: Row[Any]) -> dict[str, frozenset[str]]:
    """The traits of an application by its people and its records; its period as identify noted it."""
    people = hub.journal.rows(select(persons).where(persons.c.application == row.id, persons.c.atena.is_not(None)))
    filer = [person.atena for person in people if person.role == hub.procedure(row.procedure).filer]
    children = [person.atena for person in people if person.role in hub.catalogue.repeats.children]
    registered = [resident for atena in filer if (resident := by_atena(hub, atena))]
    homes = [resident.household for resident in registered]
    known = {"filer": filer, "child": children, "household": homes, "account": [_account(hub, row)]}
    return {**traits_from(hub, known), PERIOD: marks_of(hub, FILING, [row.id])[row.id].get(PERIOD, frozenset())}


def period_text(period: Sequence[str]) -> str:
    """What a filing says of its period as one text; empty where it says nothing."""
    return "／".join(period) if any(period) else ""


def note_period(hub: Hub, write: Write, application: int, period: Sequence[str]) -> None:
    """Keep the period of an application, which only its form tells."""
    write_marks(hub, write, FILING, application, traits_from(hub, {PERIOD: [period_text(period)]}))


def write_marks(hub: Hub, write: Write, source: str, entry: int, traits: Traits) -> None:
    """Keep the traits of a filing in place of what was kept of the same traits."""
    kept = repeat_marks
    own = (kept.c.municipality == hub.code) & (kept.c.source == source) & (kept.c.entry == entry)
    write.execute(delete(kept).where(own, kept.c.trait.in_(list(traits))))
    key = {"municipality": hub.code, "source": source, "entry": entry}
    write.insert_many(kept, [{**key, "trait": trait, "value": value} for trait, values in traits.items() for value in sorted(values)])


def marks_of(hub: Hub, source: str, entries: Sequence[int]) -> Mapping[int, dict[str, frozenset[str]]]:
    """The kept traits of filings of one source, by entry; nothing for an entry of which nothing is kept."""
    kept = repeat_marks
    wanted = (kept.c.municipality == hub.code) & (kept.c.source == source) & kept.c.entry.in_(entries)
    found: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    for mark in hub.journal.rows(select(kept).where(wanted)):
        found[mark.entry][mark.trait] = found[mark.entry].get(mark.trait, frozenset()) | {mark.value}
    return found


def entries_sharing(hub: Hub, traits: Traits) -> dict[str, list[int]]:
    """Source → entries that share something with these traits, the period apart, which alone tells nothing."""
    kept = repeat_marks
    found: dict[str, set[int]] = defaultdict(set)
    for trait, values in traits.items():
        if trait == PERIOD or not values:
            continue
        same = (kept.c.municipality == hub.code) & (kept.c.trait == trait) & kept.c.value.in_(sorted(values))
        for mark in hub.journal.rows(select(kept.c.source, kept.c.entry).where(same)):
            found[mark.source].add(mark.entry)
    return {source: sorted(entries) for source, entries in found.items()}


def _account(hub: Hub, row: Row[Any]) -> str:
    """The account of the own record; empty unless every part of it is known, as where the 公金受取口座 is named."""
    tables = load_tables(hub, [row.id]).get(row.id)
    own = next(iter(tables.values())) if tables else None
    if own is None or not own.application:
        return ""
    parts = [own.columns[name][0] if name in own.columns else None for name in hub.catalogue.repeats.account]
    return "/".join(part or "" for part in parts) if parts and all(parts) else ""
