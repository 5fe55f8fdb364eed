"""Matching (本人の照合): the one resident whom a claim surely means, by the card, the 個人番号, the household or all five items."""

from dataclasses import dataclass, field

from mappings.form import PersonClaim
from mappings.procedure import Role
from pipeline.agreement import Agreement, agreement_of, is_same_in_household, is_same_person
from pipeline.hub import Hub
from pipeline.residents import Resident, by_atena, by_household, by_look, by_number, by_serial
from vocabulary.check_digits import valid_my_number
from vocabulary.findings import Finding
from vocabulary.names import kana_key, same_name

LIVING_HERE, OUTSIDE = "1", "2"
_MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resident who may be meant, and what speaks for and against it."""

    resident: Resident = field(repr=False)
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Match:
    """Who a claimed person is.

    method: serial, number, household, five (all basic items agree), assigned (by a person), outside (住登外 possible) or none.
    number_check: ok, absent, mismatch or none.
    """

    claim: PersonClaim
    resident: Resident | None
    method: str
    number_check: str
    findings: tuple[Finding, ...] = ()


def card_holder(hub: Hub, serial: str, *, day: str) -> tuple[Resident | None, Finding | None]:
    """The resident whose card filed the application, or why nobody is found."""
    linked = by_serial(hub, serial, day=day)
    if len(linked) > 1:
        return None, Finding("PERSON_AMBIGUOUS", where="card")
    holder = by_atena(hub, linked[0]) if linked else None
    return holder, None if holder else Finding("SERIAL_UNKNOWN", where="card")


def match_person(hub: Hub, role: Role, claim: PersonClaim, holder: Resident | None, *, is_filer: bool) -> Match:
    """Find one person by the ways that the role allows: the card, the 個人番号 with 番号確認, the holder's household, or all five items."""
    place = f"{claim.role}{claim.ordinal}"
    if is_filer and "serial" in role.identified_by:
        return _match_filer(hub, claim, holder, place)
    if claim.number:
        return _match_number(hub, claim, place)
    return _match_household(hub, role, claim, holder, place)


def match_assigned(hub: Hub, claim: PersonClaim, person: Resident) -> Match:
    """The person whom a clerk named (宛名の指定); a 個人番号 of somebody else still stops the case."""
    code = check_number(hub, claim.number, person) if claim.number else None
    place = f"{claim.role}{claim.ordinal}"
    checked = "mismatch" if code else "ok" if claim.number else "absent"
    return Match(claim, person, "assigned", checked, (Finding(code, where=place),) if code else ())


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
    if not owners and not claim.lives_here:
        # Nobody here has the number of a person who never lived here; who that is, a clerk settles.
        return Match(claim, None, "outside", "none")
    if not owners:
        return Match(claim, None, "none", "mismatch", (Finding("NUMBER_NOT_IN_REGISTER", where=place),))
    same = [owner for owner in owners if is_same_person(claim, owner)]
    if len(owners) == len(same) == 1 and not has_double(hub, claim, same[0]):
        return Match(claim, same[0], "number", "ok")
    code = "PERSON_AMBIGUOUS" if same else "NUMBER_OTHER_PERSON"
    return Match(claim, None, "none", "mismatch", (Finding(code, where=place),))


def has_double(hub: Hub, claim: PersonClaim, owner: Resident) -> bool:
    """Whether the owner of a number agrees in name or kana only, and somebody of the household agrees too: twins who are read alike."""
    if same_name(claim.name, owner.name) and (not claim.kana or kana_key(claim.kana) == kana_key(owner.kana)):
        return False
    return any(is_same_person(claim, member) for member in by_household(hub, owner.household) if member.atena != owner.atena)


def _match_household(hub: Hub, role: Role, claim: PersonClaim, holder: Resident | None, place: str) -> Match:
    at_home = by_household(hub, holder.household) if holder and holder.household and "household" in role.identified_by else []
    fitting = [member for member in at_home if is_same_in_household(claim, member)]
    alike = [one for one in _looking_alike(hub, claim) if not one.agreement.differs]
    if len(fitting) == 1 and all(one.resident.atena == fitting[0].atena for one in alike if one.agreement.whole):
        return Match(claim, fitting[0], "household", "absent")
    if not fitting and len(alike) == 1 and _is_sure(alike[0]):
        return Match(claim, alike[0].resident, "five", "absent")
    if not fitting and not claim.required:
        return Match(claim, None, "outside", "absent")
    code = "PERSON_AMBIGUOUS" if fitting or len(alike) > 1 else "PERSON_NOT_FOUND"
    return Match(claim, None, "none", "absent", (Finding(code, where=place),))


def _is_sure(found: Candidate) -> bool:
    """Whether all five items agree with somebody whom the municipality keeps: who left or died may stand there under a new number."""
    return found.agreement.whole and found.resident.kind in (LIVING_HERE, OUTSIDE)


def _looking_alike(hub: Hub, claim: PersonClaim) -> list[Candidate]:
    found = by_look(hub, name=claim.name, kana=claim.kana, birth=claim.birth, birth_unknown=claim.birth_unknown)
    return [Candidate(person, agreement_of(claim, person)) for person in found]


def find_candidates(hub: Hub, claim: PersonClaim, holder: Resident | None) -> list[Candidate]:
    """Who may be meant by a claim that led to nobody: who looks alike, who has the number, who is alike in the household; best first."""
    others = by_number(hub, claim.number) if claim.number else []
    at_home = by_household(hub, holder.household) if holder and holder.household else []
    near = [Candidate(person, agreement_of(claim, person)) for person in (*others, *at_home)]
    owners = {person.atena for person in others}
    kept = {
        one.resident.atena: one
        for one in (*_looking_alike(hub, claim), *near)
        if one.resident.atena in owners or {"name", "kana", "birth"} & set(one.agreement.agrees)
    }
    ranked = sorted(kept.values(), key=lambda one: (-len(one.agreement.agrees), len(one.agreement.differs), one.resident.atena))
    return ranked[:_MOST_CANDIDATES]
