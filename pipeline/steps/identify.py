"""Identify (宛名特定): the 宛名番号 of every person of an application in their role, or a work item. Never a choice among several."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row

from mappings.form import PersonClaim, read_people, read_period
from mappings.procedure import Procedure, Role
from pipeline.hub import Hub, digest_of
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import persons
from pipeline.packages import package_of, verified_content
from pipeline.repeat_traits import note_period
from pipeline.residents import Resident, by_atena, by_household, by_number, by_serial, register_version
from pipeline.steps.worklist import Outcome, Step, run_step
from vocabulary.check_digits import valid_my_number
from vocabulary.dates import read_date
from vocabulary.findings import Finding
from vocabulary.names import kana_key, same_name


@dataclass(frozen=True, slots=True)
class Match:
    """Who a claimed person is.

    method: serial, number, household, outside (住登外 possible) or none. number_check: ok, absent, mismatch or none.
    """

    claim: PersonClaim
    resident: Resident | None
    method: str
    number_check: str
    findings: tuple[Finding, ...] = ()


def identify(hub: Hub) -> dict[str, int]:
    """Identify the people of every verified application."""
    return run_step(hub, STEP)


def _inputs(hub: Hub, row: Row[Any]) -> str:
    return digest_of("identify", row.digest, register_version(hub))


def _judge(hub: Hub, row: Row[Any]) -> Outcome:
    package = package_of(hub, row)
    procedure = hub.procedure(row.procedure)
    content = verified_content(hub, row, package)
    claims = read_people(procedure, content)
    holder, problem = card_holder(hub, package.manifest.auth_serial, day=package.manifest.submitted_at.date().isoformat())
    matches = [match_person(hub, procedure.role(claim.role), claim, holder, is_filer=claim.role == procedure.filer) for claim in claims]
    findings = ((problem,) if problem else ()) + tuple(finding for match in matches for finding in match.findings)
    concerned = [holder, *(match.resident for match in matches)]
    protected = any(person is not None and person.protected for person in concerned)
    if protected:
        findings = (Finding("PROTECTED_PERSON", where="persons"), *findings)

    def record(write: Write) -> None:
        write.execute(persons.delete().where(persons.c.application == row.id))
        write.insert_many(persons, [_person_row(hub, row.id, match) for match in matches])
        note_period(hub, write, row.id, read_period(procedure, content))

    marks = {"restricted": row.restricted or protected, "repeat_key": repeat_key(hub, procedure, matches, read_period(procedure, content))}
    return Outcome(findings=findings, record=record, marks=marks)


def card_holder(hub: Hub, serial: str, *, day: str) -> tuple[Resident | None, Finding | None]:
    """The resident whose card filed the application, or why nobody is found."""
    linked = by_serial(hub, serial, day=day)
    if len(linked) > 1:
        return None, Finding("PERSON_AMBIGUOUS", where="card")
    holder = by_atena(hub, linked[0]) if linked else None
    return holder, None if holder else Finding("SERIAL_UNKNOWN", where="card")


def match_person(hub: Hub, role: Role, claim: PersonClaim, holder: Resident | None, *, is_filer: bool) -> Match:
    """Find one person by the ways that the role allows: the card, the 個人番号 with 番号確認, the holder's household."""
    place = f"{claim.role}{claim.ordinal}"
    if is_filer and "serial" in role.identified_by:
        return _match_filer(hub, claim, holder, place)
    if claim.number:
        return _match_number(hub, claim, place)
    return _match_household(hub, role, claim, holder, place)


def _match_filer(hub: Hub, claim: PersonClaim, holder: Resident | None, place: str) -> Match:
    if holder is None:
        return Match(claim, None, "none", "none")
    if not is_same_person(claim, holder):
        return Match(claim, None, "none", "none", (Finding("APPLICANT_NOT_CARD_HOLDER", where=place),))
    if not claim.number:
        return Match(claim, holder, "serial", "absent")
    code = check_number(hub, claim.number, holder)
    return Match(claim, holder, "serial", "mismatch" if code else "ok", (Finding(code, where=place),) if code else ())


def check_number(hub: Hub, number: str, person: Resident) -> str | None:
    """番号確認 of a person who is known otherwise: None when the number is theirs, else the reason code."""
    if not valid_my_number(number):
        return "NUMBER_CHECK_DIGIT"
    owners = by_number(hub, number)
    if any(owner.atena == person.atena for owner in owners):
        return None
    return "NUMBER_OTHER_PERSON" if owners else "NUMBER_NOT_IN_REGISTER"


def _match_number(hub: Hub, claim: PersonClaim, place: str) -> Match:
    if not valid_my_number(claim.number):
        return Match(claim, None, "none", "mismatch", (Finding("NUMBER_CHECK_DIGIT", where=place),))
    owners = by_number(hub, claim.number)
    if not owners:
        return Match(claim, None, "none", "mismatch", (Finding("NUMBER_NOT_IN_REGISTER", where=place),))
    same = [owner for owner in owners if is_same_person(claim, owner)]
    if len(owners) == len(same) == 1 and not has_double(hub, claim, same[0]):
        return Match(claim, same[0], "number", "ok")
    code = "PERSON_AMBIGUOUS" if same else "NUMBER_OTHER_PERSON"
    return Match(claim, None, "none", "mismatch", (Finding(code, where=place),))


def _match_household(hub: Hub, role: Role, claim: PersonClaim, holder: Resident | None, place: str) -> Match:
    if holder is None or "household" not in role.identified_by:
        return _nobody(claim, place)
    fitting = [member for member in by_household(hub, holder.household) if is_same_in_household(claim, member)]
    if len(fitting) == 1:
        return Match(claim, fitting[0], "household", "absent")
    if not fitting:
        return _nobody(claim, place)
    return Match(claim, None, "none", "absent", (Finding("PERSON_AMBIGUOUS", where=place),))


def _nobody(claim: PersonClaim, place: str) -> Match:
    if claim.required:
        return Match(claim, None, "none", "absent", (Finding("PERSON_NOT_FOUND", where=place),))
    return Match(claim, None, "outside", "absent")


def is_same_person(claim: PersonClaim, resident: Resident) -> bool:
    """Name (variant-tolerant, kanji or kana) and birth date agree; a birth date 不詳 on both sides is compared as text."""
    named = same_name(claim.name, resident.name) or (bool(claim.kana) and kana_key(claim.kana) == kana_key(resident.kana))
    return named and is_same_birth(claim, resident)


def has_double(hub: Hub, claim: PersonClaim, owner: Resident) -> bool:
    """Whether the owner of a number agrees in name or kana only, and somebody of the household agrees too: twins who are read alike."""
    if same_name(claim.name, owner.name) and (not claim.kana or kana_key(claim.kana) == kana_key(owner.kana)):
        return False
    return any(is_same_person(claim, member) for member in by_household(hub, owner.household) if member.atena != owner.atena)


def is_same_in_household(claim: PersonClaim, member: Resident) -> bool:
    """Within a household: kana and birth date agree (name where the form asks for no kana)."""
    named = kana_key(claim.kana) == kana_key(member.kana) if claim.kana else same_name(claim.name, member.name)
    return named and is_same_birth(claim, member)


def is_same_birth(claim: PersonClaim, resident: Resident) -> bool:
    """Whether the birth dates say the same; 不詳 only agrees with 不詳 of the same wording or the same known parts."""
    if claim.birth_unknown != resident.birth_unknown:
        return False
    if claim.birth_unknown and claim.birth.strip() == resident.birth_text.strip():
        return True
    written, registered = read_date(claim.birth), read_date(resident.birth)
    return written is not None and registered is not None and written.iso == registered.iso


def repeat_key(hub: Hub, procedure: Procedure, matches: Sequence[Match], period: Sequence[str]) -> str | None:
    """Keyed hash of who files what for whom and for which period; None while somebody is not identified.

    Two filings with one key may be a repeat.
    """
    if any(match.resident is None and match.method == "none" for match in matches):
        return None
    people = sorted(f"{match.claim.role}:{match.resident.atena}" for match in matches if match.resident)
    return hub.index("/".join((procedure.id, *people, *period)), "repeat")


def claim_context(municipality: str, application: int, role: str, ordinal: int) -> str:
    """The place that the sealed claim about a person belongs to."""
    return f"claim/{municipality}/{application}/{role}/{ordinal}"


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


STEP = Step(name="identify", reached="identified", inputs=_inputs, judge=_judge)
