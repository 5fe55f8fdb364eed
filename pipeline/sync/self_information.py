"""自己情報 for a clerk's explanation: what the portal shows a resident, from the server's answer, beside what the ledger says now.

Every opening is written down with who and why before anything is asked. While the person's 不開示 is set the portal shows nothing, and
nothing is shown here either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.errors import TransientError
from connectors.intermediate import IntermediateClient
from connectors.intermediate_records import SelfInformation, ShownCopy
from mappings.canonical_lines import key_of, person_of, row_of
from mappings.copies import CopyKind
from pipeline.hub import Hub
from pipeline.journal.server_tables import self_information_reads
from pipeline.sync.currents import current_lines, current_of
from pipeline.sync.lane import key_index, open_troubles, person_index
from pipeline.sync.questions import Question, ask
from pipeline.sync.server import night_setting, server_of
from vocabulary.findings import Refused, refuse


@dataclass(frozen=True, slots=True)
class Reading:
    """Who wants to see whose self-information, and why. request_number: 請求番号; atena: 宛名番号 as the clerk found it."""

    request_number: str = field(repr=False)
    atena: str = field(repr=False)
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Beside:
    """One item. portal, ledger: the values, empty where absent."""

    label: str
    portal: str = field(repr=False)
    ledger: str = field(repr=False)

    @property
    def differs(self) -> bool:
        """Whether portal and ledger say different things."""
        return self.portal != self.ledger


@dataclass(frozen=True, slots=True)
class Explained:
    """One copy. side: both, portal or ledger, where it is known. updated_at: ISO, of the portal.

    trouble: reason code for which it could not be registered, else empty.
    """

    kind: str
    title: str
    side: str
    updated_at: str
    trouble: str
    items: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown. hidden: the person's 不開示 is set. as_of: kind → moment of the ledger (ISO), empty where there is no extract yet."""

    hidden: bool
    copies: tuple[Explained, ...]
    as_of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the ledger as the portal would show it: label → value."""

    values: Mapping[str, str] = field(repr=False)
    key_labels: tuple[str, ...]
    trouble: str


def open_self_information(hub: Hub, reading: Reading) -> View:
    """Write the opening down, ask the server, compare. Raises Refused SELF_REQUEST_UNKNOWN or SELF_REQUEST_OTHER; ConnectorError."""
    _write_down(hub, reading)
    with server_of(hub) as server:
        try:
            _check(hub, _ask_status(hub, server, reading), reading)
            content = _check(hub, _ask_content(hub, server, reading), reading)
        except Refused as refused:
            with hub.journal.write() as write:
                write.leaf("self_information_refused", code=refused.finding.code, actor=reading.actor)
            raise
    if content.hidden:
        return View(True, (), {})
    kinds = _kinds(hub)
    as_of = {name: found.as_of if (found := current_of(hub, name)) else "" for name in kinds}
    return View(False, tuple(_compared(hub, kinds, content.copies, reading.atena)), as_of)


def _write_down(hub: Hub, reading: Reading) -> None:
    row = {
        "municipality": hub.code,
        "request_index": hub.index(reading.request_number, "self-request"),
        "atena_index": person_index(hub, reading.atena),
        "actor": reading.actor,
        "reason": reading.reason,
        "at": hub.clock.now().isoformat(),
    }
    with hub.journal.write() as write:
        place = write.insert_row(self_information_reads, row)
        write.leaf("self_information_opened", reading=place, actor=reading.actor, reason=reading.reason)


def _ask_status(hub: Hub, server: IntermediateClient, reading: Reading) -> SelfInformation | None:
    question = Question("self_status", hub.clock.today(), reading.request_number)
    return ask(hub, question, lambda request: server.ask_self_status(request, reading.request_number), server.self_status)


def _ask_content(hub: Hub, server: IntermediateClient, reading: Reading) -> SelfInformation | None:
    question = Question("self_content", hub.clock.today(), reading.request_number)
    return ask(hub, question, lambda request: server.ask_self_content(request, reading.request_number), server.self_content)


def _check(hub: Hub, answer: SelfInformation | None, reading: Reading) -> SelfInformation:
    """The answer, if it is there and of the person whom the clerk has in front of them."""
    if answer is None:
        raise TransientError(night_setting(hub).connection, "self-information: the answer is not there yet")
    if answer.state != "prepared":
        raise refuse("SELF_REQUEST_UNKNOWN", "--request")
    if answer.atena != reading.atena:
        raise refuse("SELF_REQUEST_OTHER", "--atena")
    return answer


def _kinds(hub: Hub) -> Mapping[str, CopyKind]:
    names = hub.municipality.copies.kinds if hub.municipality.copies else ()
    return {name: hub.catalogue.copies[name] for name in names}


def _compared(hub: Hub, kinds: Mapping[str, CopyKind], shown: Sequence[ShownCopy], atena: str) -> Iterator[Explained]:
    for name, kind in kinds.items():
        ledger, there = _of_ledger(hub, kind, atena), [copy for copy in shown if copy.kind == name]
        for copy in there:
            values = dict(copy.values)
            record = _partner(values, ledger)
            if record is not None:
                ledger.remove(record)
            yield _beside(kind, "both" if record else "portal", copy.updated_at.isoformat(), values, record)
        for record in ledger:
            yield _beside(kind, "ledger", "", {}, record)
    for copy in shown:
        if copy.kind not in kinds:
            items = tuple(Beside(label, value, "") for label, value in copy.values)
            yield Explained(copy.kind, copy.title, "portal", copy.updated_at.isoformat(), "", items)


def _of_ledger(hub: Hub, kind: CopyKind, atena: str) -> list[_Record]:
    """The person's records of a kind in the ledger's present state."""
    current = current_of(hub, kind.id)
    if current is None:
        return []
    layout, troubles = kind.layout(current.layout), open_troubles(hub, kind.id)
    labels = tuple(kind.shown[name] for name in kind.key if name in kind.shown)
    found = []
    for line in current_lines(hub, current):
        if person_of(line) == atena:
            row, trouble = row_of(kind, layout, line), troubles.get(key_index(hub, kind.id, key_of(kind, line)))
            values = {label: row.get(name) or "" for name, label in kind.shown.items()}
            found.append(_Record(values, labels, (trouble.code or "") if trouble is not None else ""))
    return found


def _partner(values: Mapping[str, str], ledger: Sequence[_Record]) -> _Record | None:
    """The record of the ledger that a copy is of: the same key as far as the portal shows it, then the most alike."""
    same = [one for one in ledger if all(values.get(label, "") == one.values[label] for label in one.key_labels)]
    return max(same, key=lambda one: sum(values.get(label, "") == value for label, value in one.values.items()), default=None)


def _beside(kind: CopyKind, side: str, updated_at: str, values: Mapping[str, str], record: _Record | None) -> Explained:
    ledger = record.values if record else {}
    labels = dict.fromkeys([*kind.shown.values(), *values])
    items = (Beside(label, values.get(label, ""), ledger.get(label, "")) for label in labels)
    filled = tuple(item for item in items if item.portal or item.ledger)
    return Explained(kind.id, kind.title, side, updated_at, record.trouble if record else "", filled)
