"""Lineage of an application (来歴): every step, version, file, act and message, told by the journal; codes and digests, no value."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, or_, select

from mappings.catalogue import mapping_for
from pipeline.act_cases import Case
from pipeline.acts import acts_of
from pipeline.audit.day_figures import procedure_of
from pipeline.filing_day import legal_day
from pipeline.hub import Hub
from pipeline.journal.act_tables import waivers
from pipeline.journal.correction_tables import corrections
from pipeline.journal.decision_tables import decisions, notice_outbox, status_outbox
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.evidence_tables import suite_runs
from pipeline.journal.intake_tables import applications, documents, findings, parts, persons, step_results, verifications
from pipeline.journal.letterbox_tables import letterbox_openings
from pipeline.journal.replay_tables import replay_items, replays
from pipeline.log_leaves import leaves_of
from pipeline.pages.words import STAGES
from pipeline.record_places import files_of
from validation.results import SuiteResult
from validation.results import read as read_result
from vocabulary.findings import Refused

Facts = dict[str, Any]
"""JSON: texts, numbers, truth values, lists and objects of these."""


def trace_of(hub: Hub, row: Case) -> Facts:
    """Everything that the journal tells of an application, by section. Raises EvidenceBroken for a released file that is another."""
    return {
        "application": application_facts(hub, row),
        "versions": version_facts(hub, row),
        "steps": list(_steps(hub, row)),
        "findings": list(_findings(hub, row)),
        "suites": [_suite(run, result) for run, result in runs_of(hub, row)],
        "files": files_of(hub, row.id),
        "acts": list(_acts(hub, row)),
        "answers": answer_facts(hub, row),
        "replays": list(_replays(hub, row)),
        "related": list(_related(hub, row)),
        "log": [{"leaf": leaf.number, "event": leaf.facts["event"], "at": leaf.facts["at"]} for leaf in leaves_of(hub, row)],
    }


def application_facts(hub: Hub, row: Case) -> Facts:
    """What came in: numbers, times, digests, and in which roles how many people are named and how each was identified."""
    columns = ("receipt", "version", "procedure", "section", "filing_year", "filing_number", "filed_on", "arrived_at", "department_at")
    now = ("stage", "disposition", "reason", "disposed_on", "previous_receipt")
    came = select(parts.c.kind, parts.c.document, parts.c.size, parts.c.digest).where(parts.c.application == row.id)
    people = select(persons.c.role, persons.c.ordinal, persons.c.method, persons.c.number_check).where(persons.c.application == row.id)
    owed = select(documents.c.document, documents.c.way, documents.c.state).where(documents.c.application == row.id)
    signed = select(verifications.c.policy, verifications.c.signed, verifications.c.content_digest)
    return {
        "id": row.id,
        **{name: getattr(row, name) for name in (*columns, *now)},
        "package": {"digest": row.digest, "size": row.size},
        "parts": _rows(hub, came.order_by(parts.c.kind.desc(), parts.c.digest)),
        "signature": _rows(hub, signed.where(verifications.c.application == row.id)),
        "persons": _rows(hub, people.order_by(persons.c.role, persons.c.ordinal)),
        "documents": _rows(hub, owed.order_by(documents.c.document)),
    }


def version_facts(hub: Hub, row: Case) -> Facts:
    """Form and mapping as they were used, and digests of the specifications as they lie here now."""
    form = hub.journal.scalar(select(canonical.c.mapping_version).where(canonical.c.application == row.id))
    known: Facts = {"form": form, "specifications": None, "forms": None, "mapping": None}
    if row.procedure not in hub.municipality.procedures:
        return known
    known |= {"specifications": hub.specification_version(row.procedure), "forms": hub.form_digest(row.procedure)}
    return known | {"mapping": _mapping_digest(hub, row, form) if form else None}


def _mapping_digest(hub: Hub, row: Case, form: str) -> Facts | None:
    """File and digest of the mapping that is valid for the form on the application's legal day; None when none is any more."""
    procedure, day = hub.procedure(row.procedure), legal_day(hub, row)
    try:
        mapping_for(procedure, day, form_version=form, municipality=hub.code)
    except Refused:
        return None
    valid = (one for one in procedure.versions if one.form == form and one.valid_from <= day <= one.valid_until)
    file = procedure.folder / next(valid).mapping
    return {"file": f"{procedure.id}/{file.name}", "digest": hashlib.sha256(file.read_bytes()).hexdigest()}


def runs_of(hub: Hub, row: Row[Any]) -> list[tuple[Row[Any], SuiteResult]]:
    """Of every suite of the application's procedure its last run before the check's outcome was entered, by suite."""
    checked = select(step_results.c.at).where(step_results.c.application == row.id, step_results.c.step == "check")
    at = hub.journal.scalar(checked.order_by(step_results.c.at.desc()).limit(1))
    if at is None:
        return []
    ran = select(suite_runs).where(suite_runs.c.municipality == hub.code, suite_runs.c.day == at[:10], suite_runs.c.at <= at)
    last = {one.suite: one for one in hub.journal.rows(ran.order_by(suite_runs.c.id)) if procedure_of(one.suite) == row.procedure}
    return [(one, read_result(one.outcome)) for _, one in sorted(last.items())]


def _suite(run: Row[Any], result: SuiteResult) -> Facts:
    checks = [{"check": one.id, "rule": one.rule, "status": one.status, "rows": one.rows, "failed": one.failed} for one in result.checks]
    named = {"run": run.id, "suite": run.suite, "version": result.version, "at": run.at, "rows": run.rows}
    return {**named, "broken": result.broken, "checks": checks}


def _steps(hub: Hub, row: Case) -> Iterator[Facts]:
    done = hub.journal.rows(select(step_results).where(step_results.c.application == row.id))
    order = list(STAGES)
    for one in sorted(done, key=lambda one: (one.at, order.index(one.step) if one.step in order else 0, one.attempt)):
        yield {"step": one.step, "attempt": one.attempt, "inputs": one.inputs, "outcome": one.outcome, "at": one.at}


def _findings(hub: Hub, row: Case) -> Iterator[Facts]:
    waived = hub.journal.rows(select(waivers).where(waivers.c.application == row.id))
    released = {(one.code, one.rule, one.place): one.act for one in waived}
    for one in hub.journal.rows(select(findings).where(findings.c.application == row.id).order_by(findings.c.id)):
        facts = {"step": one.step, "code": one.code, "rule": one.rule, "place": one.place, "severity": one.severity}
        yield facts | {"released_by": released.get((one.code, one.rule, one.place))}


def _acts(hub: Hub, row: Case) -> Iterator[Facts]:
    """Who did what. What a person wrote as reason is left to ``hub acts``: it is free text, and a trace goes to other hands."""
    for one in acts_of(hub, row.id):
        desk = hub.municipality.staff.get(one.actor)
        roles = list(desk.roles) if desk else []
        facts = {"act": one.id, "kind": one.kind, "subject": one.subject, "actor": one.actor, "roles": roles, "at": one.at}
        yield facts | {"state": one.state, "second_of": one.first}


def answer_facts(hub: Hub, row: Case) -> Facts:
    """Decision, processing statuses, notices, what was opened (開封) and corrections: ids, states and times; no text that went out."""
    decided = ("outcome", "decided_on", "decision_number", "document_number", "letter", "source", "at")
    status = ("status", "reference", "state", "attempts", "owed_at", "sent_at")
    notice = ("id", "kind", "channel", "reference", "state", "code", "attempts", "owed_at", "sent_at")
    asked = ("id", "requested_on", "due_on", "answered_on", "state", "act")
    tables = {"decisions": (decisions, decided), "statuses": (status_outbox, status)}
    tables |= {"notices": (notice_outbox, notice), "corrections": (corrections, asked)}
    found: Facts = {}
    for name, (table, columns) in tables.items():
        chosen = select(*(table.c[column] for column in columns)).where(table.c.application == row.id)
        found[name] = _rows(hub, chosen.order_by(table.c[columns[-2]], table.c[columns[0]]))
    opened = select(letterbox_openings, notice_outbox.c.kind).join(notice_outbox, notice_outbox.c.id == letterbox_openings.c.notice)
    found["openings"] = _rows(hub, opened.where(notice_outbox.c.application == row.id).order_by(letterbox_openings.c.notice))
    return found


def _replays(hub: Hub, row: Case) -> Iterator[Facts]:
    joined = select(replays, replay_items.c.destination, replay_items.c.generation)
    joined = joined.join(replay_items, replay_items.c.replay == replays.c.id)
    for one in hub.journal.rows(joined.where(replay_items.c.application == row.id).order_by(replays.c.id, replay_items.c.destination)):
        yield {"replay": one.id, "destination": one.destination, "generation": one.generation, "actor": one.actor, "at": one.at}


TAKEN_PLACE = ("REPLACED", "CORRECTED", "MERGED_REPLACED", "CORRECTS_DELIVERED")


def _related(hub: Hub, row: Case) -> Iterator[Facts]:
    """Filings that took the place of one another (差替え・補正), told from both sides."""
    if row.previous_receipt:
        yield {"how": "corrects", "receipt": row.previous_receipt}
    joined = select(findings.c.code, findings.c.place, findings.c.application, applications.c.receipt)
    joined = joined.join(applications, applications.c.id == findings.c.application).where(applications.c.municipality == hub.code)
    named = or_(findings.c.application == row.id, findings.c.place == f"receipt {row.receipt}")
    for one in hub.journal.rows(joined.where(findings.c.code.in_(TAKEN_PLACE), named).order_by(findings.c.id)):
        mine = one.application == row.id
        receipt = one.place.removeprefix("receipt ") if mine else one.receipt
        yield {"how": one.code if mine else f"{one.code} of", "receipt": receipt}


def _rows(hub: Hub, statement: Any) -> list[Facts]:  # noqa: ANN401  SQLAlchemy types a statement by its columns
    return [dict(one._mapping) for one in hub.journal.rows(statement)]
