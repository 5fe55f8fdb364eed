"""The case folder (案件フォルダ) that a section examines: sheet, form and attachments of one application, there whole or not at all."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline.faults import fault_point

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

    A reader never sees a part of it: the files are written beside it, brought to disk, and then take its name. One writer at a time.
    Raises ValueError for a name that is not safe or stands twice.
    """
    files = [(SHEET_NAME, sheet_pdf), (FORM_NAME, form_pdf), *attachments]
    _refuse_names(folder.name, [name for name, _ in files])
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder.with_name(f".part-{folder.name}")
    # What a killed run left beside the folder stands under this name too.
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    try:
        for name, content in files:
            _write(fresh / name, content)
        _sync(fresh)
        fault_point("case.drafted")
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
    aside = folder.with_name(f".old-{folder.name}")
    if folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        fault_point("case.old_aside")
    fresh.rename(folder)
    fault_point("case.in_place")
    shutil.rmtree(aside, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
