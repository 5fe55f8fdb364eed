"""Item definitions (項目定義書): the groups of a business with the type, length and code list of each field."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mappings.yaml_door import SpecError

COLUMNS = (
    "データ項目ID",
    "データ項目",
    "データ項目（ローマ字）",
    "グループ名称",
    "主キー",
    "外部キー",
    "クラス分類",
    "データ型",
    "桁数",
    "コード",
    "繰り返し",
    "データ出力条件",
    "項目定義",
    "項目説明",
    "標準仕様書関連箇所",
    "実装類型",
    "サンプル値",
    "備考",
    "status",
)
GROUP_COLUMNS = ("グループ名称", "表示名")
TYPES = ("X", "Ｎ", "9", "9V", "S9", "DATE", "YEAR", "TIME")
_CONDITIONS = re.compile(r"必須|任意|条件付き必須※※.+")
# A title also names the group's sheet in a workbook.
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Item:
    """One row. length: characters, for 9V digits before the point. code: id of the code list or empty. required: 必須 (条件付き is not)."""

    id: str
    title: str
    name: str
    group: str
    key: bool
    type: str
    length: int
    code: str
    required: bool
    unknown_day: bool
    status: str


Group = Mapping[str, Item]


def is_number(item: str) -> bool:
    """Whether the item of this romaji name is a 個人番号, whoever's."""
    return item.endswith("kojinbango")


def read_items(folder: Path, *, codelists: frozenset[str]) -> Mapping[str, Group]:
    """Every group of ``items.csv`` in the folder, items by romaji name in file order. Raises SpecError."""
    path = folder / "items.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = tuple(next(rows, ()))
        if header != COLUMNS:
            raise SpecError(file=path, key="line 1", problem="columns are not the official ones", allowed=",".join(COLUMNS))
        groups: dict[str, dict[str, Item]] = {}
        for line, cells in enumerate(rows, start=2):
            item = _item(path, line, cells, folder.name, codelists)
            group = groups.setdefault(item.group, {})
            if item.name in group:
                raise SpecError(file=path, key=f"line {line}", problem=f"{item.name} stands twice in {item.group}")
            group[item.name] = item
    return MappingProxyType({name: MappingProxyType(group) for name, group in groups.items()})


def read_group_titles(folder: Path, groups: Mapping[str, Group]) -> Mapping[str, str]:
    """Japanese title of each group as ``groups.csv`` of the folder has it; a group that it leaves out keeps its name. Raises SpecError."""
    path = folder / "groups.csv"
    titles = {name: name for name in groups}
    if not path.is_file():
        return titles
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != GROUP_COLUMNS:
        raise SpecError(file=path, key="line 1", problem="columns differ", allowed=",".join(GROUP_COLUMNS))
    for line, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(GROUP_COLUMNS) or not all(cells):
            raise SpecError(file=path, key=f"line {line}", problem="a cell is empty or missing", allowed=",".join(GROUP_COLUMNS))
        if cells[0] not in groups or cells[1] in titles.values():
            raise SpecError(file=path, key=f"line {line}", problem=f"{cells[0]} has no items, or the title stands twice")
        if not _SHEET_NAME.fullmatch(cells[1]):
            raise SpecError(file=path, key=f"line {line}", problem="no name of a sheet", allowed=r"1 to 31 characters but []:*?/\'")
        titles[cells[0]] = cells[1]
    return titles


def _item(path: Path, line: int, cells: list[str], business: str, codelists: frozenset[str]) -> Item:
    if len(cells) != len(COLUMNS):
        raise SpecError(file=path, key=f"line {line}", problem=f"has {len(cells)} cells", allowed=str(len(COLUMNS)))
    row = dict(zip(COLUMNS, cells, strict=True))
    length = row["桁数"].split(",")[0]
    checks = (
        ("データ項目ID", bool(re.fullmatch(rf"{business}[0-9]{{5}}", row["データ項目ID"])), f"{business} and five digits"),
        ("データ項目（ローマ字）", bool(_NAME.fullmatch(row["データ項目（ローマ字）"])), "a romaji name"),
        ("グループ名称", bool(_NAME.fullmatch(row["グループ名称"])), "a romaji name"),
        ("データ型", row["データ型"] in TYPES, ", ".join(TYPES)),
        ("桁数", length.isdecimal() and int(length) > 0, "a count of characters"),
        ("コード", not row["コード"] or row["コード"] in codelists, ", ".join(sorted(codelists))),
        ("データ出力条件", bool(_CONDITIONS.fullmatch(row["データ出力条件"])), "必須, 任意, 条件付き必須※※ and the condition"),
        ("status", row["status"] in {"official", "provisional"}, "official, provisional"),
    )
    for column, good, allowed in checks:
        if not good:
            raise SpecError(file=path, key=f"line {line} {column}", problem=f"{row[column]!r} is not allowed", allowed=allowed)
    return Item(
        id=row["データ項目ID"],
        title=row["データ項目"],
        name=row["データ項目（ローマ字）"],
        group=row["グループ名称"],
        key=row["主キー"] == "○",
        type=row["データ型"],
        length=int(length),
        code=row["コード"],
        required=row["データ出力条件"] == "必須",
        unknown_day="不詳日" in row["備考"],
        status=row["status"],
    )
