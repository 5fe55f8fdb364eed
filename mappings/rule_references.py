"""What rules refer to (審査ルールの参照先): names that do not exist have the file refused."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mappings.items import Group
from mappings.procedure import Procedure
from mappings.rules import Rule
from mappings.specification import nearest
from mappings.yaml_door import SpecError
from vocabulary.reasons import reasons

Named = tuple[str, str, str, Iterable[str]]
"""Key of a rule, what it names there, the word for it, and what is allowed."""


def check_rules(file: Path, procedure: Procedure, rules: Iterable[Rule], groups: Mapping[str, Group], own: str) -> None:
    """Raise SpecError for the first name that does not exist. own: the application's own group, to whose items any rule may look."""
    for rule in rules:
        for key, name, word, allowed in (*_common(procedure, rule, groups), *_items(rule, groups, own)):
            if name not in allowed:
                raise SpecError(file=file, key=f"{rule.id}.{key}", problem=f"unknown {word} {name}", allowed=nearest(name, allowed))


def _common(procedure: Procedure, rule: Rule, groups: Mapping[str, Group]) -> Iterator[Named]:
    if rule.group:
        yield "group", rule.group, "group", groups
    yield "code", rule.code, "reason code", reasons()
    for role in rule.roles:
        yield "roles", role, "role", [one.role for one in procedure.roles]
    if rule.document:
        yield "document", rule.document, "document", [one.code for one in procedure.documents]
    if rule.switch:
        yield "switch", rule.switch.id, "switch", [one.id for one in procedure.switches]


def _items(rule: Rule, groups: Mapping[str, Group], own: str) -> Iterator[Named]:
    """An item that the rule's group lacks is one of the application's own record, and so is the condition of a rule about rows."""
    if rule.is_across and not rule.group:
        named = [f"{group}.{item}" for group, items in groups.items() for item in items]
        yield from (("items", item, "item", named) for item in rule.items)
    else:
        yield from (("items", item, "item", [*groups[rule.group], *groups.get(own, ())]) for item in rule.items)
    if rule.when:
        beside = () if rule.rule == "rows" or not rule.group else groups[rule.group]
        yield "when", rule.when.item, "item", [*beside, *groups.get(own, ())]
