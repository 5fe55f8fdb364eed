"""Gathers a day's figures for auditors (監査の日別集計) from that day's rows, and enters them at its close."""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from pipeline.audit.figures import CheckFigure, DayFigures, Held, ProcedureFigures, read_figures, write_figures
from pipeline.audit.rule_sets import digest_of_rules, rules_now, write_rules
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_days, audit_rule_sets
from pipeline.journal.delivery_tables import batch_items, deliveries
from pipeline.journal.evidence_tables import suite_runs
from pipeline.journal.intake_tables import applications, findings, step_results
from validation.results import read as read_result

_END_OF_PROCEDURE = re.compile(r"[.@]")
UNKNOWN_REASON = ""
"""Of an application that was held in the evening and moved on before the day was recorded."""


def enter_day(hub: Hub, day: date, *, balanced: bool) -> DayFigures:
    """Record the day as it is now; nothing is written when the last record of it says the same."""
    rules = write_rules(rules_now(hub))
    standing = figures_of_day(hub, day)
    rule_set = digest_of_rules(rules) if standing is None or day >= hub.clock.today() else standing.rule_set
    found = _gather(hub, day, rule_set, balanced=balanced, standing=standing)
    if found != standing:
        row = {"rule_set": found.rule_set, "figures": write_figures(found), "made_at": hub.clock.now().isoformat()}
        key = {"municipality": hub.code, "day": day.isoformat()}
        with hub.journal.write() as write:
            write.insert_new(audit_rule_sets, {"digest": digest_of_rules(rules), "rules": rules})
            if not write.insert_new(audit_days, {**key, **row}):
                same = (audit_days.c.municipality == hub.code) & (audit_days.c.day == day.isoformat())
                write.execute(audit_days.update().where(same).values(**row))
            write.leaf("audit_day_entered", municipality=hub.code, day=day.isoformat(), rules=found.rule_set)
    return found


def figures_of_day(hub: Hub, day: date) -> DayFigures | None:
    """What was recorded of a day."""
    same = (audit_days.c.municipality == hub.code) & (audit_days.c.day == day.isoformat())
    row = next(iter(hub.journal.rows(select(audit_days).where(same))), None)
    return None if row is None else read_figures(row.day, row.rule_set, row.figures)


def _gather(hub: Hub, day: date, rule_set: str, *, balanced: bool, standing: DayFigures | None) -> DayFigures:
    today = (applications.c.municipality == hub.code) & applications.c.department_at.between(f"{day}T", f"{day}U")
    arrived = hub.journal.rows(select(applications).where(today).order_by(applications.c.receipt, applications.c.version))
    hours = _hours(hub, day)
    runs = runs_of(hub, day)
    past = day < hub.clock.today()
    versions = {name: hub.specification_version(name) for name in hub.municipality.procedures}
    return DayFigures(
        day=day,
        rule_set=rule_set,
        balanced=balanced,
        procedures=_procedures(arrived, hours),
        hours=_median([value for values in hours.values() for value in values]),
        held=_held(hub, arrived, day, (standing.held if standing is not None else ()) if past else None),
        checks=_checks(runs),
        ran=_versions_of(runs),
        versions=standing.versions if standing is not None and past else versions,
    )


def _procedures(arrived: Iterable[Row[Any]], hours: Mapping[str, list[float]]) -> dict[str, ProcedureFigures]:
    count: dict[str, int] = defaultdict(int)
    for row in arrived:
        count[row.procedure] += 1
    names = sorted(count.keys() | hours.keys())
    return {name: ProcedureFigures(count[name], len(hours.get(name, [])), _median(hours.get(name, []))) for name in names}


def _median(hours: list[float]) -> float | None:
    return round(statistics.median(hours), 1) if hours else None


def _hours(hub: Hub, day: date) -> dict[str, list[float]]:
    """By procedure, of each application that the day handed over, the hours from its arrival at the portal to its last file."""
    delivered = (applications.c.municipality == hub.code) & (applications.c.disposition == "delivered")
    last = select(applications.c.procedure, applications.c.arrived_at, func.max(deliveries.c.at))
    joined = last.join(batch_items, batch_items.c.application == applications.c.id)
    joined = joined.join(deliveries, deliveries.c.batch == batch_items.c.batch).where(delivered)
    found: dict[str, list[float]] = defaultdict(list)
    for procedure, arrived, at in hub.journal.rows(joined.where(applications.c.disposed_on == day.isoformat()).group_by(applications.c.id)):
        found[procedure].append((datetime.fromisoformat(at) - datetime.fromisoformat(arrived)).total_seconds() / 3600)
    return found


Group = tuple[str, str, str]


def _held(hub: Hub, arrived: list[Row[Any]], day: date, recorded: tuple[Held, ...] | None) -> tuple[Held, ...]:
    """The day's arrivals that stood held in its evening. recorded: of a past day, what its own evening said and stands; None on the day.

    A receipt number may belong to two filings (RECEIPT_CONFLICT): what was recorded of it is told once.
    """
    groups: dict[Group, list[str]] = defaultdict(list, {(one.procedure, one.code, one.rule): [*one.receipts] for one in recorded or ()})
    known = {receipt for receipts in groups.values() for receipt in receipts}
    rules = _stopping_rules(hub, [row.id for row in arrived if row.disposition == "held"])
    in_the_evening = _last_outcomes(hub, [row.id for row in arrived], day) if recorded is not None else {}
    for row in (row for row in arrived if row.receipt not in known):
        now = (row.procedure, row.reason or UNKNOWN_REASON, rules.get(row.id, ""))
        if row.disposition == "held" and (recorded is None or row.disposed_on <= day.isoformat()):
            groups[now].append(row.receipt)
        elif in_the_evening.get(row.id) == "held":
            groups[now if row.disposition == "held" else (row.procedure, UNKNOWN_REASON, "")].append(row.receipt)
    return tuple(Held(*group, tuple(receipts)) for group, receipts in sorted(groups.items()))


def _stopping_rules(hub: Hub, ids: list[int]) -> dict[int, str]:
    """Of each held application the rule of its first finding with the reason that holds it."""
    joined = select(findings.c.application, findings.c.rule).join(applications, applications.c.id == findings.c.application)
    stopping = joined.where(findings.c.code == applications.c.reason, findings.c.severity != "info", applications.c.disposition == "held")
    found: dict[int, str] = {}
    for row in _of(hub, stopping.order_by(findings.c.id), findings.c.application, ids):
        found.setdefault(row.application, row.rule)
    return found


def _last_outcomes(hub: Hub, ids: list[int], day: date) -> dict[int, str]:
    before = select(step_results.c.application, step_results.c.outcome).where(step_results.c.at < f"{day}U")
    return {row.application: row.outcome for row in _of(hub, before.order_by(step_results.c.at), step_results.c.application, ids)}


def _of(hub: Hub, statement: Any, column: Any, ids: list[int]) -> Iterable[Row[Any]]:  # noqa: ANN401  a SELECT and a column of any table
    """Rows of these applications: a day's ids lie close together, so a span is asked for and thinned here."""
    wanted = set(ids)
    rows = hub.journal.rows(statement.where(column.between(min(wanted), max(wanted)))) if wanted else []
    return (row for row in rows if row.application in wanted)


def runs_of(hub: Hub, day: date) -> list[Row[Any]]:
    """The day's runs of suites, in their order."""
    that_day = (suite_runs.c.municipality == hub.code) & (suite_runs.c.day == day.isoformat())
    return hub.journal.rows(select(suite_runs).where(that_day).order_by(suite_runs.c.id))


def procedure_of(suite: str) -> str:
    """The procedure of a suite by its name, which begins with it."""
    return _END_OF_PROCEDURE.split(suite)[0]


def _versions_of(runs: Iterable[Row[Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        found[procedure_of(run.suite)].add(read_result(run.outcome).version)
    return {procedure: tuple(sorted(versions)) for procedure, versions in sorted(found.items())}


def _checks(runs: Iterable[Row[Any]]) -> tuple[CheckFigure, ...]:
    """Rules, and items' own checks that failed, over all runs of the day, each as the last run had it."""
    rows: dict[tuple[str, str], int] = defaultdict(int)
    failed: dict[tuple[str, str], int] = defaultdict(int)
    newest: dict[tuple[str, str], Any] = {}
    for run in runs:
        result = read_result(run.outcome)
        for check in result.checks:
            key = (run.suite, check.id)
            rows[key] += result.rows
            failed[key] += check.failed
            newest[key] = check
    return tuple(
        CheckFigure(procedure_of(suite), suite, id_, one.item, one.kind, one.rule, one.code, one.severity, one.status,
                    rows[suite, id_], failed[suite, id_])
        for (suite, id_), one in sorted(newest.items())
        if one.rule or failed[suite, id_]
    )  # fmt: skip
