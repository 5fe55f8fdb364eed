"""Evidence of deliveries (配信の証跡): sealed bytes, the file where it went, the receipt; compared anew, never counted from the journal."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from connectors.errors import ConnectorError
from pipeline.answer_files import UnreadableAnswerError, read_receipt, receipt_context
from pipeline.errors import EvidenceBroken
from pipeline.file_records import Lineage, changes_of, lineage_of, problems_of
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.delivery_tables import batches, deliveries, receipts
from pipeline.steps.deliver import batch_bytes


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """What proves one delivered file. remote: same, differs, gone, unreachable; receipt: OK, NG or empty.

    problems: sentences that make the day red. shares: how many of its records are of which section.
    """

    batch: Row[Any]
    remote: str
    receipt: str
    problems: tuple[str, ...]
    shares: Mapping[str, int]

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
    columns = [
        deliveries.c.at.label("delivered_at"),
        deliveries.c.digest.label("delivered_digest"),
        receipts.c.result,
        receipts.c.digest.label("receipt_digest"),
        receipts.c.blob.label("receipt_blob"),
        receipts.c.size.label("receipt_size"),
    ]
    known = select(batches, *columns).outerjoin(deliveries, deliveries.c.batch == batches.c.id)
    answered = known.outerjoin(receipts, receipts.c.batch == batches.c.id)
    rows = hub.journal.rows(answered.where(left).order_by(batches.c.id))
    remote = dict(_remote_states(hub, rows))
    return [_judge(hub, row, remote[row.id]) for row in rows]


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


def _judge(hub: Hub, row: Row[Any], remote: Remote) -> FileEvidence:
    """What speaks against a file: its sealed copy, the journal's rows, the bytes where it went, the receipt."""
    lineage = lineage_of(hub, row.id)
    said = [*_sealed(hub, row, remote, lineage), *_delivery(row), *_receipt(hub, row)]
    shares = Counter(item.section for item in lineage.items)
    place = f"{row.destination}/{row.name}"
    return FileEvidence(row, remote.state, row.result or "", tuple(f"{place}: {one}" for one in said), shares)


def _sealed(hub: Hub, row: Row[Any], remote: Remote, lineage: Lineage) -> Iterator[str]:
    """The sealed copy opens to its digest and to the records that the journal speaks of; what is where it went is the same bytes."""
    try:
        data = batch_bytes(hub, row)
    except EvidenceBroken:
        yield "控えのファイルが壊れています"
        data = b""
    else:
        if len(lineage.items) != row.records:
            yield f"控えは{row.records}件ですが、台帳の記録は{len(lineage.items)}件です"
        yield from problems_of(hub, row, data, lineage)
    if remote.state == "differs":
        yield "配信先のファイルが控えと異なります"
        yield from changes_of(data, remote.found, lineage) if data else ()


def _delivery(row: Row[Any]) -> Iterator[str]:
    if row.delivered_at is None:
        yield "配信済みですが、配信の記録がありません"
    elif row.delivered_digest != row.digest:
        yield "配信の記録のハッシュ値が控えと異なります"


def _receipt(hub: Hub, row: Row[Any]) -> Iterator[str]:
    """The receipt as it was sealed, judged anew; one that was taken before receipts were sealed as the journal has it."""
    if row.result is None:
        return
    if row.receipt_blob is None:
        if row.result != "OK":
            yield "受信側が受け付けていません"
        return
    stored = Stored(digest=row.receipt_digest, size=row.receipt_size, path=row.receipt_blob)
    try:
        data = hub.store.get(stored, context=receipt_context(hub.code, row.destination, row.name))
        yield from read_receipt(data).faults(name=row.name, sha256=row.digest, records=row.records)
    except (EvidenceBroken, UnreadableAnswerError):
        yield "受領書の控えが壊れているか、別のファイルのものです"
