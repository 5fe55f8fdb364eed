"""The registry of consents (同意): who may be written to at the letter-box service, of which kinds, since when and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from connectors.letterbox import ConsentEvent
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.letterbox_tables import consents
from pipeline.staff import require

ALL = "all"


def take_consents(hub: Hub, write: Write, service: str, page: Sequence[ConsentEvent]) -> None:
    """Enter a page of what residents said at the service, in their order. A page that comes again changes nothing."""
    for event in page:
        if event.act == "given":
            _enter(hub, write, service, event)
        else:
            # Whoever takes a consent back there wants nothing more there, whoever noted that they had agreed.
            theirs = (consents.c.atena == event.atena) & (consents.c.given_at <= event.at.isoformat())
            _end(write, _of_service(hub, service) & theirs, event.at)
    write.leaf("consents_taken", municipality=hub.code, service=service, events=len(page), last=page[-1].sequence)


def _enter(hub: Hub, write: Write, service: str, event: ConsentEvent) -> None:
    cells = {"municipality": hub.code, "service": service, "consent": event.consent, "atena": event.atena, "source": "service"}
    write.insert_new(consents, {**cells, "kinds": ",".join(event.kinds), "given_at": event.at.isoformat()})


def _of_service(hub: Hub, service: str) -> ColumnElement[bool]:
    return (consents.c.municipality == hub.code) & (consents.c.service == service)


def _end(write: Write, chosen: ColumnElement[bool], at: datetime) -> int:
    standing = chosen & consents.c.withdrawn_at.is_(None)
    return write.execute(update(consents).where(standing).values(withdrawn_at=at.isoformat())).rowcount


def agreeing(hub: Hub, write: Write, service: str, notices: Sequence[Row[Any]]) -> set[int]:
    """Ids of the notices whose addressees consent to their kinds now."""
    people = {row.atena for row in notices}
    chosen = _of_service(hub, service) & consents.c.atena.in_(people) & consents.c.withdrawn_at.is_(None)
    given: dict[str, set[str]] = {}
    for one in write.read(select(consents).where(chosen)):
        given.setdefault(one.atena, set()).update(one.kinds.split(","))
    return {row.id for row in notices if given.get(row.atena, set()) & {ALL, row.kind}}


def add_consent(hub: Hub, atena: str, kinds: Sequence[str], *, actor: str, reason: str) -> int:
    """Note a consent that somebody gave to the office, on paper or at the counter. Gives its number. Raises ActRefused."""
    require(hub, actor, "clerk")
    service = service_of(hub)
    known = [ALL, *hub.catalogue.notice_kinds]
    wrong = [kind for kind in kinds if kind not in known]
    if wrong or not kinds:
        raise ActRefused(f"お知らせの種類 {'、'.join(wrong) or '（空）'} は使えません", f"使えるのは {'、'.join(known)}")
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="consent_add", actor=actor, reason=reason)
        cells = {"municipality": hub.code, "service": service, "consent": f"act {act}", "atena": atena, "source": "clerk", "act": act}
        key = write.insert_row(consents, {**cells, "kinds": ",".join(kinds), "given_at": hub.clock.now().isoformat()})
        write.leaf("consent_entered", consent=key, act=act)
    return key


def end_consent(hub: Hub, consent: int, *, actor: str, reason: str) -> None:
    """End a consent from now on; what is owed goes to the next channel. Raises ActRefused."""
    require(hub, actor, "clerk")
    with hub.journal.write() as write:
        if not _end(write, (consents.c.municipality == hub.code) & (consents.c.id == consent), hub.clock.now()):
            raise ActRefused(f"同意 {consent} はありません、または終わっています", "hub consents list で番号を確かめてください")
        act = enter_act(hub, write, kind="consent_end", actor=actor, reason=reason, subject=f"consent {consent}")
        write.leaf("consent_ended", consent=consent, act=act)


def standing_consents(hub: Hub) -> list[Row[Any]]:
    """All consents that hold now."""
    chosen = (consents.c.municipality == hub.code) & consents.c.withdrawn_at.is_(None)
    return hub.journal.rows(select(consents).where(chosen).order_by(consents.c.id))


def service_of(hub: Hub) -> str:
    """The declared service. Raises ActRefused where there is none."""
    if hub.municipality.letterbox is None:
        raise ActRefused("民間送達サービスを使う設定がありません", "自治体設定に letterbox を書いてください")
    return hub.municipality.letterbox.connection
