"""Additional questions of one municipality (追加項目): data that complete a form's schema and mapping for that municipality only."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, Final, Literal, Self

from lxml import etree
from pydantic import Field, model_validator

from mappings.form_shape import ROOT, XS, parse_schema
from mappings.items import Group
from mappings.mapping import FieldMap, Ignored, Mapping, RecordMap
from mappings.specification import Spec, nearest, read_spec
from mappings.yaml_door import SpecError
from vocabulary.check_digits import valid_municipality_code

COLUMNS: Final = ("uketsukebango", "renban", "shinseisha_atenabango", "taisho", "shitsumon", "kaitokodo", "kaito")
"""Items of a group that takes answers: whose, the question in words, the answer as code and in words."""

WHY = "追加項目のレコードになる"


class Question(Spec):
    """One question. after: path of the element that it follows; below a repeating element it is asked of each.

    length: characters of a text or digits of a number. values: code → words of a choice. item: item of the record it stands in, filled
    through the transforms of ``with``; without one the answer becomes a record of the overlay's group.
    """

    element: str = Field(pattern=r"^[^\s/@:.<>&\[\]0-9-][^\s/@:<>&\[\]]*$")
    after: str = Field(min_length=1)
    title: str = Field(min_length=1, max_length=100)
    type: Literal["text", "number", "date", "choice"] = "text"
    length: int = Field(default=200, ge=1, le=400)
    values: dict[str, str] = Field(default_factory=dict)
    required: bool = False
    item: str = ""
    steps: tuple[str, ...] = Field(default=(), alias="with")

    @model_validator(mode="before")
    @classmethod
    def _one_step_is_a_list(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("with"), str):
            return {**data, "with": (data["with"],)}
        return data

    @model_validator(mode="after")
    def _values_are_a_choice(self) -> Self:
        if (self.type == "choice") != bool(self.values):
            raise ValueError("values belong to type choice, and a choice needs them")
        if self.steps and not self.item:
            raise ValueError("with needs item")
        return self

    @property
    def path(self) -> str:
        """Where it stands, below the 申請内容."""
        parent = self.after.rpartition("/")[0]
        return f"{parent}/{self.element}" if parent else self.element


class Overlay(Spec):
    """``overlay.<municipality>.<form version>.yaml``. group: the kind of record that takes answers without an item of their own.

    schema_text: the base schema with the questions. mappings: those of the form version with the questions, by their first day.
    """

    LOADED: ClassVar[frozenset[str]] = frozenset({"file", "schema_text", "mappings"})

    municipality: str
    form_version: str
    group: str = ""
    questions: tuple[Question, ...] = Field(min_length=1)
    file: Path = Path()
    schema_text: bytes = b""
    mappings: dict[date, Mapping] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _come_from_the_loader(cls, data: object) -> object:
        if isinstance(data, dict) and (taken := cls.LOADED & data.keys()):
            raise ValueError(f"{', '.join(sorted(taken))} are made by the loader")
        return data

    @model_validator(mode="after")
    def _answers_have_a_home(self) -> Self:
        if not self.group and not all(one.item for one in self.questions):
            raise ValueError("questions without item need group: the kind of record for their answers")
        return self

    def error(self, key: str, problem: str, allowed: str = "") -> SpecError:
        """What is wrong with this file."""
        return SpecError(file=self.file, key=key, problem=problem, allowed=allowed)


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A form version as an overlay completes it: its schema file, and the mapping that reads it from each first day on."""

    form: str
    schema: Path
    mappings: Lookup[date, Mapping]


def read_overlays(folder: Path, versions: Sequence[FormVersion], groups: Lookup[str, Group]) -> tuple[Overlay, ...]:
    """Every overlay of a procedure's folder with the schema and mappings that it makes. Raises SpecError."""
    known = {version.form: version for version in versions}
    return tuple(_read(path, known, groups) for path in sorted(folder.glob("overlay.*.yaml")))


def _read(path: Path, known: Lookup[str, FormVersion], groups: Lookup[str, Group]) -> Overlay:
    overlay = read_spec(path, Overlay).model_copy(update={"file": path})
    named = f"overlay.{overlay.municipality}.{overlay.form_version}.yaml"
    if path.name != named:
        raise overlay.error("", "the file's name is not that of its municipality and form version", named)
    if not valid_municipality_code(overlay.municipality):
        raise overlay.error("municipality", f"{overlay.municipality} has a wrong check digit", "全国地方公共団体コード, 6 digits")
    if overlay.form_version not in known:
        raise overlay.error("form_version", f"unknown version {overlay.form_version}", nearest(overlay.form_version, known))
    if overlay.group:
        _check_group(overlay, groups)
    version = known[overlay.form_version]
    mappings = {day: complete_mapping(mapping, overlay) for day, mapping in version.mappings.items()}
    return overlay.model_copy(update={"schema_text": complete_schema(version.schema, overlay), "mappings": mappings})


def _check_group(overlay: Overlay, groups: Lookup[str, Group]) -> None:
    if overlay.group not in groups:
        fitting = [name for name, group in groups.items() if set(COLUMNS) <= set(group)]
        raise overlay.error("group", f"unknown group {overlay.group}", nearest(overlay.group, fitting))
    if set(groups[overlay.group]) != set(COLUMNS):
        raise overlay.error("group", f"{overlay.group} takes no answers", ", ".join(COLUMNS))


def complete_schema(base: Path, overlay: Overlay) -> bytes:
    """The base schema with the questions of the overlay. Raises SpecError for a place that does not exist or a name that is taken."""
    schema = parse_schema(base)
    for question in overlay.questions:
        key = f"questions.{question.element}"
        parent, _, sibling = question.after.rpartition("/")
        sequence = _sequence(schema, overlay, key, parent)
        names = {str(one.get("name")): one for one in sequence}
        if sibling not in names:
            raise overlay.error(f"{key}.after", f"the form has no {question.after}", nearest(sibling, names))
        if question.element in names:
            raise overlay.error(f"{key}.element", f"the form has {question.path} already")
        names[sibling].addnext(_declaration(question))
    return etree.tostring(schema, encoding="utf-8", xml_declaration=True)


def _sequence(schema: etree._Element, overlay: Overlay, key: str, path: str) -> etree._Element:
    """The sequence at a path. Named types on the way are written inside, since they may serve other places too."""
    element = next(one for one in schema.iterchildren(f"{XS}element") if one.get("name") == ROOT)
    sequence = _opened(schema, element)
    for part in path.split("/") if path else ():
        below = {str(one.get("name")): one for one in (() if sequence is None else sequence)}
        if part not in below:
            raise overlay.error(f"{key}.after", f"the form has no {path}", nearest(part, below))
        sequence = _opened(schema, below[part])
    if sequence is None:
        raise overlay.error(f"{key}.after", f"{path} has no elements below it")
    return sequence


def _opened(schema: etree._Element, element: etree._Element) -> etree._Element | None:
    named = [one for one in schema.iterchildren(f"{XS}complexType") if one.get("name") == element.get("type")]
    if named:
        body = deepcopy(named[0])
        del body.attrib["name"], element.attrib["type"]
        element.append(body)
    return element.find(f"{XS}complexType/{XS}sequence")


def _declaration(question: Question) -> etree._Element:
    element = etree.Element(f"{XS}element", name=question.element, minOccurs="1" if question.required else "0")
    limits = etree.SubElement(etree.SubElement(element, f"{XS}simpleType"), f"{XS}restriction", base="xs:string")
    for kind, value in _facets(question):
        etree.SubElement(limits, f"{XS}{kind}", value=value)
    return element


def _facets(question: Question) -> Iterator[tuple[str, str]]:
    if question.type == "choice":
        yield from (("enumeration", code) for code in question.values)
    elif question.type == "number":
        yield "pattern", f"[0-9]{{1,{question.length}}}"
    else:
        yield from (("minLength", "1"), ("maxLength", str(question.length)))


def complete_mapping(mapping: Mapping, overlay: Overlay) -> Mapping:
    """The mapping with the questions: an item gets its source, any other path is passed over, since ``additional`` reads it.

    Raises SpecError for an item that has a source already.
    """
    records = list(mapping.records)
    ignored = list(mapping.ignore)
    for question in overlay.questions:
        if not question.item:
            ignored.append(Ignored(path=question.path, why=WHY))
            continue
        place = _record_of(records, question.path)
        if question.item in records[place].fields:
            raise overlay.error(f"questions.{question.element}.item", f"{question.item} has a source already")
        path = question.path if records[place].at == "." else question.path.removeprefix(f"{records[place].at}/")
        source = FieldMap.model_validate({"path": path, "with": question.steps})
        records[place] = records[place].model_copy(update={"fields": {**records[place].fields, question.item: source}})
    return mapping.model_copy(update={"records": tuple(records), "ignore": tuple(ignored)})


def _record_of(records: list[RecordMap], path: str) -> int:
    """The innermost record whose element the path stands in."""
    inside = [place for place, record in enumerate(records) if record.at == "." or path.startswith(f"{record.at}/")]
    return max(inside, key=lambda place: 0 if records[place].at == "." else len(records[place].at))
