"""The form: faults by place only, and who is named in which role."""

import copy
from collections.abc import Callable

import pytest
from lxml import etree

from mappings.catalogue import Catalogue
from mappings.engine import Source
from mappings.form import check_form, read_people, signer_claim
from mappings.places import NAMESPACE
from vocabulary.findings import Refused

Examples = Callable[[str, int], Source]


def test_a_fault_is_named_by_place_and_never_by_value(catalogue: Catalogue, example: Examples) -> None:
    procedure, content = catalogue.procedures["jidoteate-nintei"], example("jidoteate-nintei", 1).content
    child = content.findall(f"{{{NAMESPACE}}}児童")[1]
    number = child.find(f"{{{NAMESPACE}}}個人番号")
    assert number is not None
    number.text = "秘密1234"
    (finding,) = {(one.code, one.where) for one in check_form(procedure, "2024-10", content)}
    assert finding[0] == "XML_SCHEMA"
    assert finding[1].startswith("児童[2]/個人番号 line ")
    assert "秘密" not in repr(check_form(procedure, "2024-10", content))


def test_missing_and_foreign_elements_and_other_versions_are_faults(catalogue: Catalogue, example: Examples) -> None:
    procedure, content = catalogue.procedures["hoiku-riyo"], example("hoiku-riyo", 1).content
    assert check_form(procedure, "2026-04", content) == []
    without = copy.deepcopy(content)
    without.remove(without[-1])
    foreign = copy.deepcopy(content)
    foreign.append(etree.SubElement(foreign, "{urn:other}氏名"))
    older = copy.deepcopy(content)
    older.set("様式版", "2025-04")
    for broken in (without, foreign, older):
        assert {finding.code for finding in check_form(procedure, "2026-04", broken)} == {"XML_SCHEMA"}
    assert [finding.code for finding in check_form(procedure, "2031-04", content)] == ["FORM_VERSION_UNKNOWN"]


def test_people_are_read_in_their_roles(catalogue: Catalogue, example: Examples) -> None:
    people = read_people(catalogue.procedures["jidoteate-nintei"], example("jidoteate-nintei", 1).content)
    seen = [(claim.role, claim.ordinal, claim.name, claim.lives_here, claim.required) for claim in people]
    assert seen == [
        ("claimant", 1, "髙良　﨑子", True, True),
        ("spouse", 1, "髙良　一郎", False, False),
        ("child", 1, "髙良　葵", True, True),
        ("child", 2, "髙良　健", False, False),
        ("older_child", 1, "髙良　望", False, False),
    ]
    assert [claim.number != "" for claim in people] == [True, True, False, True, False]


def test_an_unknown_birth_date_keeps_its_text_and_its_mark(catalogue: Catalogue, example: Examples) -> None:
    claimant = read_people(catalogue.procedures["jidoteate-nintei"], example("jidoteate-nintei", 2).content)[0]
    assert (claimant.birth, claimant.birth_unknown) == ("昭和40年頃", True)


@pytest.mark.parametrize(
    ("procedure", "signer"),
    [
        ("jidoteate-nintei", "髙良　﨑子"),
        ("jidoteate-mishiharai", "比嘉　正子"),
        ("hoiku-riyo", "島袋　由美"),
        ("ninshin-todokede", "宮城　里奈"),
    ],
)
def test_the_signer_is_the_person_who_must_sign(catalogue: Catalogue, example: Examples, procedure: str, signer: str) -> None:
    claim = signer_claim(catalogue.procedures[procedure], example(procedure, 1).content)
    assert claim.name == signer
    assert claim.address == "沖縄県那覇市おもろまち1丁目2-3"


def test_a_form_without_its_signer_is_refused(catalogue: Catalogue, example: Examples) -> None:
    content = example("ninshin-todokede", 1).content
    content.remove(content[2])
    with pytest.raises(Refused) as caught:
        signer_claim(catalogue.procedures["ninshin-todokede"], content)
    assert caught.value.finding.code == "XML_SCHEMA"


def test_a_claim_shows_no_value_in_its_repr(catalogue: Catalogue, example: Examples) -> None:
    shown = repr(read_people(catalogue.procedures["hoiku-riyo"], example("hoiku-riyo", 1).content))
    assert "島袋" not in shown
    assert "1992" not in shown
