"""A wrong spec stops at load with file, key, problem and what is allowed."""

from pathlib import Path

import pytest

from mappings.catalogue import Catalogue, load_catalogue, mapping_for
from mappings.yaml_door import SpecError
from vocabulary.findings import Refused

NINTEI = "procedures/jidoteate-nintei"
GENKYO = "procedures/jifuyo-genkyo"
LUNCH = "procedures/jidoteate-kyushokuhi-henko"
FIXED = "formats/legacy-fixed"
SERVES = """    serves_as_decision:
      basis: 児童手当法施行規則1条
      consent: {item: shokugyokubu, values: ["1"]}
      reasons: 理由は{reason}です。
      instruction: 3か月以内に市長へ審査請求ができます。
"""

# file, what stands in it, what a hasty hand makes of it, key and words that the error must name
MISTAKES = [
    (f"{NINTEI}/procedure.yaml", "retention_years:", "retention_year:", "retention_year", "retention_years?"),
    (f"{NINTEI}/procedure.yaml", "kind: 請求", "kind: 請願", "kind", "届出"),
    (f"{NINTEI}/procedure.yaml", "signer: claimant", "signer: claiment", "signature.signer", "claimant?"),
    (f"{NINTEI}/procedure.yaml", "notice: approved", "notice: aproved", "outcomes.approved.notice", "approved?"),
    (f"{NINTEI}/procedure.yaml", "status: COMPLETED", "status: DONE", "outcomes.0.status", "COMPLETED"),
    (f"{NINTEI}/procedure.yaml", "id: jidoteate-nintei", "id: jidoteate-nintey", "id", "jidoteate-nintei"),
    (f"{NINTEI}/procedure.yaml", "portal_id: PT27001", "portal_id: PT27005", "portal_id", "PT27005"),
    (f"{NINTEI}/procedure.yaml", "valid_from: 2022-06-01\nvalid", "valid_from: 2022-13-01\nvalid", "valid_from", "date"),
    ("procedures/jidoteate-kifu/procedure.yaml", "period: [支払期月]", "period: [支払期]", "period", "支払期月?"),
    (f"{GENKYO}/procedure.yaml", "needs: [visit]", "needs: [visits]", "outcomes.full.needs", "visit?"),
    (f"{GENKYO}/procedure.yaml", "way: [来所], always", "way: [来所, 電子], always", "documents.0", "郵送 or 来所"),
    (f"{GENKYO}/procedure.yaml", "until: 08-31", "until: 31-08", "receiving.until", "pattern"),
    (f"{LUNCH}/expectations.yaml", "{item: henkokubun", "{item: hiyoshurui", "KYUSHOKUHIHENKO-06.when", "henkokubun"),
    (f"{NINTEI}/procedure.yaml", "short: nintei", "short: nintei\nrules: []", "", "files of their own"),
    (f"{NINTEI}/procedure.yaml", 'business: "027"', 'business: "27"', "business", "027"),
    (f"{NINTEI}/mapping.yaml", "shimei_kana: {path: 請", "shimei_kena: {path: 請", "ninteiseikyu", "shimei_kana"),
    (f"{NINTEI}/mapping.yaml", "with: postal", "with: postel", "ninteiseikyu.yubinbango", "postal?"),
    (f"{NINTEI}/mapping.yaml", "person: spouse", "person: spous", "ninteiseikyu.haigusha_atenabango", "spouse?"),
    (f"{NINTEI}/mapping.yaml", "with: birth", "with: date", "ninteiseikyu.seinengappi", "takes 2 paths"),
    (f"{NINTEI}/mapping.yaml", "{header: shujubango}", "{header: shujubango, value: x}", "records.0.fields.shujubango", "exactly one"),
    (f"{NINTEI}/mapping.yaml", "path: 添付書類, why", "path: 請求者, why", "ignore.請求者", "mapped and ignored"),
    (f"{NINTEI}/mapping.yaml", "at: 児童", "at: 大学生年代の子", "records", "one at"),
    (f"{NINTEI}/mapping.yaml", "group: ninteiseikyu_jido", "group: ninteiseikyu_jidou", "records.1.group", "ninteiseikyu_jido?"),
    (f"{NINTEI}/mapping.yaml", "path: 請求者/住所,", "path: 請求者/居所,", "請求者/居所", "住所"),
    (f"{NINTEI}/mapping.yaml", "  - {path: 申請者/性別, why: 請求者と同じ人であり、請求者の値を使う}\n", "", "申請者/性別", "neither maps"),
    (f"{NINTEI}/mapping.yaml", "form_version: 2024-10", "form_version: 2024-11", "form_version", "2024-10"),
    (f"{NINTEI}/expectations.yaml", "rule: in_list", "rule: inlist", "NINTEI-01.rule", "in_list"),
    (f"{NINTEI}/expectations.yaml", "roles: [claimant, child]", "roles: [claimant, chld]", "NINTEI-34.roles", "child?"),
    (f"{NINTEI}/expectations.yaml", "document: separation", "document: seperation", "NINTEI-43.document", "separation?"),
    (f"{NINTEI}/expectations.yaml", "status: hold", "status: holds", "NINTEI-01.status", "hold? (of hold, shadow, warn)"),
    (f"{NINTEI}/expectations.yaml", "items: [shokugyokubun]", "items: shokugyokubun", "NINTEI-01.items", "[first, second]"),
    (f"{NINTEI}/expectations.yaml", "group: ninteiseikyu_jido", "group: ninteiseikyu_jid", "NINTEI-07.group", "ninteiseikyu_jido?"),
    (f"{NINTEI}/expectations.yaml", "id: NINTEI-02", "id: NINTEI-01", "NINTEI-01.id", "a name of its own"),
    (f"{NINTEI}/expectations.yaml", "[ninteiseikyu.kojinbango", "[ninteiseikyu.kojinbang", "NINTEI-36.items", "ninteiseikyu.kojinbango?"),
    (f"{NINTEI}/expectations.yaml", 'values: ["1", "3", "4"]', "values: []", "NINTEI-01", "needs values"),
    (f"{NINTEI}/expectations.yaml", "items: [shokugyokubun]", "items: [shokugyokubu]", "NINTEI-01.items", "shokugyokubun?"),
    (f"{NINTEI}/expectations.yaml", "code: ACCOUNT_INCOMPLETE", "code: ACCOUNT_INCOMPLET", "NINTEI-02.code", "ACCOUNT_INCOMPLETE?"),
    (f"{NINTEI}/notices.yaml", "{decided_on}", "{decided}", "notices.approved.body", "decided_on?"),
    (f"{NINTEI}/notices.yaml", "{receipt}", "{receipt!r}", "notices.approved.body", "receipt"),
    (f"{NINTEI}/notices.yaml", "  - id: approved\n", f"  - id: approved\n{SERVES}", "serves_as_decision.consent.item", "shokugyokubun?"),
    (f"{FIXED}/format.yaml", "encoding: cp932", "encoding: shift", "encoding", "cp932"),
    (f"{FIXED}/format.yaml", "{sequence}", "{number}", "file_name", "sequence"),
    (f"{FIXED}/layouts/mishiharai.yaml", "jukyusha_jusho, width: 200", "jukyusha_jusho, width: 2000", "fields", "at most 1597"),
    (f"{FIXED}/format.yaml", "table: host-symbols", "table: host-symbol", "gaiji.table", "host-symbols?"),
    ("formats/standard-csv/format.yaml", "application: uketsukebango", "application: uketukebango", "subject", "uketsukebango?"),
    (f"{FIXED}/format.yaml", "persons: [atenabango, ", "persons: [", "subject", "would not say whom"),
    (f"{FIXED}/format.yaml", "double_codes: nec", "double_codes: nek", "double_codes", "nec? (of ibm, nec)"),
    (f"{FIXED}/format.yaml", "double_codes: nec\n", "", "", "goes with encoding cp932"),
    (f"{FIXED}/format.yaml", "files: one-per-procedure", "files: one-per-group", "", "needs files: one-per-procedure"),
    (f"{FIXED}/layouts/mishiharai.yaml", "item: jukyusha_jusho", "item: jukyusya_jusho", "fields.jukyusya_jusho", "jukyusha_jusho?"),
    (f"{FIXED}/layouts/ninteiseikyu_jido.yaml", 'sub: "02"', 'sub: "01"', "sub", "ninteiseikyu"),
    ("items/027/items.csv", "02700001,受付番号", "2700001,受付番号", "line 2 データ項目ID", "027 and five digits"),
    ("items/027/items.csv", ",umu,", ",umo,", "コード", "umu"),
    ("items/027/items.csv", "データ型", "型", "line 1", "データ型"),
    (f"{NINTEI}/procedure.yaml", "valid_until: 2024-09-30}", "valid_until: 2024-09-29}", "versions.0.valid_from", "2024-09-30 or earlier"),
    (f"{NINTEI}/procedure.yaml", "valid_until: 2024-09-30}", "valid_until: 2022-05-31}", "versions.1.valid_until", "2022-06-01 or later"),
    (f"{NINTEI}/procedure.yaml", "mapping: mapping.2022-06.yaml", "mapping: mapping.2022-6.yaml", "versions.mapping", "2022-06.yaml?"),
    (f"{NINTEI}/procedure.yaml", "schema: form.2022-06.xsd", "schema: form.2022-6.xsd", "versions.schema", "form.2022-06.xsd?"),
    (f"{NINTEI}/form.2024-10.xsd", "</xs:schema>", "", "", "an XML schema"),
    (f"{NINTEI}/form.2024-10.xsd", 'name="申請日" type="日付"', 'name="申請日" type="月日"', "", "an XML schema"),
    (f"{NINTEI}/form.2024-10.xsd", '<xs:element name="申請内容">', '<xs:element name="申請">', "", "申請内容"),
    ("codelists/umu.csv", "2,無,", "1,無,", "line 3", "valid twice"),
    ("codelists/umu.csv", "9999-12-31", "99991231", "line 2", "YYYY-MM-DD"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{file}:{wrong[:30]}" for file, _, wrong, _, _ in MISTAKES])
def test_a_mistake_is_named_with_file_key_and_what_is_allowed(specs: Path, mistake: tuple[str, str, str, str, str]) -> None:
    file, right, wrong, key, words = mistake
    path = specs / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_catalogue(specs)
    assert caught.value.file == path
    assert key in caught.value.key
    assert "literal[" not in caught.value.key
    assert words in str(caught.value)


ONE_FORM = [
    ("2023-03-31", "2023-04-01", "", ""),
    ("2023-03-31", "2023-03-31", "versions.2.valid_from", "two mappings of form 2022-06 are valid on 2023-03-31; allowed: 2023-04-01"),
    ("2023-03-31", "2023-05-01", "versions.2.valid_from", "no mapping of form 2022-06 is valid from 2023-04-01 to 2023-04-30"),
    ("2024-09-30", "2024-09-30", "versions.2.valid_from", "two mappings"),
]


@pytest.mark.parametrize(("until", "since", "key", "words"), ONE_FORM, ids=["one after the other", "overlap", "gap", "same day"])
def test_mappings_of_one_form_follow_one_another(specs: Path, until: str, since: str, key: str, words: str) -> None:
    path = specs / NINTEI / "procedure.yaml"
    line = "  - {form: 2022-06, schema: form.2022-06.xsd, mapping: mapping.2022-06.yaml, valid_from: 2022-06-01, valid_until: 2024-09-30}\n"
    text = path.read_text(encoding="utf-8")
    assert line in text
    both = line.replace("2024-09-30", until) + line.replace("2022-06-01", since)
    path.write_text(text.replace(line, both), encoding="utf-8")
    if not key:
        assert len(load_catalogue(specs).procedures["jidoteate-nintei"].mappings) == 3
        return
    with pytest.raises(SpecError) as caught:
        load_catalogue(specs)
    assert (caught.value.file, caught.value.key) == (path, key)
    assert words in str(caught.value)


def test_a_procedure_is_found_by_its_portal_id_and_others_are_not(catalogue: Catalogue) -> None:
    found = catalogue.by_portal_id("PT27001")
    assert found is not None
    assert found.id == "jidoteate-nintei"
    assert catalogue.by_portal_id("PT99001") is None


def test_the_mapping_is_that_of_the_legal_day_and_form_version(catalogue: Catalogue) -> None:
    procedure = catalogue.procedures["jidoteate-nintei"]
    version = procedure.versions[0]
    assert mapping_for(procedure, version.valid_from, form_version="2024-10") is procedure.mappings[0]
    for day, form, code in (
        (version.valid_from.replace(month=9), "2024-10", "FORM_VERSION_NOT_VALID"),
        (version.valid_from, "2031-01", "FORM_VERSION_UNKNOWN"),
    ):
        with pytest.raises(Refused) as caught:
            mapping_for(procedure, day, form_version=form)
        assert caught.value.finding.code == code


def test_notices_speak_only_after_every_placeholder_is_filled(catalogue: Catalogue) -> None:
    notice = catalogue.procedures["jidoteate-nintei"].notices[0]
    with pytest.raises(KeyError):
        notice.fill(procedure="児童手当 認定請求")


def test_what_the_pregnancy_procedure_says_is_for_few(catalogue: Catalogue) -> None:
    procedure = catalogue.procedures["ninshin-todokede"]
    assert procedure.access == "narrow"
    assert [outcome.notice for outcome in procedure.outcomes] == [""]


def test_unchanged_specs_are_read_once_and_a_changed_file_is_seen(specs: Path) -> None:
    first = load_catalogue(specs)
    assert load_catalogue(specs) is first
    file = specs / NINTEI / "procedure.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("retention_years: 5", "retention_years: 7"), encoding="utf-8")
    changed = load_catalogue(specs)
    assert (first.procedures["jidoteate-nintei"].retention_years, changed.procedures["jidoteate-nintei"].retention_years) == (5, 7)
