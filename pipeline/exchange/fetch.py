"""Fetching the records of exchange (情報提供等記録取得, TKM 40113 → 40124): every day until it is settled, each 処理通番 kept once.

The same record again changes nothing. The same 処理通番 with other content is held apart with an alarm: a record is never changed.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from connectors.errors import TransientError
from connectors.exchange_rows import DAYS_PER_REQUEST, SETTLE_DAYS, ExchangeRow, read_exchange
from connectors.intermediate import IntermediateClient
from connectors.intermediate_records import ExchangeFile
from pipeline.alarms import raise_alarm
from pipeline.exchange.blocks import in_blocks
from pipeline.exchange.facts import record_context, record_values
from pipeline.exchange.retention import kept_since
from pipeline.exchange.spans import Span, known_until, pieces
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.exchange_tables import exchange_conflicts, exchange_records, exchange_spans
from pipeline.sync.questions import Question, ask
from vocabulary.clock import JST
from vocabulary.findings import Refused, refuse

log = logging.getLogger(__name__)

PURPOSE = "exchange_records"
_DAY = timedelta(days=1)


def spans_to_ask(hub: Hub) -> list[tuple[date, date]]:
    """The days that are not settled yet, up to today, in pieces; at first all that must still be kept. Each day once a day."""
    today, answered = hub.clock.today(), answered_spans(hub)
    first = known_until(answered, kept_since(today), after_days=SETTLE_DAYS) + _DAY
    had = known_until((span for span in answered if span.asked_on == today), first, after_days=0)
    return list(pieces(max(first, had + _DAY), today, DAYS_PER_REQUEST))


def answered_spans(hub: Hub) -> list[Span]:
    """Every span that the server answered, of the days that are kept."""
    since = kept_since(hub.clock.today())
    rows = hub.journal.rows(select(exchange_spans).where(exchange_spans.c.municipality == hub.code))
    # A span that began before the retention does counts from there.
    spans = [Span(*(date.fromisoformat(getattr(row, key)) for key in ("first", "last", "asked_on"))) for row in rows]
    return [Span(max(span.first, since), span.last, span.asked_on) for span in spans if span.last >= since]


def fetch_span(hub: Hub, client: IntermediateClient, first: date, last: date) -> dict[str, int]:
    """Ask for a span and keep what comes. Counts fetched, known, conflicts, refused, waiting.

    A span whose answer is not there yet, or not whole, is asked for again.
    """
    night = hub.clock.today()
    start, end = (datetime.combine(day, time(0), JST) for day in (first, last + _DAY))
    question = Question(PURPOSE, night, f"{first}/{last}")
    try:
        files = ask(hub, question, lambda request: client.ask_exchange(request, start, end), client.exchange_files)
    except TransientError:
        _note_unread(hub, f"{first}/{last}")
        raise
    if files is None:
        return {"waiting": 1}
    counts = {"fetched": 0, "known": 0, "conflicts": 0, "refused": 0}
    # A file that comes twice in one answer is one file.
    for file in {file.sha256: file for file in files}.values():
        for name, count in keep_file(hub, file).items():
            counts[name] += count
    if not counts["refused"]:
        _note_answered(hub, first, last, files=len(files), rows=counts["fetched"] + counts["known"] + counts["conflicts"])
    return counts


def keep_file(hub: Hub, file: ExchangeFile) -> dict[str, int]:
    """Keep the rows of a file: the whole file or nothing of it."""
    try:
        for row in read_exchange(file):
            if row.own_name != hub.municipality.name:
                raise refuse("EXCHANGE_FOREIGN", file.name, "a record in which the municipality has no part")
    except Refused as refused:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="EXCHANGE_FILE_REFUSED", subject=f"{refused.finding.where} {refused.finding.code}")
            write.leaf("exchange_file_refused", place=refused.finding.where, code=refused.finding.code)
        return {"refused": 1}
    counts = {"fetched": 0, "known": 0, "conflicts": 0}
    whole = known_until(answered_spans(hub), kept_since(hub.clock.today()), after_days=1)
    with hub.journal.write() as write:
        for rows in in_blocks(read_exchange(file)):
            for name, count in _keep_block(hub, write, rows, file=file, whole=whole).items():
                counts[name] += count
        if counts["fetched"] or counts["conflicts"]:
            write.leaf("exchange_file_kept", digest=file.sha256, **counts)
    return counts


def _keep_block(hub: Hub, write: Write, rows: Iterable[ExchangeRow], *, file: ExchangeFile, whole: date) -> dict[str, int]:
    by_sequence: dict[str, Row[Any]] = {row.sequence: row for row in _known(hub, write, [row.sequence for row in rows])}
    now, fresh, conflicts, known = hub.clock.now().isoformat(), [], 0, 0
    seen: dict[str, str] = {sequence: row.content_index for sequence, row in by_sequence.items()}
    for row in rows:
        values = record_values(hub, row)
        if row.sequence not in seen:
            late = row.requested_at.date() <= whole
            fresh.append(values | {"late": late, "fetched_at": now, "file_digest": file.sha256})
            seen[row.sequence] = values["content_index"]
        elif seen[row.sequence] == values["content_index"]:
            known += 1
        else:
            conflicts += _hold(hub, write, values, file)
    write.insert_many(exchange_records, fresh)
    return {"fetched": len(fresh), "known": known, "conflicts": conflicts}


def _known(hub: Hub, write: Write, sequences: list[str]) -> Iterator[Row[Any]]:
    found = (exchange_records.c.municipality == hub.code) & exchange_records.c.sequence.in_(sequences)
    yield from write.read(select(exchange_records.c.sequence, exchange_records.c.content_index).where(found))


def _hold(hub: Hub, write: Write, values: dict[str, Any], file: ExchangeFile) -> int:
    """Keep another content of a known 処理通番 apart. Returns how many are new."""
    shown = {key: value for key, value in values.items() if key not in {"person", "content_index"}}
    text = "\x1f".join(f"{key}={value}" for key, value in sorted(shown.items()))
    held = {
        "municipality": hub.code,
        "sequence": values["sequence"],
        "content_index": values["content_index"],
        "sealed": hub.sealing.seal_text(text, context=f"{record_context(hub.code, values['sequence'])}/conflict"),
        "day": values["day"],
        "file_digest": file.sha256,
        "seen_at": hub.clock.now().isoformat(),
    }
    if not write.insert_new(exchange_conflicts, held):
        return 0
    raise_alarm(hub, write, kind="EXCHANGE_CONFLICT", subject=values["sequence"])
    return 1


def _note_answered(hub: Hub, first: date, last: date, *, files: int, rows: int) -> None:
    span = {"first": first.isoformat(), "last": last.isoformat(), "asked_on": hub.clock.today().isoformat()}
    row = {"municipality": hub.code, **span, "answered_at": hub.clock.now().isoformat(), "files": files, "rows": rows}
    with hub.journal.write() as write:
        if write.insert_new(exchange_spans, row):
            write.leaf("exchange_span_answered", **span, files=files, rows=rows)


def _note_unread(hub: Hub, span: str) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="EXCHANGE_NOT_READ", subject=span)
        write.leaf("exchange_not_read", span=span)
