"""What changed in the checks between two days (検査の変更): rules gone, weakened, added; new versions of the specifications."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.audit.figures import DayFigures
from pipeline.audit.rule_sets import ITEM, REQUIRED, RuleState
from pipeline.pages.words import SEVERITIES, STATUSES

STATUS_STRENGTH: Final = {"shadow": 0, "warn": 1, "hold": 2}
SEVERITY_STRENGTH: Final = {"alert": 0, "error": 1}
KINDS: Final = {
    "gone": "無くなった",
    "off": "適用されなくなった",
    "weaker": "弱められた",
    "between": "日中だけ別の版で検査した",
    "changed": "内容が変わった",
    "stronger": "強められた",
    "on": "適用されるようになった",
    "added": "加わった",
    "version": "定義の版が変わった",
}
"""Kinds of change as auditors read them, those that let more through first."""
LOOSER: Final = frozenset({"gone", "off", "weaker", "between"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change that the close of ``day`` saw first. rule: "" where it is none's. before, after: in words of the specification."""

    day: date
    kind: str
    procedure: str
    rule: str
    says: str
    before: str
    after: str

    @property
    def looser(self) -> bool:
        """Whether the check may let more through than before."""
        return self.kind in LOOSER


Rules = Mapping[tuple[str, str], RuleState]


def changes_between(earlier: DayFigures, later: DayFigures, rule_sets: Mapping[str, tuple[RuleState, ...]]) -> list[Change]:
    """Everything that differs between two closes, graver kinds first. rule_sets: by their digest."""
    day = later.day
    found = [*_rules(day, _by_id(rule_sets[earlier.rule_set]), _by_id(rule_sets[later.rule_set]))]
    found += _versions(earlier, later)
    order = list(KINDS)
    return sorted(found, key=lambda one: (order.index(one.kind), one.procedure, one.rule))


def _by_id(rules: Iterable[RuleState]) -> Rules:
    return {(rule.procedure, rule.id): rule for rule in rules}


def _rules(day: date, earlier: Rules, later: Rules) -> Iterator[Change]:
    for key in sorted(earlier.keys() | later.keys()):
        before, after = earlier.get(key), later.get(key)
        if before is None and after is not None:
            yield Change(day, "added", after.procedure, after.id, after.says, "", _told(after))
        elif after is None and before is not None:
            yield Change(day, "gone", before.procedure, before.id, before.says, _told(before), "")
        elif before is not None and after is not None:
            yield from _rule(day, before, after)


def _rule(day: date, before: RuleState, after: RuleState) -> Iterator[Change]:
    """How one rule's effect moved, or its content where the effect stands."""
    if before.in_force != after.in_force:
        kind = "on" if after.in_force else "off"
    elif _strength(before) != _strength(after):
        kind = "stronger" if _strength(after) > _strength(before) else "weaker"
    elif before != after:
        kind = "changed"
    else:
        return
    yield Change(day, kind, after.procedure, after.id, after.says, _told(before), _told(after))


def _strength(rule: RuleState) -> tuple[int, int, bool]:
    required = rule.kind != ITEM or rule.definition.startswith(REQUIRED)
    return STATUS_STRENGTH[rule.status], SEVERITY_STRENGTH[rule.severity], required


def _told(rule: RuleState) -> str:
    """What an auditor compares: an item's definition, or a rule's effect, its code and the digest of the rest."""
    if rule.kind == ITEM:
        return rule.definition
    words = [STATUSES[rule.status], SEVERITIES[rule.severity], *([] if rule.in_force else ["自治体の選択により適用しない"])]
    return f"{'、'.join(words)} {rule.code} {rule.definition[:8]}"


def _versions(earlier: DayFigures, later: DayFigures) -> Iterator[Change]:
    """New versions of the specifications, and runs of the day under a version that stood at neither close."""
    for procedure, version in sorted(later.versions.items()):
        before = earlier.versions.get(procedure, "")
        if before and before != version:
            yield Change(later.day, "version", procedure, "", "", before, version)
        for other in sorted({*later.ran.get(procedure, ())} - {before, version}):
            yield Change(later.day, "between", procedure, "", "", version, other)

