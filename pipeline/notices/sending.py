"""Sending notices one by one (お知らせの送信): page by page, over a few connections; what is uncertain is looked up before it is repeated.

A page costs two transactions: one marks its rows as being sent, one writes down what became of them. A process that dies in between leaves
rows marked, and the next run looks them up by their references.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, case, func, select

from connectors.errors import ConnectorError, FinalError, PermanentError, TransientError
from connectors.notices import Notice
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.campaign_checks import is_stopped
from pipeline.notices.circuit import Circuit, Pace
from pipeline.notices.closing import STATE_OF_READ_BACK, STATE_OF_RESULT, Ended, close, failed, of_rows
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.outbox import body_of, extras_of
from pipeline.notices.retry import Schedule
from pipeline.notices.states import NOTICES, OPEN, move

Rows = list[Row[Any]]
Server = TypeVar("Server")
"""The client of a channel: it sends many messages and tells the states of many references."""


@dataclass
class Round(Generic[Server]):
    """One run of a channel: what it works with, what it counted, and the codes that were loud. message: what goes out for a row."""

    hub: Hub
    server: Server
    circuit: Circuit
    schedule: Schedule
    pace: Pace
    message: Callable[[Hub, Row[Any]], Any]
    counts: Counter[str] = field(default_factory=Counter)
    loud: list[PermanentError] = field(default_factory=list)

    def end(self, ended: Sequence[Ended]) -> None:
        """Write down how tries ended, and count them."""
        close(self.hub, ended)
        self.counts.update("postponed" if one.state in OPEN else one.state for one in ended)

    def judge(self, outcome: ConnectorError) -> None:
        """A call failed: a final code is its row's alone, one that no table knows is loud besides, all else is the channel's."""
        if isinstance(outcome, FinalError):
            self.circuit.worked()
        elif isinstance(outcome, PermanentError) and outcome.code:
            self.loud.append(outcome)
        else:
            self.circuit.failed(outcome)


def of_channel(hub: Hub, channel: str) -> ColumnElement[bool]:
    """The municipality's notices on a channel."""
    return (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == channel)


def of_portal(hub: Hub) -> ColumnElement[bool]:
    """The municipality's notices on the portal."""
    return of_channel(hub, "portal")


def due(hub: Hub, *conditions: ColumnElement[bool], channel: str = "portal") -> list[int]:
    """Ids of what is to be sent now and stands in no file: what was never put off first, then what has had the fewest tries."""
    now = hub.clock.now().isoformat()
    table = notice_outbox.c
    ripe = table.not_before.is_(None) | (table.not_before <= now)
    chosen = select(table.id).where(of_channel(hub, channel), NOTICES.due(now), ripe, table.file_id.is_(None), *conditions)
    return [row.id for row in hub.journal.rows(chosen.order_by(table.next_try_at.is_not(None), table.attempts, table.owed_at, table.id))]


def send_pages(run: Round[Any], ids: Sequence[int]) -> None:
    """Send the rows of these ids in their order, until all are done or the channel is down."""
    for start in range(0, len(ids), run.schedule.page):
        rows = look_up(run, rows_of(run.hub, ids[start : start + run.schedule.page]))
        if run.circuit.open:
            return
        send_page(run, claim(run, rows))


def rows_of(hub: Hub, ids: Sequence[int]) -> Rows:
    """The rows of these ids, in the order of the ids."""
    found = {row.id: row for row in hub.journal.rows(select(notice_outbox).where(of_rows(ids)))}
    return [found[one] for one in ids if one in found]


def look_up(run: Round[Any], rows: Rows) -> Rows:
    """Read back those that an earlier try left uncertain. Returns the rows that are to be sent."""
    uncertain = [row for row in rows if row.state == "sending"]
    if not uncertain:
        return rows
    # Asking in vain is a try, too: what nobody answers for is given up some day.
    ended, keep = read_back(run, uncertain, tries=1)
    run.end(ended)
    unknown = {row.id for row in keep}
    return [row for row in rows if row.state == "owed" or row.id in unknown]


def read_back(run: Round[Any], rows: Rows, *, tries: int = 0) -> tuple[list[Ended], Rows]:
    """Ask for the references, as long as the other side answers: (what is known there, or was not to be learned; what never arrived).

    tries: that a row loses where the question itself fails.
    """
    ended: list[Ended] = []
    keep: Rows = []
    asked = (row.reference for row in rows if not run.circuit.open)
    states = list(run.server.states(asked, run.schedule.lanes))
    for row, state in zip(rows, states, strict=False):
        if isinstance(state, ConnectorError):
            run.judge(state)
            ended.append(failed(run.hub, row, row.attempts + tries, state, "sending"))
        elif state in STATE_OF_READ_BACK:
            run.circuit.worked()
            ended.append(Ended(row, STATE_OF_READ_BACK[state]))
        else:
            run.circuit.worked()
            keep.append(row)
    return ended, keep


def claim(run: Round[Any], rows: Rows) -> Rows:
    """Mark rows as being sent, in one transaction; those that must not go out any more are given up. Returns the marked ones."""
    hub = run.hub
    if not rows:
        return []
    excluded = reasons_not_to_send(hub, rows)
    wanted = [row.id for row in rows]
    now = hub.clock.now().isoformat()
    with hub.journal.write() as write:
        still = select(notice_outbox).where(of_rows(wanted), notice_outbox.c.state.in_(OPEN)).with_for_update()
        open_now = {row.id for row in write.read(still)}
        for row in rows:
            if row.id in excluded and row.id in open_now:
                move(hub, write, NOTICES, notice_outbox.c.id == row.id, "given_up", code=excluded[row.id], next_try_at=None)
                write.leaf("notice_excluded", notice=row.id, kind=row.kind, code=excluded[row.id])
        mine = [one for one in wanted if one in open_now and one not in excluded]
        first = func.coalesce(notice_outbox.c.first_try_at, now)
        anew = {"attempts": notice_outbox.c.attempts + 1, "first_try_at": first, "next_try_at": None, "code": None, "file_id": None}
        move(hub, write, NOTICES, of_rows(mine), "sending", **anew)
        marked = {row.id: row for row in write.read(select(notice_outbox).where(of_rows(mine)))}
        if mine:
            # One leaf for a page: it names each notice; how each ended has a leaf of its own.
            write.leaf("notice_sending", municipality=hub.code, notices=len(mine), ids=",".join(map(str, mine)))
    run.counts["given_up"] += len(open_now & excluded.keys())
    return [marked[one] for one in mine]


def send_page(run: Round[Any], rows: Rows) -> None:
    """Send claimed rows, and write down what became of each."""
    ended: list[Ended] = []
    uncertain: list[tuple[Row[Any], ConnectorError]] = []
    called = 0
    for row, outcome in zip(rows, run.server.send_each(_called(run, rows), run.schedule.lanes), strict=False):
        fault_point("notice.after_call")
        called += 1
        if not isinstance(outcome, ConnectorError):
            run.circuit.worked()
            ended.append(Ended(row, STATE_OF_RESULT[outcome.result]))
            continue
        run.judge(outcome)
        if isinstance(outcome, TransientError):
            uncertain.append((row, outcome))
        else:
            ended.append(failed(run.hub, row, row.attempts, outcome, "sending"))
    run.end([*ended, *_look_after(run, uncertain)])
    _give_back(run, rows[called:])


def _called(run: Round[Any], rows: Rows) -> Iterator[Any]:
    """Messages right before their calls; none any more once the channel is down."""
    for row in rows:
        # Whoever stops a campaign stops it now, not after this page.
        if run.circuit.open or is_stopped(run.hub, row):
            return
        message = run.message(run.hub, row)
        run.pace.wait()
        fault_point("notice.before_call")
        yield message


def _look_after(run: Round[Any], uncertain: Sequence[tuple[Row[Any], ConnectorError]]) -> list[Ended]:
    """Ask at once what became of calls without an answer: what arrived is done, what did not is tried later."""
    ended, never = read_back(run, [row for row, _ in uncertain])
    absent = {row.id for row in never}
    settled = {one.row.id for one in ended}
    for row, error in uncertain:
        if row.id not in settled:
            ended.append(failed(run.hub, row, row.attempts, error, "owed" if row.id in absent else "sending"))
    return ended


def _give_back(run: Round[Any], rows: Rows) -> None:
    """Rows that were marked and never called have lost no try."""
    if not rows:
        return
    tries = notice_outbox.c.attempts
    first = case((tries > 1, notice_outbox.c.first_try_at))
    with run.hub.journal.write() as write:
        move(run.hub, write, NOTICES, of_rows([row.id for row in rows]), "owed", attempts=tries - 1, first_try_at=first)
        write.leaf("notices_given_back", municipality=run.hub.code, notices=len(rows))


def notice_of(hub: Hub, row: Row[Any]) -> Notice:
    """What goes out: the same whenever it is tried, since one reference stands for one content."""
    first = datetime.fromisoformat(row.first_try_at)
    return Notice(
        reference=row.reference,
        atena=row.atena,
        business=row.business,
        kind=row.sort,
        subject=row.subject,
        body=body_of(hub, row),
        display_from=first,
        display_until=first + timedelta(days=row.display_days),
        extras=extras_of(hub, row) or None,
    )
