"""Identify (宛名特定): the 宛名番号 of every person of an application in their role, or a work item. Never a choice among several."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select

from mappings.form import PersonClaim, read_people, read_period
from mappings.procedure import Procedure
from pipeline.candidates import Candidates, write_candidates
from pipeline.hub import Hub, digest_of
from pipeline.journal.act_tables import assignments
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications, persons
from pipeline.matching import Match, card_holder, find_candidates, match_assigned, match_person
from pipeline.outside_people import claim_context, owe_outside
from pipeline.packages import package_of, verified_content
from pipeline.repeat_traits import note_period
from pipeline.residents import Resident, by_atena, index_residents, register_version
from pipeline.steps.worklist import Outcome, Step, run_step
from pipeline.waivers import waived
from vocabulary.findings import Finding

Place = tuple[str, int]
Assigned = Mapping[int, Mapping[Place, str]]
"""The 宛名番号 that people named (宛名の指定), by application, then role and ordinal."""


def identify(hub: Hub) -> dict[str, int]:
    """Identify the people of every verified application. Register and assignments are those of the moment at which the run begins."""
    index_residents(hub)
    register, assigned = register_version(hub), assigned_people(hub)

    def inputs(_: Hub, row: Row[Any]) -> str:
        named = sorted(assigned.get(row.id, {}).items())
        return digest_of("identify", row.digest, register, *([named] if named else []))

    def judge_row(hub: Hub, row: Row[Any]) -> Outcome:
        return judge(hub, row, assigned.get(row.id, {}))

    return run_step(hub, Step(name="identify", reached="identified", inputs=inputs, judge=judge_row))


def assigned_people(hub: Hub) -> Assigned:
    """What people named, of the applications that are not identified yet."""
    waiting = (applications.c.id == assignments.c.application) & (applications.c.stage == "verified")
    found: dict[int, dict[Place, str]] = {}
    for row in hub.journal.rows(select(assignments).join(applications, waiting).where(applications.c.municipality == hub.code)):
        found.setdefault(row.application, {})[row.role, row.ordinal] = row.atena
    return found


def judge(hub: Hub, row: Row[Any], named: Mapping[Place, str]) -> Outcome:
    """Who the people of one application are. named: 宛名番号 that a clerk gave, by role and ordinal."""
    package = package_of(hub, row)
    procedure = hub.procedure(row.procedure)
    content = verified_content(hub, row, package)
    claims, period = read_people(procedure, content), read_period(procedure, content)
    holder, problem = _filer(hub, procedure, package.manifest.auth_serial, package.manifest.submitted_at.date().isoformat(), named)
    matches = [_match(hub, procedure, claim, holder, named) for claim in claims]
    candidates = {(one.claim.role, one.claim.ordinal): find_candidates(hub, one.claim, holder) for one in matches if one.resident is None}
    findings = ((problem,) if problem else ()) + tuple(finding for match in matches for finding in match.findings)
    concerned = [holder, *(match.resident for match in matches), *_likely(candidates)]
    protected = any(person is not None and person.protected for person in concerned)
    if protected:
        findings = waived(hub, row, (Finding("PROTECTED_PERSON", where="persons"), *findings))

    def record(write: Write) -> None:
        write.execute(persons.delete().where(persons.c.application == row.id))
        write.insert_many(persons, [_person_row(hub, row.id, match) for match in matches])
        write_candidates(write, row.id, candidates)
        owe_outside(hub, write, row.id, [match for match in matches if match.resident is None])
        note_period(hub, write, row.id, period)

    marks = {"restricted": row.restricted or protected, "repeat_key": repeat_key(hub, procedure, matches, period)}
    return Outcome(findings=findings, record=record, marks=marks)


def _filer(
    hub: Hub, procedure: Procedure, serial: str, day: str, named: Mapping[Place, str]
) -> tuple[Resident | None, Finding | None]:
    """Who filed: the card's holder, or the resident whom a clerk named as the filer when the card leads to nobody."""
    holder, problem = card_holder(hub, serial, day=day)
    given = named.get((procedure.filer, 1))
    person = by_atena(hub, given) if given else None
    return (person, None) if person else (holder, problem)


def _match(hub: Hub, procedure: Procedure, claim: PersonClaim, holder: Resident | None, named: Mapping[Place, str]) -> Match:
    given = named.get((claim.role, claim.ordinal))
    person = by_atena(hub, given) if given else None
    if person is not None:
        return match_assigned(hub, claim, person)
    return match_person(hub, procedure.role(claim.role), claim, holder, is_filer=claim.role == procedure.filer)


def _likely(candidates: Candidates) -> list[Resident]:
    """Candidates against whom nothing speaks: a case that may be about a protected person is handled as if it were."""
    return [one.resident for found in candidates.values() for one in found if not one.agreement.differs]


def repeat_key(hub: Hub, procedure: Procedure, matches: Sequence[Match], period: Sequence[str]) -> str | None:
    """Keyed hash of who files what for whom and for which period; None while somebody is not identified.

    Two filings with one key may be a repeat.
    """
    if any(match.resident is None and match.method == "none" for match in matches):
        return None
    people = sorted(f"{match.claim.role}:{match.resident.atena}" for match in matches if match.resident)
    return hub.index("/".join((procedure.id, *people, *period)), "repeat")


def _person_row(hub: Hub, application: int, match: Match) -> dict[str, Any]:
    claim = match.claim
    values = {key: value for key, value in asdict(claim).items() if key != "number"}
    context = claim_context(hub.code, application, claim.role, claim.ordinal)
    return {
        "application": application,
        "role": claim.role,
        "ordinal": claim.ordinal,
        "claim": hub.sealing.seal_text(json.dumps(values, ensure_ascii=False), context=context),
        "atena": match.resident.atena if match.resident else None,
        "method": match.method,
        "number_check": match.number_check,
        "protected": match.resident is not None and match.resident.protected,
    }
