"""A municipality with applications that owe statuses and notices, and the stand-ins of both channels; no flow has to run before."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from pipeline.hub import Hub, open_hub, set_up
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications, listings
from pipeline.notices.outbox import NoticeOrder, owe_notice
from pipeline.places import Root
from pipeline.steps.statuses import owe_status
from sandbox.journals import read_journal
from tests.journal import rows as valid
from vocabulary.clock import JST, Clock

NAHA = "472018"
DAY = date(2026, 11, 24)
MOST = 60


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute, tzinfo=JST))


def receipt_of(number: int) -> str:
    return f"20261124-{number:08d}"


def lay_out(root: Path) -> None:
    """A root with applications that the portal knows."""
    set_up(Root(root), Clock(at(6)))
    portal = root / "sandbox/portal"
    (portal / "zips").mkdir(parents=True)
    with (portal / "listings.jsonl").open("w", encoding="utf-8") as file:
        for number in range(1, MOST + 1):
            cells = {"receipt": receipt_of(number), "procedure": "PT27001", "version": 1, "appears": "start", "withdrawn": None}
            times = {"arrived_at": at(7).isoformat(), "submitted_at": at(6).isoformat(), "defect": None, "zip": "zips/one.zip"}
            file.write(json.dumps({**cells, **times}) + "\n")
    with open_hub(Root(root), NAHA, Clock(at(8))) as hub, hub.journal.write() as write:
        listed = [valid.row(valid.LISTING, id=n, receipt=receipt_of(n)) for n in range(1, MOST + 1)]
        filed = [{"listing": n, "receipt": receipt_of(n), "digest": f"{n:064d}", "filing_number": n} for n in range(1, MOST + 1)]
        write.insert_many(listings, listed)
        write.insert_many(applications, [valid.row(valid.APPLICATION, id=one["listing"], **one) for one in filed])
        write.leaf("prepared")


def hub_at(root: Path, moment: datetime) -> Any:
    return open_hub(Root(root), NAHA, Clock(moment))


def owe_notices(hub: Hub, numbers: Sequence[int], *, atena: int = 19) -> list[int]:
    """Owe a notice of no application for each number; the addressee is one with an account unless another is named."""
    with hub.journal.write() as write:
        orders = [
            NoticeOrder("shuki/kenshin", "checkup", f"campaign 1/person {n}", f"{atena:015d}", "027", "健診のご案内", f"本文 {n}")
            for n in numbers
        ]
        return [key for order in orders if (key := owe_notice(hub, write, order)) is not None]


def owe_statuses(hub: Hub, numbers: Sequence[int], *statuses: str) -> None:
    with hub.journal.write() as write:
        for number in numbers:
            for status in statuses:
                owe_status(hub, write, number, receipt_of(number), status)
        write.leaf("prepared")


def states(hub: Hub, table: Any = notice_outbox) -> Counter[str]:
    return Counter({row[0]: row[1] for row in hub.journal.rows(select(table.c.state, func.count()).group_by(table.c.state))})


def status_states(hub: Hub) -> Counter[str]:
    return states(hub, status_outbox)


def effects(root: Path, effect: str) -> list[str]:
    """Keys of the effects of a kind, in their order."""
    return [entry["key"] for entry in read_journal(root / "sandbox/journals/effects.jsonl") if entry["effect"] == effect]


def sent_statuses(root: Path) -> list[tuple[str, str]]:
    found = read_journal(root / "sandbox/journals/effects.jsonl")
    return [(entry["receipt"], entry["status"]) for entry in found if entry["effect"] == "status"]
