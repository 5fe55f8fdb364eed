"""The closed table of rules across records (横断の検査): each kind is a function that names the places of a case where it does not hold."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, select

from mappings.procedure import Procedure
from mappings.rules import Condition, Rule
from pipeline.filing_day import legal_day
from pipeline.hub import Hub
from pipeline.journal.register_tables import residents
from pipeline.outside_people import claim_context
from pipeline.records import Tables
from pipeline.rival_claims import rivals_of
from pipeline.start_month import event_of
from pipeline.steps.verify import policy_of, signer_context
from vocabulary.dates import read_certificate_date, read_date
from vocabulary.names import same_name

RESIDENT: Final = "1"


@dataclass(frozen=True, slots=True)
class Case:
    """One application with what the journal knows around it. documents: codes of its ledger of documents."""

    hub: Hub = field(repr=False)
    row: Row[Any] = field(repr=False)
    tables: Tables = field(repr=False)
    people: Sequence[Row[Any]] = field(repr=False)
    verification: Row[Any] | None
    documents: frozenset[str]

    @property
    def procedure(self) -> Procedure:
        """As the municipality takes it."""
        return self.hub.procedure(self.row.procedure)

    def known(self, roles: Sequence[str]) -> list[Row[Any]]:
        """The people in these roles whose 宛名番号 is known."""
        return [person for person in self.people if person.role in roles and person.atena is not None]


def meets(tables: Tables, condition: Condition | None, group: str) -> bool:
    """Whether some record of ``group``, else of the application's own, has one of the condition's values."""
    if condition is None:
        return True
    own = next(iter(tables.values()))
    table = tables[group] if group in tables and condition.item in tables[group].columns else own
    return any(value in condition.values for value in table.columns[condition.item])


def _one_claimant(case: Case, rule: Rule) -> Iterator[str]:
    """roles: the claimant, then those of children. maximum: how many days back another's standing filing counts."""
    yield from (_place(rival.person) for rival in rivals_of(case.hub, case.row, case.people, rule))


def _different_people(case: Case, rule: Rule) -> Iterator[str]:
    """roles: nobody stands in two of them, nor twice in one."""
    seen: set[str] = set()
    for person in case.known(rule.roles):
        if person.atena in seen:
            yield _place(person)
        seen.add(person.atena)


def _numbers_differ(case: Case, rule: Rule) -> Iterator[str]:
    """items: places of 個人番号; no number stands twice."""
    seen: set[str] = set()
    for item in rule.items:
        group, name = item.split(".")
        for ordinal, number in enumerate(case.tables[group].columns[name] if group in case.tables else (), 1):
            if number and number in seen:
                yield f"{group}[{ordinal}].{name}"
            seen.add(number or "")


def _signed_by(case: Case, rule: Rule) -> Iterator[str]:
    """roles: who must have signed, where the policy asks for a signature; the recorded policy is the one in force."""
    policy, recorded = policy_of(case.hub, case.procedure), case.verification
    if recorded is None or recorded.policy != policy:
        yield "signature"
    elif policy == "required" and not any(_is_signer(case, recorded, person) for person in case.people if person.role in rule.roles):
        yield rule.roles[0]


def _is_signer(case: Case, recorded: Row[Any], person: Row[Any]) -> bool:
    if recorded.signer is None:
        return False
    signer = json.loads(case.hub.sealing.unseal_text(recorded.signer, context=signer_context(case.hub.code, case.row.id)))
    context = claim_context(case.hub.code, case.row.id, person.role, person.ordinal)
    claim = json.loads(case.hub.sealing.unseal_text(person.claim, context=context))
    written, certified = read_date(claim["birth"]), read_certificate_date(signer["birth"])
    born_alike = claim["birth_unknown"] or (written is not None and certified is not None and written.agrees_with(certified))
    return born_alike and same_name(signer["name"], claim["name"], substitutes=signer.get("name_substitutes", ""))


def _living_here(case: Case, rule: Rule) -> Iterator[str]:
    """roles: who must be a resident, neither moved away nor dead nor 住登外."""
    for person in case.known(rule.roles):
        here = (residents.c.municipality == case.hub.code) & (residents.c.atena == person.atena)
        if case.hub.journal.scalar(select(residents.c.kind).where(here)) != RESIDENT:
            yield _place(person)


def _document_named(case: Case, rule: Rule) -> Iterator[str]:
    """document: attached, announced, received or exempted."""
    if rule.document not in case.documents:
        yield rule.document


def _within_grace(case: Case, rule: Rule) -> Iterator[str]:
    """The filing came in the event's month, or within the procedure's ``grace_days`` after it (a closed day moves the last one)."""
    dates = case.procedure.dates
    own = next(iter(case.tables.values())).columns
    reason = next((one for one in dates.reasons if own.get(one.item, [None])[0] in one.values), None)
    event, filed = event_of(case.hub, case.procedure, reason, case.tables), legal_day(case.hub, case.row)
    if event.day is None or (event.day.year, event.day.month) == (filed.year, filed.month):
        return
    if filed > case.hub.opening.next_open(event.day + timedelta(days=dates.grace_days)):
        yield dates.event


def _place(person: Row[Any]) -> str:
    return f"{person.role}{person.ordinal}"


ACROSS_KINDS: Final[Mapping[str, Callable[[Case, Rule], Iterator[str]]]] = MappingProxyType(
    {
        "one_claimant": _one_claimant,
        "different_people": _different_people,
        "numbers_differ": _numbers_differ,
        "signed_by": _signed_by,
        "living_here": _living_here,
        "document_named": _document_named,
        "within_grace": _within_grace,
    }
)
