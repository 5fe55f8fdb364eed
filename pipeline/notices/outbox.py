"""The outbox of notices (お知らせの送信待ち): every notice enters here, once, and nothing enters that would tell of a protected person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications
from pipeline.journal.register_tables import residents
from pipeline.notices.texts import is_fit

DISPLAY_DAYS = 90
DEFAULT_CHANNELS = ("portal", "paper")
LONGEST_REFERENCE = 40
UNCOPIED = frozenset({"id", "code", "first_try_at", "next_try_at", "sent_at", "file_id"})
"""What belongs to a channel and not to the notice."""


@dataclass(frozen=True, slots=True)
class NoticeOrder:
    """A notice to owe.

    kind: ``<procedure>/result``, ``<procedure>/correction`` or a folder of ``mappings/notices``. sort: result, correction, campaign …
    subject_key: what makes it one of its kind; the same key is never owed twice. atena: 宛名番号 of the addressee. extras: payment,
    questionnaire and the like, as plain data. numbers: that the text holds and that are known to be no 個人番号. channels: in which order
    they are tried. not_before: earliest moment.
    """

    kind: str
    sort: str
    subject_key: str
    atena: str
    business: str
    subject: str
    body: str = field(repr=False)
    application: int | None = None
    decision: int | None = None
    extras: Mapping[str, Any] | None = field(default=None, repr=False)
    numbers: tuple[str, ...] = ()
    channels: tuple[str, ...] = DEFAULT_CHANNELS
    display_days: int = DISPLAY_DAYS
    not_before: datetime | None = None


def application_key(application: int) -> str:
    """The subject of a notice that an application gets once."""
    return f"application {application}"


def notice_context(row: Mapping[str, Any]) -> str:
    """The place that the sealed parts of a notice belong to. row: a row of the outbox as a mapping; no channel is part of it."""
    of_application = row["application"] is not None and row["subject_key"] == application_key(row["application"])
    own = f"{row['application']}/{row['sort']}" if of_application else f"{row['kind']}/{row['subject_key']}"
    return f"notice/{row['municipality']}/{own}"


def body_of(hub: Hub, row: Row[Any]) -> str:
    """The text of a notice of the outbox."""
    return hub.sealing.unseal_text(row.body, context=notice_context(dict(row._mapping)))


def extras_of(hub: Hub, row: Row[Any]) -> dict[str, Any]:
    """What comes with a notice (payment, questionnaire …); empty where nothing does."""
    if row.extras is None:
        return {}
    found: dict[str, Any] = json.loads(hub.sealing.unseal_text(row.extras, context=f"{notice_context(dict(row._mapping))}/extras"))
    return found


def owe_notice(hub: Hub, write: Write, order: NoticeOrder) -> int | None:
    """Owe a notice on its first channel. None where it is owed already, may not be told automatically, or its text may not go out.

    A restricted case, or an addressee under 支援措置, gets no automatic notice: a person of the section tells them. The leaf says so.
    """
    if _known(hub, write, order):
        return None
    if is_withheld(hub, write, order.application, order.atena):
        write.leaf("notice_withheld", kind=order.kind, application=order.application)
        return None
    if not is_fit(hub, write, order):
        return None
    return _enter(hub, write, order)


def _known(hub: Hub, write: Write, order: NoticeOrder) -> bool:
    same = (notice_outbox.c.kind == order.kind) & (notice_outbox.c.subject_key == order.subject_key)
    return write.read(select(notice_outbox.c.id).where(notice_outbox.c.municipality == hub.code, same)).first() is not None


def is_withheld(hub: Hub, write: Write, application: int | None, atena: str) -> bool:
    """Whether no automatic notice goes out: the case names a protected person, or the addressee is one."""
    restricted = select(applications.c.id).where(applications.c.id == application, applications.c.restricted)
    if application is not None and write.read(restricted).first() is not None:
        return True
    protected = (residents.c.municipality == hub.code) & (residents.c.atena == atena) & residents.c.protected
    return write.read(select(residents.c.atena).where(protected)).first() is not None


def _enter(hub: Hub, write: Write, order: NoticeOrder) -> int:
    channel, *after = order.channels
    row: dict[str, Any] = {
        "municipality": hub.code,
        "kind": order.kind,
        "sort": order.sort,
        "subject_key": order.subject_key,
        "channel": channel,
        "channels_after": ",".join(after),
        "application": order.application,
        "decision": order.decision,
        "atena": order.atena,
        "business": order.business,
        "subject": order.subject,
        "display_days": order.display_days,
        "reference": reference_of(hub, order.kind, order.subject_key, channel),
        "state": "owed",
        "attempts": 0,
        "owed_at": hub.clock.now().isoformat(),
        "not_before": order.not_before.isoformat() if order.not_before else None,
    }
    place = notice_context(row)
    row["body"] = hub.sealing.seal_text(order.body, context=place)
    if order.extras is not None:
        row["extras"] = hub.sealing.seal_text(json.dumps(order.extras, ensure_ascii=False), context=f"{place}/extras")
    key = write.insert_row(notice_outbox, row)
    write.leaf("notice_owed", notice=key, kind=order.kind, application=order.application, channel=channel)
    return key


def reference_of(hub: Hub, kind: str, subject_key: str, channel: str) -> str:
    """The hub's own reference of a notice on a channel: the same whoever sends it and however often."""
    return hub.index(f"{kind}/{subject_key}/{channel}", "notice-reference")[:LONGEST_REFERENCE]


def pass_on(hub: Hub, write: Write, row: Row[Any]) -> int | None:
    """Owe a notice that its channel could not deliver on the next one. None where no channel is left: a person has to tell."""
    channel, _, after = row.channels_after.partition(",")
    if not channel:
        return None
    fresh = {name: value for name, value in row._mapping.items() if name in notice_outbox.c and name not in UNCOPIED}
    fresh |= {"channel": channel, "channels_after": after, "reference": reference_of(hub, row.kind, row.subject_key, channel)}
    fresh |= {"state": "owed", "attempts": 0, "owed_at": hub.clock.now().isoformat()}
    if not write.insert_new(notice_outbox, fresh):
        return None
    made = write.read(select(notice_outbox.c.id).where(notice_outbox.c.reference == fresh["reference"])).scalar_one()
    write.leaf("notice_passed_on", notice=row.id, channel=channel)
    return int(made)
