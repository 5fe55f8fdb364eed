"""Overlays: a municipality adds questions as data, and their answers arrive; what nobody declared is told, never dropped."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from mappings.additional import answers, map_applications
from mappings.catalogue import Catalogue, load_catalogue, mapping_for
from mappings.engine import Mapped
from mappings.examples import Example, read_examples
from mappings.form import check_form
from mappings.places import NAMESPACE
from mappings.records import Context
from mappings.release import read, write
from mappings.yaml_door import SpecError

TOWN, OTHER = "472018", "131016"
HOIKU = "procedures/hoiku-riyo"
OVERLAY = """\
municipality: "472018"
form_version: 2026-04
group: hoiku_tsuika
questions:
  - element: 延長保育の希望
    after: 保育必要量
    title: 延長保育を希望しますか
    type: choice
    values: {"1": はい, "2": いいえ}
    required: true
  - {element: 見学した日, after: 希望施設/施設名, title: 見学した日, type: date}
  - {element: 通勤の手段, after: 保護者/勤務先, title: 通勤の手段, length: 20}
"""


def tag(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


def insert(content: etree._Element, after: str, name: str, text: str) -> None:
    """Put an element behind the first one at a path."""
    found = content.find(tag(after))
    assert found is not None
    new = etree.Element(tag(name))
    new.text = text
    found.addnext(new)


def overlaid(specs: Path, text: str = OVERLAY) -> Catalogue:
    (specs / HOIKU / f"overlay.{TOWN}.2026-04.yaml").write_text(text, encoding="utf-8")
    return load_catalogue(specs)


def example(catalogue: Catalogue, number: int = 1) -> Example:
    """A fresh copy of an example."""
    return read_examples(catalogue.procedures["hoiku-riyo"])[number - 1]


def answered(catalogue: Catalogue) -> Example:
    """The first example with answers to all three questions."""
    one = example(catalogue)
    insert(one.source.content, "保育必要量", "延長保育の希望", "1")
    insert(one.source.content, "希望施設/施設名", "見学した日", "令和8年11月1日")
    insert(one.source.content, "保護者/勤務先", "通勤の手段", "バス")
    return one


def mapped(catalogue: Catalogue, one: Example, municipality: str = TOWN) -> Mapped:
    procedure = catalogue.procedures["hoiku-riyo"]
    mapping = mapping_for(procedure, one.day, form_version=one.version, municipality=municipality)
    return map_applications(procedure, mapping, [one.source], catalogue=catalogue, day=one.day)


def codes(catalogue: Catalogue, one: Example, municipality: str = TOWN) -> list[str]:
    procedure = catalogue.procedures["hoiku-riyo"]
    return [finding.code for finding in check_form(procedure, one.version, one.source.content, municipality=municipality)]


def test_the_form_of_a_municipality_is_the_base_and_its_own_questions(specs: Path) -> None:
    catalogue = overlaid(specs)
    one = answered(catalogue)
    assert codes(catalogue, one) == []
    assert set(codes(catalogue, one, OTHER)) == {"XML_SCHEMA"}
    plain = example(catalogue)
    assert set(codes(catalogue, plain)) == {"XML_SCHEMA"}
    assert codes(catalogue, plain, OTHER) == []


@pytest.mark.parametrize(("path", "wrong"), [("延長保育の希望", "3"), ("保護者/通勤の手段", "あ" * 21), ("希望施設/見学した日", "")])
def test_an_answer_that_its_type_does_not_allow_is_held(specs: Path, path: str, wrong: str) -> None:
    catalogue = overlaid(specs)
    one = answered(catalogue)
    found = one.source.content.find(tag(path))
    assert found is not None
    found.text = wrong
    assert set(codes(catalogue, one)) == {"XML_SCHEMA"}


def test_every_answer_becomes_a_record_with_its_question(specs: Path) -> None:
    catalogue = overlaid(specs)
    found = mapped(catalogue, answered(catalogue))
    assert found.findings == []
    table = found.tables["hoiku_tsuika"]
    rows = list(zip(*(table.columns[name] for name in ("renban", "taisho", "shitsumon", "kaitokodo", "kaito")), strict=True))
    assert [row[:1] + row[2:] for row in rows] == [
        ("1", "延長保育を希望しますか", "1", "はい"),
        ("2", "見学した日", "2026-11-01", "令和８年１１月１日"),
        ("3", "通勤の手段", None, "バス"),
    ]
    assert [row[1] for row in rows] == [None, "希望施設［１］", "保護者［１］"]
    assert set(table.columns["shinseisha_atenabango"]) == {example(catalogue).source.atena["applicant", 1]}
    base = mapped(catalogue, example(catalogue), OTHER)
    assert {group: table for group, table in found.tables.items() if group != "hoiku_tsuika"} == base.tables


def test_the_answers_arrive_in_every_format_that_lays_out_the_procedure(specs: Path) -> None:
    catalogue = overlaid(specs)
    tables = mapped(catalogue, answered(catalogue)).tables
    context = Context(municipality=TOWN, business="028", procedure="hoiku", day=example(catalogue).day, sequence=1)
    fitting = [one for one in catalogue.formats.values() if set(tables) <= set(one.columns)]
    assert len(fitting) >= 2
    for format_ in fitting:
        written = write(format_, tables, context)
        assert written.refused == ()
        told = [record.fields for file in written.files for record in read(format_, file.data) if "shitsumon" in record.fields]
        assert [fields["shitsumon"] for fields in told] == ["延長保育を希望しますか", "見学した日", "通勤の手段"], format_.id


def test_the_fixed_layout_carries_answers_too(specs: Path) -> None:
    nintei = "procedures/jidoteate-nintei"
    text = (
        'municipality: "472018"\nform_version: 2024-10\ngroup: jidoteate_tsuika\n'
        "questions:\n  - {element: 保育園名, after: 児童/続柄, title: 通っている園}\n"
    )
    (specs / nintei / "overlay.472018.2024-10.yaml").write_text(text, encoding="utf-8")
    catalogue = load_catalogue(specs)
    procedure = catalogue.procedures["jidoteate-nintei"]
    one = read_examples(procedure)[0]
    for child in one.source.content.findall(tag("児童/続柄")):
        new = etree.Element(tag("保育園名"))
        new.text = "おもろ保育園"
        child.addnext(new)
    assert check_form(procedure, one.version, one.source.content, municipality=TOWN) == []
    mapping = mapping_for(procedure, one.day, form_version=one.version, municipality=TOWN)
    tables = map_applications(procedure, mapping, [one.source], catalogue=catalogue, day=one.day).tables
    context = Context(municipality=TOWN, business="027", procedure="nintei", day=one.day, sequence=1)
    (file,) = write(catalogue.formats["legacy-fixed"], tables, context).files
    told = [record.fields for record in read(catalogue.formats["legacy-fixed"], file.data) if record.kind == "jidoteate_tsuika"]
    assert [fields["taisho"] for fields in told] == ["児童［１］", "児童［２］"]
    assert {fields["kaito"] for fields in told} == {"おもろ保育園"}


def test_a_question_may_fill_an_item_of_the_record_it_stands_in(specs: Path) -> None:
    mapping = specs / HOIKU / "mapping.yaml"
    line = "      kenkojokyo: {path: 健康状況, with: [trim, one_line, full_width]}\n"
    text = mapping.read_text(encoding="utf-8")
    assert line in text
    ignored = text.replace(line, "") + "  - {path: 健康状況, why: 町の質問で尋ねる}\n"
    mapping.write_text(ignored, encoding="utf-8")
    question = "{element: からだのようす, after: 生活保護, title: からだのようす, item: kenkojokyo, with: [trim, full_width]}"
    catalogue = overlaid(specs, f'municipality: "{TOWN}"\nform_version: 2026-04\nquestions:\n  - {question}\n')
    one = example(catalogue)
    insert(one.source.content, "生活保護", "からだのようす", " よい ")
    assert codes(catalogue, one) == []
    found = mapped(catalogue, one)
    assert found.findings == []
    assert found.tables["riyomoshikomi"].columns["kenkojokyo"] == ["よい"]
    assert "hoiku_tsuika" not in found.tables


def test_a_day_that_is_none_holds_the_application_and_leaves_its_neighbour(specs: Path) -> None:
    catalogue = overlaid(specs)
    procedure = catalogue.procedures["hoiku-riyo"]
    good = answered(catalogue)
    bad = deepcopy(good.source.content)
    found = bad.find(tag("希望施設/見学した日"))
    assert found is not None
    found.text = "先週"
    mapping = mapping_for(procedure, good.day, form_version=good.version, municipality=TOWN)
    sources = [good.source, replace(good.source, application=2, content=bad)]
    result = map_applications(procedure, mapping, sources, catalogue=catalogue, day=good.day)
    assert [(owner, finding.code, finding.where) for owner, finding in result.findings] == [(2, "MAP_VALUE", "希望施設/見学した日")]
    assert {application for table in result.tables.values() for application in table.application} == {1}


def takes_others(specs: Path) -> None:
    file = specs / HOIKU / "procedure.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "additional_items: alert\n", encoding="utf-8")


def test_an_undeclared_item_is_an_alert_where_the_procedure_allows_it(specs: Path) -> None:
    takes_others(specs)
    catalogue = load_catalogue(specs)
    one = example(catalogue)
    insert(one.source.content, "保護者/勤務先", "通勤の手段", "バス")
    assert codes(catalogue, one) == []
    found = mapped(catalogue, one)
    (finding,) = [finding for _, finding in found.findings]
    assert (finding.code, finding.severity.value) == ("MAP_ADDITIONAL", "alert")
    assert finding.where.endswith("/通勤の手段")
    assert found.tables == mapped(catalogue, example(catalogue)).tables
    procedure = catalogue.procedures["hoiku-riyo"]
    mapping = mapping_for(procedure, one.day, form_version=one.version)
    (answer,) = answers(procedure, mapping, one.source.content)
    assert (answer.title, answer.words) == (finding.where, "バス")
    assert "バス" not in repr(answer)


def test_an_undeclared_item_holds_where_the_procedure_does_not_allow_it(specs: Path) -> None:
    catalogue = load_catalogue(specs)
    one = example(catalogue)
    insert(one.source.content, "保護者/勤務先", "通勤の手段", "バス")
    assert set(codes(catalogue, one)) == {"XML_SCHEMA"}
    assert [finding.code for _, finding in mapped(catalogue, one).findings] == ["MAP_LEFTOVER"]


def test_what_is_wrong_beside_an_undeclared_item_still_holds(specs: Path) -> None:
    takes_others(specs)
    catalogue = load_catalogue(specs)
    one = example(catalogue)
    insert(one.source.content, "保護者/勤務先", "通勤の手段", "バス")
    found = one.source.content.find(tag("生活保護"))
    assert found is not None
    found.text = "9"
    assert set(codes(catalogue, one)) == {"XML_SCHEMA"}


MISTAKES = [
    ("hoiku_tsuika", "hoiku_tuika", "group", "hoiku_tsuika?"),
    ("group: hoiku_tsuika", "group: riyomoshikomi_kibo", "group", "shitsumon"),
    ("form_version: 2026-04", "form_version: 2026-05", "", "overlay.472018.2026-05.yaml"),
    ("after: 保育必要量", "after: 保育必要料", "questions.延長保育の希望.after", "保育必要量?"),
    ("after: 希望施設/施設名", "after: 希望施設2/施設名", "questions.見学した日.after", "希望施設?"),
    ("after: 希望施設/施設名", "after: 保育必要量/施設名", "questions.見学した日.after", "no elements below"),
    ("element: 延長保育の希望", "element: 生活保護", "questions.生活保護.element", "already"),
    ("element: 延長保育の希望", "element: 1番の希望", "questions.0.element", "pattern"),
    ("type: date", "type: day", "questions.1.type", "choice, date"),
    ("type: date", "type: choice", "questions.1", "values"),
    ("length: 20", "lenght: 20", "questions.2.lenght", "length?"),
    ("length: 20", "item: kinmusaki", "questions.通勤の手段.item", "has a source already"),
    ("length: 20", "item: tsukin", "tsukin", "unknown item"),
    ("group: hoiku_tsuika\n", "", "", "group"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{right[:20]}-{wrong[:20]}" for right, wrong, _, _ in MISTAKES])
def test_a_mistake_in_an_overlay_is_named_with_file_key_and_what_is_allowed(specs: Path, mistake: tuple[str, str, str, str]) -> None:
    right, wrong, key, words = mistake
    assert right in OVERLAY
    with pytest.raises(SpecError) as caught:
        overlaid(specs, OVERLAY.replace(right, wrong))
    assert caught.value.file.name == "overlay.472018.2026-04.yaml"
    assert key in caught.value.key
    assert words in str(caught.value)


def test_an_overlay_of_an_unknown_version_or_municipality_is_refused(specs: Path) -> None:
    for name, text, words in (
        ("overlay.472018.2031-04.yaml", OVERLAY.replace("2026-04", "2031-04"), "2026-04"),
        ("overlay.472019.2026-04.yaml", OVERLAY.replace("472018", "472019"), "check digit"),
    ):
        file = specs / HOIKU / name
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SpecError, match=words):
            load_catalogue(specs)
        file.unlink()
