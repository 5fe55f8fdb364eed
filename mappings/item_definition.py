"""項目定義書 and API specifications of the state as tables: found by their headings, row by row, as they are printed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Place = tuple[int, int]

_TYPE_NAMES = {"N": "Ｎ"}
_CONDITION = re.compile(r"※※(.+)")
_ITEM_NUMBER = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A worksheet as plain cells."""

    name: str
    cells: Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class OfficialItem:
    """One row of a 項目定義書. cells: the official columns by name, as printed; group: the group's Japanese name."""

    business: str
    number: int
    title: str
    name: str
    group: str
    cells: Mapping[str, str]

    @property
    def condition(self) -> str:
        """What follows ※※ in 項目説明: when a 条件付き必須 item is required."""
        found = _CONDITION.search(self.cells["項目説明"])
        return found[1].strip() if found else ""


@dataclass(frozen=True, slots=True)
class OfficialCode:
    """One code of the workbook's own lists."""

    list_number: int
    list_title: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What a 項目定義書 workbook says."""

    title: str
    items: tuple[OfficialItem, ...]
    codes: tuple[OfficialCode, ...]


@dataclass(frozen=True, slots=True)
class ApiItem:
    """One parameter or response object. required: ◎. place: sheet and row. numbered: whether the row has its 項番."""

    name: str
    title: str
    type: str
    length: str
    required: bool
    explanation: str
    example: str
    remark: str
    numbered: bool
    sheet: str
    row: int

    @property
    def condition(self) -> str:
        """What follows ※※ in 備考."""
        found = _CONDITION.search(self.remark)
        return found[1].strip() if found else ""


def read_definition(pages: Sequence[PrintedPage]) -> Definition:
    """The items and code lists of a 項目定義書. Without items when no sheet has its headings."""
    items = tuple(item for page in pages for item in _items(page))
    title = next((page.cells[place] for page in pages for place in sorted(page.cells) if "項目定義書" in page.cells[place]), "")
    return Definition(title.lstrip("■").strip(), items, tuple(code for page in pages for code in _codes(page)))


def read_api_items(pages: Sequence[PrintedPage]) -> tuple[ApiItem, ...]:
    """The items of every request and response table of an API specification; containers (構造化) are no items."""
    return tuple(item for page in pages for item in _api_items(page))


def _key(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _headings(page: PrintedPage, *needed: str) -> tuple[int, dict[str, int]] | None:
    """Row of the headings and the column of each, those of the row below included; the first row that has all that is needed."""
    rows: dict[int, dict[str, int]] = {}
    for (row, column), text in sorted(page.cells.items()):
        rows.setdefault(row, {}).setdefault(_key(text), column)
    for row, columns in rows.items():
        if all(_key(name) in columns for name in needed):
            return row, {**rows.get(row + 1, {}), **columns}
    return None


def _rows_below(page: PrintedPage, heading: int) -> Iterator[int]:
    return iter(sorted({row for row, _ in page.cells if row > heading}))


def _items(page: PrintedPage) -> Iterator[OfficialItem]:
    found = _headings(page, "データ項目ID", "データ項目", "データ項目（ローマ字）")
    if found is None:
        return
    heading, columns = found
    for row in _rows_below(page, heading):
        business, number = (page.cells.get((row, columns["データ項目ID"] + offset), "").strip() for offset in (0, 1))
        if not (re.fullmatch(r"[0-9]{3}", business) and _ITEM_NUMBER.fullmatch(number)):
            continue
        cells = {name: page.cells.get((row, column), "").strip() for name, column in columns.items()}
        cells["クラス分類"] = "／".join(cells[level] for level in ("LV1", "LV2", "LV3") if cells.get(level))
        cells["データ型"] = _TYPE_NAMES.get(cells["データ型"], cells["データ型"])
        named = {_key(name): value for name, value in cells.items()}
        yield OfficialItem(business, int(number), cells["データ項目"], named[_key("データ項目（ローマ字）")], named["名称"], named)


def _codes(page: PrintedPage) -> Iterator[OfficialCode]:
    found = _headings(page, "コードID", "コード名", "コード値")
    if found is None:
        return
    heading, columns = found
    number, title = 0, ""
    for row in _rows_below(page, heading):
        written = page.cells.get((row, columns["コードID"]), "").strip()
        if _ITEM_NUMBER.fullmatch(written):
            number, title = int(written), page.cells.get((row, columns["コード名"]), "").strip()
        code, name = (page.cells.get((row, columns[column]), "").strip() for column in ("コード値", "コード値の内容"))
        if number and re.fullmatch(r"[0-9A-Za-z]+", code) and name:
            yield OfficialCode(number, title, code, name)


def _api_items(page: PrintedPage) -> Iterator[ApiItem]:
    found = _headings(page, "パラメータ名", "項目名", "データ型") or _headings(page, "レスポンスオブジェクト名", "項目名", "データ型")
    if found is None:
        return
    heading, columns = found
    named = columns["パラメータ名"] if "パラメータ名" in columns else columns["レスポンスオブジェクト名"]
    for row in _rows_below(page, heading):
        names = [page.cells[place].strip() for place in sorted(page.cells) if place[0] == row and named <= place[1] < columns["項目名"]]
        cells = {name: page.cells.get((row, column), "").strip() for name, column in columns.items()}
        if not names or not re.fullmatch(r"[a-z_][a-z0-9_]*", names[0]) or _key(cells["データ型"]).startswith(("構造化", "配列", "-")):
            continue
        if not cells["データ型"]:
            continue
        yield ApiItem(
            name=names[0],
            title=cells["項目名"],
            type=_TYPE_NAMES.get(cells["データ型"], cells["データ型"]),
            length=cells.get("桁数") or cells.get("データ長", ""),
            required=cells.get("必須", "") in {"◎", "○"},
            explanation=cells.get("項目説明", ""),
            example=cells.get("記述例", ""),
            remark=cells.get("備考", ""),
            numbered=bool(cells.get("項番")),
            sheet=page.name,
            row=row,
        )
