"""A suite that cannot run: its batch waits, an alarm is raised, nothing of it leaves unchecked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mappings.items import is_number
from pipeline.data_docs import NEWEST, build_data_docs, data_docs_of
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.evidence_tables import alarms, suite_runs
from pipeline.journal.intake_tables import applications
from pipeline.records import load_tables
from pipeline.steps.check_records import check_records, keep_reports
from pipeline.steps.close_day import close_day
from pipeline.steps.report_day import report_day
from tests.pipeline.days import DAY, at, copied, hub_at, outside, rows, run
from tests.validation.canaries import CANARIES, PLANTED, Canary
from validation import runner
from validation.runner import Report, check

Own = Callable[[Path], Path]


@pytest.fixture(scope="session")
def mapped_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of the day is mapped, nothing is checked."""
    root = copied(made_root, tmp_path_factory.mktemp("mapped") / "root")
    with outside(root, at(9)):
        run(root, ("refresh_links", "pull", "open", "verify", "identify", "map"), at(9))
    return root


def named(canary: Canary) -> Report:
    """A canary's report under the name that suites of procedures have."""
    return replace(check(canary.spec, canary.table), suite="canary@1")


def standing(root: Path) -> set[tuple[str, str, str | None]]:
    found = select(applications).where(applications.c.stage.in_(("mapped", "checked", "released")))
    return {(row.stage, row.disposition, row.reason) for row in rows(root, found)}


def test_a_batch_waits_while_its_suite_cannot_run_and_goes_on_at_the_next_run(
    own: Own, mapped_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(mapped_root)
    with monkeypatch.context() as broken:
        broken.setattr(runner, "columns_of", lambda _part: {"no": "columns"})
        counts = run(root, ("check", "release"), at(9, 10))
    assert counts["check"]["done"] == counts["check"]["held"] == 0
    assert counts["check"]["waiting"] > 0
    assert counts["release"] == {"files": 0, "applications": 0, "held": 0}
    assert standing(root) == {("mapped", "waiting", "RULE_BROKEN")}
    assert rows(root, select(obligations)) == []
    raised = rows(root, select(alarms).where(alarms.c.kind == "RULE_BROKEN"))
    assert {row.subject for row in raised} == {row.suite for row in rows(root, select(suite_runs)) if "@" in row.suite}
    again = run(root, ("check",), at(9, 20))
    assert again["check"]["waiting"] == 0
    assert again["check"]["done"] > 0
    assert "RULE_BROKEN" not in {reason for _, _, reason in standing(root)}


def test_no_number_of_a_person_enters_what_great_expectations_sees(
    own: Own, mapped_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(mapped_root)
    seen: set[str] = set()
    laid_out = runner._frame

    def watched(slices: Sequence[runner.Slice]) -> Any:
        seen.update(str(cell) for one in slices for cell in one.cells)
        return laid_out(slices)

    monkeypatch.setattr(runner, "_frame", watched)
    with hub_at(root, at(9, 10)) as hub:
        filed = [row.id for row in hub.journal.rows(select(applications).where(applications.c.stage == "mapped"))]
        records = [table for tables in load_tables(hub, filed).values() for table in tables.values()]
        numbers = {cell for table in records for name, cells in table.columns.items() if is_number(name) for cell in cells if cell}
        known = {cell for table in records for cell in table.columns.get("shimei", ()) if cell}
        check_records(hub)
    assert numbers
    assert known & seen, "what is watched holds the other values"
    assert numbers & seen == set()


def test_one_batch_of_a_run_holds_all_groups_of_a_procedure(checked_root: Path) -> None:
    kept = [row for row in rows(checked_root, select(suite_runs)) if "@" in row.suite]
    assert len({row.suite for row in kept}) == len({row.suite.partition("@")[0] for row in kept})
    nintei = next(row.outcome for row in kept if row.suite.startswith("jidoteate-nintei@"))
    assert '"group": "ninteiseikyu"' in nintei
    assert '"group": "ninteiseikyu_jido"' in nintei


def test_no_planted_value_is_in_the_journal_or_in_data_docs(own: Own, made_root: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = own(made_root)
    with hub_at(root, at(10)) as hub:
        keep_reports(hub, [named(canary) for canary in CANARIES.values()])
        index = build_data_docs(hub, DAY)
    written = [file.read_bytes() for file in (*root.glob("hub.db*"), *root.glob("*.sqlite*"), *index.parent.iterdir())]
    assert any(b"suite_ran" in one for one in written), "the journal is among what is looked through"
    forms = [form for mark in PLANTED for form in (mark.encode(), mark.encode("utf-16-le"), mark.encode("unicode_escape"))]
    assert [form for form in forms for one in written if form in one] == []
    assert not any(mark in caplog.text for mark in PLANTED)


def test_data_docs_of_a_day_stand_alone_are_capped_and_stay_when_built_again(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    with hub_at(root, at(10)) as hub:
        report = named(CANARIES["ExpectColumnValuesToBeKana"])
        keep_reports(hub, [report] * (NEWEST + 2))
        index = build_data_docs(hub, DAY)
        assert index == hub.root.reports / data_docs_of(hub.code, DAY)
        before = {file.name: file.stat().st_mtime_ns for file in index.parent.glob("run-*")}
        keep_reports(hub, [report])
        build_data_docs(hub, DAY)
        after = {file.name: file.stat().st_mtime_ns for file in index.parent.glob("run-*")}
    kept = before.keys() & after.keys()
    assert {before[name] for name in kept} == {after[name] for name in kept}
    assert (len(before.keys() - after.keys()), len(after.keys() - before.keys())) == (1, 1)
    text = index.read_text(encoding="utf-8")
    assert f"新しい{NEWEST}回まで" in text
    assert f"{NEWEST + 3}回の実行" in text
    for file in index.parent.glob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert "://" not in page
        assert "<script" not in page
        assert "@import" not in page
    shown = next(page for file in index.parent.glob("run-*") if "児童手当" in (page := file.read_text(encoding="utf-8")))
    assert "児童の氏名" in shown
    assert "適合" in shown


def test_the_pages_of_the_latest_day_stand_on_top_beside_data_docs(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with hub_at(root, at(18)) as hub:
        build_data_docs(hub, DAY)
        report_day(hub, close_day(hub, DAY))
        latest = hub.root.reports / "validation.html"
        assert latest.read_bytes() == (hub.root.reports / hub.code / DAY.isoformat() / "validation.html").read_bytes()
