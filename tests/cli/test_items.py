"""``hub items``: an official workbook becomes item data, and contradictions between official papers are told."""

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import mappings
from mappings.codelists import read_codelists
from mappings.items import COLUMNS, read_items
from sandbox.workbook_file import Page, Value, workbook
from tests.cli.messages import Hub

ROOT = Path(__file__).parents[2]
ORIGINALS = ROOT / "tests/fixtures/common-functions"
DEFINITION, SPECIFICATION = ORIGINALS / "atenabango-kanri_item-definition.xlsx", ORIGINALS / "atenabango-fuban-api_spec.xlsx"
GROUP = "住登外者宛名基本情報=jutogaishaatenakihonjoho"
HEADINGS = (
    "データ項目ID", None, "データ項目", "データ項目（ローマ字）", "グループ", None, None, "データ型", "桁数", "コード", "繰り返し",
    "データ出力条件", "項目定義", "項目説明", "標準仕様書関連箇所", "実装類型", "サンプル値", "備考",
)  # fmt: skip


def definition(folder: Path, *items: tuple[int, str, str, str, str, str, str]) -> Path:
    """A 項目定義書 of business 090: number, title, romaji name, type, length, condition, explanation of each item."""
    rows: list[tuple[Value | None, ...]] = [HEADINGS, (None, None, None, None, "名称", "主キー", "外部キー")]
    for number, title, name, kind, length, condition, explanation in items:
        rows.append(("090", number, title, name, "試験", None, None, kind, length, None, None, condition, "定義", explanation))
    cells = {(row, column): value for row, line in enumerate(rows, 3) for column, value in enumerate(line, 2) if value is not None}
    path = folder / "definition.xlsx"
    path.write_bytes(workbook([Page("項目定義書", {(1, 2): "■試験の項目定義書", **cells})]))
    return path


def provisional(folder: Path, *items: tuple[str, str, str, str]) -> None:
    """Provisional items of business 090 that stand there already: title, romaji name, type, length."""
    target = folder / "items/090"
    target.mkdir(parents=True)
    with (target / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for place, (title, name, kind, length) in enumerate(items, 1):
            known = {"データ項目": title, "データ項目（ローマ字）": name, "データ型": kind, "桁数": length}
            usual = {"データ項目ID": f"09000{900 + place:03}", "グループ名称": "shiken", "データ出力条件": "任意", "status": "provisional"}
            writer.writerow(usual | known)


def files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_original_becomes_the_item_data_that_the_project_carries(hub: Hub, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "mappings/items/031", tmp_path / "items/031")
    done = hub("items", "import", DEFINITION, "--group", GROUP, "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    own = Path(mappings.__file__).parent
    assert files(tmp_path) == {name: (own / name).read_bytes() for name in files(tmp_path)}
    lists = read_codelists(tmp_path / "codelists")
    group = read_items(tmp_path / "items/031", codelists=frozenset(lists))["jutogaishaatenakihonjoho"]
    assert len(group) == 29
    assert (group["jusho_choaza"].type, group["jusho_choaza"].length, group["jusho_choaza"].status) == ("Ｎ", 18, "official")
    assert (group["seibetsu"].code, group["daihyoatenafuragu"].required, group["seinengappi"].unknown_day) == ("031-001", True, True)
    assert lists["031-002"].valid_on("2026-11-24") == {"0": "代表宛名", "1": "非代表宛名"}


def test_a_second_import_changes_nothing(hub: Hub, tmp_path: Path) -> None:
    hub("items", "import", DEFINITION, "--group", GROUP, "--source", "デジタル庁", "--out", tmp_path)
    before = files(tmp_path)
    again = hub("items", "import", DEFINITION, "--out", tmp_path)
    assert "変わる項目 0件" in again.stdout
    assert files(tmp_path) == before
    assert b"\xe3\x83\x87" in before["items/031/SOURCE.md"]


def test_a_dry_run_tells_and_writes_nothing(hub: Hub, tmp_path: Path) -> None:
    done = hub("items", "import", DEFINITION, "--group", GROUP, "--out", tmp_path, "--dry-run")
    assert done.stdout.count("追加 jutogaishaatenakihonjoho.") == 29
    assert files(tmp_path) == {}


def test_provisional_items_are_replaced_changed_renamed_or_kept(hub: Hub, tmp_path: Path) -> None:
    ours = [("氏名", "shimei", "Ｎ", "40"), ("性別", "seibetsu", "X", "1"), ("読み", "shimei_kana", "Ｎ", "100")]
    provisional(tmp_path, *ours, ("私案", "shian", "X", "3"))
    workbook_file = definition(
        tmp_path,
        (1, "氏名", "shimei", "Ｎ", "100", "必須", ""),
        (2, "性別", "seibetsu", "X", "1", "任意", ""),
        (3, "読み", "shimei_yomigana", "Ｎ", "100", "条件付き必須", "・空白を入れる\n※※氏名がある場合は出力必須"),
        (4, "割合", "wariai", "9V", "3,2", "任意", ""),
    )
    done = hub("items", "import", workbook_file, "--group", "試験=shiken", "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[:-1] == [
        "変更 shiken.shimei 氏名（桁数: 40 → 100、データ出力条件: 任意 → 必須）",
        "置換 shiken.seibetsu 性別",
        "改名 shiken.shimei_yomigana 読み（データ項目（ローマ字）: shimei_kana → shimei_yomigana、"
        "データ出力条件: 任意 → 条件付き必須※※氏名がある場合は出力必須）",
        "追加 shiken.wariai 割合",
        "残す shiken.shian 私案",
    ]
    items = read_items(tmp_path / "items/090", codelists=frozenset())["shiken"]
    assert [(item.name, item.status) for item in items.values()] == [
        ("shimei", "official"), ("seibetsu", "official"), ("shimei_yomigana", "official"), ("wariai", "official"),
        ("shimei_kana", "provisional"), ("shian", "provisional"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([DEFINITION], "--group 住登外者宛名基本情報=ROMAJI"),
        ([DEFINITION, "--group", GROUP, "--business", "032"], "031"),
        ([SPECIFICATION, "--group", GROUP], "項目定義書"),
    ],
)
def test_what_the_command_needs_is_named(hub: Hub, tmp_path: Path, arguments: list[str | Path], said: str) -> None:
    done = hub("items", "import", *arguments, "--out", tmp_path)
    assert done.exit_code == 2
    assert said in done.stderr
    assert files(tmp_path) == {}


def test_a_definition_that_does_not_load_leaves_everything_as_it_was(hub: Hub, tmp_path: Path) -> None:
    wrong = definition(tmp_path, (1, "氏名", "shimei", "文字", "100", "必須", ""))
    done = hub("items", "import", wrong, "--group", "試験=shiken", "--out", tmp_path / "specs")
    assert done.exit_code == 2
    assert "データ型" in done.stderr
    assert files(tmp_path / "specs") == {}


def test_a_harmful_workbook_is_refused_with_its_code(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(8))
    done = hub("items", "import", path, "--out", tmp_path)
    assert (done.exit_code, "ATT_ACTIVE" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    ("kind", "name", "definition_says", "api_says"),
    [
        ("桁数", "jusho_choaza", "18", "120"),
        ("ローマ字名", "shimei_gaikokujinarufuabetto", "shimei_gaikokujinarufuabetto", "shimei_gaikokujinromaji"),
        ("ローマ字名", "shimei_yomigana", "shimei_yomigana", "shimei_furigana"),
        ("ローマ字名", "dokujishisakushisutemunadoid", "dokujishisakushisutemunadoid", "dokujishisakushisutemutoid"),
        ("項目名", "na_nihonjin_yomigana", "名_日本人_読み仮名", "名_日本人_フリガナ"),
        ("必須", "gyomuid", "条件付き必須", "任意"),
        ("APIに無い", "daihyoatenafuragu", "9(1)", ""),
        ("項目定義書に無い", "shorikubun", "", "X(1)"),
        ("項目定義書に無い", "rirekibango", "", "9(3)"),
        ("項番なし", "atenabango", "", ""),
    ],
)
def test_the_contradictions_of_the_two_originals_are_found(hub: Hub, kind: str, name: str, definition_says: str, api_says: str) -> None:
    found = json.loads(hub("items", "compare", DEFINITION, SPECIFICATION, "--json").stdout)["contradictions"]
    assert {"kind": kind, "name": name, "definition": definition_says, "other": api_says}.items() <= next(
        one for one in found if (one["kind"], one["name"]) == (kind, name)
    ).items()


def test_items_on_which_both_papers_agree_are_not_in_the_report(hub: Hub) -> None:
    found = json.loads(hub("items", "compare", DEFINITION, SPECIFICATION, "--json").stdout)["contradictions"]
    agreed = {"kojinbango", "shimei", "uji_nihonjin", "seibetsu", "seinengappi", "jusho_todofuken", "jusho_yubinbango", "sosajikoku"}
    assert agreed & {one["name"] for one in found} == set()


def test_the_report_in_the_docs_is_what_the_command_says(hub: Hub) -> None:
    printed = hub("items", "compare", DEFINITION, SPECIFICATION).stdout
    kept = (ROOT / "docs/item-definition-031.md").read_text(encoding="utf-8")
    assert kept.partition("## 暫定")[0] == printed.partition("## 暫定")[0]
    assert "| shimei_yomigana | shimei_yomigana | shimei_kana |" in kept


def test_the_report_is_also_a_page_and_a_table(hub: Hub, tmp_path: Path) -> None:
    done = hub("items", "compare", DEFINITION, SPECIFICATION, "--html", tmp_path / "page", "--csv", tmp_path / "rows.csv")
    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "page/index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    assert "jusho_choaza" in page
    assert "://" not in page
    assert (tmp_path / "page/static/hub.woff").stat().st_size > 10_000
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any((row["種別"], row["項目定義書"], row["比べた側"]) == ("桁数", "18", "120") for row in rows)
