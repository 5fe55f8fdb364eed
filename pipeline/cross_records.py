"""Rules across records (横断の検査): what persons, registers, documents and other applications say of a filing, judged beside the suites.

The rules are declared in ``expectations.yaml`` and counted for auditors as those of the suites are: by rule, never by value.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import ConnectorError
from mappings.procedure import Procedure
from mappings.rules import Rule
from pipeline.alarms import raise_alarm
from pipeline.cross_kinds import ACROSS_KINDS, Case, meets
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import suite_runs
from pipeline.journal.intake_tables import documents, persons, verifications
from pipeline.records import Tables
from validation.results import CheckResult, SuiteResult
from validation.results import write as write_result
from vocabulary.findings import Finding, Severity

log = logging.getLogger(__name__)

BROKEN = "RULE_BROKEN"


def judge_across(hub: Hub, procedure: Procedure, rows: Sequence[Row[Any]], loaded: Mapping[int, Tables]) -> dict[int, list[Finding]]:
    """Findings by application; what every rule came to is kept, of rules in shadow only that."""
    switches = hub.switches(procedure.id)
    rules = [rule for rule in procedure.rules if rule.is_across and rule.is_in_force(switches)]
    found: dict[int, list[Finding]] = defaultdict(list)
    if not rules:
        return found
    failed: Counter[str] = Counter()
    broken: set[str] = set()
    for case in cases_of(hub, rows, loaded):
        for rule in rules:
            findings = _judge(case, rule)
            failed[rule.id] += bool(findings)
            broken |= {one.rule for one in findings if one.code == BROKEN}
            found[case.row.id] += _told(rule, findings)
    _keep(hub, procedure, [_result(rule, failed[rule.id]) for rule in rules], rows=len(rows), broken=sorted(broken))
    return found


def _told(rule: Rule, findings: list[Finding]) -> list[Finding]:
    """What enters the journal: nothing of a rule in shadow, and no defect of a rule that stops nothing; that is for municipal IT alone."""
    if rule.status == "hold":
        return findings
    return [one for one in findings if rule.status == "warn" and one.code != BROKEN]


def cases_of(hub: Hub, rows: Sequence[Row[Any]], loaded: Mapping[int, Tables]) -> list[Case]:
    """The applications that have records, each with its people, its verified signature and its documents."""
    ids = [row.id for row in rows]
    people, verified, papers = (_by_application(hub, table, ids) for table in (persons, verifications, documents))
    named = {application: frozenset(paper.document for paper in entered) for application, entered in papers.items()}
    known = [row for row in rows if row.id in loaded]
    return [Case(hub, row, loaded[row.id], people[row.id], next(iter(verified[row.id]), None), named[row.id]) for row in known]


def _by_application(hub: Hub, table: Table, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    between: ColumnElement[bool] = table.c.application.between(min(ids, default=0), max(ids, default=0))
    found: dict[int, list[Row[Any]]] = {one: [] for one in ids}
    for row in hub.journal.rows(select(table).where(between).order_by(*table.primary_key.columns)):
        if row.application in found:
            found[row.application].append(row)
    return found


def _judge(case: Case, rule: Rule) -> list[Finding]:
    try:
        places = list(ACROSS_KINDS[rule.rule](case, rule)) if meets(case.tables, rule.when, rule.group) else []
    except (ConnectorError, SQLAlchemyError):
        raise
    except Exception as error:  # noqa: BLE001  a rule that cannot be judged counts as failed; the text may carry values and is dropped
        log.error("rule_broken", extra={"rule": rule.id, "application": case.row.id, "error": type(error).__name__})  # noqa: TRY400  a traceback may carry values
        return [Finding(BROKEN, where=rule.id, rule=rule.id, detail=type(error).__name__)]
    severity = Severity(rule.severity) if rule.status == "hold" else Severity.INFO
    return [Finding(rule.code, where=place, rule=rule.id, severity=severity, detail=rule.rule) for place in dict.fromkeys(places)]


def _result(rule: Rule, failed: int) -> CheckResult:
    place = next(iter((*rule.roles, *rule.items, rule.document)))
    return CheckResult(
        id=f"rule:{rule.id}",
        item=place,
        kind=rule.rule,
        rule=rule.id,
        code=rule.code,
        severity=rule.severity,
        status=rule.status,
        failed=failed,
    )


def across_suite(procedure: Procedure) -> str:
    """Name under which the results of a procedure's rules across records are kept."""
    return f"{procedure.id}.across"


def _keep(hub: Hub, procedure: Procedure, checks: Sequence[CheckResult], *, rows: int, broken: Sequence[str]) -> None:
    suite, now = across_suite(procedure), hub.clock.now()
    result = SuiteResult(suite, hub.specification_version(procedure.id), rows, broken=False, checks=tuple(checks))
    entry = {"municipality": hub.code, "suite": suite, "day": now.date().isoformat(), "at": now.isoformat(), "rows": rows}
    with hub.journal.write() as write:
        write.insert_many(suite_runs, [{**entry, "outcome": write_result(result)}])
        write.leaf("suite_ran", suite=suite, version=result.version, rows=rows, findings=sum(check.failed for check in checks))
        for rule in broken:
            raise_alarm(hub, write, kind=BROKEN, subject=f"{suite} {rule}")
