"""The engine: records and children, what is left over, what is refused and whom that takes along."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from mappings.catalogue import Catalogue
from mappings.engine import Mapped, Source
from mappings.places import NAMESPACE

Examples = Callable[[str, int], Source]
Run = Callable[..., Mapped]
NINTEI = "jidoteate-nintei"


def find(source: Source, path: str) -> etree._Element:
    """The element at a path below the 申請内容."""
    found = source.content.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    assert found is not None
    return found


def codes(mapped: Mapped) -> list[tuple[int, str, str]]:
    """Application, code and place of each finding."""
    return [(application, finding.code, finding.where) for application, finding in mapped.findings]


def test_children_know_their_application_and_place(example: Examples, map_sources: Run) -> None:
    first, second = replace(example(NINTEI, 1), application=7), replace(example(NINTEI, 2), application=8)
    mapped = map_sources(NINTEI, first, second)
    table = mapped.tables["ninteiseikyu_jido"]
    assert mapped.findings == []
    assert table.application == [7, 7, 8]
    assert table.ordinal == [1, 2, 1]
    assert table.columns["renban"] == ["1", "2", "1"]
    assert table.columns["shimei"] == ["髙良　葵", "髙良　健", "𠮷田　桜"]
    assert table.columns["seikyusha_atenabango"] == [first.atena[("claimant", 1)]] * 2 + [second.atena[("claimant", 1)]]


def test_every_table_has_all_columns_of_its_group_in_order(catalogue: Catalogue, example: Examples, map_sources: Run) -> None:
    mapped = map_sources(NINTEI, example(NINTEI, 2))
    for group, table in mapped.tables.items():
        assert list(table.columns) == list(catalogue.items["027"][group])
        assert {len(column) for column in table.columns.values()} == {len(table.application)}
    assert mapped.tables["ninteiseikyu_daigakusei"].application == []


def test_the_mapping_never_changes_a_document_or_depends_on_the_batch(example: Examples, map_sources: Run) -> None:
    source = example(NINTEI, 1)
    before = etree.tostring(source.content)
    alone = map_sources(NINTEI, source)
    crowd = map_sources(NINTEI, *[replace(source, application=number) for number in range(5)])
    assert etree.tostring(source.content) == before
    for group, table in crowd.tables.items():
        for name, column in table.columns.items():
            assert column == alone.tables[group].columns[name] * 5


@pytest.mark.parametrize(
    ("parent", "added", "where"),
    [
        ("請求者", "<国籍>X</国籍>", "請求者/国籍"),
        ("児童", "<学年>1</学年>", "児童[1]/学年"),
        ("請求者", "<氏名>二つ目</氏名>", "請求者/氏名[2]"),
        ("振込口座", "<口座番号><枝番>1</枝番></口座番号>", "振込口座/口座番号[2]/枝番"),
    ],
)
def test_an_element_without_a_mapping_is_left_over_with_its_path(
    example: Examples, map_sources: Run, parent: str, added: str, where: str
) -> None:
    source = example(NINTEI, 1)
    find(source, parent).append(etree.fromstring(f'<x xmlns="{NAMESPACE}">{added}</x>')[0])
    mapped = map_sources(NINTEI, source)
    assert (1, "MAP_LEFTOVER", where) in codes(mapped)
    assert mapped.tables["ninteiseikyu"].application == [1]


def test_a_value_that_something_cuts_in_two_is_left_over_and_never_taken_by_half(example: Examples, map_sources: Run) -> None:
    source = example(NINTEI, 1)
    number = find(source, "振込口座/口座番号")
    number.text = "001"
    comment = etree.Comment("2345")
    comment.tail = "6789"
    number.append(comment)
    mapped = map_sources(NINTEI, source)
    assert [code for _, code, _ in codes(mapped)] == ["MAP_LEFTOVER"]
    assert mapped.tables["ninteiseikyu"].columns["kozabango"] == [None]


def test_attributes_and_loose_text_are_left_over_too(example: Examples, map_sources: Run) -> None:
    source = example(NINTEI, 1)
    find(source, "請求者/氏名").set("変更", "1")
    find(source, "振込口座").text = "よろしく"
    find(source, "請求者/住所").tail = "追記"
    found = codes(map_sources(NINTEI, source))
    assert {where for _, code, where in found if code == "MAP_LEFTOVER"} == {"請求者/氏名/@変更", "振込口座/text()", "請求者/text()"}


def test_a_fourth_wish_where_three_have_a_place_is_left_over(example: Examples, map_sources: Run) -> None:
    source = example("ninshin-todokede", 1)
    wish = find(source, "面談希望日")
    for day in ("2026-12-07", "2026-12-08"):
        extra = etree.fromstring(f'<x xmlns="{NAMESPACE}"><面談希望日>{day}</面談希望日></x>')[0]
        wish.addnext(extra)
    mapped = map_sources("ninshin-todokede", source)
    assert codes(mapped) == [(1, "MAP_LEFTOVER", "面談希望日[4]")]
    assert [mapped.tables["ninshintodoke"].columns[f"mendankibobi_{n}"][0] for n in (1, 2, 3)] == ["2026-12-01", "2026-12-08", "2026-12-07"]


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("請求者/郵便番号", "90", "MAP_VALUE", "請求者/郵便番号"),
        ("請求事由", "55", "MAP_CODE", "請求事由"),
        ("児童/生年月日", "令和8年13月1日", "MAP_VALUE", "児童[1]/生年月日"),
        ("大学生年代の子/職業等", "9", "MAP_CODE", "大学生年代の子[1]/職業等"),
    ],
)
def test_a_refused_value_withdraws_the_whole_application_and_no_other(
    example: Examples, map_sources: Run, path: str, value: str, code: str, where: str
) -> None:
    bad, good = replace(example(NINTEI, 1), application=1), replace(example(NINTEI, 2), application=2)
    find(bad, path).text = value
    mapped = map_sources(NINTEI, bad, good)
    assert codes(mapped) == [(1, code, where)]
    assert {application for table in mapped.tables.values() for application in table.application} == {2}
    assert mapped.tables["ninteiseikyu_jido"].columns["shimei"] == ["𠮷田　桜"]


def test_findings_never_carry_a_value(example: Examples, map_sources: Run) -> None:
    source = example(NINTEI, 1)
    find(source, "請求者/郵便番号").text = "秘密の値"
    find(source, "請求者").append(etree.fromstring(f'<x xmlns="{NAMESPACE}"><国籍>秘密の値</国籍></x>')[0])
    mapped = map_sources(NINTEI, source)
    assert len(mapped.findings) == 2
    assert "秘密" not in repr(mapped.findings)


def test_an_absent_person_number_stays_empty_and_is_never_anothers(example: Examples, map_sources: Run) -> None:
    source = example(NINTEI, 1)
    mapped = map_sources(NINTEI, replace(source, atena={("claimant", 1): "A", ("child", 2): "B"}))
    assert mapped.tables["ninteiseikyu_jido"].columns["atenabango"] == [None, "B"]
    assert mapped.tables["ninteiseikyu"].columns["haigusha_atenabango"] == [None]


def test_no_sources_give_empty_tables(map_sources: Run) -> None:
    mapped = map_sources(NINTEI)
    assert mapped.findings == []
    assert all(table.application == [] for table in mapped.tables.values())
