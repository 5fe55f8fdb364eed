"""A mapping made ready to run (対応表の展開): a tree that answers for each element of a form which column its value fills."""

import re
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from pathlib import Path

from mappings.codelists import CodeList
from mappings.items import Group
from mappings.mapping import FieldMap, Mapping, RecordMap
from mappings.places import NAMESPACE
from mappings.procedure import Procedure, Version
from mappings.specification import nearest
from mappings.transforms import Step, bind
from mappings.yaml_door import SpecError

_STEP = re.compile(r"(?P<name>[^\[\]/@]+)(?:\[(?P<nth>[1-9][0-9]*)\])?")


@dataclass(slots=True)
class Node:
    """What becomes of one element.

    slots: for the text of its 1st, 2nd … occurrence. attributes: slot of each, None passes over. record: number of the record it begins.
    """

    children: dict[str, "Node"] = field(default_factory=dict)
    slots: list[int] = field(default_factory=list)
    attributes: dict[str, int | None] = field(default_factory=dict)
    record: int | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One item of a record: the slots that its path fills and the bound transforms."""

    name: str
    source: FieldMap
    slots: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """One group. role: the one whose ordinal its rows share, or empty. width: slots of a row. columns: all items in their order."""

    group: str
    at: str
    role: str
    fields: tuple[FieldPlan, ...]
    width: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The root node of the form and its records, the application's own first."""

    root: Node
    records: tuple[RecordPlan, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a mapping may refer to, and the file to name when it errs."""

    file: Path
    procedure: Procedure
    groups: Lookup[str, Group]
    codelists: Lookup[str, CodeList]
    day: str

    def error(self, key: str, problem: str, allowed: str = "") -> SpecError:
        return SpecError(file=self.file, key=key, problem=problem, allowed=allowed)


def make_plan(
    procedure: Procedure,
    mapping: Mapping,
    *,
    version: Version,
    groups: Lookup[str, Group],
    codelists: Lookup[str, CodeList],
    day: str,
) -> Plan:
    """Check a mapping against items, roles, transforms and code lists valid on the ISO day, and lay it out. Raises SpecError."""
    ground = _Ground(procedure.folder / version.mapping, procedure, groups, codelists, day)
    root = Node()
    records = tuple(_record(ground, root, number, record) for number, record in enumerate(mapping.records))
    for entry in mapping.ignore:
        _ignore(ground, root, entry.path)
    return Plan(root, records)


def _record(ground: _Ground, root: Node, number: int, record: RecordMap) -> RecordPlan:
    if record.group not in ground.groups:
        raise ground.error(f"records.{number}.group", f"unknown group {record.group}", nearest(record.group, ground.groups))
    group = ground.groups[record.group]
    top = root if record.at == "." else _reach(ground, root, record.at)
    if record.at != ".":
        top.record = number
    missing = [item.name for item in group.values() if item.required and item.name not in record.fields]
    if missing:
        raise ground.error(record.group, f"required items have no source: {', '.join(missing)}")
    slots: dict[str, int] = {}
    fields = tuple(_field(ground, top, slots, (record.group, name), source) for name, source in record.fields.items())
    role = next((role.role for role in ground.procedure.roles if role.repeated and role.path == record.at), "")
    return RecordPlan(record.group, record.at, role, fields, len(slots), tuple(group))


def _field(ground: _Ground, top: Node, slots: dict[str, int], place: tuple[str, str], source: FieldMap) -> FieldPlan:
    group, name = place
    key = f"{group}.{name}"
    if name not in ground.groups[group]:
        raise ground.error(key, f"unknown item {name}", nearest(name, ground.groups[group]))
    roles = [role.role for role in ground.procedure.roles]
    if source.person and source.person not in roles:
        raise ground.error(key, f"unknown role {source.person}", nearest(source.person, roles))
    for path in source.path:
        if path not in slots:
            slots[path] = len(slots)
            _place(ground, top, path, slots[path])
    names = list(source.steps)
    code = ground.groups[group][name].code
    if code and source.path:
        names.append(f"code:{code}")
    steps = tuple(_bind(ground, key, step) for step in names)
    inputs = steps[0].inputs if steps else 1
    if source.path and len(source.path) != inputs:
        raise ground.error(key, f"takes {len(source.path)} paths, its first step {inputs}")
    return FieldPlan(name, source, tuple(slots[path] for path in source.path), steps)


def _bind(ground: _Ground, key: str, step: str) -> Step:
    try:
        return bind(step, codelists=ground.codelists, day=ground.day)
    except LookupError as error:
        raise ground.error(key, f"unknown step {step}", str(error.args[0])) from None


def _place(ground: _Ground, top: Node, path: str, slot: int) -> None:
    """Let the element or attribute at ``path`` fill ``slot``."""
    *above, last = path.split("/")
    if last.startswith("@"):
        _reach(ground, top, "/".join(above)).attributes[last[1:]] = slot
        return
    node = _reach(ground, top, path)
    match = _STEP.fullmatch(last)
    if int((match and match["nth"]) or 1) != len(node.slots) + 1:
        raise ground.error(path, "occurrences must be listed in order: [1], [2], …")
    node.slots.append(slot)


def _ignore(ground: _Ground, root: Node, path: str) -> None:
    *above, last = path.split("/")
    if last.startswith("@"):
        _reach(ground, root, "/".join(above)).attributes[last[1:]] = None
        return
    node = _reach(ground, root, path)
    if node.slots or node.children or node.record is not None:
        raise ground.error(f"ignore.{path}", "is mapped and ignored at once")
    node.ignored = True


def _reach(ground: _Ground, top: Node, path: str) -> Node:
    """The node at ``path``, made on the way where needed."""
    node = top
    for part in path.split("/") if path else ():
        match = _STEP.fullmatch(part)
        if match is None:
            raise ground.error(path, "is no path of element names")
        node = node.children.setdefault(f"{{{NAMESPACE}}}{match['name']}", Node())
    return node
