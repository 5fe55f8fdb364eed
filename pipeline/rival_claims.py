"""Claims for one child by several people (児童一人に受給者一人): standing filings that name a child of this one with another claimant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from mappings.rules import Rule
from pipeline.hub import Hub
from pipeline.journal.decision_tables import STANDING, decisions
from pipeline.journal.intake_tables import STAGES, applications, persons
from pipeline.records import load_tables

KIND = "one_claimant"


@dataclass(frozen=True, slots=True)
class Rival:
    """A child of the filing, and the 受付番号 of the one that names it with another claimant."""

    person: Row[Any]
    receipt: str


def rivals_of(hub: Hub, row: Row[Any], people: Sequence[Row[Any]], rule: Rule) -> list[Rival]:
    """By the rule of this filing: its first role claims, the others are children. Procedures of the business with such a rule count."""
    claimant, children = rule.roles[0], rule.roles[1:]
    mine = {person.atena for person in people if person.role == claimant}
    named = {person.atena: person for person in people if person.role in children and person.atena is not None}
    if not named or None in mine:
        return []
    rivals = []
    for child, other in _filings_that_name(hub, row, sorted(named), days=rule.maximum):
        theirs = _rule_of(hub, other.procedure) if _business(hub, other) == _business(hub, row) else None
        if theirs and child.role in theirs.roles[1:] and _claims(hub, other, theirs) and _claimant(hub, other, theirs) not in {*mine, None}:
            rivals.append(Rival(named[child.atena], other.receipt))
    return rivals


def claims_beside(hub: Hub, row: Row[Any]) -> tuple[str, ...]:
    """受付番号 of the filings that stand against this one: when one is withdrawn or another comes, it is judged again."""
    rule = _rule_of(hub, row.procedure)
    people = hub.journal.rows(select(persons).where(persons.c.application == row.id))
    return tuple(sorted(rival.receipt for rival in rivals_of(hub, row, people, rule))) if rule else ()


def _business(hub: Hub, row: Row[Any]) -> str:
    return hub.catalogue.procedures[row.procedure].business


def _rule_of(hub: Hub, procedure: str) -> Rule | None:
    if procedure not in hub.municipality.procedures:
        return None
    in_force = (rule for rule in hub.procedure(procedure).rules if rule.is_in_force(hub.switches(procedure)))
    return next((rule for rule in in_force if rule.rule == KIND), None)


def _filings_that_name(hub: Hub, row: Row[Any], atenas: Sequence[str], *, days: int) -> Iterator[tuple[Row[Any], Row[Any]]]:
    """(person, application) of standing filings that came before, or that were handed on already."""
    oldest = (datetime.fromisoformat(row.arrived_at) - timedelta(days=days)).isoformat()
    before = (applications.c.arrived_at < row.arrived_at) | ((applications.c.arrived_at == row.arrived_at) & (applications.c.id < row.id))
    handed_on = applications.c.stage.in_(STAGES[STAGES.index("checked") :])
    standing = applications.c.disposition.not_in(("settled", "withdrawn")) & (applications.c.arrived_at >= oldest) & (before | handed_on)
    others = (applications.c.municipality == hub.code) & (applications.c.id != row.id)
    filed = select(applications.c.id).where(others, standing)
    naming = select(persons).where(persons.c.atena.in_(atenas), persons.c.application.in_(filed))
    for person in hub.journal.rows(naming.order_by(persons.c.application, persons.c.role, persons.c.ordinal)):
        yield person, hub.journal.rows(select(applications).where(applications.c.id == person.application))[0]


def _claims(hub: Hub, other: Row[Any], rule: Rule) -> bool:
    """Whether the other filing claims (an increase, not a decrease) and was not refused."""
    holds = (decisions.c.application == other.id) & STANDING & (decisions.c.kind != "revoke")
    outcome = hub.journal.scalar(select(decisions.c.outcome).where(holds))
    if any(one.id == outcome and one.status == "REJECTED" for one in hub.procedure(other.procedure).outcomes):
        return False
    tables = load_tables(hub, [other.id]).get(other.id)
    own = next(iter(tables.values())).columns if tables else {}
    return rule.when is None or any(value in rule.when.values for value in own.get(rule.when.item, ()))


def _claimant(hub: Hub, other: Row[Any], rule: Rule) -> str | None:
    found = hub.journal.scalar(select(persons.c.atena).where(persons.c.application == other.id, persons.c.role == rule.roles[0]))
    return None if found is None else str(found)
