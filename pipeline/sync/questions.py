"""Paired requests and results (要求と結果取得) with the intermediate server: asked once, answered later, the same after a kill."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select, update

from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.server_tables import server_requests

Found = TypeVar("Found")
POLLS = 4
"""How often a run asks for a result before it leaves it to the next run."""
_FIRST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Question:
    """One request. purpose: a constant word; night: the date it counts for; subject: what it is about, which only a keyed hash keeps."""

    purpose: str
    night: date
    subject: str


def ask(hub: Hub, question: Question, send: Callable[[str], None], fetch: Callable[[str], Found | None]) -> Found | None:
    """Send a request under its ID and give its result; None while there is none: the same question asks on for it.

    After an answer the same question is a new request. A request that was sent before is sent again, which has no second effect.
    """
    request_id = _request_id(hub, question)
    row = {"request_id": request_id, "municipality": hub.code, "purpose": question.purpose, "night": question.night.isoformat()}
    with hub.journal.write() as write:
        if write.insert_new(server_requests, {**row, "state": "asked", "asked_at": hub.clock.now().isoformat()}):
            write.leaf("server_asked", request=request_id, purpose=question.purpose)
    fault_point("server_request.before_send")
    send(request_id)
    fault_point("server_request.after_send")
    found = _poll(lambda: fetch(request_id))
    if found is None:
        return None
    fault_point("server_request.answer_read")
    with hub.journal.write() as write:
        answered = update(server_requests).where(server_requests.c.request_id == request_id, server_requests.c.state == "asked")
        if write.execute(answered.values(state="answered", answered_at=hub.clock.now().isoformat())).rowcount:
            write.leaf("server_answered", request=request_id, purpose=question.purpose)
    return found


def _request_id(hub: Hub, question: Question) -> str:
    """The ID that belongs to a question and to the number of answers that it had."""
    night = question.night.isoformat()
    same = (server_requests.c.municipality == hub.code, server_requests.c.purpose == question.purpose, server_requests.c.night == night)
    answered = select(func.count()).where(*same, server_requests.c.state == "answered")
    place = hub.journal.scalar(answered)
    return hub.index(f"{question.purpose}/{night}/{place}/{question.subject}", "server-request")[:32].upper()


def _poll(fetch: Callable[[], Found | None]) -> Found | None:
    pause = _FIRST_PAUSE
    for left in reversed(range(POLLS)):
        found = fetch()
        if found is not None or left == 0:
            return found
        time.sleep(pause)
        pause *= 2
    return None
