"""Whom a kind of notice means (対象者の抽出): candidates on a day, from ledger, register, expected filings or a list of the section."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from mappings.ages import in_window
from mappings.audience import EXPECTED, LIST, RESIDENTS, Condition
from mappings.notice_kinds import NoticeKind
from pipeline.campaigns.ledger_records import Question, Record, Records, dose_question, ledger_rows, records_of, values_of
from pipeline.errors import ActRefused
from pipeline.expected_filings import atena_of, expected_rows
from pipeline.hub import Hub
from pipeline.journal.register_tables import residents
from pipeline.residents import Resident, by_atenas, by_households

PERSON = "atenabango"
GUARDIANS = ("世帯主", "妻", "夫")
"""続柄 of those who are told about a child, the first that lives in the household."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a notice concerns. addressee: "" where the register names nobody. period: within which it is sent once.

    group: title of the part of the audience; due: what is open by the schedule; record: of the ledger.
    """

    person: str = field(repr=False)
    addressee: str = field(repr=False)
    period: str = field(repr=False)
    group: str
    due: tuple[str, ...] = field(repr=False)
    record: Record = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """How the candidates of a day are chosen. only: these people, None for everybody; listed: of a section's own list."""

    kind: NoticeKind
    day: date
    only: Collection[str] | None = None
    listed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Met:
    """One record of the source with what is known of its person."""

    row: Record
    who: Resident | None
    birth: date | None

    @property
    def person(self) -> str:
        return self.row[PERSON]


def candidates(hub: Hub, choice: Choice) -> Iterator[Candidate]:
    """Everybody whom the audience means on the day, in the order of the source.

    Who is under 支援措置, dead or gone is among them: exclusions are another question. Raises ActRefused without an extract.
    """
    records = records_of(hub, choice.kind, choice.only)
    for rows in _chunks(_source(hub, choice)):
        known = by_atenas(hub, sorted({row[PERSON] for row in rows}))
        met = [_Met(row, known.get(row[PERSON]), birth_of(known.get(row[PERSON]))) for row in rows]
        meant = [(one, parts) for one in met if (parts := _parts(hub, choice, one, records))]
        homes = _homes(hub, choice, [one for one, _ in meant])
        for one, parts in meant:
            addressee, due = _addressee(choice, one, homes), _due_words(hub, choice, one, records)
            for name, title in parts:
                yield Candidate(one.person, addressee, _period(hub, choice, one.row, name), title, due, one.row)


def _chunks(rows: Iterable[Record]) -> Iterator[list[Record]]:
    held: list[Record] = []
    for row in rows:
        held.append(row)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    yield held


def _source(hub: Hub, choice: Choice) -> Iterator[Record]:
    source, only = choice.kind.audience.source, choice.only
    if source in hub.catalogue.copies:
        return ledger_rows(hub, source, only)
    if source.startswith(EXPECTED):
        return _expected(hub, source.removeprefix(EXPECTED), only)
    if source == RESIDENTS:
        mine = select(residents.c.atena).where(residents.c.municipality == hub.code).order_by(residents.c.atena)
        found = [row.atena for row in hub.journal.rows(mine)]
    elif source == LIST:
        found = list(dict.fromkeys(choice.listed)) if choice.only is None else sorted(choice.only)
    else:
        raise ActRefused(f"{choice.kind.id}: 一斉のお知らせとして計画できない種類です", "ほかの作業（納付など）が送ります")
    return ({PERSON: atena} for atena in found if only is None or atena in only)


def _expected(hub: Hub, procedure: str, only: Collection[str] | None) -> Iterator[Record]:
    """Who still has to file: listed by the newest extract, nothing come online or on paper."""
    for row in expected_rows(hub):
        if row.procedure == procedure and row.listed and row.application is None and row.paper_on is None:
            atena = atena_of(hub, row)
            if only is None or atena in only:
                yield {PERSON: atena, "period": row.period}


def birth_of(who: Resident | None) -> date | None:
    """The day of birth where the register knows the whole of it. Of somebody born on an unknown day no age is said."""
    if who is None or who.birth_unknown or "-00" in who.birth:
        return None
    return date.fromisoformat(who.birth)


def _parts(hub: Hub, choice: Choice, met: _Met, records: Records) -> list[tuple[str, str]]:
    """Id and title of the parts of the audience that are told of the person; ("", "") for one without parts, none if not meant."""
    audience = choice.kind.audience
    if not all(_meets(hub, choice, one, met, records) for one in audience.conditions):
        return []
    if not audience.groups:
        return [("", "")]
    groups = [group for group in audience.groups if all(_meets(hub, choice, one, met, records) for one in group.conditions)]
    # Within a year or a month nobody gets two, so the first group speaks; once in a life each group has its own.
    told = groups if audience.period == "once" else groups[:1]
    return [(group.id, group.title) for group in told]


def _homes(hub: Hub, choice: Choice, meant: Sequence[_Met]) -> Mapping[str, Sequence[Resident]]:
    """Who lives with those who are meant, by household; asked for where somebody else is told."""
    if choice.kind.audience.addressee == "self":
        return {}
    return by_households(hub, {one.who.household for one in meant if one.who is not None})


def _meets(hub: Hub, choice: Choice, one: Condition, met: _Met, records: Records) -> bool:
    value = met.row.get(one.item or "", "")
    match one.kind:
        case "age":
            return met.birth is not None and in_window(met.birth, choice.day, since=one.age_from or "0w", until=one.age_until or "0w")
        case "birth_month":
            return met.birth is not None and met.birth.month in (one.months or ())
        case "days_to":
            return _is_near(value, choice.day, one)
        case "values":
            return value in (one.values or ())
        case "at_most":
            return int(value or "0") <= (one.most or 0)
        case "blank":
            return not value
        case "lacks":
            return records.lacks(met.person, Question(one.ledger or "", values_of(one.values_of or {})))
        case "due":
            return bool(_due(hub, choice, one, met, records))


def _is_near(value: str, day: date, one: Condition) -> bool:
    if not value or "-00" in value:
        return False
    days = (date.fromisoformat(value) - day).days
    return (one.least is None or days >= one.least) and (one.most is None or days <= one.most)


def _due(hub: Hub, choice: Choice, one: Condition, met: _Met, records: Records) -> list[str]:
    """The doses that are open by age and not on record."""
    if met.birth is None:
        return []
    found = []
    for dose in choice.kind.schedules[one.schedule or ""]:
        question = dose_question(hub, one.ledger or "", dose.code, dose.dose)
        if in_window(met.birth, choice.day, since=dose.told_from, until=dose.open_until) and records.lacks(met.person, question):
            found.append(dose.vaccine)
    return found


def _due_words(hub: Hub, choice: Choice, met: _Met, records: Records) -> tuple[str, ...]:
    asked = [one for one in choice.kind.audience.conditions if one.kind == "due"]
    return tuple(word for one in asked for word in _due(hub, choice, one, met, records))


def _addressee(choice: Choice, met: _Met, homes: Mapping[str, Sequence[Resident]]) -> str:
    if met.who is None:
        return ""
    if choice.kind.audience.addressee == "self":
        return met.person
    alive = {one.relation: one.atena for one in reversed(homes[met.who.household]) if one.kind == "1"}
    return next((alive[relation] for relation in GUARDIANS if relation in alive), "")


def _period(hub: Hub, choice: Choice, row: Record, group: str) -> str:
    """What is expected has a period of its own; once in a life is once for each record of a ledger, as for each pregnancy."""
    if "period" in row:
        return row["period"]
    if choice.kind.audience.period != "once":
        fiscal = choice.day.year if choice.day.month > 3 else choice.day.year - 1
        return f"{choice.day:%Y-%m}" if choice.kind.audience.period == "month" else f"{fiscal}"
    copy = hub.catalogue.copies.get(choice.kind.audience.source)
    rest = "/".join(row[name] for name in copy.key[1:]) if copy else ""
    return "/".join(("once", *([group] if group else []), *([hub.index(rest, "campaign-record")[:16]] if rest else [])))
