"""Evidence of deliveries (配信の証跡): sealed bytes, the file where it went, the receipt; compared anew, never counted from the journal."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from connectors.errors import ConnectorError
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batch_items, batches, deliveries, receipts
from pipeline.journal.intake_tables import applications
from pipeline.steps.deliver import batch_bytes


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """What proves one delivered file. remote: same, differs, gone, unreachable. problems: sentences that make the day red."""

    batch: Row[Any]
    remote: str
    receipt: str
    problems: tuple[str, ...]

    @property
    def words(self) -> str:
        """The evidence in words, empty when there is none."""
        said = [{"same": "配信先の照合OK"}.get(self.remote, ""), {"OK": "受領書OK"}.get(self.receipt, "")]
        return "・".join(word for word in said if word)


@dataclass(frozen=True, slots=True)
class Remote:
    """A file where it went: same, differs, gone or unreachable, and the bytes that were found."""

    state: str
    found: bytes = field(default=b"", repr=False)


def delivered_files(hub: Hub, day: str) -> list[FileEvidence]:
    """Evidence of every file that was released, left or was answered on a day, of those that have left."""
    left = (batches.c.municipality == hub.code) & _is_of(day) & (batches.c.state != "released")
    known = select(batches, deliveries.c.at.label("delivered_at"), receipts.c.result).outerjoin(
        deliveries, deliveries.c.batch == batches.c.id
    )
    answered = known.outerjoin(receipts, receipts.c.batch == batches.c.id)
    rows = hub.journal.rows(answered.where(left).order_by(batches.c.id))
    remote = dict(_remote_states(hub, rows))
    return [_judge(hub, row, remote[row.id], row.result or "") for row in rows]


def _is_of(day: str) -> ColumnElement[bool]:
    late = [batches.c.id.in_(select(table.c.batch).where(table.c.at.startswith(day))) for table in (deliveries, receipts)]
    return or_(batches.c.day == day, *late)


def _remote_states(hub: Hub, rows: list[Row[Any]]) -> Iterator[tuple[int, Remote]]:
    by_destination: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_destination.setdefault(row.destination, []).append(row)
    for destination, files in by_destination.items():
        yield from _states_at(hub, destination, files).items()


def _states_at(hub: Hub, destination: str, files: list[Row[Any]]) -> Mapping[int, Remote]:
    """A file that this machine can read is compared without its server."""
    states: dict[int, Remote] = {}
    elsewhere = []
    for row in files:
        local = hub.root.delivered / destination / row.name
        if local.is_file():
            states[row.id] = _compare(row, local.read_bytes())
        else:
            elsewhere.append(row)
    if elsewhere:
        states |= _ask_server(hub, destination, elsewhere)
    return states


def _ask_server(hub: Hub, destination: str, files: list[Row[Any]]) -> dict[int, Remote]:
    try:
        target = hub.target(destination)
        try:
            return {row.id: _compare(row, target.read(row.name)) for row in files}
        finally:
            target.close()
    except ConnectorError:
        return {row.id: Remote("unreachable") for row in files}


def _compare(row: Row[Any], found: bytes | None) -> Remote:
    if found is None:
        return Remote("gone")
    return Remote("same" if hashlib.sha256(found).hexdigest() == row.digest else "differs", found)


def _judge(hub: Hub, row: Row[Any], remote: Remote, receipt: str) -> FileEvidence:
    problems = list(_sealed_problems(hub, row))
    if row.delivered_at is None:
        problems.append(f"{row.destination}/{row.name}: 配信済みですが、配信の記録がありません")
    if remote.state == "differs":
        problems.append(f"{row.destination}/{row.name}: 配信先のファイルが控えと異なります")
        changed = dict.fromkeys(_misplaced(hub, row, remote.found))
        problems += [f"{row.destination}/{row.name}: 受付番号 {number} の記録が配信先で控えと異なります" for number in changed]
    if receipt == "NG":
        problems.append(f"{row.destination}/{row.name}: 受信側が受け付けていません")
    return FileEvidence(batch=row, remote=remote.state, receipt=receipt, problems=tuple(problems))


def _sealed_problems(hub: Hub, row: Row[Any]) -> Iterator[str]:
    """The sealed copy opens to its digest, and every record of the lineage stands where the journal says."""
    try:
        data = batch_bytes(hub, row)
    except EvidenceBroken:
        yield f"{row.destination}/{row.name}: 控えのファイルが壊れています"
        return
    for number in _misplaced(hub, row, data):
        yield f"{row.destination}/{row.name}: 受付番号 {number} の記録が控えの位置にありません"


def _misplaced(hub: Hub, row: Row[Any], data: bytes) -> Iterator[str]:
    """受付番号 of the records of a file that do not stand in these bytes where the journal says."""
    joined = select(batch_items, applications.c.receipt).join(applications, applications.c.id == batch_items.c.application)
    for item in hub.journal.rows(joined.where(batch_items.c.batch == row.id)):
        if hashlib.sha256(data[item.offset : item.offset + item.length]).hexdigest() != item.digest:
            yield item.receipt
