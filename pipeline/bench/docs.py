"""The benchmark of the Data Docs (検査結果の文書の測定): a day with many stored runs is built, and a page of it opened in a browser."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from pipeline.bench.validation_checks import benchmark_part, map_rows
from pipeline.bench.validation_hub import WARM_UP
from pipeline.data_docs import build_data_docs
from pipeline.hub import Hub, open_hub, set_up
from pipeline.places import Root
from pipeline.steps.check_records import keep_reports
from validation.runner import Report, check_batch
from vocabulary.clock import Clock

NAME: Final = "docs"
SIZES: Final = (1_000,)
LAPS: Final = 2
MUNICIPALITY: Final = "472018"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Result:
    """Of ``size`` stored runs. build_s: all pages and the index in a warm process. open_s: one page, None without a browser."""

    size: int
    pages: int
    build_s: float
    open_s: float | None
    page_bytes: int

    def as_json(self) -> dict[str, Any]:
        """One line of ``--json``."""
        opened = None if self.open_s is None else round(self.open_s, 3)
        measured = {"pages": self.pages, "build_s": round(self.build_s, 3), "open_s": opened, "page_bytes": self.page_bytes}
        return {"bench": NAME, "size": self.size, **measured}


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Store ``size`` runs of one day over the municipality's procedures, build the day, open its largest page."""
    with TemporaryDirectory() as folder:
        clock, root = Clock(), Root(Path(folder) / "root")
        set_up(root, clock)
        report = check_batch("warm", "1", [benchmark_part(map_rows(1, WARM_UP))])
        with open_hub(root, MUNICIPALITY, clock) as hub:
            _store(hub, report, size)
            advance(1)
            started = perf_counter()
            index = build_data_docs(hub, clock.today())
            build_s = perf_counter() - started
        pages = sorted(index.parent.glob("run-*.html"), key=lambda page: page.stat().st_size)
        open_s = _seconds_to_open(pages[-1], Path(folder))
        advance(1)
        return Result(size, len(pages), build_s, open_s, pages[-1].stat().st_size)


def _store(hub: Hub, report: Report, size: int) -> None:
    procedures = sorted(hub.municipality.procedures)
    keep_reports(hub, [replace(report, suite=f"{procedures[number % len(procedures)]}@1") for number in range(size)])


def _seconds_to_open(page: Path, folder: Path) -> float | None:
    """How much longer a browser takes for the page than for an empty one."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    empty = folder / "empty.html"
    empty.write_text("<!DOCTYPE html><title>empty</title>", encoding="utf-8")
    laps = [(_seconds(browser, empty, folder), _seconds(browser, page, folder)) for _ in range(3)]
    return max(0.0, min(full for _, full in laps) - min(bare for bare, _ in laps))


def _seconds(browser: str, page: Path, folder: Path) -> float:
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}", "--dump-dom", page.as_uri()]
    started = perf_counter()
    subprocess.run([browser, *arguments], check=True, capture_output=True)  # noqa: S603  a browser of this machine on a page of ours
    return perf_counter() - started
