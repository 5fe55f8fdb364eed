"""Who may look at records of exchange (情報提供等記録の閲覧): the readers whom the municipality names; each reading is noted first."""

import re
from dataclasses import dataclass

from sqlalchemy import Row, select

from pipeline.alarms import raise_alarm
from pipeline.errors import SettingError
from pipeline.exchange.facts import record_context
from pipeline.exchange.setting import exchange_setting
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_reads, exchange_records
from pipeline.orders import check_order

ROLE = "exchange-reader"
# Longer than a 個人番号: one that is typed by mistake never gets into the log.
_SEQUENCE = re.compile(r"[0-9A-Z]{13,40}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who looks: staff number or name, and why."""

    who: str
    reason: str


def as_reader(hub: Hub, who: str, reason: str) -> Reader:
    """The reader, when the municipality names them. Raises SettingError; a refused attempt leaves an alarm."""
    check_order(who, reason)
    if who not in exchange_setting(hub).readers:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="EXCHANGE_READ_REFUSED", subject=who)
            write.leaf("exchange_read_refused", who=who)
        place = f"municipalities/{hub.code}.yaml: exchange.readers"
        raise SettingError(f"{who} may not look at records of exchange", f"ask one of those whom {place} names")
    return Reader(who, reason)


def note_reading(hub: Hub, reader: Reader, what: str) -> None:
    """Write the reading down; only when that stands may a value be shown. what: a 処理通番 or a keyed hash, never a person."""
    said = {"who": reader.who, "role": ROLE, "reason": reader.reason, "what": what}
    row = {"municipality": hub.code, **said, "at": hub.clock.now().isoformat()}
    with hub.journal.write() as write:
        write.insert_many(exchange_reads, [row])
        write.leaf("exchange_read", who=reader.who, what=what)


def open_record(hub: Hub, reader: Reader, sequence: str) -> tuple[Row[tuple[object, ...]], str]:
    """A record and the 宛名番号 of its person. Raises SettingError when there is none."""
    if not _SEQUENCE.fullmatch(sequence):
        raise SettingError("SEQUENCE is no 処理通番", "give it as hub exchange anomalies shows it")
    note_reading(hub, reader, f"record/{sequence}")
    same = (exchange_records.c.municipality == hub.code, exchange_records.c.sequence == sequence)
    rows = hub.journal.rows(select(exchange_records).where(*same))
    if not rows:
        raise SettingError(f"there is no record {sequence}", "hub exchange anomalies lists 処理通番; only_here ones have no record")
    return rows[0], person_of(hub, rows[0])


def person_of(hub: Hub, row: Row[tuple[object, ...]]) -> str:
    """The 宛名番号 of a record's person."""
    return hub.sealing.unseal_text(row.person, context=record_context(hub.code, row.sequence))
