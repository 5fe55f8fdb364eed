"""Check (検査): one batch for each procedure and run, repeats of earlier filings, and whether the application is accepted or held."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from mappings.procedure import ROUND_ITEM, Procedure
from pipeline.alarms import raise_alarm
from pipeline.corrections.answers import correction_findings
from pipeline.cross_records import judge_across
from pipeline.filing_day import corrected_filings, legal_day
from pipeline.hub import Hub, digest_of
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.evidence_tables import suite_runs
from pipeline.likeness import Likeness, likeness_findings, likeness_of
from pipeline.records import Tables, join_tables, load_tables
from pipeline.repeat_counts import keep_repeat_counts
from pipeline.repeats import Pair, answered, record_repeats
from pipeline.rival_claims import claims_beside
from pipeline.steps.replace_filings import answer_corrected, replaced_by, take_place
from pipeline.steps.share_documents import share_documents
from pipeline.steps.worklist import Outcome, Step, pending, record_outcome
from pipeline.suites import Setting, parts_of, suite_name, suite_of
from pipeline.waivers import waived
from validation.checks import SuiteSpec
from validation.results import summarize
from validation.results import write as write_result
from validation.runner import Report
from validation.runner import check_batch as judge_batch
from vocabulary.findings import Finding, Severity

log = logging.getLogger(__name__)

Work = tuple[Row[Any], str, int]
GENERATION = 1


def check_records(hub: Hub) -> dict[str, int]:
    """Check every mapped application."""
    counts = {"done": 0, "held": 0, "waiting": 0}
    by_procedure: dict[str, list[Work]] = defaultdict(list)
    for work in pending(hub, STEP):
        by_procedure[work[0].procedure].append(work)
    for name, works in by_procedure.items():
        found = check_batch(hub, hub.procedure(name), [row for row, _, _ in works])
        repeats: list[Pair] = []
        for row, inputs, attempt in works:
            likeness = likeness_of(hub, row)
            outcome = _outcome(hub, row, found.get(row.id, []), likeness)
            if record_outcome(hub, STEP, row, inputs=inputs, attempt=attempt, outcome=outcome):
                counts[outcome.name] += 1
                repeats += likeness.pairs
        keep_repeat_counts(hub, hub.procedure(name), repeats, rows=len(works))
    log.info("step_ended", extra={"step": STEP.name, **counts})
    return counts


def check_batch(hub: Hub, procedure: Procedure, rows: Sequence[Row[Any]]) -> dict[int, list[Finding]]:
    """Findings by application; every suite's result is kept for auditors, without values."""
    loaded = load_tables(hub, [row.id for row in rows])
    reports = reports_of(hub, procedure, rows, loaded)
    keep_reports(hub, reports)
    found = judge_across(hub, procedure, rows, loaded)
    for report in reports:
        for application, finding in report.findings:
            found[application].append(finding)
    return found


def reports_of(hub: Hub, procedure: Procedure, rows: Sequence[Row[Any]], loaded: Mapping[int, Tables]) -> list[Report]:
    """What the procedure's suite says of these records; nothing is kept. loaded: the records of each application."""
    version = hub.specification_version(procedure.id)
    targets = [hub.format_of(destination) for destination in hub.enabled(procedure.id).destinations]
    reports = []
    for day, ids in batches_by_codes(hub, procedure, rows):
        tables = join_tables([loaded[application] for application in ids])
        setting = Setting(version, day, hub.switches(procedure.id), targets)
        reports.append(judge_batch(suite_name(procedure, version), version, parts_of(hub.catalogue, procedure, tables, setting)))
    return reports


def batches_by_codes(hub: Hub, procedure: Procedure, rows: Sequence[Row[Any]]) -> list[tuple[date, list[int]]]:
    """Applications that one suite can judge, each batch with a legal day on which its codes are valid (法令上の基準日のコード).

    Days that see the same codes share a batch: each one costs Great Expectations a fixed part.
    """
    by_day: dict[date, list[int]] = defaultdict(list)
    for row in rows:
        by_day[legal_day(hub, row)].append(row.id)
    batches: list[tuple[list[SuiteSpec], date, list[int]]] = []
    for day, ids in sorted(by_day.items()):
        suites = [suite_of(hub.catalogue, procedure, group, version="", day=day) for group in hub.catalogue.groups_of(procedure)]
        same = next((batch for seen, _, batch in batches if seen == suites), None)
        if same is None:
            batches.append((suites, day, ids))
        else:
            same += ids
    return [(day, ids) for _, day, ids in batches]


def keep_reports(hub: Hub, reports: Sequence[Report]) -> None:
    """Store what auditors inspect: suite, counts, no values. A suite that could not run raises an alarm."""
    now = hub.clock.now()
    with hub.journal.write() as write:
        rows = [
            {
                "municipality": hub.code,
                "suite": report.suite,
                "day": now.date().isoformat(),
                "at": now.isoformat(),
                "rows": report.rows,
                "outcome": write_result(summarize(report)),
            }
            for report in reports
        ]
        write.insert_many(suite_runs, rows)
        for report in reports:
            write.leaf("suite_ran", suite=report.suite, version=report.version, rows=report.rows, findings=len(report.findings))
            if report.broken:
                raise_alarm(hub, write, kind="RULE_BROKEN", subject=report.suite)


def _outcome(hub: Hub, row: Row[Any], found: list[Finding], likeness: Likeness) -> Outcome:
    broken = tuple(finding for finding in found if finding.code == "RULE_BROKEN")
    if broken:
        # Nothing was judged: the application waits for the next run instead of being held for whatever else is known.
        return Outcome(broken)
    standing = likeness.standing
    findings = waived(hub, row, (*found, *_of_the_filing(hub, row, likeness)))

    def record_held(write: Write) -> None:
        share_documents(hub, write, row)
        record_repeats(hub, write, row, likeness.traits, likeness.pairs)

    if Outcome(findings).stopping is not None:
        return Outcome(findings, record=record_held)
    if standing is not None and standing.winner is not None:
        return replaced_by(hub, row, standing.winner, findings)

    def record(write: Write) -> None:
        record_held(write)
        if standing is not None:
            take_place(hub, write, row, standing)
        answer_corrected(hub, write, row)
        for destination in hub.enabled(row.procedure).destinations:
            owed = {"application": row.id, "destination": destination, "generation": GENERATION, "state": "owed"}
            write.insert_new(obligations, owed)

    return Outcome(findings, record=record)


def _of_the_filing(hub: Hub, row: Row[Any], likeness: Likeness) -> Iterator[Finding]:
    """What is to be said of the filing as such: its round, an earlier one, what it resembles, the period."""
    standing = likeness.standing
    if standing is not None and standing.seat.code:
        yield Finding(standing.seat.code, where=ROUND_ITEM, severity=Severity.ALERT)
    if likeness.earlier is not None:
        yield Finding("REPEAT_FILING", where=f"receipt {likeness.earlier}")
    yield from likeness_findings(likeness)
    yield from correction_findings(hub, row)
    receiving = hub.receiving(row.procedure)
    if receiving is not None and not receiving.holds(legal_day(hub, row)):
        yield Finding("OUTSIDE_PERIOD", where="receiving", severity=Severity.ALERT)


def _inputs(hub: Hub, row: Row[Any]) -> str:
    kinds = hub.catalogue.repeats.of(hub.procedure(row.procedure).repeats)
    answers = sorted(answered(hub, row))
    # Only a filing that another one holds asks for it each time: when that one goes, it is judged again.
    beside = claims_beside(hub, row) if row.reason == "OTHER_CLAIMANT" else ()
    chain = [one.id for one in corrected_filings(hub, row)]
    return digest_of("check", row.digest, hub.specification_version(row.procedure), row.repeat_key, kinds, answers, beside, chain)


def _judge(hub: Hub, row: Row[Any]) -> Outcome:
    return _outcome(hub, row, check_batch(hub, hub.procedure(row.procedure), [row])[row.id], likeness_of(hub, row))


STEP = Step(name="check", reached="checked", inputs=_inputs, judge=_judge)
