import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.inspection import inspect_file
from connectors.package import open_package, signed_attachment_digests
from connectors.xml_door import parse_xml
from tests.connectors.containers.packages import PDF, Draft, digest
from tests.connectors.containers.signing import FORM, wrap
from tests.connectors.containers.zips import ordinary_zip
from vocabulary.findings import Refused
from vocabulary.reasons import reasons

CORPUS = Path(__file__).parents[2] / "fixtures" / "zip-malformed"


def code_of(data: bytes) -> str:
    try:
        open_package(data)
    except Refused as refusal:
        assert refusal.finding.code in reasons()
        return refusal.finding.code
    return "accepted"


def test_a_whole_package_opens_with_everything_in_its_place() -> None:
    draft = Draft()
    package = open_package(draft.pack())
    manifest = package.manifest
    assert (manifest.receipt, manifest.municipality, manifest.auth_serial) == ("20261124-00000123", "472018", "1A2b")
    assert manifest.submitted_at == datetime(2026, 11, 22, 11, 15, 3, tzinfo=UTC)
    assert (manifest.portal_verdict, manifest.previous_receipt) == (None, None)
    assert [(one.document, one.way) for one in manifest.later] == [("residence", "郵送")]
    assert (package.application, package.form) == (draft.application, PDF)
    (attachment,) = package.attachments
    assert (attachment.title, attachment.document, attachment.media_type) == ("通帳の写し.txt", "passbook", "text/plain")
    assert attachment.sha256 == digest(attachment.data) == manifest.attachments[0].sha256
    assert "通帳" not in repr(package)


def test_a_package_without_attachments_and_later_documents_opens() -> None:
    package = open_package(Draft(attachments={}, later="", values={"署名検証結果": "NG", "前回受付番号": "20261101-00000001"}).pack())
    assert (package.attachments, package.manifest.later) == ((), ())
    assert (package.manifest.portal_verdict, package.manifest.previous_receipt) == ("NG", "20261101-00000001")


@pytest.mark.parametrize("name", ["manifest.xml", "application.xml", "form.pdf", "attachments/01.txt"])
def test_a_missing_member_is_named(name: str) -> None:
    members = Draft().members()
    del members[name]
    with pytest.raises(Refused) as refusal:
        open_package(ordinary_zip(members.items()))
    assert (refusal.value.finding.code, refusal.value.finding.where) == ("PACKAGE_MEMBER_MISSING", name)


@pytest.mark.parametrize("name", ["attachments/02.txt", "readme.txt", "attachments/deeper/01.txt"])
def test_a_member_that_no_manifest_names_is_refused(name: str) -> None:
    assert code_of(Draft(extra={name: b"x"}).pack()) == "PACKAGE_MEMBER_UNKNOWN"


@pytest.mark.parametrize(
    "values",
    [
        {"受付番号": ""},
        {"受付番号": None},
        {"受付番号": "../20261124"},
        {"申請先団体コード": "47201"},
        {"申請先団体コード": "４７２０１８"},
        {"申請日時": "2026-11-22T20:15:03"},
        {"申請日時": "2026-02-30T20:15:03+09:00"},
        {"到達日時": "2026-11-22"},
        {"利用者証明用電子証明書シリアル番号": "xyz"},
        {"署名検証結果": "MAYBE"},
        {"知らない項目": "1"},
    ],
)
def test_a_manifest_beside_its_profile_is_refused(values: dict[str, str | None]) -> None:
    assert code_of(Draft(values=values).pack()) == "PACKAGE_MANIFEST"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('版="1"', '版="2"'),
        ("manifest:1", "manifest:2"),
        ("attachments/01.txt", "../01.txt"),
        ('サイズ="15"', 'サイズ="16"'),
        ('ダイジェスト="', 'ダイジェスト="0'),
        ('方法="郵送"', '方法="電話"'),
        ('書類コード="passbook"', ""),
        ("<添付一覧>", "<添付一覧/><添付一覧>"),
    ],
)
def test_a_manifest_that_contradicts_the_members_is_refused(old: str, new: str) -> None:
    members = Draft().members()
    changed = members["manifest.xml"].decode().replace(old, new, 1)
    assert changed != members["manifest.xml"].decode()
    assert code_of(ordinary_zip({**members, "manifest.xml": changed.encode()}.items())) == "PACKAGE_MANIFEST"


def test_an_attachment_listed_twice_is_refused() -> None:
    members = Draft().members()
    manifest = members["manifest.xml"].decode()
    entry = manifest[manifest.index("<添付 ") : manifest.index("</添付一覧>")]
    assert code_of(ordinary_zip({**members, "manifest.xml": manifest.replace(entry, entry * 2).encode()}.items())) == "PACKAGE_MANIFEST"


def test_an_attachment_of_the_same_size_but_other_content_is_refused() -> None:
    members = Draft().members()
    assert code_of(ordinary_zip({**members, "attachments/01.txt": b"x" * 15}.items())) == "PACKAGE_MANIFEST"


def test_the_form_must_be_a_plain_pdf() -> None:
    assert code_of(Draft(form=b"MZ not a pdf").pack()) == "ATT_TYPE"
    assert code_of(Draft(form=PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (x) >>")).pack()) == "ATT_ACTIVE"


def test_harmful_xml_is_refused_when_the_package_is_opened() -> None:
    assert code_of(Draft(application=b"<!DOCTYPE a><a/>").pack()) == "XML_DOCTYPE"
    shift_jis = b'<?xml version="1.0" encoding="Shift_JIS"?>' + "<氏名>髙﨑</氏名>".encode("cp932")
    assert code_of(Draft(application=shift_jis).pack()) == "XML_ENCODING"


def test_the_signed_digests_are_those_of_the_content() -> None:
    assert signed_attachment_digests(parse_xml(wrap(FORM))[0]) == {"attachments/01.txt": "ab" * 32}
    twice = FORM.replace("<添付書類>", "<添付書類/><添付書類>")
    for spoiled in (twice, FORM.replace("ファイル名", "名"), FORM.replace("添付書類", "書類")):
        with pytest.raises(Refused):
            signed_attachment_digests(parse_xml(wrap(spoiled))[0])


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_spoiled_member_is_refused_never_an_error(data: st.DataObject) -> None:
    members = Draft().members()
    name = data.draw(st.sampled_from(sorted(members)))
    spoiled = bytearray(members[name])
    for _ in range(data.draw(st.integers(1, 5))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    assert code_of(ordinary_zip({**members, name: bytes(spoiled)}.items())) in {*reasons(), "accepted"}


STAGES = {
    "accepted": (Draft(), None, None),
    "xml": (Draft(application="<氏名>a\u202eb</氏名>".encode()), "TEXT_FORBIDDEN_CHAR", "xml"),
    "package": (Draft(extra={"x": b""}), "PACKAGE_MEMBER_UNKNOWN", "package"),
    "attachment": (Draft(attachments={"attachments/01.pdf": b"MZ\x90\x00"}), "ATT_TYPE", "attachment"),
    "shape": (Draft(application=wrap(FORM, FORM)), "SIG_SHAPE", "signature-shape"),
}


@pytest.mark.parametrize("name", STAGES)
def test_an_inspection_names_reason_and_stage(tmp_path: Path, name: str) -> None:
    draft, reason, stage = STAGES[name]
    path = tmp_path / "p.zip"
    path.write_bytes(draft.pack())
    found = inspect_file(path, container_only=False)
    assert (found.accepted, found.reason, found.stage) == (reason is None, reason, stage)
    assert json.loads(json.dumps(asdict(found)))["file"] == str(path)
    assert inspect_file(path, container_only=True).accepted


def test_an_inspection_of_the_container_alone_meets_the_corpus() -> None:
    for folder in ("failure", "wrong-entry-sizes"):
        for path in (CORPUS / folder).glob("*.zip"):
            found = inspect_file(path, container_only=True)
            assert (found.accepted, found.stage) == (False, "container")
    refused = {path.stem for path in (CORPUS / "success").glob("*.zip") if not inspect_file(path, container_only=True).accepted}
    assert {name for name in refused if "encryption" not in name} == {
        "bogus-compression-method",
        "sloppy-filenames",
        "unicode-path-extra-field",
    }
    assert len(refused) == 7
