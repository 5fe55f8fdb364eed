"""A mapping against its form (対応表と様式の照合): every element of the schema is mapped or ignored, and no path leads nowhere."""

from collections.abc import Iterator
from pathlib import Path

from mappings.form_shape import Element
from mappings.places import NAMESPACE
from mappings.plan import Node, Plan
from mappings.specification import nearest
from mappings.yaml_door import SpecError


def check_coverage(plan: Plan, form: Element, mapping: Path) -> None:
    """Raise SpecError, naming the file of the mapping, for the first element or attribute on which form and mapping disagree."""
    for path, problem, allowed in _disagreements(plan.root, form, ""):
        raise SpecError(file=mapping, key=path, problem=problem, allowed=allowed)


def _disagreements(node: Node, shape: Element, path: str) -> Iterator[tuple[str, str, str]]:
    mapped = {tag.removeprefix(f"{{{NAMESPACE}}}"): below for tag, below in node.children.items()}
    for kind, ours, theirs in (("", mapped.keys(), shape.children.keys()), ("@", node.attributes.keys(), shape.attributes.keys())):
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
