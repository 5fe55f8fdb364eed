"""Whom a notice is for (お知らせの対象): declared rules over a ledger, the residents or the expected filings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mappings.copies import CopyKind
from mappings.specification import Spec, nearest
from mappings.yaml_door import SpecError

RESIDENTS, EXPECTED, CLAIMS, LIST = "residents", "expected:", "claims", "list"
"""Sources beside the id of a copy: the register, expected filings of a procedure, claims (調定), a list that a section hands over."""

Exclusion = Literal["death", "stillbirth", "moved", "care", "protection", "attended", "stop-list"]
ALWAYS: tuple[Exclusion, ...] = ("death", "moved", "protection", "stop-list")
"""死亡・転出・支援措置・送付停止は、どのお知らせでも必ず除く。"""

_AGE = re.compile(r"([0-9]{1,3})([wmy])")


@dataclass(frozen=True, slots=True, order=True)
class AgeMark:
    """An age as declared: ``6w`` weeks, ``18m`` months, ``3y`` years."""

    count: int
    unit: Literal["w", "m", "y"]


def age_mark(text: str) -> AgeMark:
    """Read an age such as ``18m``. Raises ValueError."""
    found = _AGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no age; write 6w, 18m or 3y")
    unit: Literal["w", "m", "y"] = "w" if found[2] == "w" else "m" if found[2] == "m" else "y"
    return AgeMark(int(found[1]), unit)


def _age(text: str) -> str:
    age_mark(text)
    return text


AgeText = Annotated[str, AfterValidator(_age)]
ConditionKind = Literal["age", "birth_month", "days_to", "values", "at_most", "blank", "lacks", "due"]

NEEDS: Mapping[ConditionKind, tuple[str, ...]] = MappingProxyType(
    {
        "age": ("age_from", "age_until"),
        "birth_month": ("months",),
        "days_to": ("item",),
        "values": ("item", "values"),
        "at_most": ("item", "most"),
        "blank": ("item",),
        "lacks": ("ledger", "values_of"),
        "due": ("ledger", "schedule"),
    }
)
"""Which keys a condition of each kind has."""


class Condition(Spec):
    """One condition; all of them must hold.

    age: from the day on which ``age_from`` is reached up to the day before ``age_until`` is. birth_month: born in one of ``months``.
    days_to: the day of ``item`` is from ``least`` to ``most`` days after the campaign's day (before it: less than 0).
    values: ``item`` is one of ``values``. at_most: the number of ``item`` is at most ``most``. blank: ``item`` is empty.
    lacks: no record of ``ledger`` for the person has ``values_of`` (item → value). due: a dose of ``schedule`` is open by age and
    not in ``ledger``.
    """

    kind: ConditionKind
    age_from: AgeText | None = None
    age_until: AgeText | None = None
    months: tuple[int, ...] | None = None
    item: str | None = None
    values: tuple[str, ...] | None = None
    least: int | None = None
    most: int | None = None
    ledger: str | None = None
    values_of: dict[str, str] | None = None
    schedule: str | None = None

    @model_validator(mode="after")
    def _has_its_keys(self) -> Self:
        given = {name for name in Condition.model_fields if name != "kind" and getattr(self, name) is not None}
        optional = {"least", "most"} if self.kind == "days_to" else set()
        missing, others = set(NEEDS[self.kind]) - given, given - set(NEEDS[self.kind]) - optional
        if missing or others:
            wrong = f"needs {', '.join(sorted(missing))}" if missing else f"takes no {', '.join(sorted(others))}"
            raise ValueError(f"a condition of kind {self.kind} {wrong}")
        if self.kind == "days_to" and not given & optional:
            raise ValueError("a condition of kind days_to needs least or most")
        return self


class AudienceGroup(Spec):
    """A part of the audience with a name of its own, which texts may tell as the fact ``group`` (3～4か月児健康診査)."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    title: str
    conditions: tuple[Condition, ...] = Field(min_length=1)


class Audience(Spec):
    """Whom a notice is for.

    source: ``residents``, id of a copy, ``expected:<procedure>``, ``claims`` or ``list``. addressee: who is told about the person
    found: the person (``self``) or a parent or guardian of the household (``guardian``). period: what a person gets the notice
    once in: ``once`` for each group in a life, or each ``year`` (会計年度) or ``month``. exclude: who is left out, also right before
    the sending.
    """

    source: str
    addressee: Literal["self", "guardian"] = "self"
    conditions: tuple[Condition, ...] = ()
    groups: tuple[AudienceGroup, ...] = ()
    period: Literal["once", "year", "month"]
    exclude: tuple[Exclusion, ...]

    @model_validator(mode="after")
    def _exclude_always(self) -> Self:
        missing = [one for one in ALWAYS if one not in self.exclude]
        if missing:
            raise ValueError(f"exclude lacks {', '.join(missing)}: nobody of them may ever be told automatically")
        return self

    def all_conditions(self) -> list[tuple[str, Condition]]:
        """Each condition with its key in the file."""
        own = [(f"conditions.{place}", one) for place, one in enumerate(self.conditions)]
        return own + [(f"groups.{group.id}.conditions.{place}", one) for group in self.groups for place, one in enumerate(group.conditions)]


def check_audience(file: Path, audience: Audience, copies: Mapping[str, CopyKind], procedures: Mapping[str, object]) -> None:
    """Source, items and ledgers of an audience exist. Raises SpecError."""
    _check_source(file, audience.source, copies, procedures)
    own = copies.get(audience.source)
    for place, condition in audience.all_conditions():
        key = f"audience.{place}"
        if condition.item is not None and (own is None or condition.item not in own.items):
            allowed = nearest(condition.item, own.items) if own else "the id of a copy as source"
            raise SpecError(file=file, key=f"{key}.item", problem=f"unknown item {condition.item}", allowed=allowed)
        if condition.ledger is None:
            continue
        if condition.ledger not in copies:
            allowed = nearest(condition.ledger, copies)
            raise SpecError(file=file, key=f"{key}.ledger", problem=f"unknown copy {condition.ledger}", allowed=allowed)
        for name in condition.values_of or {}:
            items = copies[condition.ledger].items
            if name not in items:
                raise SpecError(file=file, key=f"{key}.values_of", problem=f"unknown item {name}", allowed=nearest(name, items))


def _check_source(file: Path, source: str, copies: Mapping[str, CopyKind], procedures: Mapping[str, object]) -> None:
    known = {RESIDENTS, CLAIMS, LIST, *copies, *(EXPECTED + name for name in procedures)}
    if source not in known:
        raise SpecError(file=file, key="audience.source", problem=f"unknown source {source}", allowed=nearest(source, known))
