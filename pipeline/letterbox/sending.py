"""Sending to letter-boxes (民間送達): states, tries and read-backs as of all notices, but only to those who consent at that moment."""

from typing import Any

from sqlalchemy import Row

from connectors.letterbox import Delivery, LetterboxClient
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.letterbox.consents import agreeing
from pipeline.letterbox.documents import documents_of
from pipeline.notices.channel import finish, is_up
from pipeline.notices.circuit import Circuit, Pace
from pipeline.notices.closing import subject_of
from pipeline.notices.desk import NO_CONSENT
from pipeline.notices.outbox import body_of, pass_on
from pipeline.notices.retry import Schedule, declared
from pipeline.notices.sending import Round, Rows, claim, due, look_up, of_channel, rows_of, send_page
from pipeline.notices.states import NOTICES, move

CHANNEL = "letterbox"


def send_deliveries(hub: Hub, server: LetterboxClient, schedule: Schedule | None = None) -> dict[str, int]:
    """Send what is due. Raises PermanentError at the end for what needs a person."""
    schedule = schedule or declared()
    run = Round(hub, server, Circuit(hub, CHANNEL, schedule), schedule, Pace(schedule.calls_per_second), delivery_of)
    ids = due(hub, channel=CHANNEL)
    if ids and (not run.circuit.down or is_up(run)):
        _send(run, ids)
    return finish(run, of_channel(hub, CHANNEL))


def _send(run: Round[LetterboxClient], ids: list[int]) -> None:
    for start in range(0, len(ids), run.schedule.page):
        rows = look_up(run, rows_of(run.hub, ids[start : start + run.schedule.page]))
        if run.circuit.open:
            return
        send_page(run, claim(run, consented(run.hub, rows)))


def pass_all_on(hub: Hub) -> None:
    """Where no service is declared, what waits for it goes to the next channel; what may have been sent waits for a person."""
    consented(hub, [row for row in rows_of(hub, due(hub, channel=CHANNEL)) if row.state == "owed"])


def consented(hub: Hub, rows: Rows) -> Rows:
    """Those whose addressees consent; the others go on to their next channel. rows: owed, or looked up and known to have never arrived."""
    if not rows:
        return []
    setting = hub.municipality.letterbox
    with hub.journal.write() as write:
        allowed = agreeing(hub, write, setting.connection, rows) if setting else set()
        for row in rows:
            if row.id in allowed:
                continue
            move(hub, write, NOTICES, notice_outbox.c.id == row.id, "given_up", code=NO_CONSENT, next_try_at=None)
            write.leaf("notice_without_consent", notice=row.id, kind=row.kind)
            if pass_on(hub, write, row) is None:
                raise_alarm(hub, write, kind="NOTICE_GIVEN_UP", subject=subject_of(row.id))
    return [row for row in rows if row.id in allowed]


def delivery_of(hub: Hub, row: Row[Any]) -> Delivery:
    """What goes out: the same whenever it is tried, since one reference stands for one content."""
    return Delivery(row.reference, row.atena, row.kind, row.subject, body_of(hub, row), documents_of(hub, row))
