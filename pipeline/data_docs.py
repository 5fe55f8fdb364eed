"""Data Docs of a day (検査結果の文書): the newest runs of each suite drawn by Great Expectations, an index of all, nothing of any resident.

Built by the close, once a day; a run that was drawn is not drawn again when the day is closed again, for what is kept of it never changes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from sqlalchemy import select

from pipeline.hub import Hub
from pipeline.journal.evidence_tables import suite_runs
from pipeline.pages.lettering import font_for
from pipeline.suite_titles import suite_titles, suite_wording
from validation.data_docs import page, render
from validation.results import SuiteResult
from validation.results import read as read_result

NEWEST = 3
"""Runs of a suite and day that have a page of their own: drawing one takes about a tenth of a second, and the others are in the table."""


FONT = "hub.woff"


@dataclass(frozen=True, slots=True)
class Run:
    """One stored run of a suite. at: ISO time."""

    id: int
    at: str
    result: SuiteResult

    @property
    def page(self) -> str:
        """File name of its page."""
        return f"run-{self.id}.html"

    @property
    def failed_checks(self) -> int:
        """Checks that some row failed."""
        return sum(check.failed > 0 for check in self.result.checks)


def data_docs_of(code: str, day: date) -> str:
    """Where the index of a day lies under the reports folder."""
    return f"{code}/data-docs/{day.isoformat()}/index.html"


def build_data_docs(hub: Hub, day: date) -> Path:
    """Write the pages of a day's runs and their index; returns the index. Safe to repeat."""
    index = hub.root.reports / data_docs_of(hub.code, day)
    index.parent.mkdir(parents=True, exist_ok=True)
    runs, titles = _runs(hub, day), suite_titles(hub)
    shown = {run.page: run for of_suite in runs.values() for run in of_suite[:NEWEST]}
    for name, run in shown.items():
        target = index.with_name(name)
        if not target.is_file():
            _write(target, render(run.result, suite_wording(hub, run.result, titles), at=run.at))
    for old in set(index.parent.glob("run-*.html")) - {index.with_name(name) for name in shown}:
        old.unlink()
    _write(index, page(f"検査結果の文書　{day.isoformat()}", _index(runs, titles)))
    letters = "".join(sorted(set("".join(file.read_text(encoding="utf-8") for file in index.parent.glob("*.html")))))
    (index.parent / FONT).write_bytes(font_for(letters))
    return index


def _write(target: Path, text: str) -> None:
    draft = target.with_name(f".{target.name}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)


def _runs(hub: Hub, day: date) -> Mapping[str, list[Run]]:
    """The day's runs by suite, newest first; what was counted without Great Expectations has no such document."""
    that_day = (suite_runs.c.municipality == hub.code) & (suite_runs.c.day == day.isoformat()) & suite_runs.c.suite.contains("@")
    found: dict[str, list[Run]] = defaultdict(list)
    for row in hub.journal.rows(select(suite_runs).where(that_day).order_by(suite_runs.c.id.desc())):
        found[row.suite].append(Run(row.id, row.at, read_result(row.outcome)))
    return dict(sorted(found.items()))


def _index(runs: Mapping[str, Sequence[Run]], titles: Mapping[str, str]) -> str:
    if not runs:
        return "<p>この日に実行した検査はありません。</p>"
    told = f"<p>検査表ごとに、この日の新しい{NEWEST}回までの実行にページがあります。それより前の実行は、この表の件数だけを示します。</p>"
    head = "".join(f'<th scope="col">{word}</th>' for word in ("実行した時刻", "検査した行", "検査", "不適合のある検査", "結果"))
    tables = (
        f"<h2>{escape(titles.get(suite.partition('@')[0], suite))}</h2>"
        f"<table><caption>{escape(suite)}：{len(of_suite)}回の実行</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(_row(place, run) for place, run in enumerate(of_suite))}</tbody></table>"
        for suite, of_suite in runs.items()
    )
    return told + "".join(tables)


def _row(place: int, run: Run) -> str:
    at = escape(run.at[11:19])
    time = f'<a href="{run.page}">{at}</a>' if place < NEWEST else at
    bad = run.result.broken or run.failed_checks > 0
    outcome = "× 停止" if run.result.broken else "× 不適合あり" if bad else "○ すべて適合"
    cells = (f"{run.result.rows:,}", f"{len(run.result.checks):,}", f"{run.failed_checks:,}")
    style = ' class="bad"' if bad else ""
    return f'<tr><th scope="row">{time}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + f"<td{style}>{outcome}</td></tr>"
