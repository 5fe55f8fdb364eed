"""What ledgers have on record of people (正本の記録), read from the newest accepted extracts as a stream."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mappings.canonical_lines import person_of, row_of
from mappings.notice_kinds import NoticeKind
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.sync.currents import Current, current_lines, current_of

Record = Mapping[str, str]
"""Item → value, "" where absent."""
Values = tuple[tuple[str, str], ...]
"""Items with their values, sorted by item."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody has a record with these values in a ledger; without values, whether they stand in it at all."""

    ledger: str
    values: Values


@dataclass(frozen=True, slots=True)
class Records:
    """Who has which of the asked records."""

    had: Mapping[Question, frozenset[str]]

    def lacks(self, person: str, question: Question) -> bool:
        """Whether the person has no such record."""
        return person not in self.had[question]


def values_of(items: Mapping[str, str]) -> Values:
    """Items and values as a question has them."""
    return tuple(sorted(items.items()))


def dose_question(hub: Hub, ledger: str, code: str, dose: str) -> Question:
    """Whether a dose was had: the ledger's key after the person is kind and dose."""
    _, kind, number = hub.catalogue.copies[ledger].key
    return Question(ledger, values_of({kind: code, number: dose}))


def questions_of(hub: Hub, kind: NoticeKind) -> list[Question]:
    """Everything that the audience of a kind asks of ledgers."""
    found: list[Question] = []
    for _, condition in kind.audience.all_conditions():
        if condition.kind == "lacks" and condition.ledger:
            found.append(Question(condition.ledger, values_of(condition.values_of or {})))
        if condition.kind == "due" and condition.ledger:
            doses = kind.schedules[condition.schedule or ""]
            found += [dose_question(hub, condition.ledger, dose.code, dose.dose) for dose in doses]
    return found


def current_or_refused(hub: Hub, kind: str) -> Current:
    """The newest state of a ledger. Raises ActRefused before its first extract."""
    found = current_of(hub, kind)
    if found is None:
        raise ActRefused(f"正本 {kind} の抽出がまだ取り込まれていません", "夜間の取込（hub run nightly_sync）のあとに計画してください")
    return found


def ledger_rows(hub: Hub, kind: str, only: Collection[str] | None = None) -> Iterator[Record]:
    """The records of a ledger; of these people only, where some are named. A line of others is not even taken apart."""
    current = current_or_refused(hub, kind)
    copy = hub.catalogue.copies[kind]
    layout = copy.layout(current.layout)
    for line in current_lines(hub, current):
        if only is None or person_of(line) in only:
            yield {name: value or "" for name, value in row_of(copy, layout, line).items()}


def records_of(hub: Hub, kind: NoticeKind, only: Collection[str] | None = None) -> Records:
    """Who has what the audience asks about: each ledger is read once."""
    asked = questions_of(hub, kind)
    had: dict[Question, frozenset[str]] = {}
    for ledger in sorted({question.ledger for question in asked}):
        wanted = {question.values for question in asked if question.ledger == ledger}
        people = _people(ledger_rows(hub, ledger, only), wanted)
        had |= {Question(ledger, values): frozenset(found) for values, found in people.items()}
    return Records(had)


def _people(rows: Iterable[Record], wanted: Collection[Values]) -> dict[Values, set[str]]:
    # One look-up for each shape of question, however many rows a schedule has.
    shapes = {tuple(name for name, _ in values) for values in wanted}
    found: dict[Values, set[str]] = {values: set() for values in wanted}
    for row in rows:
        for shape in shapes:
            values = tuple((name, row.get(name, "")) for name in shape)
            if values in found:
                found[values].add(row["atenabango"])
    return found


def ledgers_of(hub: Hub, kind: NoticeKind) -> list[str]:
    """The kinds of copies that an audience is read from."""
    own = {kind.audience.source} & hub.catalogue.copies.keys()
    return sorted({*own, *(question.ledger for question in questions_of(hub, kind))})


def data_version(hub: Hub, kind: NoticeKind) -> str:
    """Which extracts the audience is read from; empty for one that needs no ledger."""
    return " ".join(f"{ledger}@{current_or_refused(hub, ledger).file.digest[:16]}" for ledger in ledgers_of(hub, kind))


def data_as_of(hub: Hub, kind: NoticeKind) -> str:
    """The oldest moment of the extracts that the audience is read from; empty for one that needs no ledger."""
    return min((current_or_refused(hub, ledger).as_of for ledger in ledgers_of(hub, kind)), default="")
