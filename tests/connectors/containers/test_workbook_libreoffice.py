"""A workbook that another program saved: LibreOffice, headless, writes it anew, and every cell reads the same."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from connectors.workbook import read_workbook
from sandbox.workbook_file import Page, workbook

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


def test_what_libreoffice_saved_reads_as_what_it_opened(tmp_path: Path) -> None:
    texts = {(1, 1): "就労証明書", (2, 2): "☑", (2, 3): "葛\U000e0100城　𠮷郎", (9, 30): "<&>\n二行目"}
    cells = {**texts, (3, 1): 160, (3, 2): date(2026, 4, 1)}
    made = workbook([Page("記載 用", cells, merged=[(1, 1, 1, 5), (5, 2, 8, 2)]), Page("選択肢", {(1, 1): "正社員"})])
    (tmp_path / "made.xlsx").write_bytes(made)
    session = f"-env:UserInstallation={(tmp_path / 'session').as_uri()}"
    command = ["soffice", session, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(tmp_path / "made.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = read_workbook((tmp_path / "saved/made.xlsx").read_bytes(), "saved")
    assert [(sheet.name, sheet.cells, set(sheet.merged)) for sheet in saved] == [
        (sheet.name, sheet.cells, set(sheet.merged)) for sheet in read_workbook(made, "made")
    ]
