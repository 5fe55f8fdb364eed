"""Repeats are named with what came before them, wherever that lies, and with titles of what differs."""


from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from pipeline.case_sheets import sheet_of
from pipeline.journal.evidence_tables import alarms, suite_runs
from pipeline.journal.intake_tables import findings, persons
from pipeline.journal.repeat_tables import counter_book, elsewhere_files, receiver_cases, repeat_findings, repeat_marks
from pipeline.likeness import likeness_of
from pipeline.packages import package_of
from pipeline.repeats import repeats_of
from pipeline.steps.check_records import check_records
from pipeline.steps.counter_book import take_in_counter_book
from pipeline.steps.receiver_cases import take_in_cases
from tests.pipeline.days import NAHA, at, copied, hub_at
from tests.pipeline.repeats import (
    LINE,
    NINTEI,
    atena_of,
    change,
    last_checked,
    neighbours,
    row_of,
    same_child,
    set_people,
    two_claims,
    write_book,
)
from validation.results import read as read_result


@pytest.fixture
def root(own: Callable[[Path], Path], mapped_root: Path) -> Path:
    return own(mapped_root)


def test_the_town_shows_a_few_in_trial_and_nothing_waits_for_them(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        check_records(hub)
        found = hub.journal.rows(select(repeat_findings))
        codes = {row.code for row in hub.journal.rows(select(findings))}
    assert {(row.kind, row.status) for row in found} <= {(kind, "shadow") for kind in ("counter", "decided-case", "both-parents")}
    assert {"counter", "decided-case"} <= {row.kind for row in found}
    assert len(found) <= 3
    assert not codes & {"REPEAT_SUSPECTED", "REPEAT_FILING"}


def test_a_child_that_another_claimant_names_is_found_and_the_difference_has_titles_only(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = same_child(hub)
        name = atena_of(hub, first.id, "child")
        check_records(hub)
        (found,) = [one for one in repeats_of(hub, second.id) if one.source == "filing"]
    assert (found.kind, found.earlier, found.day, found.comes_first) == ("same-child", first.receipt, first.arrived_at[:10], True)
    assert any("氏名" in title for title in found.differences)
    assert name not in repr(found)


def test_the_pair_is_named_alike_whichever_is_checked_first(own: Callable[[Path], Path], mapped_root: Path) -> None:
    named = []
    for place in (0, 1):
        target = mapped_root.parent / f"order{place}"
        copied(mapped_root, target)
        with hub_at(target, at(9, 30)) as hub:
            pair = same_child(hub)
            change(hub, pair[1 - place].id, stage="identified")
            check_records(hub)
            change(hub, pair[1 - place].id, stage="mapped")
            check_records(hub)
            named.append([(row.application, row.number) for row in hub.journal.rows(select(repeat_findings)) if row.source == "filing"])
            assert named[-1] == [(pair[1].id, pair[0].receipt)]
    assert named[0] == named[1]


@pytest.mark.parametrize("restricted", ["first", "second"])
def test_a_sheet_names_an_earlier_filing_only_to_those_who_may_see_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, restricted: str
) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = same_child(hub)
        kinds = tuple(kind.model_copy(update={"status": "hold"}) for kind in hub.catalogue.repeats.kinds if kind.id == "same-child")
        monkeypatch.setattr(hub.catalogue.repeats.__class__, "of", lambda self, own: kinds)
        check_records(hub)
        change(hub, {"first": first, "second": second}[restricted].id, restricted=True)
        later = row_of(hub, second.id)
        sheet = sheet_of(hub, later, package_of(hub, later))
    said = [item.value for item in sheet.items if item.label == "重複の疑い"] + [found.where for found in sheet.findings]
    assert "REPEAT_SUSPECTED" in {found.code for found in sheet.findings}
    assert any(first.receipt in text for text in said) is (restricted == "second")


def test_an_account_of_another_claimant_is_found_in_any_procedure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.repeat_traits._account", lambda hub, row: "9900/001/1/1234567" if row.procedure == NINTEI else "")
    with hub_at(root, at(9, 30)) as hub:
        first, second = two_claims(hub)
        check_records(hub)
        kinds = {one.earlier: one.kind for one in repeats_of(hub, second.id)}
    assert kinds[first.receipt] == "same-account"


def test_both_parents_of_a_household_are_found_but_not_for_brothers_or_sisters(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = two_claims(hub)
        for claim, parent in zip((first, second), neighbours(hub), strict=True):
            set_people(hub, claim.id, "claimant", parent)
        assert [pair for pair in likeness_of(hub, second).pairs if pair.repeat.source == "filing"] == []
        check_records(hub)
        assert [one for one in repeats_of(hub, second.id) if one.source == "filing"] == []
        first_child = atena_of(hub, first.id, "child")
        with hub.journal.write() as write:
            write.execute(update(persons).where(persons.c.application == second.id, persons.c.role == "child").values(atena=first_child))
            write.leaf("test_people_named")
        (pair,) = [pair for pair in likeness_of(hub, row_of(hub, second.id)).pairs if pair.repeat.source == "filing"]
    assert (pair.repeat.kind, pair.repeat.earlier) == ("both-parents", first.receipt)


def test_a_paper_filing_of_the_next_morning_is_found_for_what_is_checked_already(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        check_records(hub)
        claim = last_checked(hub)
        write_book(root, [(NAHA, "窓口第77号", "2026-11-24", "PT27001", "1", atena_of(hub, claim.id, "claimant"), "")])
        assert take_in_counter_book(hub)["files"] == 1
        size = hub.journal.scalar(select(func.count()).select_from(repeat_findings))
        assert take_in_counter_book(hub)["files"] == 0
        assert hub.journal.scalar(select(func.count()).select_from(repeat_findings)) == size
        (found,) = [one for one in repeats_of(hub, claim.id) if one.source == "counter"]
    assert (found.earlier, found.day, found.state, found.kind) == ("窓口第77号", "2026-11-24", "paper", "counter")


def test_a_book_that_was_cut_raises_an_alarm_and_what_was_known_stays(root: Path) -> None:
    file = write_book(root, [LINE])
    file.write_bytes(file.read_bytes()[:-20])
    with hub_at(root, at(9, 30)) as hub:
        before = hub.journal.rows(select(counter_book).order_by(counter_book.c.id))
        assert take_in_counter_book(hub) == {"files": 0, "rows": 0, "refused": 1}
        assert hub.journal.rows(select(counter_book).order_by(counter_book.c.id)) == before
        (alarm,) = hub.journal.rows(select(alarms).where(alarms.c.kind == "ELSEWHERE_REFUSED"))
    assert file.name in alarm.subject


def test_a_book_of_a_day_to_come_is_told_and_hides_none_of_today(root: Path) -> None:
    early, good = write_book(root, [LINE], stamp="202711240700"), write_book(root, [LINE])
    with hub_at(root, at(9, 30)) as hub:
        assert take_in_counter_book(hub) == {"files": 1, "rows": 1, "refused": 1}
        assert hub.journal.scalar(select(elsewhere_files.c.name).where(elsewhere_files.c.source == "counter")) == good.name
        (alarm,) = hub.journal.rows(select(alarms).where(alarms.c.kind == "ELSEWHERE_REFUSED"))
    assert early.name in alarm.subject


def test_no_person_can_be_read_out_of_what_is_kept_of_book_and_cases(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        kept = [row for table in (repeat_marks, counter_book, receiver_cases) for row in hub.journal.rows(select(table))]
        numbers = {row.atena for row in hub.journal.rows(select(persons.c.atena).where(persons.c.atena.is_not(None)))}
    assert kept
    assert not numbers & {str(cell) for row in kept for cell in row}


def test_a_case_that_the_hub_itself_delivered_is_no_repeat(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        claim = two_claims(hub)[0]
        with hub.journal.write() as write:
            write.execute(update(receiver_cases).values(receipt=claim.receipt))
            write.leaf("test_case_changed")
        check_records(hub)
        assert [row for row in hub.journal.rows(select(repeat_findings)) if row.source.startswith("case/")] == []
        assert take_in_cases(hub)["files"] == 0


def test_auditors_see_how_often_each_kind_was_found(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        check_records(hub)
        runs = [read_result(row.outcome) for row in hub.journal.rows(select(suite_runs)) if row.suite.startswith("repeats.")]
    counted = {check.id: check.failed for run in runs if run.suite == f"repeats.{NINTEI}" for check in run.checks}
    assert {"same-filing", "counter", "decided-case", "same-child", "both-parents", "same-account", "open-case"} == set(counted)
    assert sum(check.failed for run in runs for check in run.checks) >= 2
