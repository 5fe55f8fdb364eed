"""The pages in a real browser: drawn without the network, readable as text, printed on A4."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.pages.rendering import pages_of, render_day
from pipeline.pages.report import DayReport
from tests.pages.conftest import REPORT

PAGES = pages_of(REPORT)
CHROMIUM = shutil.which("chromium")
PDFTOTEXT = shutil.which("pdftotext")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and PDFTOTEXT), reason="chromium or pdftotext is not installed: pages are not tried in a browser"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, report: DayReport) -> Path:
    """The day's pages as a section opens them."""
    folder = tmp_path_factory.mktemp("site")
    for name, content in render_day(report).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def browse(site: Path, page: str, *orders: str) -> str:
    """What the browser writes to its output."""
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={site / 'profile'}", *orders, (site / page).as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_as_written(site: Path, page: str) -> None:
    drawn = browse(site, page, "--dump-dom")
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", drawn, re.DOTALL)
    assert headline is not None
    assert PAGES[page] in headline[1]
    assert "<script" not in drawn
    for name in PAGES:
        assert f'href="{name}"' in drawn


@pytest.mark.parametrize("page", PAGES)
def test_a_page_prints_on_a4_with_its_text(site: Path, page: str) -> None:
    target = site / f"{page}.pdf"
    browse(site, page, f"--print-to-pdf={target}", "--no-pdf-header-footer")
    read = subprocess.run([str(PDFTOTEXT), "-layout", str(target), "-"], capture_output=True, text=True, check=True).stdout
    assert PAGES[page] in read
    size = subprocess.run(["pdfinfo", str(target)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Page size:\s+59[45](\.\d+)? x 84[12](\.\d+)? pts", size), size
