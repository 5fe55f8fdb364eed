"""Files of lists (一覧の出力): page and workbook side by side in a protected folder, each there whole or as it was before."""

import os
from pathlib import Path

from pipeline.faults import fault_point
from pipeline.pages.list_page import FONT_NAME, ListPage, render_list, workbook_of
from pipeline.printing.glyphs import font_file


def write_list(folder: Path, name: str, page: ListPage) -> Path:
    """Write ``name``.html and .xlsx for the folder's own user only; a reader sees the earlier file or the whole new one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _lay_font(folder)
    for suffix, data in (("xlsx", workbook_of(page)), ("html", render_list(page))):
        _replace(folder / f"{name}.{suffix}", data)
    return folder / f"{name}.html"


def _lay_font(folder: Path) -> None:
    """The font of the folder's lists, once: a machine without Japanese fonts shall show no boxes."""
    if not (folder / FONT_NAME).is_file():
        _replace(folder / FONT_NAME, font_file().read_bytes())


def _replace(target: Path, data: bytes) -> None:
    draft = target.with_name(f".{target.name}.part")
    # What a killed run left may be there with other rights.
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    fault_point("list.drafted")
    draft.replace(target)
