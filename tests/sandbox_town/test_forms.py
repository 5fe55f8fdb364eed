"""Forms follow their schemas, can be read as PDF, and name whom the town says."""

import io
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import noto_cjk_sans_jp_regular
import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from pypdf import PdfReader

from mappings.catalogue import load_catalogue
from sandbox.form_pdf import Printer
from sandbox.form_words import codes, printed
from sandbox.forms_catalogue import FORMS
from sandbox.names import families

PROCEDURES = Path(__file__).parents[2] / "mappings" / "procedures"
BY_PORTAL_ID = {form.portal_id: form for form in FORMS.values()}
NOT_BY_SCHEMA = {"xml-doctype", "xml-shift-jis", "unknown-form-version", "zip-truncated", "zip-duplicate", "signature-wrapped-evil-twin"}


@pytest.fixture(scope="module")
def schemas() -> dict[str, etree.XMLSchema]:
    paths = {form.portal_id: PROCEDURES / form.id / f"form.{form.version}.xsd" for form in FORMS.values()}
    return {portal_id: etree.XMLSchema(etree.parse(path)) for portal_id, path in paths.items()}


def test_every_form_follows_its_schema(world: Any, schemas: dict[str, etree.XMLSchema]) -> None:
    seen = set()
    for line in world.listings:
        if line["procedure"] in schemas and line["defect"] not in NOT_BY_SCHEMA:
            schema = schemas[line["procedure"]]
            assert schema.validate(world.application(line)[0]), (line["defect"], str(schema.error_log))
            seen.add(line["procedure"])
    assert seen == set(schemas)


def test_good_child_allowance_claims_need_no_character_outside_cp932(world: Any) -> None:
    claims = [line for line in world.good() if line["procedure"] in {"PT27001", "PT27005"}]
    assert claims
    for line in claims:
        "".join(world.application(line).itertext()).encode("cp932")


def test_only_the_defect_puts_a_character_outside_cp932_into_a_claim(world: Any) -> None:
    [line] = world.defective("character-without-cp932")
    with pytest.raises(UnicodeEncodeError):
        "".join(world.application(line)[0].itertext()).encode("cp932")


def test_attachments_are_what_form_and_manifest_say(world: Any) -> None:
    kinds = set()
    for line in world.good():
        members = world.members(line)
        declared = {one.get("ファイル名"): one.get("ダイジェスト") for one in etree.fromstring(members["manifest.xml"]).iter("{*}添付")}
        signed = {one.get("ファイル名"): one.get("ダイジェスト") for one in etree.fromstring(members["application.xml"]).iter("{*}添付")}
        assert declared == signed
        assert set(declared) == {name for name in members if name.startswith("attachments/")}
        kinds |= {(Path(name).suffix, data[:4]) for name, data in members.items() if name in declared}
    assert kinds == {(".pdf", b"%PDF"), (".png", b"\x89PNG"), (".jpg", b"\xff\xd8\xff\xe0"), (".xlsx", b"PK\x03\x04")}


def test_the_pdf_carries_the_values_of_the_form_and_no_number(world: Any) -> None:
    for line in world.good()[:12]:
        members = world.members(line)
        content = world.application(line)[0]
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(members["form.pdf"])).pages)
        packed = text.replace("\n", "").replace(" ", "")
        for path in ("申請者/氏名カナ", "申請者/住所"):
            assert world.value(content, path) in packed
        assert line["receipt"] in text
        assert all(number not in packed for number in (one.text or "" for one in content.iter("{*}個人番号")))


def test_the_pdf_font_has_every_character_of_every_surname() -> None:
    font = TTFont(next(Path(str(noto_cjk_sans_jp_regular.__file__)).parent.glob("*.otf")), lazy=True)
    plain = font.getBestCmap()
    tables = [table.uvsDict for table in font["cmap"].tables if table.format == 14]
    variants = {(base, selector) for table in tables for selector, row in table.items() for base, _ in row}
    for script in ("plain", "variant", "wide", "foreign"):
        assert all(ord(sign) in plain for family in families(script) for sign in family.name)
    for family in families("selector"):
        signs = [ord(sign) for sign in family.name]
        assert any(pair in variants for pair in pairwise(signs))


def test_a_page_prints_hard_names_so_that_they_can_be_read_again() -> None:
    sheet = Printer().attachment(title="見本", owner="𠮷濵　髙﨑邉", made=datetime(2026, 11, 24, tzinfo=UTC))
    assert "𠮷濵　髙﨑邉" in PdfReader(io.BytesIO(sheet)).pages[0].extract_text()


def test_the_pdf_prints_codes_with_their_meaning_and_dates_as_clerks_read_them(world: Any) -> None:
    [line, *_] = [one for one in world.good() if one["procedure"] == "PT27001"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(world.members(line)["form.pdf"])).pages)
    assert "1（同意する）" in text
    assert "〒" in text
    assert not re.search(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?![0-9-])", text.replace(line["receipt"], ""))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("性別", "2", "2（女）"),
        ("性別", "9", "9"),
        ("続柄", "子", "子"),
        ("生年月日", "1989-04-30", "平成元年4月30日"),
        ("生年月日", "2026-02-30", "2026-02-30"),
        ("生年月日", "昭和40年月日不詳", "昭和40年月日不詳"),
        ("卒業予定年月", "2028-03", "令和10年3月"),
        ("対象期間開始", "2028-13", "2028-13"),
        ("郵便番号", "9010141", "〒901-0141"),
        ("郵便番号", "901", "901"),
    ],
)
def test_what_the_portal_cannot_put_into_words_stays_as_the_resident_wrote_it(name: str, text: str, words: str) -> None:
    assert printed(name, text) == words


def test_the_meanings_of_the_portal_are_those_of_the_hub() -> None:
    catalogue = load_catalogue()
    seen = set()
    for procedure in catalogue.procedures.values():
        for record in (record for mapping in procedure.mappings for record in mapping.records):
            coded = {item.name: item.code for item in catalogue.items[procedure.business][record.group].values() if item.code}
            for name, code in coded.items():
                if path := record.fields[name].path if name in record.fields else ():
                    element = path[0].rpartition("/")[2]
                    assert codes()[element] == {one.code: one.name for one in catalogue.codelists[code].codes}, (record.group, name)
                    seen.add(element)
    assert seen == set(codes())
