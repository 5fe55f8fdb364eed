"""The rules as they stand (検査の定義の控え): what auditors compare from one day's close to the next."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from mappings.rules import Rule
from pipeline.hub import Hub

ITEM: Final = "item"
REQUIRED: Final = "必須"


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule at a day's close, or the check of one item (kind ``item``), which always holds with the severity error.

    in_force: the municipality's switches do not leave it out. definition: digest of all else it says; of an item its definition in words.
    """

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
    """Every rule and every item of the procedures that the municipality takes, by procedure and id."""
    found = [_state(hub, name, rule) for name in hub.municipality.procedures for rule in hub.procedure(name).rules]
    found += [state for name in hub.municipality.procedures for state in _items(hub, name)]
    return tuple(sorted(found, key=lambda one: (one.procedure, one.id)))


def _items(hub: Hub, procedure: str) -> Iterator[RuleState]:
    specification = hub.procedure(procedure)
    for group in hub.catalogue.groups_of(specification):
        for name, item in hub.catalogue.items[specification.business][group].items():
            definition = f"{REQUIRED if item.required else '任意'} {item.type}({item.length}) {item.code}".strip()
            yield RuleState(procedure, f"{group}.{name}", ITEM, "", "error", "hold", item.title, in_force=True, definition=definition)


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
