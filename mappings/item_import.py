"""Official item definitions taken over (項目定義書の取込み): rows in our columns, code lists, and what that changes."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mappings.codelists import COLUMNS as CODE_COLUMNS
from mappings.item_definition import Definition, OfficialItem
from mappings.items import COLUMNS, GROUP_COLUMNS

OWN_CODE = 999
"""コードID of codes that each municipality sets itself; there is no list of them."""
_COMPARED = ("データ項目", "データ型", "桁数", "コード", "データ出力条件")


@dataclass(frozen=True, slots=True)
class Change:
    """What the import does to an item. kind: 追加, 置換, 変更, 改名, 残す, 廃止. columns: those that differ, before and after."""

    kind: str
    item: str
    title: str
    columns: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """Files by path below the specification folder, and changes. Nothing is written yet."""

    files: Mapping[str, str]
    changes: tuple[Change, ...]


def plan_import(definition: Definition, business: str, *, root: Path, groups: Mapping[str, str], source: str) -> Import:
    """The files that the definition makes of a business. groups: romaji name of each group by its Japanese name. source: for SOURCE.md."""
    folder = f"items/{business}"
    before = _existing(root / folder / "items.csv")
    official = [_row(item, groups) for item in definition.items if item.business == business]
    changes = list(_changes(official, before))
    replaced = {_key(row) for row in official}
    kept = [row for row in before if _key(row) not in replaced and row["status"] == "provisional"]
    titles = _existing(root / folder / "groups.csv")
    files = {
        f"{folder}/items.csv": _table(COLUMNS, [*official, *kept]),
        f"{folder}/groups.csv": _table(GROUP_COLUMNS, _group_rows(groups, titles)),
        f"{folder}/SOURCE.md": source,
    }
    for number, rows in _code_rows(definition).items():
        files[f"codelists/{_list_id(business, number)}.csv"] = _table(CODE_COLUMNS, rows)
    return Import(files, tuple(changes))


def _existing(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(item: OfficialItem, groups: Mapping[str, str]) -> dict[str, str]:
    cells = {name: item.cells.get(name.replace("（", "(").replace("）", ")"), item.cells.get(name, "")) for name in COLUMNS}
    code = cells["コード"]
    own = code.isdecimal() and int(code) == OWN_CODE
    unknown_day = "不詳日を許容" in cells["項目説明"]
    remarks = [cells["備考"], f"コード{OWN_CODE}（自治体固有コード）" if own else "", "不詳日を許容" if unknown_day else ""]
    output = cells["データ出力条件"]
    return cells | {
        "データ項目ID": f"{item.business}{item.number:05d}",
        "グループ名称": groups[item.group],
        "コード": "" if own or not code else _list_id(item.business, int(code)) if code.isdecimal() else code,
        "データ出力条件": f"{output}※※{item.condition or '条件の記載なし'}" if output == "条件付き必須" else output,
        "備考": "。".join(filter(None, remarks)),
        "status": "official",
    }


def _key(row: Mapping[str, str]) -> tuple[str, str]:
    return row["グループ名称"], row["データ項目（ローマ字）"]


def _list_id(business: str, number: int) -> str:
    return f"{business}-{number:03d}"


def _changes(official: Sequence[Mapping[str, str]], before: Sequence[Mapping[str, str]]) -> list[Change]:
    """Each official item against what stood in its group, then what stood there and is not in the definition."""
    by_name = {_key(row): row for row in before}
    by_title = {(row["グループ名称"], row["データ項目"]): row for row in before if row["status"] == "provisional"}
    found: list[Change] = []
    seen: set[tuple[str, str]] = set()
    for row in official:
        key = _key(row)
        old = by_name.get(key) or by_title.get((key[0], row["データ項目"]))
        if old is None:
            found.append(Change("追加", ".".join(key), row["データ項目"]))
            continue
        seen.add(_key(old))
        columns = tuple((name, old[name], row[name]) for name in _COMPARED if old[name] != row[name])
        if old["データ項目（ローマ字）"] != key[1]:
            renamed = ("データ項目（ローマ字）", old["データ項目（ローマ字）"], key[1])
            found.append(Change("改名", ".".join(key), row["データ項目"], (renamed, *columns)))
        elif columns or old["status"] == "provisional":
            found.append(Change("変更" if columns else "置換", ".".join(key), row["データ項目"], columns))
    rest = [(key, row) for key, row in by_name.items() if key not in seen]
    return found + [Change("残す" if row["status"] == "provisional" else "廃止", ".".join(key), row["データ項目"]) for key, row in rest]


def _group_rows(groups: Mapping[str, str], titles: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    name, title = GROUP_COLUMNS
    ours = {romaji: japanese for japanese, romaji in groups.items()}
    return [{name: key, title: value} for key, value in ({row[name]: row[title] for row in titles} | ours).items()]


def _code_rows(definition: Definition) -> dict[int, list[dict[str, str]]]:
    rows: dict[int, list[dict[str, str]]] = {}
    for code in definition.codes:
        source = f"{definition.title} コード一覧 {code.list_title}"
        values = (code.code, code.name, source, "0000-01-01", "9999-12-31")
        rows.setdefault(code.list_number, []).append(dict(zip(CODE_COLUMNS, values, strict=True)))
    return rows


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
