"""Gathers the page of a procedure (手続の説明) from its specs, with the bytes that its first example has in each format."""

from collections.abc import Mapping

from mappings.catalogue import Catalogue
from mappings.examples import Example, map_example, read_examples
from mappings.item_places import place_of_item
from mappings.items import Item, is_number
from mappings.layouts import Format
from mappings.mapping import FieldMap, RecordMap
from mappings.mapping import Mapping as FormMapping
from mappings.procedure import Procedure, Version
from mappings.records import Table as Records
from pipeline.mapping_flow import flow_of
from pipeline.mapping_tables import facts_of, tables_of
from pipeline.pages.mapping_page import Cell, FieldRow, MappingPage, RecordTable, VersionPart
from pipeline.pages.mapping_words import HEADERS, transform_words
from vocabulary.dates import to_wareki

_SHOWN_BYTES = 8
_NOT_CARRIED = "書けない文字があるため保留"


def mapping_page(procedure: Procedure, catalogue: Catalogue) -> MappingPage:
    """The page of one procedure. Raises SpecError when its examples are incomplete."""
    examples = read_examples(procedure)
    versions = tuple(
        _version(procedure, version, mapping, catalogue, _records_of(procedure, version, examples, catalogue))
        for version, mapping in zip(procedure.versions, procedure.mappings, strict=True)
    )
    return MappingPage(
        id=procedure.id,
        title=procedure.title,
        lead=procedure.service.description,
        facts=facts_of(procedure),
        flow=flow_of(procedure, formats=[format_.spec.title for format_ in _formats(catalogue, catalogue.groups_of(procedure))]),
        versions=versions,
        tables=tables_of(procedure, catalogue),
        notices=tuple((notice.id, notice.subject, notice.body) for notice in procedure.notices),
    )


def _formats(catalogue: Catalogue, groups: tuple[str, ...]) -> list[Format]:
    return [format_ for format_ in catalogue.formats.values() if any(group in format_.columns for group in groups)]


def _records_of(
    procedure: Procedure, version: Version, examples: tuple[Example, ...], catalogue: Catalogue
) -> Mapping[str, Records]:
    """The records of the version's first example; none where it has no example."""
    for example in examples:
        if example.version == version.form and version.valid_from <= example.day <= version.valid_until:
            return map_example(procedure, example, catalogue).tables
    return {}


def _version(
    procedure: Procedure, version: Version, mapping: FormMapping, catalogue: Catalogue, records: Mapping[str, Records]
) -> VersionPart:
    tables = tuple(_record(procedure, record, catalogue, records.get(record.group)) for record in mapping.records)
    valid = f"{to_wareki(version.valid_from)}から" + ("" if version.valid_until.year == 9999 else f"{to_wareki(version.valid_until)}まで")
    return VersionPart(version.form, valid, tables, tuple((entry.path, entry.why) for entry in mapping.ignore))


def _record(procedure: Procedure, record: RecordMap, catalogue: Catalogue, example: Records | None) -> RecordTable:
    items = catalogue.items[procedure.business][record.group]
    formats = _formats(catalogue, (record.group,))
    rows: list[FieldRow] = []
    for name, source in record.fields.items():
        value = example.columns[name][0] if example is not None and example.application else None
        cells = tuple(Cell(place_of_item(one, record.group, name), _bytes(one, name, value or "")) for one in formats)
        rows.append(_row(items[name], source, words=_source(procedure, source), value=value or "", cells=cells))
    at = "申請ごとに1件" if record.at == "." else f"「{record.at}」ごとに1件"
    return RecordTable(record.group, at, tuple((one.id, one.spec.title) for one in formats), tuple(rows))


def _row(item: Item, source: FieldMap, *, words: str, value: str, cells: tuple[Cell, ...]) -> FieldRow:
    steps = tuple(transform_words(step) for step in source.steps)
    return FieldRow(
        source=words,
        title=item.title,
        name=item.name,
        kind=f"{item.type}({item.length})",
        required="必須" if item.required else "",
        steps=(*steps, transform_words("code")) if item.code and source.path else steps,
        code=item.code,
        example="（表示しません）" if is_number(item.name) and value else value,
        cells=cells,
    )


def _bytes(format_: Format, item: str, value: str) -> str:
    """The first bytes of the value in the format's encoding, or that the format cannot carry it and holds such a record."""
    try:
        data = b"" if is_number(item) else format_.encoding.encode(value.translate(format_.substitutions.single))
    except UnicodeEncodeError:
        return _NOT_CARRIED
    return data[:_SHOWN_BYTES].hex(" ").upper() + (" …" if len(data) > _SHOWN_BYTES else "")


def _source(procedure: Procedure, source: FieldMap) -> str:
    if source.path:
        return "、".join(source.path)
    if source.header:
        return HEADERS.get(source.header, source.header)
    if source.person:
        return f"{procedure.role(source.person).title}の宛名番号" + (f"（{source.ordinal}人目）" if source.ordinal else "")
    return "並び順の番号" if source.own_ordinal else f"固定値 {source.value}"
