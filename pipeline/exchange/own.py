"""The municipality's own side (自団体側の記録): each finished day of each source, taken in once, and again when corrected."""

import logging
from typing import Any

from sqlalchemy import Table, delete, select

from connectors.errors import PermanentError
from connectors.exchange_sources import OwnFile, finished_days, read_own
from pipeline.alarms import raise_alarm
from pipeline.exchange.blocks import in_blocks
from pipeline.exchange.facts import own_values
from pipeline.exchange.retention import kept_since
from pipeline.exchange.setting import exchange_setting
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.exchange_tables import own_days, own_exchanges, own_files
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)


def take_in_sources(hub: Hub) -> dict[str, int]:
    """Take in what is new of every source. A refused file leaves its day as it was; a source out of reach leaves the others."""
    counts = {"files": 0, "rows": 0, "refused": 0, "unreachable": 0}
    for source, setting in exchange_setting(hub).sources.items():
        try:
            files = finished_days(hub.folder(setting.connection))
        except PermanentError:
            _note_unreachable(hub, source)
            counts["unreachable"] += 1
            continue
        known = {row.day: row.digest for row in hub.journal.rows(select(own_files).where(*_same(hub, own_files, source)))}
        since = kept_since(hub.clock.today())
        for file in files:
            if file.day >= since and known.get(file.day.isoformat()) != file.sha256:
                _count(counts, take_in(hub, source, file))
    return counts


def _count(counts: dict[str, int], rows: int | None) -> None:
    if rows is None:
        counts["refused"] += 1
        return
    counts["files"] += 1
    counts["rows"] += rows


def take_in(hub: Hub, source: str, file: OwnFile) -> int | None:
    """Take a file in, in one transaction, in place of what was there of its day. Returns its rows, or None when it was refused."""
    try:
        with hub.journal.write() as write:
            rows = _replace_day(hub, write, source, file)
            write.leaf("own_exchanges_taken", source=source, day=file.day.isoformat(), digest=file.sha256, rows=rows)
    except Refused as refused:
        _note_refused(hub, source, refused.finding)
        return None
    return rows


def _replace_day(hub: Hub, write: Write, source: str, file: OwnFile) -> int:
    day = file.day.isoformat()
    for table in (own_exchanges, own_files, own_days):
        write.execute(delete(table).where(*_same(hub, table, source), table.c.day == day))
    count = 0
    for block in in_blocks(enumerate(read_own(file, hub.code))):
        write.insert_many(own_exchanges, [own_values(hub, source, place, row) for place, row in block])
        count += len(block)
    complete = file.complete and exchange_setting(hub).sources[source].complete
    key = {"municipality": hub.code, "source": source, "day": day}
    now = hub.clock.now().isoformat()
    write.insert_many(own_files, [{**key, "name": file.path.name, "digest": file.sha256, "rows": count, "loaded_at": now}])
    write.insert_many(own_days, [{**key, "complete": complete}])
    return count


def _same(hub: Hub, table: Table, source: str) -> tuple[Any, ...]:
    return (table.c.municipality == hub.code, table.c.source == source)


def _note_refused(hub: Hub, source: str, finding: Finding) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="OWN_FILE_REFUSED", subject=f"{source} {finding.where} {finding.code}")
        write.leaf("own_file_refused", source=source, place=finding.where, code=finding.code)


def _note_unreachable(hub: Hub, source: str) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="OWN_SOURCE_UNREACHABLE", subject=source)
        write.leaf("own_source_unreachable", source=source)
