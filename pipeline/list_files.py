"""Files of lists (一覧の出力): page and workbook side by side in a protected folder, each there whole or as it was before."""

from pathlib import Path

from pipeline.pages.list_page import FONT_NAME, ListPage, render_list, workbook_of
from pipeline.printing.glyphs import font_file
from pipeline.protected_files import replace_file


def write_list(folder: Path, name: str, page: ListPage) -> Path:
    """Write ``name``.html and .xlsx for the folder's own user only; a reader sees the earlier file or the whole new one."""
    _lay_font(folder)
    for suffix, data in (("xlsx", workbook_of(page)), ("html", render_list(page))):
        replace_file(folder / f"{name}.{suffix}", data)
    return folder / f"{name}.html"


def _lay_font(folder: Path) -> None:
    """The font of the folder's lists, once: a machine without Japanese fonts shall show no boxes."""
    if not (folder / FONT_NAME).is_file():
        replace_file(folder / FONT_NAME, font_file().read_bytes())
