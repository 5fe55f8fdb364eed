"""From the journal to the pages of the night (夜間の報告の元): counts, days and names of kinds only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from pipeline.exchange.counts import days_of_sources, fetched_in, open_anomalies, reconciliation_of, settled_until
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_extracts, copy_flags
from pipeline.pages.night import (
    DriftStop,
    ExchangeReport,
    FlagCheck,
    KindNight,
    NightReport,
    OpenDifferences,
    RefusedExtract,
    SourceRow,
)
from pipeline.sync.counts import night_counts
from pipeline.sync.freshness import Freshness, freshness


def night_report_of(hub: Hub, night: date) -> NightReport | None:
    """The copies after a night; None where the municipality declares none."""
    if hub.municipality.copies is None:
        return None
    kinds, counts = freshness(hub), night_counts(hub, night.isoformat())
    return NightReport(
        night=night,
        flags=_flags(hub, night),
        kinds=tuple(_kind(one, counts[one.kind]) for one in kinds),
        stops=tuple(_stops(kinds)),
        refused=tuple(_refused(hub, night)),
        differences=tuple(_differences(hub, kinds)),
    )


def exchange_report_of(hub: Hub, night: date) -> ExchangeReport | None:
    """The records of exchange after a night; None where the municipality declares none."""
    setting = hub.municipality.exchange
    if setting is None:
        return None
    last, anomalies = reconciliation_of(hub, night), defaultdict[str, dict[str, int]](dict)
    for (kind, age), count in open_anomalies(hub, night).items():
        anomalies[kind][age] = count
    sources = [
        SourceRow(one.source, one.kind, setting.sources[one.source].complete, one.days, one.complete, _day(one.newest))
        for one in days_of_sources(hub, night)
    ]
    found = ExchangeReport(
        night, fetched_in(hub, night), settled_until(hub), anomalies=dict(sorted(anomalies.items())), sources=tuple(sources)
    )
    if last is None:
        return found
    counts = {name: getattr(last, name) for name in ("there", "here", "matched", "uncovered")}
    return replace(found, first=_day(last.first), last=_day(last.last), **counts)


def _flags(hub: Hub, night: date) -> FlagCheck | None:
    """The check of the night, or the last one before it: a flag that is missing stays on the first page until it was checked again."""
    until = (copy_flags.c.municipality == hub.code) & (copy_flags.c.night <= night.isoformat())
    for row in hub.journal.rows(select(copy_flags).where(until).order_by(copy_flags.c.night.desc()).limit(1)):
        return FlagCheck(row.checked, row.missing, row.set_now, datetime.fromisoformat(row.at))
    return None


def _kind(one: Freshness, counts: Mapping[str, int]) -> KindNight:
    return KindNight(
        title=one.title,
        ledger_at=_moment(one.extract_as_of),
        server_at=_moment(one.accepted_as_of),
        records=one.records,
        accepted=one.accepted,
        stopped=one.stopped is not None,
        compared_on=_day(one.compared_on),
        **counts,
    )


def _stops(kinds: tuple[Freshness, ...]) -> Iterator[DriftStop]:
    for one in kinds:
        if one.stopped:
            stop = one.stopped
            yield DriftStop(one.title, date.fromisoformat(stop.night), stop.changes, stop.accepted, stop.state == "approved")


def _refused(hub: Hub, night: date) -> Iterator[RefusedExtract]:
    """Extracts that were refused since the evening of the night."""
    refused = (copy_extracts.c.municipality == hub.code) & (copy_extracts.c.state == "refused")
    since = copy_extracts.c.at >= night.isoformat()
    for row in hub.journal.rows(select(copy_extracts).where(refused, since).order_by(copy_extracts.c.id)):
        yield RefusedExtract(row.ledger, row.name, row.rows, row.reason, datetime.fromisoformat(row.at))


def _differences(hub: Hub, kinds: tuple[Freshness, ...]) -> Iterator[OpenDifferences]:
    for one in kinds:
        found: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
        for group in one.differences:
            if group.state == "open":
                ages = found[group.sort, group.cause, group.owner]
                ages[group.age] = ages.get(group.age, 0) + group.count
        for (sort, cause, owner), ages in found.items():
            section = hub.municipality.sections.get(owner)
            yield OpenDifferences(one.title, sort, cause, section.name if section else owner, ages)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
