"""The morning sheet (朝の点検表) as a page: what to look at before the counters open; counts, days and names of counterparts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.pages.lettering import font_for
from pipeline.pages.rendering import HERE, STYLES, environment

PAGE = "morning.html"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list (点検項目). good: nothing to do."""

    title: str
    good: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of texts under a heading; figures: so many last columns are numbers. empty: the sentence instead of no rows."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: int = 0
    empty: str = "ありません。"


@dataclass(frozen=True, slots=True)
class MorningReport:
    """The sheet of one morning."""

    municipality: str
    day: date
    made_at: datetime
    checks: Sequence[Check]
    tables: Sequence[SheetTable]

    @property
    def wrong(self) -> int:
        """Checks that somebody must look at."""
        return sum(not check.good for check in self.checks)


def render_morning(report: MorningReport) -> dict[str, bytes]:
    """File name → content: the page, its styles and its own font, which takes nothing from the day's pages beside it."""
    page = environment().get_template(PAGE).render(report=report)
    files = {PAGE: page.encode()}
    files |= {f"static/{name}": (HERE / "static" / name).read_bytes() for name in (*STYLES, "morning.css")}
    files["static/morning.woff"] = font_for(page)
    return files
