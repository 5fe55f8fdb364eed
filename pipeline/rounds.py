"""Filings that wait for a round (利用調整の回): where one stands, and which of several for one child counts: the last valid one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree
from sqlalchemy import Row, exists, select

from mappings.catalogue import mapping_for
from mappings.mapping import Mapping
from mappings.places import NAMESPACE
from mappings.procedure import EARLIER_ITEM, ROUND_ITEM, Procedure
from mappings.records import Table
from pipeline.errors import EvidenceBroken
from pipeline.filing_day import filing_day, legal_day
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batch_items
from pipeline.journal.intake_tables import STAGES, applications, parts, persons
from pipeline.packages import package_of, verified_content
from pipeline.records import load_tables
from pipeline.repeat_differences import filing_items
from pipeline.repeat_traits import FILING
from pipeline.repeats import answered, passed_over
from pipeline.round_calendar import Seat
from vocabulary.dates import read_date
from vocabulary.findings import Refused

ACCEPTED = STAGES[STAGES.index("checked") :]

Filing = Row[Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a filing is among those for its child.

    repeated: 受付番号 of one that says the same, or that somebody else filed: a person decides. winner: the later one of the round that
    counts instead. before: earlier ones of the round, in their order, which it replaces.
    """

    seat: Seat
    repeated: str | None
    winner: Filing | None
    before: tuple[Filing, ...]


def standing_of(hub: Hub, row: Filing) -> Standing | None:
    """Where a mapped filing stands; None where its procedure knows no rounds."""
    seat = seat_of(hub, row)
    if seat is None:
        return None
    decided = {number for source, number in answered(hub, row) if source == FILING}
    others = [other for other in _others(hub, row) if other.receipt not in decided]
    fellows = [other for other in others if seat.round and _round_of(hub, other) == seat.round]
    strangers = [other for other in fellows if not _is_of_one_filer(hub, row, other)]
    corrected = passed_over(hub, row)
    doubtful = [other for other in others if other in strangers or (other.receipt not in corrected and _says_the_same(hub, row, other))]
    repeated = next((other.receipt for other in doubtful if _order(other) < _order(row) or other.stage in ACCEPTED), None)
    own = [other for other in fellows if other not in doubtful]
    later = [other for other in own if _order(other) > _order(row) and other.stage in ACCEPTED]
    return Standing(seat, repeated, later[-1] if later else None, tuple(other for other in own if _order(other) < _order(row)))


def seat_of(hub: Hub, row: Filing) -> Seat | None:
    """The seat of a filing by its records, else by its content; None without rounds or while nobody can read its wish."""
    rule = hub.procedure(row.procedure).rounds
    if rule is None:
        return None
    tables = load_tables(hub, [row.id]).get(row.id)
    wish = _day(next(iter(tables.values())).columns[rule.wish][0]) if tables else _wish_in_package(hub, row)
    return _seat(hub, row, wish)


def seats_of(hub: Hub, rows: Sequence[Filing]) -> dict[int, Seat]:
    """The seat of every filing whose records are mapped, by application; their records are read at one go."""
    wanted = [(row, rule.wish) for row in rows if (rule := hub.procedure(row.procedure).rounds)]
    tables = load_tables(hub, [row.id for row, _ in wanted])
    wishes = [(row, _day(next(iter(tables[row.id].values())).columns[wish][0])) for row, wish in wanted if row.id in tables]
    seats = ((row.id, _seat(hub, row, wish)) for row, wish in wishes)
    return {application: seat for application, seat in seats if seat}


def round_header(hub: Hub, row: Filing, mapping: Mapping, content: etree._Element) -> dict[str, str]:
    """The round and the filing handed on before it, as items of the header; empty texts where there is none."""
    seat = _seat(hub, row, _wish_in(hub.procedure(row.procedure), mapping, content))
    if seat is None or seat.round is None:
        return {ROUND_ITEM: "", EARLIER_ITEM: ""}
    return {ROUND_ITEM: seat.round, EARLIER_ITEM: _handed_on_before(hub, row, seat.round)}


def is_handed_on(application: int) -> Any:  # noqa: ANN401  SQLAlchemy's own types say no more
    """The SQL condition that a file already carries the application."""
    return exists().where(batch_items.c.application == application)


def _handed_on_before(hub: Hub, row: Filing, round_id: str) -> str:
    earlier = [other for other in _others(hub, row) if _order(other) < _order(row) and _is_of_one_filer(hub, row, other)]
    handed = [other for other in earlier if hub.journal.scalar(select(is_handed_on(other.id))) and _round_of(hub, other) == round_id]
    return handed[-1].receipt if handed else ""


def _others(hub: Hub, row: Filing) -> list[Filing]:
    """Other filings for the same child that stand, in the order in which they count."""
    rule = hub.procedure(row.procedure).rounds
    role = persons.c.role == (rule.person if rule else "")
    child = select(persons.c.atena).where(role, persons.c.application == row.id, persons.c.atena.is_not(None))
    same = select(persons.c.application).where(role, persons.c.atena.in_(child))
    ours = (applications.c.municipality == hub.code) & (applications.c.procedure == row.procedure) & (applications.c.id != row.id)
    standing = applications.c.disposition.not_in(("settled", "withdrawn"))
    return sorted(hub.journal.rows(select(applications).where(ours, standing, applications.c.id.in_(same))), key=_order)


def _order(row: Filing) -> tuple[str, str]:
    return row.arrived_at, row.receipt


def _round_of(hub: Hub, row: Filing) -> str | None:
    seat = seat_of(hub, row)
    return seat.round if seat else None


def _seat(hub: Hub, row: Filing, wish: date | None) -> Seat | None:
    calendar = hub.enabled(row.procedure).rounds
    return calendar.seat(wish, _arrival(hub, row)) if calendar and wish else None


def _arrival(hub: Hub, row: Filing) -> datetime:
    """When the filing arrived; a correction (補正) keeps the arrival of the filing that it corrects."""
    first = filing_day(hub, row).first
    own = (applications.c.municipality == hub.code) & (applications.c.receipt == first)
    corrected = hub.journal.scalar(select(applications.c.arrived_at).where(own)) if first else None
    return datetime.fromisoformat(corrected or row.arrived_at)


def _is_of_one_filer(hub: Hub, row: Filing, other: Filing) -> bool:
    """Whether one person filed both, and neither is restricted: there a person decides who may speak for the child."""
    filer = persons.c.role == hub.procedure(row.procedure).filer
    atena = [hub.journal.scalar(select(persons.c.atena).where(filer, persons.c.application == one.id)) for one in (row, other)]
    return atena[0] is not None and atena[0] == atena[1] and not (row.restricted or other.restricted)


def _says_the_same(hub: Hub, row: Filing, other: Filing) -> bool:
    """Whether records and attachments agree in all but what belongs to the filing itself: its numbers and days."""
    tables = load_tables(hub, [row.id, other.id])
    if len(tables) < 2 or _attachments(hub, row) != _attachments(hub, other):
        return False
    passing = filing_items(hub.procedure(row.procedure))
    mine, theirs = ({group: _substance(table, passing) for group, table in tables[one.id].items()} for one in (row, other))
    return mine == theirs


def _substance(table: Table, passing: set[str]) -> dict[str, list[str | None]]:
    return {name: list(column) for name, column in table.columns.items() if name not in passing}


def _attachments(hub: Hub, row: Filing) -> list[tuple[str, str]]:
    attached = select(parts.c.document, parts.c.digest).where(parts.c.application == row.id, parts.c.kind == "attachment")
    return sorted((part.document, part.digest) for part in hub.journal.rows(attached))


def _wish_in_package(hub: Hub, row: Filing) -> date | None:
    """The wish of a filing that is not mapped; None when its package can no longer be read, which its own steps will say."""
    try:
        package = package_of(hub, row)
        procedure = hub.procedure(row.procedure)
        mapping = mapping_for(procedure, legal_day(hub, row), form_version=package.manifest.form_version)
        return _wish_in(procedure, mapping, verified_content(hub, row, package))
    except (Refused, EvidenceBroken):
        return None


def _wish_in(procedure: Procedure, mapping: Mapping, content: etree._Element) -> date | None:
    if procedure.rounds is None:
        return None
    path = mapping.records[0].fields[procedure.rounds.wish].path[0]
    return _day(content.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))))


def _day(text: str | None) -> date | None:
    known = read_date(text) if text else None
    return known.exact if known else None
