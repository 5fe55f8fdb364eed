"""Draws a day's pages (日次報告の作成): everything a browser needs is in the result, nothing is fetched from elsewhere."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.pages import night_words, words
from pipeline.pages.close_rows import ChannelDay
from pipeline.pages.groups import by_reason
from pipeline.pages.lettering import font_for
from pipeline.pages.picture import bars, shares
from pipeline.pages.report import DayReport, OpenApplication
from pipeline.pages.section_close import section_reports
from pipeline.pages.suite_days import suite_tables
from pipeline.printing.sheets import render

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parent
PAGES: Final = {"index.html": "日次報告", "close.html": "日締め", "validation.html": "検査結果"}
NIGHT_PAGE, EXCHANGE_PAGE = "night.html", "exchange.html"
STYLES: Final = ("tokens.css", "hub.css")


def render_day(report: DayReport) -> dict[str, bytes]:
    """File name under the reports folder → content: the pages, ``close.pdf``, styles and font.

    Raises GlyphMissing when the sheet has a character that the font lacks.
    """
    pages = {name: render_page(name, report) for name in pages_of(report)}
    files = {name: page.encode() for name, page in pages.items()}
    files["close.pdf"] = close_pdf(report)
    for section, part in section_reports(report).items():
        name, title = f"close-{section}.html", f"日締め　{report.sections[section]}"
        pages[name] = _render("close.html", part, name=name, title=title, section=section)
        files |= {name: pages[name].encode(), f"close-{section}.pdf": close_pdf(part, section=section)}
    files |= {f"static/{name}": (HERE / "static" / name).read_bytes() for name in STYLES}
    files["static/hub.woff"] = font_for("".join(pages.values()))
    return files


def pages_of(report: DayReport) -> dict[str, str]:
    """File name → title of the pages that a day has: those of the night only where the municipality declares nightly work."""
    night = {NIGHT_PAGE: "副本（夜間）"} if report.night else {}
    return {**PAGES, **night, **({EXCHANGE_PAGE: "情報提供等記録"} if report.exchange else {})}


def render_page(name: str, report: DayReport) -> str:
    """One page of ``pages_of`` as HTML."""
    return _render(name, report, name=name, title=pages_of(report)[name], section="")


def _render(template: str, report: DayReport, **values: str) -> str:
    return environment().get_template(template).render(
        **values,
        pages=pages_of(report),
        report=report,
        counts=report.counts,
        held=by_reason(report.held),
        waiting=by_reason(report.waiting),
        bars=bars(report),
        suites=suite_tables(report.suites),
    )


def close_pdf(report: DayReport, *, section: str = "") -> bytes:
    """The 日締め sheet, of all or of one section (by id): one A4 page with boxes to sign.

    Raises GlyphMissing or SheetError as ``sheets.render``.
    """
    checkpoint = report.checkpoint
    data: dict[str, object] = {
        "municipality": report.municipality,
        "section": report.sections.get(section, ""),
        "day": words.day_text(report.day),
        "made_at": words.time_text(report.made_at),
        "green": report.green,
        "counts": asdict(report.counts),
        "procedures": [{"title": row.title, **asdict(row.counts)} for row in report.procedures],
        "problems": [*(f"{row.title}：{problem}" for row in report.procedures for problem in row.problems), *report.problems],
        "open": [*_open("保留", report.held), *_open("待ち", report.waiting)],
        "channels": [] if section else [_channel(row) for row in report.details.channels],
        "acts": [{"title": words.ACTS.get(row.kind, row.kind), **asdict(row)} for row in report.details.acts],
        "numbers": [{"title": report.sections.get(row.section, row.section), **asdict(row)} for row in report.details.numbers],
        "deliveries": [_delivery(report, destination) for destination in dict.fromkeys(row.destination for row in report.deliveries)],
        "missing_evidence": list(report.missing_evidence),
        "stale": [row.title for row in report.freshness if row.stale],
        "alarms": len(report.alarms),
        "checkpoint": f"{checkpoint.leaves:,}件　{checkpoint.root}" if checkpoint else "",
    }
    return render("day_close", data)


def _open(kind: str, applications: Sequence[OpenApplication]) -> list[dict[str, object]]:
    groups = by_reason(applications)
    return [{"kind": kind, "code": one.code, "sentence": one.saying.sentence, "count": len(one.applications)} for one in groups]


def _channel(row: ChannelDay) -> dict[str, object]:
    oldest = words.day_text(date.fromisoformat(row.oldest)) if row.oldest else ""
    return {**asdict(row), "title": words.CHANNELS[row.channel], "oldest": oldest}


def _delivery(report: DayReport, destination: str) -> dict[str, object]:
    rows = [row for row in report.deliveries if row.destination == destination]
    return {
        "destination": destination,
        "files": len(rows),
        "records": sum(row.records for row in rows),
        "proven": sum(bool(row.evidence) for row in rows),
    }


@cache
def environment() -> "Environment":
    """The templates with what they may say."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"day": words.day_text, "time": words.time_text, "figure": words.figure}
    environment.globals |= {"explain": words.explain, "checks": words.CHECKS, "severities": words.SEVERITIES, "statuses": words.STATUSES}
    environment.globals |= {"act_titles": words.ACTS, "channel_titles": words.CHANNELS, "iso_day": date.fromisoformat}
    environment.globals |= {"of_night": night_words, "shares": shares}
    return environment
