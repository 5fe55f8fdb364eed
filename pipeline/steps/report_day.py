"""Pages of the day (日次報告): from the close and the journal to the HTML and PDF that sections and auditors read."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, or_, select

from pipeline.balance import FINISHED
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.evidence_tables import alarms, checkpoints, suite_runs
from pipeline.journal.intake_tables import applications, findings
from pipeline.journal.register_tables import register_loads
from pipeline.loss_ledger import losses_on
from pipeline.night_figures import exchange_report_of, night_report_of
from pipeline.pages.rendering import render_day
from pipeline.pages.report import (
    AlarmRow,
    ChannelRow,
    CheckpointRow,
    DayReport,
    DeliveryRow,
    FreshnessRow,
    OpenApplication,
    ProcedureDay,
    SuiteDay,
)
from pipeline.pages.words import FIRST_ALARM
from pipeline.places import municipalities_folder, municipality_codes
from pipeline.steps.close_day import DayClose
from pipeline.suite_titles import suite_titles
from validation.results import read as read_result
from vocabulary.reasons import reason

UNTOLD = ("undeliverable", "refused", "given_up")
"""States of a notice that a person has to tell on another way, such as on paper."""
REGISTER_TITLES = {"links": "番号紐付情報", "residents": "住民情報"}


def report_day(hub: Hub, close: DayClose) -> Path:
    """Write the day's pages and return the first one.

    They stay in ``reports/<code>/<day>``; those of the latest day with pages stand in ``reports`` too, where the municipality is the only
    one.
    """
    files = render_day(day_report(hub, close))
    day = close.balance.day
    kept = hub.root.reports / hub.code / day.isoformat()
    write_pages(kept, files)
    latest = max(page.parent.name for page in kept.parent.glob("????-??-??/close.html"))
    if day.isoformat() < latest or len(municipality_codes(municipalities_folder())) > 1:
        return kept / "index.html"
    write_pages(hub.root.reports, files)
    return hub.root.reports / "index.html"


def write_pages(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder; a reader sees the earlier one or the whole new one."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.part")
        draft.write_bytes(content)
        fault_point("report.page_drafted")
        draft.replace(target)


def day_report(hub: Hub, close: DayClose) -> DayReport:
    """The day as the pages take it."""
    day = close.balance.day
    return DayReport(
        municipality=hub.municipality.name,
        day=day,
        made_at=hub.clock.now(),
        balanced=close.balanced,
        procedures=tuple(_procedures(hub, close)),
        held=tuple(_open(hub, "held")),
        waiting=(*_open(hub, "waiting"), *_finished_later(hub, day)),
        deliveries=tuple(_deliveries(hub, close)),
        missing_evidence=close.missing,
        channels=tuple(_channels(hub)),
        freshness=tuple(_freshness(hub)),
        checkpoint=_checkpoint(hub),
        alarms=tuple(_alarms(hub, day)),
        suites=tuple(_suites(hub, day)),
        losses=tuple(losses_on(hub, day)),
        problems=tuple(
            problem for problem in close.problems if not problem.startswith(tuple(f"{name}:" for name in close.balance.procedures))
        ),
        titles=suite_titles(hub),
        night=night_report_of(hub, day),
        exchange=exchange_report_of(hub, day),
        details=close.details,
        sections=_sections(hub, close),
    )


def _procedures(hub: Hub, close: DayClose) -> Iterator[ProcedureDay]:
    for name, counts in close.balance.procedures.items():
        known = name in hub.municipality.procedures
        title = hub.procedure(name).title if known else f"対象外の手続（{name}）"
        section = hub.municipality.sections[hub.enabled(name).section].name if known else "－"
        problems = tuple(problem.removeprefix(f"{name}: ") for problem in close.problems if problem.startswith(f"{name}:"))
        yield ProcedureDay(id=name, title=title, section=section, counts=counts, problems=problems)


def _sections(hub: Hub, close: DayClose) -> dict[str, str]:
    """The sections that had something to do on the day, in the order of the municipality file: each signs its sheet."""
    busy = {hub.enabled(name).section for name in close.balance.procedures if name in hub.municipality.procedures}
    return {section: setting.name for section, setting in hub.municipality.sections.items() if section in busy}


def _open(hub: Hub, disposition: str) -> Iterator[OpenApplication]:
    at = (applications.c.municipality == hub.code) & (applications.c.disposition == disposition)
    for row in hub.journal.rows(select(applications).where(at).order_by(applications.c.arrived_at, applications.c.id)):
        others = select(findings.c.code).where(
            findings.c.application == row.id, findings.c.severity != "info", findings.c.code != row.reason
        )
        found = (finding.code for finding in hub.journal.rows(others.order_by(findings.c.id)))
        codes = (row.reason, *(code for code in found if reason(code).effect != "note"))
        yield OpenApplication(
            receipt=row.receipt,
            procedure=hub.procedure(row.procedure).title,
            section=hub.municipality.sections[row.section].name,
            codes=tuple(dict.fromkeys(codes)),
            since=date.fromisoformat(row.disposed_on),
            restricted=row.restricted,
        )


def _finished_later(hub: Hub, day: date) -> Iterator[OpenApplication]:
    """What the day carried over and a later day finished: a day that is closed again says so."""
    later = (applications.c.municipality == hub.code) & applications.c.disposition.in_(FINISHED) & (applications.c.disposed_on > str(day))
    for row in hub.journal.rows(select(applications).where(later, applications.c.department_at < f"{day}U").order_by(applications.c.id)):
        section = hub.municipality.sections[row.section].name
        title = hub.procedure(row.procedure).title
        since = date.fromisoformat(row.department_at[:10])
        yield OpenApplication(row.receipt, title, section, ("LATER_FINISHED",), since, restricted=row.restricted)


def _deliveries(hub: Hub, close: DayClose) -> Iterator[DeliveryRow]:
    for file in close.files:
        batch = file.batch
        if batch.delivered_at is None:
            continue
        yield DeliveryRow(
            destination=hub.destination(batch.destination).name,
            file_name=batch.name,
            records=batch.records,
            size=batch.size,
            sha256=batch.digest,
            evidence=file.words,
            delivered_at=datetime.fromisoformat(batch.delivered_at),
            shares=file.shares,
        )


def channel_counts(hub: Hub) -> dict[str, dict[str, int]]:
    """Statuses and notices of the portal by state, over the journal's life."""
    counted = select(status_outbox.c.state, func.count()).join(applications, applications.c.id == status_outbox.c.application)
    statuses = counted.where(applications.c.municipality == hub.code).group_by(status_outbox.c.state)
    portal = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "portal")
    notices = select(notice_outbox.c.state, func.count()).where(portal).group_by(notice_outbox.c.state)
    return {name: {row[0]: row[1] for row in hub.journal.rows(found)} for name, found in (("statuses", statuses), ("notices", notices))}


def told(counts: Mapping[str, int]) -> int:
    """How many of a channel's rows went out: taken by the other side, or handed over and its answer awaited."""
    return counts.get("sent", 0) + counts.get("accepted", 0)


def _channels(hub: Hub) -> Iterator[ChannelRow]:
    counts = channel_counts(hub)
    statuses, notices = counts["statuses"], counts["notices"]
    yield ChannelRow("申請処理状況（ポータル）", owed=sum(statuses.values()), sent=statuses.get("sent", 0))
    undeliverable = sum(notices.get(state, 0) for state in UNTOLD)
    yield ChannelRow("お知らせ（中間サーバー）", owed=sum(notices.values()), sent=told(notices), undeliverable=undeliverable)


def _freshness(hub: Hub) -> Iterator[FreshnessRow]:
    days = hub.municipality.register_office.stale_after_days
    limit = hub.clock.now() - timedelta(days=days)
    newest = select(register_loads.c.kind, func.max(register_loads.c.as_of)).where(register_loads.c.municipality == hub.code)
    found = {row[0]: row[1] for row in hub.journal.rows(newest.group_by(register_loads.c.kind))}
    for kind, title in REGISTER_TITLES.items():
        as_of = _stamp(hub, found[kind]) if kind in found else None
        yield FreshnessRow(title, as_of, f"{days}日以内", stale=as_of is None or as_of < limit)


def _stamp(hub: Hub, stamp: str) -> datetime:
    moment = datetime.strptime(stamp.ljust(12, "0"), "%Y%m%d%H%M")  # noqa: DTZ007  the register's stamps are in JST, set on the next line
    return moment.replace(tzinfo=hub.clock.now().tzinfo)


def _checkpoint(hub: Hub) -> CheckpointRow | None:
    for row in hub.journal.rows(select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)):
        return CheckpointRow(leaves=row.size, root=row.root, at=datetime.fromisoformat(row.time))
    return None


def _alarms(hub: Hub, day: date) -> Iterator[AlarmRow]:
    """What stood at the end of the day."""
    until = (alarms.c.municipality == hub.code) & (alarms.c.first_at < f"{day}U")
    standing = or_(alarms.c.ended_at.is_(None), alarms.c.ended_at > f"{day}U")
    order = (alarms.c.kind != FIRST_ALARM, alarms.c.kind, alarms.c.subject)
    for row in hub.journal.rows(select(alarms).where(until, standing).order_by(*order)):
        yield AlarmRow(row.kind, row.subject, datetime.fromisoformat(row.first_at), datetime.fromisoformat(row.last_at), row.times)


def _suites(hub: Hub, day: date) -> Iterator[SuiteDay]:
    earliest = (day - timedelta(days=6)).isoformat()
    recent = select(suite_runs).where(suite_runs.c.municipality == hub.code, suite_runs.c.day.between(earliest, day.isoformat()))
    for row in hub.journal.rows(recent.order_by(suite_runs.c.id)):
        yield SuiteDay(day=date.fromisoformat(row.day), result=read_result(row.outcome))
