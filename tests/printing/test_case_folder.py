from pathlib import Path

import pytest

from pipeline.printing import case_folder
from pipeline.printing.case_folder import attachment_name, write_case

RECEIPT = "20261124-00000123"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_case_folder_holds_sheet_form_and_attachments(tmp_path: Path) -> None:
    folder = tmp_path / "jidoteate" / RECEIPT
    write_case(folder, sheet_pdf=b"sheet", form_pdf=b"form", attachments=[(attachment_name(1, "passbook", "pdf"), b"copy")])
    assert contents(folder) == {"審査票.pdf": b"sheet", "申請書.pdf": b"form", "添付01_passbook.pdf": b"copy"}
    assert [path.name for path in folder.parent.iterdir()] == [RECEIPT]


def test_writing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / RECEIPT
    write_case(folder, sheet_pdf=b"1", form_pdf=b"1", attachments=[(attachment_name(1, "a", "png"), b"1")])
    write_case(folder, sheet_pdf=b"2", form_pdf=b"2", attachments=[])
    assert contents(folder) == {"審査票.pdf": b"2", "申請書.pdf": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == [RECEIPT]


def test_a_failed_write_leaves_the_earlier_folder_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / RECEIPT
    write_case(folder, sheet_pdf=b"1", form_pdf=b"1", attachments=[])

    def fail(path: Path, _content: bytes) -> None:
        if path.name == case_folder.FORM_NAME:
            raise OSError(28, "no space left")

    monkeypatch.setattr(case_folder, "_write", fail)
    with pytest.raises(OSError, match="no space"):
        write_case(folder, sheet_pdf=b"2", form_pdf=b"2", attachments=[])
    assert contents(folder) == {"審査票.pdf": b"1", "申請書.pdf": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == [RECEIPT]


@pytest.mark.parametrize(
    "name", ["../escape.pdf", "a/b.pdf", ".hidden.pdf", "名 前.pdf", "審査票.pdf", "a.pdf\n", "a" * 90 + ".pdf", "a.p\x00f"]
)
def test_an_unsafe_or_repeated_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not safe or stands twice"):
        write_case(tmp_path / RECEIPT, sheet_pdf=b"", form_pdf=b"", attachments=[(name, b"")])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_named_by_a_receipt_number_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="receipt number"):
        write_case(tmp_path / "髙﨑", sheet_pdf=b"", form_pdf=b"", attachments=[])


def test_a_document_code_that_is_no_name_is_replaced() -> None:
    assert attachment_name(3, "../x", "jpg") == "添付03_sonota.jpg"
