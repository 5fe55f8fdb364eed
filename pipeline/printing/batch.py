"""Batch print (一括印刷): the sheets of a section and day in one PDF, joined from the sheets that lie in its case folders."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from pipeline.faults import fault_point


def write_batch(target: Path, sheets: Sequence[Path]) -> None:
    """Write the PDF of all pages of ``sheets``, in their order; a reader sees the earlier one or the whole new one. No sheets, no file."""
    from pypdf import PdfWriter

    if not sheets:
        target.unlink(missing_ok=True)
        return
    draft = target.with_name(f".{target.name}.part")
    with PdfWriter() as writer:
        for sheet in sheets:
            writer.append(sheet, import_outline=False)
        writer.add_metadata({"/Title": target.stem})
        writer.write(draft)
    fault_point("cases.batch_drafted")
    draft.replace(target)


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(pdf)).pages)


def join_pages(pages: Sequence[bytes]) -> bytes:
    """One PDF of several, in their order."""
    from pypdf import PdfReader, PdfWriter

    joined = BytesIO()
    with PdfWriter() as writer:
        for page in pages:
            writer.append(PdfReader(BytesIO(page)), import_outline=False)
        writer.write(joined)
    return joined.getvalue()
