"""Forms that changed (様式の変更): two versions compared, with drafts of what an official has to decide. No resident's value comes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from mappings.catalogue import Catalogue
from mappings.form_difference import Difference, Item, compare
from mappings.form_drafts import draft_mapping, draft_schema, merge
from mappings.form_shape import XS, Element, parse_schema, read_filled, read_schema
from mappings.mapping import Mapping
from mappings.procedure import Procedure
from mappings.specification import nearest
from pipeline.errors import SettingError
from pipeline.trial import read_input
from vocabulary.findings import refuse


@dataclass(frozen=True, slots=True)
class Form:
    """A form to compare. version: 様式版, or the name of the file that has none."""

    version: str
    shape: Element


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in the new form, and the drafts for it."""

    difference: Difference
    mapping: str
    schema: str


def newest(procedure: Procedure) -> tuple[str, Mapping]:
    """The version that is valid last, with its mapping."""
    version, mapping = max(zip(procedure.versions, procedure.mappings, strict=True), key=lambda one: one[0].valid_from)
    return version.form, mapping


def declared_form(procedure: Procedure, version: str) -> Form:
    """A version that the procedure declares."""
    return Form(version, read_schema(parse_schema(procedure.forms[version])))


def form_of(procedure: Procedure, text: str, *, today: date) -> Form:
    """The form that a version, a schema file or an application (申請内容, application.xml or the portal's ZIP) stands for.

    Raises SettingError for what is none of them, and Refused for a file that is no form.
    """
    if text in procedure.forms:
        return declared_form(procedure, text)
    path = Path(text)
    if not path.is_file():
        known = nearest(text, procedure.forms)
        raise SettingError(f"{text} is neither a file nor a form version of {procedure.id}", f"name a file, or one of: {known}")
    data = path.read_bytes()
    if path.suffix == ".xsd":
        return Form(path.name, _schema(data))
    given = read_input(data, municipality="", today=today)
    return Form(given.version or path.stem, read_filled([given.content]))


def _schema(data: bytes) -> Element:
    try:
        # Written by an official, not by a resident: comments are welcome in it.
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except etree.XMLSyntaxError:
        raise refuse("XML_NOT_WELL_FORMED", "document") from None
    if root.tag != f"{XS}schema":
        raise refuse("XML_SCHEMA", "document", "the file is no schema")
    try:
        return read_schema(root)
    except ValueError as error:
        raise refuse("XML_SCHEMA", "document", str(error)) from None


def change_of(catalogue: Catalogue, procedure: Procedure, old: Form, new: Form) -> Change:
    """Compare two forms of a procedure and draft the new one's schema and mapping."""
    mappings = {version.form: mapping for version, mapping in zip(procedure.versions, procedure.mappings, strict=True)}
    mapping = mappings.get(old.version, newest(procedure)[1])
    difference = compare(old.shape, new.shape)
    shape = new.shape if new.shape.seen is None else merge(old.shape, new.shape, difference.names)
    drafted = draft_mapping(mapping, difference, version=new.version, groups=catalogue.items[procedure.business])
    return Change(difference, drafted, draft_schema(shape, form=procedure.form_id, version=new.version))


def observed_form(version: str, contents: list[etree._Element]) -> Form:
    """The form that applications on a version nobody declared show."""
    return Form(version, read_filled(contents))


def as_data(change: Change) -> dict[str, Any]:
    """The difference as plain values."""
    found = change.difference
    return {
        "same": found.empty,
        "added": [_item(one) for one in found.added],
        "removed": [_item(one) for one in found.removed],
        "renamed": [{"old": one.old, "new": one.new, "why": one.why} for one in found.renamed],
        "changed": [{"path": one.path, "what": one.what, "old": one.old, "new": one.new} for one in found.changed],
        "not_seen": [one.path for one in found.unseen],
    }


def _item(item: Item) -> dict[str, str]:
    return {"path": item.path, "type": _type(item), "times": "" if item.element is None else item.element.times}


def _type(item: Item) -> str:
    if item.element is None:
        return "属性"
    return f"項目の集まり（{'、'.join(item.element.children)}）" if item.element.children else item.element.type.words


def words(change: Change) -> Iterator[str]:
    """The difference for people."""
    found = change.difference
    if found.empty:
        yield "違いはありません。"
    yield from (f"追加 {one.path}: {_type(one)}" for one in found.added)
    yield from (f"削除 {one.path}: {_type(one)}" for one in found.removed)
    yield from (f"改名 {one.old} → {one.new}（{one.why}。確かめてください）" for one in found.renamed)
    yield from (f"変更 {one.path}の{one.what}: {one.old} → {one.new}" for one in found.changed)
    if found.unseen:
        yield f"任意の項目で、手元の申請に無いもの: {'、'.join(one.path for one in found.unseen)}"
