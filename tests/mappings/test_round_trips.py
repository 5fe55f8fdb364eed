"""For every format: file → records → file is identical, with nasty values and for every example of every procedure it knows."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.examples import Example, map_example, read_examples
from mappings.layouts import Format, read_format
from mappings.procedure import Procedure
from mappings.records import Context, Table
from mappings.release import read, subjects, write
from tests.mappings.format_values import CATALOGUE, CONTEXT, GROUP, NASTY, TEXTS, child, complete, tables_again
from vocabulary.findings import Refused

OTHER = """id: {id}
title: 試験用
layout: csv
encoding: {id}
line_end: crlf
quoting: {quoting}
heading: {heading}
file_name: "{{business}}_{{group}}_{{day}}_{{sequence}}.csv"
files: one-per-group
when_empty: no-file
subject: {{application: uketsukebango, persons: [{persons}]}}
gaiji: {{policy: hold}}
"""
HOLDS = {"CHAR_UNMAPPABLE", "TEXT_FORBIDDEN_CHAR", "TEXT_TOO_LONG", "OUTPUT_SCHEMA"}


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Format]:
    """The catalogue's formats, and CSVs in the encodings that none of them has."""
    made = {}
    standard = CATALOGUE.formats["standard-csv"]
    persons = ", ".join(standard.spec.subject.persons)
    folder = tmp_path_factory.mktemp("formats")
    for name, quoting, heading in (("utf-8-bom", "minimal", "romaji"), ("utf-16le", "all", "none"), ("utf-16le-bom", "minimal", "romaji")):
        (folder / name).mkdir()
        text = OTHER.format(id=name, quoting=quoting, heading=heading, persons=persons)
        (folder / name / "format.yaml").write_text(text, encoding="utf-8")
        made[name] = read_format(folder / name, declared=standard.declared)
    return {**CATALOGUE.formats, **made}


NAMES = [*CATALOGUE.formats, "utf-8-bom", "utf-16le", "utf-16le-bom"]


def is_identical(format_: Format, data: bytes, context: Context) -> bool:
    """Whether the records of a file, written anew, make the very same file."""
    again = write(format_, tables_again(format_, read(format_, data)), context)
    return [file.data for file in again.files] == [data]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.none()), min_size=len(TEXTS), max_size=len(TEXTS)))
@pytest.mark.parametrize("name", NAMES)
def test_a_record_comes_back_as_it_went_or_is_held_by_name(formats: dict[str, Format], name: str, values: list[str | None]) -> None:
    format_, given_values = formats[name], dict(zip(TEXTS, values, strict=True))
    written = write(format_, {GROUP: child(**given_values)}, CONTEXT)
    if written.refused:
        assert written.files == ()
        assert {finding.code for _, finding in written.refused} <= HOLDS
        assert {finding.where.partition(".")[0] for _, finding in written.refused} == {f"{GROUP}[1]"}
        return
    (file,) = written.files
    (record,) = read(format_, file.data)
    meant = {name: (value or "").translate(format_.substitutions.single) or None for name, value in given_values.items()}
    assert {name: record.fields[name] for name in TEXTS} == meant
    assert is_identical(format_, file.data, CONTEXT)


@pytest.mark.parametrize("name", NAMES)
def test_nasty_values_are_carried_whole_or_hold_their_own_applications(formats: dict[str, Format], name: str) -> None:
    format_, base = formats[name], child()
    count = len(NASTY)
    columns = {item: column * count for item, column in base.columns.items()}
    columns |= {"jusho": list(NASTY), "uketsukebango": [f"20261124-{number:08d}" for number in range(count)]}
    written = write(format_, {GROUP: Table(list(range(count)), [1] * count, columns)}, CONTEXT)
    (file,) = written.files
    kept = [span.application for span in file.spans]
    assert len(kept) > count // 3
    assert sorted({application for application, _ in written.refused} | set(kept)) == list(range(count))
    values = [record.fields["jusho"] for record in read(format_, file.data)]
    assert values == [NASTY[number].translate(format_.substitutions.single) for number in kept]


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_absent_values_give_the_same_file(formats: dict[str, Format], name: str) -> None:
    files = [write(formats[name], {GROUP: child(seinengappi_fushohyoki=value)}, CONTEXT).files for value in ("", None)]
    assert files[0] == files[1] != ()


@pytest.mark.parametrize("name", NAMES)
def test_damaged_bytes_are_never_read_as_records(formats: dict[str, Format], name: str) -> None:
    format_ = formats[name]
    (file,) = write(format_, {GROUP: child()}, CONTEXT).files
    marked = (b"" if format_.encoding.bom else b"\xef\xbb\xbf") + file.data.removeprefix(format_.encoding.bom)
    for data in (b"", file.data[:-1], file.data + b"\n", marked, b"\x00" + file.data):
        assert data != file.data
        with pytest.raises(Refused) as caught:
            read(format_, data)
        assert caught.value.finding.code == "OUTPUT_UNREADABLE"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
@pytest.mark.parametrize("name", NAMES)
def test_a_changed_byte_is_refused_or_read_as_what_it_now_says(formats: dict[str, Format], name: str, place: int, byte: int) -> None:
    format_ = formats[name]
    (file,) = write(format_, {GROUP: child()}, CONTEXT).files
    place %= len(file.data)
    data = file.data[:place] + bytes((byte,)) + file.data[place + 1 :]
    try:
        records = read(format_, data)
    except Refused as refused:
        assert refused.finding.code == "OUTPUT_UNREADABLE"
        return
    inside = any(span.offset <= place < span.offset + span.length for span in file.spans)
    same = [record.fields for record in records] == [record.fields for record in read(format_, file.data)]
    assert data == file.data or not inside or not same


@pytest.mark.parametrize("name", NAMES)
def test_no_records_give_no_file(formats: dict[str, Format], name: str) -> None:
    empty = Table([], [], {name: [] for name in complete().columns})
    assert write(formats[name], {GROUP: empty}, CONTEXT).files == ()


def examples() -> Iterator[object]:
    for procedure in CATALOGUE.procedures.values():
        for example in read_examples(procedure):
            for format_ in CATALOGUE.formats.values():
                if set(CATALOGUE.groups_of(procedure)) <= format_.columns.keys():
                    yield pytest.param(procedure, example, format_, id=f"{procedure.id}-{example.name}-{format_.id}")


@pytest.mark.parametrize(("procedure", "example", "format_"), list(examples()))
def test_every_example_comes_back_from_every_format(procedure: Procedure, example: Example, format_: Format) -> None:
    context = Context("472018", procedure.business, procedure.short, example.day, 1)
    tables = map_example(procedure, example, CATALOGUE).tables
    written = write(format_, tables, context)
    if written.refused:
        assert {finding.code for _, finding in written.refused} == {"CHAR_UNMAPPABLE"}
        assert format_.encoding.name == "cp932"
        return
    people: set[str] = set()
    places = []
    for file in written.files:
        records = read(format_, file.data)
        assert [format_.columns[record.kind] for record in records] == [format_.columns[span.record_kind] for span in file.spans]
        for span, record in zip(file.spans, records, strict=True):
            own = file.data[span.offset : span.offset + span.length]
            assert format_.encoding.encode(record.fields["uketsukebango"] or "") in own
            places.append((span.record_kind, span.ordinal))
        assert {receipt for receipt, _ in subjects(format_, file.data)} == {example.source.header["uketsukebango"]}
        people |= {number for _, named in subjects(format_, file.data) for number in named}
        assert is_identical(format_, file.data, context)
    assert people == set(example.source.atena.values())
    assert sorted(places) == sorted((group, ordinal) for group, table in tables.items() for ordinal in table.ordinal)


def test_every_group_of_every_business_is_laid_out_without_further_files() -> None:
    for format_ in CATALOGUE.formats.values():
        if format_.spec.layout != "fixed":
            assert format_.columns.keys() == format_.declared.groups.keys(), format_.id


def test_every_group_has_a_japanese_title_for_its_sheet() -> None:
    declared = CATALOGUE.formats["clerk-workbook"].declared
    assert [name for name, title in declared.titles.items() if name == title] == []
