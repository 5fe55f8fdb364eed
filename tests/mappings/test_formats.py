"""Standard CSV and fixed-length records: exact bytes, damaged files, and refusals before anything is laid out."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.catalogue import Catalogue, load_catalogue
from mappings.engine import Mapped, Source
from mappings.layouts import Format
from mappings.records import Context, Record, Table
from mappings.release import read, subjects, write
from vocabulary.findings import Refused

Examples = Callable[[str, int], Source]
Run = Callable[..., Mapped]
CATALOGUE = load_catalogue()
FAST = settings(max_examples=60, deadline=None)
GROUP = "ninteiseikyu_jido"
CONTEXT = Context(municipality="472018", business="027", procedure="nintei", day=date(2026, 11, 24), sequence=7)
NASTY = ["髙﨑", "𠮷", "葛󠄀", 'a"b,c', "一\n二", '"', "0001", " 前", "後 ", ",", "ﾊﾝｶｸ", "①㈱", "'", "=1+1", "・", "ー"]


def table(format_: Format, **values: str | None) -> Table:
    """One child record with the given values, subject fields filled."""
    row = {"uketsukebango": "R-1", "seikyusha_atenabango": "000000000001015", "renban": "1", **values}
    return Table([5], [1], {name: [row.get(name)] for name in format_.columns[GROUP]})


def fields(record: Record) -> dict[str, str | None]:
    """The filled fields of a record."""
    return {name: value for name, value in record.fields.items() if value is not None}


def test_csv_bytes_are_exactly_these(catalogue: Catalogue, context: Context) -> None:
    format_ = catalogue.formats["standard-csv"]
    written = write(format_, {GROUP: table(format_, shimei='髙良, "葵"', jusho="一\n二", tsuzukigara="")}, context)
    (file,) = written.files
    header = "uketsukebango,renban,atenabango,seikyusha_atenabango,shimei,shimei_kana,seinengappi,seinengappi_fushohyoki,seibetsu"
    more = "kojinbango,tsuzukigara,dokyobekkyokubun,kangoumu,seikeikankeikubun,jusho,kaigairyugakuumu"
    row = 'R-1,1,,000000000001015,"髙良, ""葵""",,,,,,,,,,"一\n二",'
    assert file.data == f"{header},{more}\r\n{row}\r\n".encode()
    assert file.name == "027_ninteiseikyu_jido_472018_20261124_007.csv"
    assert file.group == GROUP
    (span,) = file.spans
    assert (span.application, span.record_kind, span.ordinal) == (5, GROUP, 1)
    assert file.data[span.offset : span.offset + span.length] == row.encode()


def test_fixed_bytes_are_exactly_these(catalogue: Catalogue, context: Context) -> None:
    format_ = catalogue.formats["legacy-fixed"]
    written = write(format_, {GROUP: table(format_, shimei="髙良　葵", kojinbango="012345678901", renban="1")}, context)
    (file,) = written.files
    header = b"1" + b"472018" + b"027" + b"nintei".ljust(20) + b"20261124" + b"007"
    data = b"202" + b"R-1".ljust(20) + b"01" + b" " * 15 + b"000000000001015" + b"\xee\xe0\x97\xc7\x81\x40\x88\xa8".ljust(80)
    data += b" " * 80 + b" " * 10 + b" " * 72 + b" " + b"012345678901"
    subs = [layout.sub.encode() for layout in format_.layouts.values()]
    trailer = b"800000001" + b"".join(sub + (b"00000001" if sub == b"02" else b"00000000") for sub in subs)
    assert file.data == b"".join(record.ljust(1600) + b"\r\n" for record in (header, data, trailer))
    assert file.name == "nintei_472018_20261124_007.dat"
    assert (file.spans[0].offset, file.spans[0].length) == (1602, 1600)


def test_children_follow_their_parent_in_a_fixed_file(
    catalogue: Catalogue, example: Examples, map_sources: Run, context: Context
) -> None:
    format_ = catalogue.formats["legacy-fixed"]
    source = example("jidoteate-nintei", 1)
    tables = map_sources("jidoteate-nintei", replace(source, application=9), replace(source, application=3)).tables
    (file,) = write(format_, tables, context).files
    kinds = ["ninteiseikyu", GROUP, GROUP, "ninteiseikyu_daigakusei"]
    assert [(span.application, span.record_kind) for span in file.spans] == [(number, kind) for number in (9, 3) for kind in kinds]
    for span, record in zip(file.spans, read(format_, file.data), strict=True):
        assert span.record_kind == record.kind
        assert file.data[span.offset : span.offset + 3].decode() == f"2{format_.layouts[record.kind].sub}"


@FAST
@given(st.lists(st.tuples(*[st.one_of(st.sampled_from(NASTY), st.text(alphabet='ab",\n 髙', max_size=6))] * 2), min_size=1, max_size=5))
def test_csv_is_what_the_standard_librarys_reader_understands(rows: list[tuple[str, str]]) -> None:
    format_ = CATALOGUE.formats["standard-csv"]
    columns: dict[str, list[str | None]] = {name: [""] * len(rows) for name in format_.columns[GROUP]}
    columns |= {"uketsukebango": [row[0] for row in rows], "shimei": [row[1] for row in rows]}
    numbers = list(range(1, len(rows) + 1))
    (file,) = write(format_, {GROUP: Table(numbers, numbers, columns)}, CONTEXT).files
    read_back = list(csv.DictReader(io.StringIO(file.data.decode("utf-8"), newline=""), strict=True))
    assert [(row["uketsukebango"], row["shimei"]) for row in read_back] == rows
    for span, row in zip(file.spans, rows, strict=True):
        (cells,) = csv.reader(io.StringIO(file.data[span.offset : span.offset + span.length].decode(), newline=""))
        assert cells[0] == row[0]


@pytest.mark.parametrize(
    ("item", "value", "code"),
    [
        ("shimei", "𠮷田", "CHAR_UNMAPPABLE"),
        ("shimei", "葛󠄀城", "CHAR_UNMAPPABLE"),
        ("shimei", "か゚".replace("゚", "\u309a"), "CHAR_UNMAPPABLE"),
        ("shimei", "¢", "CHAR_UNMAPPABLE"),
        ("shimei", "一\n二", "TEXT_FORBIDDEN_CHAR"),
        ("shimei", "\x00", "TEXT_FORBIDDEN_CHAR"),
        ("shimei", "太郎 ", "TEXT_FORBIDDEN_CHAR"),
        ("shimei", "あ" * 40, ""),
        ("shimei", "あ" * 40 + "a", "TEXT_TOO_LONG"),
        ("tsuzukigara", "長" * 10 + "男", "TEXT_TOO_LONG"),
        ("renban", "01", "TEXT_FORBIDDEN_CHAR"),
        ("renban", "100", "TEXT_TOO_LONG"),
        ("renban", "0", ""),
    ],
)
def test_what_the_fixed_layout_cannot_carry_is_refused_before_it_is_cut(
    catalogue: Catalogue, context: Context, item: str, value: str, code: str
) -> None:
    format_ = catalogue.formats["legacy-fixed"]
    written = write(format_, {GROUP: table(format_, **{item: value})}, context)
    assert [finding.code for _, finding in written.refused] == ([code] if code else [])
    assert all(finding.where == f"{GROUP}[1].{item}" for _, finding in written.refused)
    assert value not in repr(written.refused)
    if not code:
        assert read(format_, written.files[0].data)[0].fields[item] == value


def test_one_bad_child_leaves_the_whole_application_out_and_nobody_else(
    catalogue: Catalogue, example: Examples, map_sources: Run, context: Context
) -> None:
    format_ = catalogue.formats["legacy-fixed"]
    source = example("jidoteate-nintei", 1)
    tables = map_sources("jidoteate-nintei", *[replace(source, application=number) for number in (1, 2, 3)]).tables
    tables[GROUP].columns["shimei"][3] = "𠮷田　桜"
    written = write(format_, tables, context)
    ((application, finding),) = written.refused
    assert (application, finding.code, finding.where) == (2, "CHAR_UNMAPPABLE", f"{GROUP}[2].shimei")
    (file,) = written.files
    assert {span.application for span in file.spans} == {1, 3}
    assert len(read(format_, file.data)) == 8


def test_an_approved_substitution_is_counted_and_a_held_application_counts_none(catalogue: Catalogue, context: Context) -> None:
    format_ = catalogue.formats["legacy-fixed"]
    written = write(format_, {GROUP: table(format_, jusho="一〜二〜三−四")}, context)
    assert [(loss.application, loss.where, loss.source, loss.target, loss.times) for loss in written.losses] == [
        (5, f"{GROUP}[1].jusho", "U+301C", "U+FF5E", 2),
        (5, f"{GROUP}[1].jusho", "U+2212", "U+FF0D", 1),
    ]
    assert read(format_, written.files[0].data)[0].fields["jusho"] == "一～二～三－四"
    assert write(format_, {GROUP: table(format_, jusho="一〜二", shimei="𠮷")}, context).losses == ()


@pytest.mark.parametrize("format_id", ["standard-csv", "legacy-fixed"])
def test_damaged_bytes_are_never_read_as_records(catalogue: Catalogue, context: Context, format_id: str) -> None:
    format_ = catalogue.formats[format_id]
    (file,) = write(format_, {GROUP: table(format_, shimei="髙良")}, context).files
    damaged = [file.data[:-1], file.data[:-2], file.data + b"\r\n", b"", b"\xef\xbb\xbf" + file.data, file.data.replace(b"\r\n", b"\n")]
    damaged.append(file.data.replace(b"202R", b"209R") if format_id == "legacy-fixed" else file.data.replace(b"R-1,", b'"R-1",'))
    damaged.append(file.data.replace(b"\xee\xe0", b"\xfb\xfc") if format_id == "legacy-fixed" else file.data.replace(b"renban", b"renbam"))
    damaged.append(file.data.replace(b"800000001", b"800000002") if format_id == "legacy-fixed" else file.data[:-4] + b"\r\n")
    for data in damaged:
        assert data != file.data
        with pytest.raises(Refused) as caught:
            read(format_, data)
        assert caught.value.finding.code == "OUTPUT_UNREADABLE"


def test_two_applications_are_told_apart_by_their_subjects(
    catalogue: Catalogue, example: Examples, map_sources: Run, context: Context
) -> None:
    format_ = catalogue.formats["standard-csv"]
    first, second = example("jidoteate-nintei", 1), replace(example("jidoteate-nintei", 2), application=2)
    tables = map_sources("jidoteate-nintei", first, second).tables
    found = [one for file in write(format_, tables, context).files for one in subjects(format_, file.data)]
    for source in (first, second):
        people = frozenset().union(*(numbers for receipt, numbers in found if receipt == source.header["uketsukebango"]))
        assert people == frozenset(source.atena.values())
