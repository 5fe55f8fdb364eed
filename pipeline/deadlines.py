"""Deadlines of a case (期限): 標準処理期間 with its stopped clock, 補正期限, 支払締日 and 利用調整締切, for the order of clerks' work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from pipeline.calendar import OpeningDays
from pipeline.filing_day import corrected_filings, filing_day
from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.intake_tables import applications
from pipeline.round_calendar import Round
from pipeline.rounds import seats_of
from vocabulary.clock import JST
from vocabulary.dates import to_wareki

ASKED = ("open", "extended")
"""States of a correction that still waits for the resident."""
_DAY = timedelta(days=1)

Application = Row[Any]


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A day by which something must have happened. kind: processing, correction, payment or round; sentence: Japanese, for clerks."""

    day: date
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the clock stands (補正中): after ``start``, up to ``end``. running: the resident has not answered yet."""

    start: date
    end: date
    due: date
    running: bool

    def holds(self, day: date) -> bool:
        """Whether the clock stands on the day; the day of the request itself still counts."""
        return self.start < day <= self.end


def deadlines_of_all(hub: Hub, rows: Sequence[Application]) -> dict[int, list[Deadline]]:
    """Application → its deadlines, the nearest first; the journal is asked once for all of them."""
    pauses = _pauses_of_cases(hub, rows)
    rounds = _rounds(hub, rows)
    return {row.id: sorted(_of_one(hub, row, pauses.get(row.id, ()), rounds.get(row.id, ()))) for row in rows}


def _of_one(hub: Hub, row: Application, pauses: Sequence[Pause], rounds: Sequence[Deadline]) -> Iterable[Deadline]:
    filed = filing_day(hub, row).day
    procedure = hub.procedure(row.procedure)
    if procedure.processing_days:
        opening = hub.opening if procedure.processing_counts == "opening" else None
        end = hub.opening.next_open(processing_end(filed, procedure.processing_days, pauses, opening=opening))
        counted = "開庁日で" if opening else ""
        stopped = "。補正の間は数えません" if pauses else ""
        running = "（補正中のため止まっています）" if any(pause.running for pause in pauses) else ""
        term = f"請求日{to_wareki(filed)}から{counted}{procedure.processing_days}日"
        yield Deadline(end, "processing", f"標準処理期間は{term}{stopped}{running}")
    for pause in pauses:
        if pause.running:
            yield Deadline(pause.due, "correction", f"{to_wareki(pause.start)}に求めた補正の期限")
    yield from _next_closing(hub, row.procedure, filed)
    yield from rounds


def processing_end(filed: date, days: int, pauses: Sequence[Pause], *, opening: OpeningDays | None) -> date:
    """The ``days``-th counted day after ``filed`` (初日不算入); the clock stands in pauses, and with opening on closed days too."""
    day = filed
    while days:
        day += _DAY
        counts = not any(pause.holds(day) for pause in pauses) and (opening is None or opening.is_open(day))
        days -= counts
    return day


def _pauses_of_cases(hub: Hub, rows: Sequence[Application]) -> Mapping[int, list[Pause]]:
    """Application → what stopped the clock of its case: a correction goes on with the clock of the filings that it corrects."""
    own = _pauses(hub)
    chains = {row.id: (*corrected_filings(hub, row)[::-1], row) for row in rows} if own else {}
    return {key: [pause for one in chain for pause in own.get(one.id, ())] for key, chain in chains.items()}


def _pauses(hub: Hub) -> Mapping[int, list[Pause]]:
    """Application → what stopped its clock, from all corrections of the municipality."""
    ours = select(corrections).join(applications, applications.c.id == corrections.c.application)
    found: dict[int, list[Pause]] = defaultdict(list)
    today = hub.clock.today()
    for row in hub.journal.rows(ours.where(applications.c.municipality == hub.code).order_by(corrections.c.id)):
        start, due = date.fromisoformat(row.requested_on), date.fromisoformat(row.due_on)
        running = row.state in ASKED and row.answered_on is None
        # One that lapsed stood until its last day, however late an answer came; one taken back without an answer never stood.
        silent = {"lapsed": due, "late": due, "withdrawn": start}.get(row.state, max(today, start))
        answered = date.fromisoformat(row.answered_on) if row.state == "answered" else silent
        found[row.application].append(Pause(start, answered, due, running))
    return found


def _next_closing(hub: Hub, procedure: str, filed: date) -> list[Deadline]:
    """The first 支払締日 of the procedure that is not past."""
    from_day = max(filed, hub.clock.today())
    ahead = [one for one in hub.municipality.closings if procedure in one.procedures and one.day >= from_day]
    return [Deadline(one.day, "payment", f"{one.name}の支払締日") for one in sorted(ahead, key=lambda one: one.day)[:1]]


def _rounds(hub: Hub, rows: Sequence[Application]) -> Mapping[int, tuple[Deadline, ...]]:
    """Application → the 締切 of its 利用調整; while its wish was not mapped, the nearest one after its arrival, to be on the safe side."""
    waiting = [row for row in rows if hub.enabled(row.procedure).rounds is not None]
    seats = seats_of(hub, waiting)
    found: dict[int, tuple[Deadline, ...]] = {}
    for row in waiting:
        setting = hub.enabled(row.procedure).rounds
        calendar = sorted(setting.calendar if setting else (), key=lambda one: one.deadline)
        seat = seats.get(row.id)
        if seat is not None:
            own = [one for one in calendar if one.id == seat.round]
            found[row.id] = tuple(_round_deadline(one, "") for one in own)
        else:
            ahead = [one for one in calendar if one.deadline.isoformat() >= row.arrived_at]
            found[row.id] = tuple(_round_deadline(one, "。希望する日がまだ読み取れないため、いちばん近い締切") for one in ahead[:1])
    return found


def _round_deadline(one: Round, why: str) -> Deadline:
    return Deadline(one.deadline.astimezone(JST).date(), "round", f"利用調整（{one.name}）の締切{why}")
