"""Every defect of the catalogue is built, and is what its name says."""

import io
import re
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import pytest
import yaml
from lxml import etree

from sandbox.defects import BUILDERS, GOOD_LINES, catalogue
from vocabulary.check_digits import valid_my_number
from vocabulary.reasons import reasons

OUTCOME = re.compile(r"delivered(:owed)?|gone_before_fetch|(held|waiting|settled):(?P<code>[A-Z0-9_]+)")
CATALOGUE = Path(__file__).parents[2] / "sandbox" / "defects.yaml"


def test_the_catalogue_and_the_builders_are_the_same_list() -> None:
    rows = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    assert Counter(row["builder"] for row in rows) == Counter(list(BUILDERS))
    assert len(catalogue()) == len(rows) == 40


@pytest.mark.parametrize("name", catalogue())
def test_a_defect_names_an_outcome_and_is_in_the_world(name: str, world: Any) -> None:
    defect = catalogue()[name]
    match = OUTCOME.fullmatch(defect.expected)
    assert match
    assert match["code"] is None or match["code"] in reasons()
    assert world.expected["defects"][name]["expected"] == defect.expected
    lines = world.defective(name)
    assert len(lines) == defect.lines - (name in GOOD_LINES)
    assert {line["receipt"] for line in lines} == set(world.expected["defects"][name]["receipts"])


def test_containers_are_broken_as_declared(world: Any) -> None:
    [bomb], [outside], [double], [cut] = (world.defective(f"zip-{name}") for name in ("bomb", "path-outside", "duplicate", "truncated"))
    assert world.package(bomb).stat().st_size < 1 << 20
    with ZipFile(world.package(bomb)) as archive:
        assert archive.getinfo("form.pdf").file_size > 64 << 20
    with ZipFile(world.package(outside)) as archive:
        assert any(".." in name for name in archive.namelist())
    with ZipFile(world.package(double)) as archive:
        assert archive.namelist().count("application.xml") == 2
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(world.package(cut).read_bytes()))


def test_xml_is_broken_as_declared(world: Any) -> None:
    [doctype], [coded] = world.defective("xml-doctype"), world.defective("xml-shift-jis")
    assert b"<!DOCTYPE" in world.members(doctype)["application.xml"]
    data = world.members(coded)["application.xml"]
    assert b"Shift_JIS" in data
    assert "髙" in data.decode("cp932")
    [twin] = world.defective("signature-wrapped-evil-twin")
    children = world.application(twin)
    assert [etree.QName(child).localname for child in children] == ["申請内容", "申請内容", "Signature"]
    assert {line["procedure"] for line in world.defective("unknown-form-version")} == {"PT28002"}
    assert {world.application(line)[0].get("様式版") for line in world.defective("unknown-form-version")} == {"2027-04"}


def test_attachments_are_broken_as_declared(world: Any) -> None:
    [program], [photo], [swapped] = (world.defective(name) for name in ("executable-named-pdf", "heic", "attachment-swapped"))
    assert world.members(program)["attachments/01.pdf"][:2] == b"MZ"
    assert world.members(photo)["attachments/01.heic"][4:12] == b"ftypheic"
    members = world.members(swapped)
    noted = etree.fromstring(members["manifest.xml"]).find(".//{*}添付")
    signed = etree.fromstring(members["application.xml"]).find(".//{*}添付")
    assert noted is not None
    assert signed is not None
    assert noted.get("ファイル名") == signed.get("ファイル名")
    assert noted.get("ダイジェスト") != signed.get("ダイジェスト")


def test_numbers_are_wrong_as_declared(world: Any) -> None:
    owners = {one["number"]: one for one in world.people.values()}
    [exchanged], [wrong], [other] = (
        world.defective(name) for name in ("numbers-exchanged", "number-wrong-check-digit", "number-differs-from-register")
    )
    content = world.application(exchanged)[0]
    assert owners[world.value(content, "配偶者/個人番号")]["relation"] == "子"
    assert owners[world.value(content, "児童/個人番号")]["relation"] in {"妻", "夫"}
    assert not valid_my_number(world.value(world.application(wrong)[0], "配偶者/個人番号"))
    number = world.value(world.application(other)[0], "配偶者/個人番号")
    assert valid_my_number(number)
    assert number not in owners


def test_people_are_unusual_as_declared(world: Any) -> None:
    def persons(name: str) -> list[Any]:
        [receipt] = world.expected["defects"][name]["receipts"]
        return [world.people[atena] for atena in world.expected["people"][receipt]["persons"]]

    assert [one["relation"] for one in persons("spouse-protected") if one["protected"]] == ["世帯主"]
    assert sum(one["work"] == "2" for one in persons("public-servant")) == 1
    assert Counter(one["birth"] for one in persons("twins")).most_common(1)[0][1] == 2
    assert sum(bool(one["birth_unknown"]) for one in persons("birth-date-unknown")) == 1
    assert any("𠮷" in one["family"] for one in persons("character-without-cp932"))
    [account] = world.defective("public-money-account")
    assert world.application(account)[0].find("{*}振込口座/{*}金融機関コード") is None


def test_the_course_of_an_application_is_unusual_as_declared(world: Any) -> None:
    first, second = world.defective("receipt-conflict")
    assert (first["receipt"], first["version"], first["appears"]) == (second["receipt"], 1, "start")
    assert (second["version"], second["appears"]) == (2, "after_first_fetch")
    assert world.package(first).read_bytes() != world.package(second).read_bytes()
    [withdrawn], [changed] = world.defective("withdrawn-before-fetch"), world.defective("changed-after-listing")
    assert withdrawn["withdrawn"] == "before_fetch"
    assert (changed["version"], changed["listed_version"]) == (2, 1)
    [again] = world.defective("filed-twice")
    before = world.listings[world.listings.index(again) - 1]
    assert before["receipt"] in world.expected["good"]
    assert world.expected["people"][before["receipt"]] == world.expected["people"][again["receipt"]]
    [owed] = world.defective("document-by-post")
    later = etree.fromstring(world.members(owed)["manifest.xml"]).find(".//{*}後送")
    assert later is not None
    assert later.get("方法") == "郵送"
