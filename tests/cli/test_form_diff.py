"""hub form diff: what changed in a form, from versions, schemas and applications, with drafts and without a value of a resident."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import mappings
from mappings.form_difference import compare
from mappings.form_drafts import draft_schema
from mappings.form_shape import ROOT, Attribute, Element, Type, parse_schema, read_filled, read_schema
from tests.cli.messages import Hub, one_line

PROCEDURES = Path(mappings.__file__).parent / "procedures"
SCHEMA = PROCEDURES / "hoiku-riyo/form.2026-04.xsd"
EXAMPLE = PROCEDURES / "hoiku-riyo/examples/01.application.xml"


def difference(hub: Hub, *arguments: str | Path) -> dict[str, Any]:
    """The answer as data."""
    shown = hub("form", "diff", *arguments, "--json")
    assert shown.exit_code == 0, shown.output
    return dict(json.loads(shown.stdout))


def changed(path: Path, tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    """A copy of a file with other words in it."""
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    copy = tmp_path / path.name
    copy.write_text(text, encoding="utf-8")
    return copy


def test_two_versions_of_a_form_are_compared(hub: Hub) -> None:
    found = difference(hub, "jidoteate-nintei", "2022-06", "2024-10")
    assert (found["same"], found["old"], found["new"]) == (False, "2022-06", "2024-10")
    assert [one["path"] for one in found["added"]] == ["大学生年代の子", "振込口座/ゆうちょ記号", "振込口座/ゆうちょ番号"]
    assert [one["path"] for one in found["removed"]] == ["所得の状況"]
    shown = hub("form", "diff", "jidoteate-nintei", "2022-06", "2024-10")
    assert "追加 大学生年代の子" in shown.stdout
    assert "削除 所得の状況" in shown.stdout
    assert "form_version: 2024-10" in shown.stdout


def test_everything_that_can_change_in_a_schema_is_named(hub: Hub, tmp_path: Path) -> None:
    new = changed(
        SCHEMA,
        tmp_path,
        ('name="生活保護" type', 'name="生活保護の受給" type'),
        ('name="健康状況" type="文字400"', 'name="お子さんのようす" type="文字400"'),
        ('<xs:element name="施設名" type="文字100"/>', '<xs:element name="施設名" type="文字10"/><xs:element name="見学日" type="日付"/>'),
        ('maxOccurs="6"', 'maxOccurs="10"'),
        ('        <xs:element name="一月一日の住所" type="文字200"/>\n', ""),
        ('type="文字100" minOccurs="0"/>\n      <xs:element name="必要事由"', 'type="文字100"/>\n      <xs:element name="必要事由"'),
    )
    found = difference(hub, "hoiku-riyo", SCHEMA, new)
    assert [(one["old"], one["new"], one["why"]) for one in found["renamed"]] == [("生活保護", "生活保護の受給", "名前が似ている")]
    assert [one["path"] for one in found["added"]] == ["お子さんのようす", "希望施設/見学日"]
    assert [one["path"] for one in found["removed"]] == ["一月一日の住所", "健康状況"]
    assert [(one["path"], one["what"]) for one in found["changed"]] == [
        ("保護者/勤務先", "回数"), ("希望施設", "回数"), ("希望施設/施設名", "型"),
    ]  # fmt: skip


def test_an_item_with_the_same_type_and_neighbours_is_taken_for_the_same_item(hub: Hub, tmp_path: Path) -> None:
    new = changed(SCHEMA, tmp_path, ('name="健康状況" type="文字400"', 'name="お子さんのようす" type="文字400"'))
    (renamed,) = difference(hub, "hoiku-riyo", "2026-04", new)["renamed"]
    assert renamed == {"old": "健康状況", "new": "お子さんのようす", "why": "型と前後の項目が同じ"}


def test_an_application_is_compared_by_what_it_shows_and_no_value_comes_out(hub: Hub, tmp_path: Path) -> None:
    same = difference(hub, "hoiku-riyo", "2026-04", EXAMPLE)
    assert (same["same"], same["added"], same["removed"], same["changed"]) == (True, [], [], [])
    assert "申請者/メール" in same["not_seen"]
    extra = "<延長保育の希望>秘密の答え</延長保育の希望><生活保護>"
    new = changed(EXAMPLE, tmp_path, ("<生活保護>", extra), ('様式版="2026-04"', '様式版="2027-04"'))
    shown = hub("form", "diff", "hoiku-riyo", "2026-04", new, "--json")
    found = json.loads(shown.stdout)
    assert [(one["path"], one["type"]) for one in found["added"]] == [("延長保育の希望", "文字1〜20")]
    assert "form_version: 2027-04" in found["draft_mapping"]
    content = etree.parse(str(new)).getroot()
    told = [element.text for element in content.iter() if element.text and len(element.text.strip()) > 3]
    assert [text for text in told if text in shown.stdout] == []


def test_the_drafted_schema_takes_the_application_that_it_was_drafted_from(hub: Hub, tmp_path: Path) -> None:
    new = changed(EXAMPLE, tmp_path, ("<生活保護>", "<延長保育の希望>1</延長保育の希望><生活保護>"), ('"2026-04"', '"2027-04"'))
    drafted = difference(hub, "hoiku-riyo", "2026-04", new)["draft_schema"]
    schema = etree.XMLSchema(etree.fromstring(drafted.encode()))
    assert schema.validate(etree.parse(str(new))), schema.error_log
    assert not schema.validate(etree.parse(str(EXAMPLE)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("hoiku-riyoo", "2026-04", "2026-04"), "hoiku-riyo?"),
        (("hoiku-riyo", "2026-4", "2026-04"), "2026-04?"),
        (("hoiku-riyo", "2026-04", "nowhere.xml"), "neither a file nor a form version"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_one(hub: Hub, arguments: tuple[str, ...], words: str) -> None:
    assert words in one_line(hub("form", "diff", *arguments))


ENDLESS = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="申請内容" type="t"/>
<xs:complexType name="t"><xs:sequence><xs:element name="また" type="t"/></xs:sequence></xs:complexType></xs:schema>"""
WRONG = [("a.xml", "<x/>"), ("b.xsd", "<x/>"), ("c.xml", "<!DOCTYPE x><x/>"), ("d.zip", "PK"), ("e.xsd", "<x"), ("f.xsd", ENDLESS)]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_file_that_is_no_form_is_refused(hub: Hub, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    refused = hub("form", "diff", "hoiku-riyo", "2026-04", tmp_path / name)
    assert refused.exit_code == 3
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("schema", sorted(PROCEDURES.glob("*/form.*.xsd")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_shape_of_every_form_can_be_written_as_a_schema_and_read_again(schema: Path) -> None:
    shape = read_schema(parse_schema(schema))
    drafted = etree.fromstring(draft_schema(shape, form="F1", version="1").encode())
    etree.XMLSchema(drafted)
    assert compare(shape, read_schema(drafted)).empty


NAMES = st.text("あいうえおアイウエオ一二三四五", min_size=1, max_size=6)
TYPES = st.one_of(
    st.builds(Type, st.integers(0, 2), st.integers(3, 400)),
    st.builds(Type, values=st.lists(st.text("0123", min_size=1, max_size=2), min_size=1, max_size=3, unique=True).map(tuple)),
    st.just(Type(pattern="[0-9]{7}")),
)


def elements(children: st.SearchStrategy[dict[str, Element]]) -> st.SearchStrategy[Element]:
    """Elements with any children."""
    attributes = st.dictionaries(NAMES, st.builds(Attribute, TYPES, st.booleans()), max_size=2)
    times = st.sampled_from([(0, 1), (1, 1), (0, None), (1, 4)])

    def build(kind: Type, often: tuple[int, int | None], below: dict[str, Element], held: dict[str, Attribute]) -> Element:
        return Element("", Type() if below else kind, *often, below, held)

    return st.builds(build, TYPES, times, children, attributes)


SHAPES = st.recursive(
    elements(st.just({})), lambda inner: elements(st.dictionaries(NAMES, inner, max_size=4)), max_leaves=12
).filter(lambda one: bool(one.children))


def named(element: Element, name: str) -> Element:
    """The element with the names of its children in themselves, as a schema has them."""
    below = {key: named(child, key) for key, child in element.children.items()}
    return Element(name, element.type, element.least, element.most, below, element.attributes)


@settings(max_examples=60, deadline=None)
@given(SHAPES)
def test_any_shape_survives_as_a_schema(shape: Element) -> None:
    whole = named(Element("", Type(), 1, 1, shape.children, {}), ROOT)
    drafted = read_schema(etree.fromstring(draft_schema(whole, form="F1", version="1").encode()))
    assert drafted.children == whole.children


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("0123456789あ髙", min_size=1, max_size=30), min_size=1, max_size=5))
def test_a_guessed_type_holds_what_it_was_guessed_from_and_none_of_it_is_in_it(texts: list[str]) -> None:
    forms = []
    for text in texts:
        form = etree.Element(f"{{urn:pittari-profile:application:1}}{ROOT}")
        etree.SubElement(form, "{urn:pittari-profile:application:1}項目").text = text
        forms.append(form)
    item = read_filled(forms).children["項目"]
    assert all(map(item.type.holds, texts))
    assert not item.type.values
    assert [text for text in texts if len(text) > 3 and text in repr(item)] == []
