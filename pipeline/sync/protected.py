"""Protected persons first (支援措置対象者): each night the server is asked for their 不開示 and 自動応答不可 flags, what is missing is set.

Until the server itself has said in this night that both are set, no copy of the person is registered. A flag is never taken back here:
whoever is no longer protected is listed for a person to decide.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from connectors.intermediate import FLAGS, ROWS_PER_REQUEST, Flag, IntermediateClient
from connectors.intermediate_records import FlagState
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_flagged
from pipeline.journal.register_tables import residents
from pipeline.sync.flag_rows import Answered, Standing, enter, open_night, standing, take_away, write_asked
from pipeline.sync.lane import person_index
from pipeline.sync.questions import Question, ask
from pipeline.sync.window import must_stop, night_of

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """Persons: asked about, with a flag that was missing and is set now, that could not be set, left for a later run, to be decided."""

    checked: int = 0
    set_now: int = 0
    missing: int = 0
    waiting: int = 0
    ended: int = 0


def protected_persons(hub: Hub) -> list[str]:
    """宛名番号 of everybody under 支援措置, as the resident extract said it last."""
    ours = (residents.c.municipality == hub.code) & residents.c.protected
    return [row.atena for row in hub.journal.rows(select(residents.c.atena).where(ours).order_by(residents.c.atena))]


def unflagged_persons(hub: Hub) -> frozenset[str]:
    """宛名番号 of the protected persons of whom the server has not said in this night that both flags are set."""
    night, rows = night_of(hub).isoformat(), standing(hub)
    return frozenset(atena for atena in protected_persons(hub) if not _is_sure(rows.get(person_index(hub, atena), {}), night))


def missing_persons(hub: Hub) -> list[str]:
    """宛名番号 of the protected persons whom the server said last that a flag is missing of."""
    rows = standing(hub, copy_flagged.c.state == "missing")
    return [atena for atena in protected_persons(hub) if person_index(hub, atena) in rows]


def ended_protections(hub: Hub) -> list[str]:
    """宛名番号 of residents who are no longer protected and whose flags were set here."""
    rows = standing(hub)
    ours = (residents.c.municipality == hub.code) & ~residents.c.protected
    everybody = hub.journal.rows(select(residents.c.atena).where(ours).order_by(residents.c.atena)) if rows else []
    return [row.atena for row in everybody if person_index(hub, row.atena) in rows]


def check_flags(hub: Hub, server: IntermediateClient) -> Counts:
    """Ask, set, ask again; of everybody who was not yet seen with both flags in this night. Stops at the border of a batch."""
    night, counts = night_of(hub), Counts()
    due, ended = sorted(unflagged_persons(hub)), ended_protections(hub)
    open_night(hub, night)
    for batch in _batches(due):
        answered = None if must_stop(hub) else _settle(hub, server, night, batch)
        if answered is None:
            counts.waiting += len(batch)
            continue
        enter(hub, night, answered)
        counts.checked += len(batch)
        counts.set_now += len(answered.set_now)
        counts.missing += len(answered.missing)
    counts.ended = len(_still_flagged(hub, server, night, ended))
    return counts


def _settle(hub: Hub, server: IntermediateClient, night: date, persons: Sequence[str]) -> Answered | None:
    """What the server says of a batch after whatever was missing was set; None while an answer is out."""
    before = _states(hub, server, night, persons)
    if before is None:
        return None
    lacking = {flag: [atena for atena in persons if not _has(before, atena, flag)] for flag in FLAGS}
    indexes = {atena: person_index(hub, atena) for atena in persons}
    after = before
    if any(lacking.values()):
        for flag, wanted in lacking.items():
            if wanted and not _set(hub, server, night, flag, wanted):
                return None
        again = sorted({atena for wanted in lacking.values() for atena in wanted})
        verified = _states(hub, server, night, again)
        if verified is None:
            return None
        after = before | verified
    return Answered({indexes[atena]: {flag: _has(after, atena, flag) for flag in FLAGS} for atena in persons}, standing(hub))


def _states(hub: Hub, server: IntermediateClient, night: date, persons: Sequence[str]) -> dict[str, FlagState] | None:
    question = Question("flag_states", night, " ".join(persons))
    found = ask(hub, question, lambda request: server.ask_flags(request, persons), server.flag_states)
    return None if found is None else _by_person(found)


def _by_person(found: Iterable[FlagState]) -> dict[str, FlagState]:
    """The states by 宛名番号; of a person who is named twice a flag is set when both say so."""
    states: dict[str, FlagState] = {}
    for one in found:
        other = states.get(one.atena, one)
        both = (one.nondisclosure and other.nondisclosure, one.autoresponse_off and other.autoresponse_off)
        states[one.atena] = FlagState(one.atena, *both)
    return states


def _set(hub: Hub, server: IntermediateClient, night: date, flag: Flag, persons: Sequence[str]) -> bool:
    """Ask to set a flag. Whether it is set is for the server's next answer to say; False while the request is not worked off."""
    write_asked(hub, night, flag, [person_index(hub, atena) for atena in persons])
    question, wanted = Question(flag, night, " ".join(persons)), dict.fromkeys(persons, True)
    found = ask(hub, question, lambda request: server.set_flags(flag, request, wanted), lambda request: server.flag_results(flag, request))
    return found is not None


def _still_flagged(hub: Hub, server: IntermediateClient, night: date, ended: Sequence[str]) -> list[str]:
    """Those of the formerly protected who still have flags; where both are off a person has decided, and they are forgotten."""
    kept: list[str] = []
    for batch in _batches(ended):
        states = None if must_stop(hub) else _states(hub, server, night, batch)
        off = [atena for atena in batch if states is not None and not any(_has(states, atena, flag) for flag in FLAGS)]
        take_away(hub, [person_index(hub, atena) for atena in off])
        kept += [atena for atena in batch if atena not in off]
    return kept


def _batches(persons: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(persons), ROWS_PER_REQUEST):
        yield persons[start : start + ROWS_PER_REQUEST]


def _has(states: Mapping[str, FlagState], atena: str, flag: Flag) -> bool:
    found = states.get(atena)
    return found is not None and bool(getattr(found, flag))


def _is_sure(flags: Mapping[str, Standing], night: str) -> bool:
    return all(flag in flags and flags[flag].state == "set" and flags[flag].night == night for flag in FLAGS)
