"""The rules as they stand (検査の定義の控え): what auditors compare from one day's close to the next."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from mappings.rules import Rule
from pipeline.hub import Hub


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule at a day's close. in_force: the municipality's switches do not leave it out. definition: digest of all else it says."""

    procedure: str
    id: str
    kind: str
    code: str
    severity: str
    status: str
    says: str
    in_force: bool
    definition: str


def rules_now(hub: Hub) -> tuple[RuleState, ...]:
    """Every rule of the procedures that the municipality takes, by procedure and id."""
    found = (_state(hub, name, rule) for name in hub.municipality.procedures for rule in hub.procedure(name).rules)
    return tuple(sorted(found, key=lambda one: (one.procedure, one.id)))


def _state(hub: Hub, procedure: str, rule: Rule) -> RuleState:
    told = {"id", "rule", "code", "severity", "status", "says", "switch"}
    rest = json.dumps(rule.model_dump(mode="json", exclude=told), ensure_ascii=False, sort_keys=True)
    return RuleState(
        procedure=procedure,
        id=rule.id,
        kind=rule.rule,
        code=rule.code,
        severity=rule.severity,
        status=rule.status,
        says=rule.says,
        in_force=rule.switch is None or hub.switches(procedure)[rule.switch.id] == rule.switch.on,
        definition=hashlib.sha256(rest.encode()).hexdigest()[:16],
    )


def write_rules(rules: Iterable[RuleState]) -> str:
    """As JSON of one line."""
    return json.dumps([asdict(rule) for rule in rules], ensure_ascii=False, sort_keys=True)


def read_rules(text: str) -> tuple[RuleState, ...]:
    """What ``write_rules`` wrote."""
    return tuple(RuleState(**row) for row in json.loads(text))


def digest_of_rules(text: str) -> str:
    """Under which a set of rules is kept."""
    return hashlib.sha256(text.encode()).hexdigest()
