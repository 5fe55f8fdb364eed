"""The accounting officer's page (会計課の公金決済の表) as HTML and as one A4 sheet; payment numbers and sums only, no resident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipeline.pages import words
from pipeline.pages.lettering import font_for
from pipeline.pages.rendering import HERE, STYLES, environment
from pipeline.printing.sheets import render

PAGE = "payments.html"
MOST_ON_PAPER = 18
STATES = {"agree": "○ 一致", "wait": "… 待ち", "differ": "× 不一致"}


@dataclass(frozen=True, slots=True)
class DayLine:
    """Three totals of a day (入金日) and way, in yen."""

    day: date
    way: str
    state: Literal["agree", "wait", "differ"]
    claimed: int
    collected: int
    deposited: int
    fee: int
    sentence: str


@dataclass(frozen=True, slots=True)
class WordLine:
    """How many rows of collection data came to a word of the matching, and their sum."""

    title: str
    rows: int
    amount: int


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """What was matched of a 会計年度 and 歳入科目; late: paid after the due date."""

    year: int
    subject: str
    rows: int
    late: int
    amount: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An open work item."""

    id: int
    title: str
    number: str
    amount: int
    owner: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """What the page shows. refused: name, day and reason code of files that were not taken in."""

    municipality: str
    day: date
    made_at: datetime
    days: Sequence[DayLine]
    words: Sequence[WordLine]
    subjects: Sequence[SubjectLine]
    refunds: Sequence[ItemLine]
    others: Sequence[ItemLine]
    refused: Sequence[tuple[str, str, str]]

    @property
    def differing(self) -> int:
        """Days and ways on which the totals do not agree."""
        return sum(line.state == "differ" for line in self.days)

    @property
    def good(self) -> bool:
        """Whether nothing has to be done."""
        return not (self.differing or self.refunds or self.others or self.refused)


def render_payments(page: PaymentsPage) -> dict[str, bytes]:
    """File name → content: the page with styles and its own font, and ``payments.pdf``. Raises GlyphMissing as ``sheets.render``."""
    text = environment().get_template(PAGE).render(page=page, states=STATES)
    files = {PAGE: text.encode(), "payments.pdf": render("payments", _sheet(page))}
    files |= {f"static/{name}": (HERE / "static" / name).read_bytes() for name in (*STYLES, "payments.css")}
    files["static/payments.woff"] = font_for(text)
    return files


def _sheet(page: PaymentsPage) -> dict[str, object]:
    items, subjects = [*page.refunds, *page.others], page.subjects[:MOST_ON_PAPER]
    return {
        "municipality": page.municipality,
        "day": words.day_text(page.day),
        "made_at": words.time_text(page.made_at),
        "good": page.good,
        "differing": page.differing,
        "days": [_paper_day(line) for line in page.days[:MOST_ON_PAPER]],
        "more_days": max(0, len(page.days) - MOST_ON_PAPER),
        "subjects": [[str(one.year), one.subject, str(one.rows), str(one.late), f"{one.amount:,}"] for one in subjects],
        "items": [[str(one.id), one.title, one.number, f"{one.amount:,}", one.owner] for one in items[:MOST_ON_PAPER]],
        "more_items": max(0, len(items) - MOST_ON_PAPER),
        "refused": [f"{name}（{code}）" for name, _, code in page.refused[:MOST_ON_PAPER]],
    }


def _paper_day(line: DayLine) -> list[str]:
    sums = [f"{amount:,}" for amount in (line.claimed, line.collected, line.deposited)]
    return [words.day_text(line.day), line.way, STATES[line.state], *sums, "" if line.state == "agree" else line.sentence]
