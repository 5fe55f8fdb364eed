"""Case folders (案件フォルダ) of a town: a case that proves to touch a protected person leaves the folder that the whole section reads."""

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from pipeline.journal.intake_tables import applications, documents
from pipeline.paper_documents import settle_document
from pipeline.printing.case_folder import SHEET_NAME
from pipeline.printing.case_sheet import CaseSheet
from pipeline.printing.sheets import PageFull
from pipeline.steps.lay_out_cases import lay_out_cases
from pipeline.steps.registry import registry
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, alarms_of, at, hub_at, rows, run

BATCH = f"一括印刷_{DAY}.pdf"


@pytest.fixture
def laid_out(own: Callable[[Path], Path], delivered_root: Path) -> Path:
    """A root whose cases are laid out, among them one whose card nobody knows and a protected person's."""
    root = own(delivered_root)
    run(root, ("cases",), at(10))
    return root


def printed(folder: Path) -> str:
    """The text of a section's batch print."""
    return text_of(folder / BATCH)


def text_of(file: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(file).pages)


def killed_at(point: str, root: Path) -> bool:
    """Whether a process that lays out the cases of the next morning was killed at the fault point."""
    child = os.fork()
    if child == 0:
        os.environ["HUB_FAULT"] = f"{point}:1:kill"
        run(root, ("cases",), at(9, day=NEXT_DAY))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("point", ["", "cases.left_open_print"])
def test_a_case_that_becomes_restricted_leaves_the_open_folder_and_its_batch_print(
    laid_out: Path, expected: dict[str, Any], point: str
) -> None:
    cases = laid_out / "cases" / NAHA
    (receipt,) = expected["defects"]["unknown-serial"]["receipts"]
    (protected,) = expected["defects"]["spouse-protected"]["receipts"]
    assert (cases / "jidoteate" / receipt).is_dir()
    assert not (cases / "jidoteate" / protected).exists()
    assert receipt in printed(cases / "jidoteate")
    with hub_at(laid_out, at(9, day=NEXT_DAY)) as hub, hub.journal.write() as write:
        same = applications.c.receipt == receipt
        write.execute(update(applications).where(same).values(restricted=True, reason="PROTECTED_PERSON"))
        write.leaf("restricted")
    assert not point or killed_at(point, laid_out)
    run(laid_out, ("cases",), at(9, day=NEXT_DAY))
    assert not (cases / "jidoteate" / receipt).exists()
    assert (cases / "jidoteate-restricted" / receipt).is_dir()
    assert receipt not in printed(cases / "jidoteate")
    assert receipt in printed(cases / "jidoteate-restricted")


def restrict(root: Path, receipt: str, **values: str | None) -> None:
    with hub_at(root, at(9, day=NEXT_DAY)) as hub, hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.receipt == receipt).values(restricted=True, **values))
        write.leaf("restricted")


def test_a_case_that_becomes_restricted_leaves_the_book_of_its_day(laid_out: Path) -> None:
    with hub_at(laid_out, at(18)) as hub:
        registry(hub)
    delivered = applications.c.disposition == "delivered"
    first, *_ = rows(laid_out, select(applications).where(delivered, applications.c.section == "jidoteate"))
    book = laid_out / f"cases/{NAHA}/jidoteate/受付簿_{DAY}.pdf"
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    assert first.receipt in text_of(book)
    restrict(laid_out, first.receipt)
    run(laid_out, ("cases",), at(9, day=NEXT_DAY))
    assert first.receipt not in text_of(book)


def test_a_withdrawn_case_that_becomes_restricted_leaves_the_open_folder_too(laid_out: Path, expected: dict[str, Any]) -> None:
    (receipt,) = expected["defects"]["unknown-serial"]["receipts"]
    restrict(laid_out, receipt, disposition="withdrawn", reason=None)
    run(laid_out, ("cases",), at(9, day=NEXT_DAY))
    assert not (laid_out / "cases" / NAHA / "jidoteate" / receipt).exists()
    assert (laid_out / "cases" / NAHA / "jidoteate-restricted" / receipt).is_dir()


def test_a_sheet_is_drawn_anew_when_a_clerk_received_a_document_and_only_then(laid_out: Path) -> None:
    joined = select(applications, documents.c.document).join(documents, documents.c.application == applications.c.id)
    (owed, *_) = rows(laid_out, joined.where(documents.c.state == "owed", documents.c.way == "post"))
    sheet = laid_out / "cases" / NAHA / owed.section / owed.receipt / SHEET_NAME
    assert "郵送待ち" in text_of(sheet)
    with hub_at(laid_out, at(11)) as hub:
        settle_document(hub, owed, owed.document, kind="receive", actor=f"{owed.section}-01", reason="郵便で届いた")
        assert [lay_out_cases(hub)["cases"] for _ in range(2)] == [1, 0]
    assert "郵送待ち" not in text_of(sheet)


def test_a_case_that_cannot_be_laid_out_waits_and_its_neighbours_do_not(
    own: Callable[[Path], Path], delivered_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(delivered_root)
    delivered = select(applications).where(applications.c.disposition == "delivered").order_by(applications.c.id)
    broken, full, *others = rows(root, delivered)
    (root / "sealed" / broken.blob).unlink()
    draw = CaseSheet.pdf

    def pdf(sheet: CaseSheet) -> bytes:
        if sheet.receipt == full.receipt:
            raise PageFull("a 審査票 needs more than its page")
        return draw(sheet)

    monkeypatch.setattr(CaseSheet, "pdf", pdf)
    run(root, ("cases",), at(10))
    laid = {folder.name for folder in (root / "cases" / NAHA).glob("*/*") if folder.is_dir()}
    assert {row.receipt for row in others} <= laid
    assert laid.isdisjoint({broken.receipt, full.receipt})
    assert alarms_of(root) == {("EVIDENCE_BROKEN", broken.receipt), ("CASE_NOT_LAID_OUT", full.receipt)}
    monkeypatch.undo()
    run(root, ("cases",), at(11))
    assert [folder.name for folder in (root / "cases" / NAHA).glob(f"*/{full.receipt}")] == [full.receipt]
