"""The case folder (案件フォルダ) that a section examines: sheet, form and attachments of one application, there whole or not at all."""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SAFE_NAME: Final = re.compile(r"[0-9A-Za-z_\-ぁ-ヿ一-鿿]{1,80}\.[0-9a-z]{1,5}")
RECEIPT: Final = re.compile(r"[0-9A-Za-z\-]{1,40}")
DOCUMENT: Final = re.compile(r"[0-9A-Za-z_\-]{1,40}")
SHEET_NAME: Final = "審査票.pdf"
FORM_NAME: Final = "申請書.pdf"


def attachment_name(ordinal: int, document: str, extension: str) -> str:
    """``添付01_passbook.pdf``; a document code that could not stand in a file name becomes ``sonota``."""
    return f"添付{ordinal:02d}_{document if DOCUMENT.fullmatch(document) else 'sonota'}.{extension}"


def write_case(folder: Path, *, sheet_pdf: bytes, form_pdf: bytes, attachments: Sequence[tuple[str, bytes]]) -> None:
    """Write ``folder``, which is named by its 受付番号, and replace what an earlier run left there.

    A reader never sees a part of it: the files are written beside it, brought to disk, and then take its name. Raises ValueError for a
    name that is not safe or stands twice.
    """
    files = [(SHEET_NAME, sheet_pdf), (FORM_NAME, form_pdf), *attachments]
    _refuse_names(folder.name, [name for name, _ in files])
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        for name, content in files:
            _write(fresh / name, content)
        _sync(fresh)
        _take_name(fresh, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse_names(receipt: str, names: Sequence[str]) -> None:
    if not RECEIPT.fullmatch(receipt):
        raise ValueError("a case folder is named by a receipt number")
    if len(set(names)) != len(names) or not all(SAFE_NAME.fullmatch(name) for name in names):
        raise ValueError("a name in a case folder is not safe or stands twice")


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _take_name(fresh: Path, folder: Path) -> None:
    """A folder with files can't be replaced in one step, so the earlier one steps aside first and goes once the new one stands."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent)) / folder.name
    folder.rename(aside)
    fresh.rename(folder)
    shutil.rmtree(aside.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
