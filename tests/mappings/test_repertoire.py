"""Characters judged by whole columns (文字の検査): the plain codec, value by value, is the oracle, and nothing is lost in silence."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.catalogue import load_catalogue
from mappings.encodings import encoding_of
from mappings.layouts import FieldLayout, Format
from mappings.records import Column, Context, Loss, Table, Written
from mappings.release import read, write
from mappings.repertoire import judge
from mappings.substitutions import NONE, Substitute, SubstitutionTable, code_points
from vocabulary.findings import Refused

FAST = settings(max_examples=100, deadline=None)
FORMATS = load_catalogue().formats
GROUP = "ninteiseikyu_jido"
CONTEXT = Context("472018", "027", "nintei", date(2026, 11, 24), 7)
SIGNS = "〜～−－‖∥—¢￢∵№Ⅰⅰ髙﨑福\ufa1b\ufa0a\ue000\uf8f1𠮷葛か\u3099\ufeff\u00a0 \t\n\x80\ud800aｱ1一"
TEXTS = st.text(st.sampled_from(SIGNS) | st.characters(exclude_categories=()), max_size=9)
ENTRIES = ("〜", "～"), ("−", "－"), ("𠮷", "吉"), ("葛\U000e0100", "葛"), ("か\u3099", "が"), ("邉", "辺"), ("\t", "　"), ("№", "No.")
TABLE = SubstitutionTable("t", "3", {source: Substitute(source, target, f"official {source}") for source, target in ENTRIES})


def fixed(encoding: str = "cp932", double_codes: str = "nec", table: SubstitutionTable = TABLE) -> Format:
    """The fixed-length format in another encoding and with the table of these tests."""
    return replace(FORMATS["legacy-fixed"], encoding=encoding_of(encoding, double_codes), substitutions=table)


def children(values: Column, item: str = "shimei") -> Table:
    """One application for each value."""
    numbers = list(range(1, len(values) + 1))
    columns: dict[str, Column] = {name: [None] * len(values) for name in FORMATS["legacy-fixed"].columns[GROUP]}
    given: dict[str, Column] = {"uketsukebango": [f"R-{number}" for number in numbers], item: values, "renban": ["1"] * len(values)}
    columns |= {"seikyusha_atenabango": ["000000000001015"] * len(values), **given}
    return Table(numbers, [1] * len(values), columns)


def expected(format_: Format, value: str | None, field: FieldLayout | None) -> tuple[str, str | None, Counter[str]]:
    """Reason code, text as written and substitutions by source, found one character after another with the plain codec."""
    text, made, rest = "", Counter[str](), value or ""
    while rest:
        source = next((one for one in ("葛\U000e0100", "か\u3099") if rest.startswith(one)), rest[0])
        selected = rest[len(source) : len(source) + 1]
        known = source in TABLE.entries and not ("\ufe00" <= selected <= "\ufe0f" or "\U000e0100" <= selected <= "\U000e01ef")
        made.update([source] if known else [])
        text += TABLE.entries[source].target if known else rest[0]
        rest = rest[len(source) if known else 1 :]
    controls = {chr(point) for point in (*range(32), *range(127, 160))} - ({"\n"} if field is None else set())
    if controls & set(text):
        return "TEXT_FORBIDDEN_CHAR", None, Counter()
    codec = format_.encoding.codec
    try:
        data = text.encode(codec)
        exact = data.decode(codec) == text and not any(
            "\ue000" <= sign <= "\uf8ff" or (codec == "cp932" and sign == "\x80") for sign in text
        )
    except UnicodeError:
        exact = False
    if not exact:
        return "CHAR_UNMAPPABLE", None, Counter()
    if field is not None and len(data) > field.width:
        return "TEXT_TOO_LONG", None, Counter()
    if field is not None and text.endswith(" "):
        return "TEXT_FORBIDDEN_CHAR", None, Counter()
    return "", text, made


@FAST
@given(
    st.sampled_from([("cp932", "nec"), ("cp932", "ibm"), ("utf-8", "")]),
    st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=8),
    st.integers(1, 3),
    st.sampled_from(["shimei", "tsuzukigara"]),
)
def test_a_column_of_fixed_fields_is_judged_as_value_by_value(coding: tuple[str, str], values: Column, times: int, item: str) -> None:
    format_ = fixed(*coding)
    field = next(field for field in format_.layouts[GROUP].fields if field.item == item)
    written = write(format_, {GROUP: children(values * times, item)}, CONTEXT)
    told = {application: finding.code for application, finding in written.refused}
    oracle = {number: expected(format_, value, field) for number, value in enumerate(values * times, start=1)}
    assert told == {number: code for number, (code, _, _) in oracle.items() if code}
    records = [record for file in written.files for record in read(format_, file.data)]
    kept = {f"R-{number}": text or None for number, (code, text, _) in oracle.items() if not code}
    assert {record.fields["uketsukebango"]: record.fields[item] for record in records} == kept
    assert losses_of(written.losses) == Counter({(n, source): count for n, one in oracle.items() for source, count in one[2].items()})


@FAST
@given(st.sampled_from(["utf-8", "utf-16le", "cp932"]), st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=8), st.integers(1, 3))
def test_a_column_without_fields_is_judged_as_value_by_value(encoding: str, values: Column, times: int) -> None:
    coding = encoding_of(encoding, "nec" if encoding == "cp932" else "")
    format_ = replace(FORMATS["standard-csv"], encoding=coding, substitutions=TABLE)
    judged = judge(format_, {GROUP: children(values * times)})
    oracle = {number: expected(format_, value, None) for number, value in enumerate(values * times, start=1)}
    assert {application: finding.code for application, finding in judged.refused} == {n: one[0] for n, one in oracle.items() if one[0]}
    kept = [text or "" for code, text, _ in oracle.values() if not code]
    assert [text or "" for text in judged.tables[GROUP].columns["shimei"]] == kept
    assert judged.tables[GROUP].application == [number for number, one in oracle.items() if not one[0]]
    assert losses_of(judged.losses) == Counter({(n, source): count for n, one in oracle.items() for source, count in one[2].items()})


def losses_of(losses: tuple[Loss, ...]) -> Counter[tuple[int, str]]:
    """How often which source was replaced in which application."""
    found: Counter[tuple[int, str]] = Counter()
    for loss in losses:
        source = "".join(chr(int(point[2:], 16)) for point in loss.source.split())
        assert (loss.target, loss.table) == (code_points(TABLE.entries[source].target), "t@3")
        assert loss.approved == f"official {source}"
        found[loss.application, source] += loss.times
    return found


def one(value: str, format_: Format) -> Written:
    """What is written of a single value."""
    return write(format_, {GROUP: children([value])}, CONTEXT)


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("山\U00029e3d𠮟", "cp932 has no U+29E3D"),
        ("辺\U000e0101", "cp932 has no U+E0101"),
        ("葛\U000e0102", "cp932 has no U+E0102"),
        ("\u2014", "cp932 has no U+2014"),
        ("\ud800", "cp932 has no U+D800"),
        ("\uf8f0", "cp932 has no U+F8F0"),
        ("か\u309a", "cp932 has no U+309A"),
        ("あ" * 40 + "i", "81 bytes in 80"),
    ],
)
def test_a_refusal_names_the_encoding_and_one_code_point_or_the_bytes(value: str, detail: str) -> None:
    ((_, finding),) = one(value, fixed()).refused
    assert finding.detail == detail


def test_a_variant_is_replaced_only_by_its_own_approval() -> None:
    base = SubstitutionTable("t", "1", {"邉": Substitute("邉", "辺", "official")})
    assert [finding.detail for _, finding in one("渡邉\U000e0101", fixed(table=base)).refused] == ["cp932 has no U+E0101"]
    own = base.overridden([Substitute("邉\U000e0101", "邊", "town")])
    (loss,) = one("渡邉\U000e0101", fixed(table=own)).losses
    assert (loss.source, loss.target, loss.times, loss.approved) == ("U+9089 U+E0101", "U+908A", 1, "town")
    assert loss.table.startswith("t@1+")


def test_compatibility_kanji_are_written_as_themselves_and_never_as_what_normalisation_makes_of_them() -> None:
    (file,) = one("福\ufa1b神\ufa19", fixed()).files
    assert read(fixed(), file.data)[0].fields["shimei"] == "福\ufa1b神\ufa19"


def test_the_receivers_byte_pair_is_written_and_the_other_is_not_read() -> None:
    nec, ibm = fixed(), fixed(double_codes="ibm")
    for format_, pair in ((nec, "eee0"), (ibm, "fbfc")):
        (file,) = one("髙", format_).files
        assert bytes.fromhex(pair) in file.data
        other = nec if format_ is ibm else ibm
        assert read(format_, file.data)[0].fields["shimei"] == "髙"
        with pytest.raises(Refused, match="OUTPUT_UNREADABLE"):
            read(other, file.data)


def test_a_repeated_value_is_told_and_counted_in_every_row_that_holds_it() -> None:
    values: Column = ["一〜", "〜〜", None, "\u2014", "髙"] * 400
    written = write(fixed(), {GROUP: children(values)}, CONTEXT)
    assert [application for application, _ in written.refused] == list(range(4, 2001, 5))
    assert Counter(loss.times for loss in written.losses) == {1: 400, 2: 400}
    (file,) = written.files
    assert len(file.spans) == 1600
    for span, record in zip(file.spans, read(fixed(), file.data), strict=True):
        assert record.fields["uketsukebango"] == f"R-{span.application}"
        assert file.data[span.offset + 3 :].startswith(f"R-{span.application} ".encode())


def test_a_mark_that_is_no_xml_character_is_refused_where_xml_is_written() -> None:
    xml = replace(FORMATS["standard-csv"], spec=FORMATS["standard-csv"].spec.model_copy(update={"layout": "xml"}))
    assert [finding.code for _, finding in judge(xml, {GROUP: children(["\uffff"])}).refused] == ["TEXT_FORBIDDEN_CHAR"]
    assert judge(FORMATS["standard-csv"], {GROUP: children(["\uffff"])}).refused == ()


@FAST
@given(
    st.sampled_from([("cp932", "nec"), ("cp932", "ibm"), ("utf-8", "")]),
    st.lists(st.tuples(st.integers(1, 4), TEXTS | st.none(), TEXTS | st.none()), min_size=1, max_size=8),
)
def test_a_fixed_file_read_and_written_again_is_the_same_file(coding: tuple[str, str], rows: list[tuple[int, str, str]]) -> None:
    format_ = fixed(*coding)
    owners = sorted(owner for owner, _, _ in rows)
    ordinals = [owners[: place + 1].count(owner) for place, owner in enumerate(owners)]
    table = children([name for _, name, _ in rows])
    columns = {**table.columns, "jusho": [home for _, _, home in rows], "renban": [str(ordinal) for ordinal in ordinals]}
    for file in write(format_, {GROUP: Table(owners, ordinals, columns)}, CONTEXT).files:
        records = read(format_, file.data)
        for span, record in zip(file.spans, records, strict=True):
            assert (record.kind, record.fields["renban"]) == (span.record_kind, str(span.ordinal))
        again = {name: [record.fields[name] for record in records] for name in format_.columns[GROUP]}
        numbers = ([span.application for span in file.spans], [span.ordinal for span in file.spans])
        (second,) = write(replace(format_, substitutions=NONE), {GROUP: Table(*numbers, again)}, CONTEXT).files
        assert second == file
