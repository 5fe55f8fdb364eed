"""Drafts for a form that changed (様式変更の下書き): a schema and a mapping for an official to look at, without any resident's value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from xml.sax.saxutils import quoteattr

from mappings.form_difference import Difference, Item
from mappings.form_shape import ROOT, Attribute, Element, Type
from mappings.items import Group
from mappings.mapping import FieldMap, RecordMap
from mappings.mapping import Mapping as FormMapping
from mappings.places import NAMESPACE

Groups = Mapping[str, Group]


def draft_schema(shape: Element, *, form: str, version: str) -> str:
    """A schema of the shape, as the text of a file. form: 様式ID."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<!-- 下書き {form} 版 {version}: 確かめてから様式の定義として使う。 -->",
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}"',
        f'           targetNamespace="{NAMESPACE}" elementFormDefault="qualified">',
    ]
    fixed = {"様式ID": form, "様式版": version}
    own = {name: Attribute(Type(values=(text,)), required=True) for name, text in fixed.items()}
    root = replace(shape, name=ROOT, attributes={"Id": Attribute(Type(built_in="ID"), required=True), **own})
    # A text with attributes can only extend a type that has a name.
    named = {type_: f"型{number}" for number, type_ in enumerate(dict.fromkeys(_extended(root)), start=1)}
    types = [f"  {_simple(type_, name)}" for type_, name in named.items()]
    return "\n".join([*lines, *_element(root, "  ", named, top=""), *types, "</xs:schema>", ""])


def _extended(element: Element) -> Iterator[Type]:
    if element.attributes and not element.children:
        yield element.type
    for child in element.children.values():
        yield from _extended(child)


def merge(old: Element, new: Element, names: Mapping[str, str], path: tuple[str, str] = ("", "")) -> Element:
    """The shape of filled forms completed by what the old schema knows of them. names: old → new path of what was renamed."""
    now = {name: names.get(path[0] + name, path[1] + name).rpartition("/")[2] for name in old.children}
    known = {name: before for before, name in now.items()}
    children: dict[str, Element] = {}
    for name, element in new.children.items():
        before = known.get(name)
        below = (f"{path[0]}{before}/", f"{path[1]}{name}/")
        children[name] = element if before is None else _completed(old.children[before], element, names, below)
    for name, element in old.children.items():
        if element.least == 0 and now[name] not in new.children:
            children = _inserted(children, element, list(old.children))
    return replace(new, children=children, attributes={**new.attributes, **old.attributes})


def _completed(old: Element, new: Element, names: Mapping[str, str], path: tuple[str, str]) -> Element:
    merged = merge(old, new, names, path)
    widest = None if old.most is None else max(old.most, new.most or 0)
    fitting = old.type if new.fits(old.type) else new.type
    return replace(merged, type=fitting, least=min(old.least, new.least), most=widest)


def _inserted(children: dict[str, Element], element: Element, order: Sequence[str]) -> dict[str, Element]:
    """The children with an optional one that no form shows, behind the one that it followed."""
    before = [name for name in order[: order.index(element.name)] if name in children]
    names = list(children)
    place = names.index(before[-1]) + 1 if before else 0
    names.insert(place, element.name)
    return {name: children.get(name, element) for name in names}


def _element(
    element: Element, indent: str, named: Mapping[Type, str], *, top: str = ' minOccurs="{least}" maxOccurs="{most}"'
) -> Iterator[str]:
    most = "unbounded" if element.most is None else max(element.most, 1)
    head = f"{indent}<xs:element name={quoteattr(element.name)}" + top.format(least=element.least, most=most)
    if not element.children and not element.attributes:
        yield f"{head}>{_simple(element.type)}</xs:element>"
        return
    attributes = [_attribute(name, one) for name, one in element.attributes.items()]
    yield f"{head}><xs:complexType>"
    if element.children:
        yield f"{indent}  <xs:sequence>"
        for child in element.children.values():
            yield from _element(child, f"{indent}    ", named)
        yield f"{indent}  </xs:sequence>"
        yield from (f"{indent}  {line}" for line in attributes)
    else:
        base = named[element.type]
        yield f'{indent}  <xs:simpleContent><xs:extension base="{base}">{"".join(attributes)}</xs:extension></xs:simpleContent>'
    yield f"{indent}</xs:complexType></xs:element>"


def _attribute(name: str, attribute: Attribute) -> str:
    use = ' use="required"' if attribute.required else ""
    return f"<xs:attribute name={quoteattr(name)}{use}>{_simple(attribute.type)}</xs:attribute>"


def _simple(type_: Type, name: str = "") -> str:
    facets = [f"<xs:enumeration value={quoteattr(value)}/>" for value in type_.values]
    facets += [f"<xs:pattern value={quoteattr(type_.pattern)}/>"] if type_.pattern else []
    facets += [f'<xs:minLength value="{type_.least}"/>'] if type_.least else []
    facets += [f'<xs:maxLength value="{type_.most}"/>'] if type_.most is not None else []
    head = f"<xs:simpleType name={quoteattr(name)}>" if name else "<xs:simpleType>"
    return f'{head}<xs:restriction base="xs:{type_.built_in}">{"".join(facets)}</xs:restriction></xs:simpleType>'


def draft_mapping(mapping: FormMapping, difference: Difference, *, version: str, groups: Groups) -> str:
    """The old mapping with renamed paths, without removed ones; what was added stands as a comment, so that somebody must decide.

    Loading it is refused until every added item is mapped or ignored with a reason.
    """
    gone = {item.path for item in difference.removed}
    lines = ["# 下書き: 様式の新しい版の対応表。# の行を読み、決めてから使う。", f"form_version: {version}", "records:"]
    for record in mapping.records:
        lines += _record(record, difference.names, gone)
    ignored = [(_renamed(one.path, difference.names), one.why) for one in mapping.ignore if not _is_gone(one.path, gone)]
    lines += ["ignore:", *(f"  - {{path: {_text(path)}, why: {_text(why)}}}" for path, why in ignored)]
    lines += [f"# 前の版の {one.old} は {one.new} と見た（{one.why}）。" for one in difference.renamed]
    lines += [f"# 前の版の {path} は無くなった。" for path in sorted(gone)]
    lines += [line for item in difference.added for line in _added(item, mapping, groups)]
    return "\n".join(lines) + "\n"


def _record(record: RecordMap, names: Mapping[str, str], gone: set[str]) -> Iterator[str]:
    base = "" if record.at == "." else f"{record.at}/"
    if record.at != "." and _is_gone(record.at, gone):
        yield f"  # {record.group}: {record.at} が無くなった"
        return
    at = _renamed(record.at, names)
    yield from (f"  - group: {record.group}", f"    at: {at}", "    fields:")
    for name, source in record.fields.items():
        if any(_is_gone(base + path, gone) for path in source.path):
            yield f"      # {name}: 前の版では {'、'.join(base + path for path in source.path)}"
            continue
        paths = tuple(_renamed(base + path, names).removeprefix("" if at == "." else f"{at}/") for path in source.path)
        yield f"      {name}: {_source(source.model_copy(update={'path': paths}))}"


def _is_gone(path: str, gone: set[str]) -> bool:
    bare = path.partition("[")[0]
    return any(bare == one or bare.startswith(f"{one}/") for one in gone)


def _renamed(path: str, names: Mapping[str, str]) -> str:
    """The path in the new form: the longest renamed part of it is replaced."""
    parts = path.split("/")
    for count in range(len(parts), 0, -1):
        head = "/".join(parts[:count])
        if head in names:
            return "/".join([names[head], *parts[count:]])
    return path


def _source(source: FieldMap) -> str:
    said = source.model_dump(by_alias=True, exclude_defaults=True)
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in said.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return _text(value[0]) if len(value) == 1 else f"[{', '.join(map(_text, value))}]"
    return _text(str(value))


def _text(text: str) -> str:
    """A YAML scalar, in quotes where bare text would be read otherwise."""
    plain = text and not set(text) & set("{}[],:#\"'&*!|>%`\\\n") and text == text.strip() and text[0] not in "-?@"
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _added(item: Item, mapping: FormMapping, groups: Groups) -> Iterator[str]:
    kind = item.element.type.words if item.element is not None and not item.element.children else "項目の集まり"
    yield f"# 追加された {item.path}（{kind}）: 項目に対応させるか、ignore に理由を書く。"
    name = item.path.rpartition("/")[2]
    record = next((one for one in mapping.records if one.at != "." and item.path.startswith(f"{one.at}/")), mapping.records[0])
    path = item.path if record.at == "." else item.path.removeprefix(f"{record.at}/")
    for free in groups.get(record.group, {}).values():
        if free.title == name and free.name not in record.fields:
            yield f"#   候補 {record.group}: {free.name}: {{path: {path}}}"
