"""A mapping against its form (対応表と様式の照合): every element of the schema is mapped or ignored, and no path leads nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from mappings.places import NAMESPACE
from mappings.plan import Node, Plan
from mappings.specification import nearest
from mappings.yaml_door import SpecError

_XS = "{http://www.w3.org/2001/XMLSchema}"
_ROOT = "申請内容"


@dataclass(slots=True)
class _Shape:
    """What a schema allows below an element."""

    children: dict[str, "_Shape"] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)


def check_coverage(plan: Plan, schema: Path, mapping: Path) -> None:
    """Raise SpecError for the first element or attribute on which form and mapping disagree.

    Reads the plain sequences that forms are made of.
    """
    tree = etree.parse(str(schema), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    types = {str(one.get("name")): one for one in tree.iterchildren(f"{_XS}complexType")}
    (top,) = [one for one in tree.iterchildren(f"{_XS}element") if one.get("name") == _ROOT]
    for path, problem, allowed in _disagreements(plan.root, _shape(top, types), ""):
        raise SpecError(file=mapping, key=path, problem=problem, allowed=allowed)


def _shape(element: etree._Element, types: dict[str, etree._Element]) -> _Shape:
    body = types.get(str(element.get("type")), element.find(f"{_XS}complexType"))
    found = _Shape()
    if body is None:
        return found
    attributes = (*body.iterchildren(f"{_XS}attribute"), *body.iterfind(f"{_XS}simpleContent/{_XS}extension/{_XS}attribute"))
    found.attributes = {str(one.get("name")) for one in attributes}
    for one in body.iterfind(f"{_XS}sequence/{_XS}element"):
        found.children[str(one.get("name"))] = _shape(one, types)
    return found


def _disagreements(node: Node, shape: _Shape, path: str) -> Iterator[tuple[str, str, str]]:
    mapped = {tag.removeprefix(f"{{{NAMESPACE}}}"): below for tag, below in node.children.items()}
    for kind, ours, theirs in (("", mapped.keys(), shape.children.keys()), ("@", node.attributes.keys(), shape.attributes)):
        for name in sorted(ours - theirs):
            yield f"{path}{kind}{name}", "the form has no such element or attribute", nearest(name, theirs)
        for name in sorted(theirs - ours):
            yield f"{path}{kind}{name}", "the form has it, the mapping neither maps nor ignores it", ""
    for name, below in mapped.items():
        if below.ignored or name not in shape.children:
            continue
        if below.slots and shape.children[name].children:
            yield f"{path}{name}", "the form has elements below it", nearest("", shape.children[name].children)
        else:
            yield from _disagreements(below, shape.children[name], f"{path}{name}/")
