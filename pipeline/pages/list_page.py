"""Lists for clerks (一覧): a page and a workbook of the same rows, each complete in one file, since they lie in a protected folder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from mappings.workbook_file import pack
from mappings.workbook_sheet import ESCAPE, LONGEST, fitted, lay_out
from pipeline.pages import words
from pipeline.pages.rendering import HERE, STYLES

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Template

FONT_FACE: Final = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
FONT_NAME: Final = "font.otf"
OWN_FONT: Final = f'@font-face {{ font-family: "Hub"; src: url("{FONT_NAME}"); }}\n'
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SHEET: Final = "一覧"
"""A sheet's name has 31 characters at most, fewer than a title may have."""
WIDTH: Final = 34
CUT: Final = "…（以下略）"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row. cells: paragraphs of each column; keys: of the filters it passes; link: name of a folder beside the list, or empty."""

    cells: tuple[tuple[str, ...], ...] = field(repr=False)
    keys: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list. figures: what is counted above it; filters: key → title; headings: of the columns; empty: what stands there without rows."""

    title: str
    municipality: str
    section: str
    made_at: "datetime"
    lead: str
    empty: str
    headings: tuple[str, ...]
    rows: Sequence[ListRow]
    figures: Sequence[tuple[str, int]] = ()
    filters: Sequence[tuple[str, str]] = ()


def render_list(page: ListPage) -> bytes:
    """The page as HTML, which asks for nothing from elsewhere and filters without a script."""
    numbers = {key: number for number, (key, _) in enumerate(page.filters, start=1)}
    return _template().render(page=page, numbers=numbers, style=_style()).encode()


def workbook_of(page: ListPage) -> bytes:
    """The same rows as xlsx; every cell is text, so that nothing in it is taken for a formula."""
    rows = [[_cell(cell) for cell in row.cells] for row in page.rows] or [[page.empty, *([""] * (len(page.headings) - 1))]]
    data, _ = pack([fitted(lay_out(SHEET, page.headings, rows, usual=WIDTH).part)])
    return data


def _cell(paragraphs: Sequence[str]) -> str:
    """Text of a cell. What a spreadsheet would read as an escape is written as one; what no cell holds is cut and says so."""
    text = UNPRINTABLE.sub("", "\n".join(paragraphs))
    text = ESCAPE.sub(lambda found: f"_x005F{found[0]}", text)
    return text if len(text.encode("utf-16-le")) // 2 <= LONGEST else text[: LONGEST // 2 - len(CUT)] + CUT


@cache
def _style() -> str:
    """All styles in one text. Lists are written at every run: cutting a font for each would take longer than all the rest, so that the
    whole one lies beside them.
    """
    styles = "".join((HERE / "static" / name).read_text(encoding="utf-8") for name in (*STYLES, "list.css"))
    return FONT_FACE.sub(OWN_FONT, styles)


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"time": words.time_text, "figure": words.figure}
    return environment.get_template("list.html")
