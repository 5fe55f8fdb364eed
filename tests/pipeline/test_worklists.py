"""処理待ち一覧: order, reasons in words, restricted cases out of sight, files that open again, and one set of questions for any number."""

import io
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select, update

from connectors.workbook import WorkbookLimits, read_workbook
from pipeline.acts import asked, enter_act
from pipeline.cli import main
from pipeline.corrections.places import default_items
from pipeline.deadlines import Deadline
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, documents, findings, listings
from pipeline.pages.list_page import ListPage, ListRow, render_list, workbook_of
from pipeline.worklist_rows import Work, work_by_folder
from pipeline.worklist_words import way_out, who_in_words
from pipeline.worklists import page_of, write_worklists
from tests.pipeline.days import at, hub_at
from vocabulary.reasons import reasons

DANGEROUS = ("=1+1", "+SUM(A1)", "-2", "@cmd", "\t=1", "_x0041_", "<script>alert(1)</script>", "a\x07b", "'", "x" * 40_000)
LIMITS = WorkbookLimits(sheets=4, cells=100_000)


@pytest.fixture
def hub(checked_root: Path, own: Callable[[Path], Path]) -> Iterator[Hub]:
    with hub_at(own(checked_root), at(9)) as opened:
        yield opened


def works_of(hub: Hub, section: str) -> list[Work]:
    return work_by_folder(hub).get(hub.root.cases / hub.code / section, [])


def change(hub: Hub, statement: Any) -> None:
    with hub.journal.write() as write:
        write.execute(statement)
        write.leaf("changed_for_a_test")


def test_every_held_and_waiting_case_is_on_exactly_one_list_with_why_and_what_to_do(hub: Hub) -> None:
    listed = [work for works in work_by_folder(hub).values() for work in works]
    stopped = hub.journal.rows(select(applications).where(applications.c.disposition.in_(("held", "waiting"))))
    assert {row.receipt for row in stopped} <= {work.receipt for work in listed}
    assert len(listed) == len({work.receipt for work in listed})
    for work in listed:
        assert work.why, work.receipt
        assert work.todo, work.receipt
        assert work.deadlines, work.receipt


def test_a_case_that_is_finished_stands_on_no_list(hub: Hub) -> None:
    work = works_of(hub, "jidoteate")[0]
    change(hub, update(applications).where(applications.c.receipt == work.receipt).values(disposition="withdrawn", reason=None))
    assert work.receipt not in {one.receipt for one in works_of(hub, "jidoteate")}


def test_the_nearest_deadline_stands_first_then_the_earliest_arrival() -> None:
    far, near = Deadline(date(2026, 12, 9), "payment", ""), Deadline(date(2026, 12, 4), "round", "")
    blank = Work("1", "", "", "", "", (), (), (), date(2026, 1, 1), 0, date(2026, 11, 1), (), (), ())
    early = replace(blank, receipt="2", deadlines=(near, far))
    later = replace(early, receipt="3", filed=date(2026, 11, 2))
    last = replace(blank, receipt="4", deadlines=(far,))
    assert [work.receipt for work in sorted([blank, last, later, early], key=lambda work: work.order)] == ["2", "3", "4", "1"]


def test_the_age_counts_opening_days_only(hub: Hub, checked_root: Path) -> None:
    receipt = works_of(hub, "jidoteate")[0].receipt
    # Friday; between lie a weekend and a holiday on Monday.
    change(hub, update(applications).where(applications.c.receipt == receipt).values(disposed_on="2026-11-20"))
    assert next(work.age for work in works_of(hub, "jidoteate") if work.receipt == receipt) == 1


@pytest.mark.parametrize("code", [code for code, reason in reasons().items() if reason.effect in ("hold", "wait")])
def test_every_code_that_stops_a_case_has_a_sentence_and_something_to_do(hub_of_codes: Hub, code: str) -> None:
    hub = hub_of_codes
    receipt = works_of(hub, "jidoteate")[0].receipt
    row = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))[0]
    disposition = "waiting" if reasons()[code].effect == "wait" else "held"
    change(hub, findings.delete().where(findings.c.application == row.id))
    finding = {"application": row.id, "step": "check", "code": code, "place": "", "rule": "", "severity": "error", "detail": ""}
    change(hub, findings.insert().values(**finding))
    change(hub, update(applications).where(applications.c.id == row.id).values(disposition=disposition, reason=code))
    work = next(work for work in works_of(hub, "jidoteate") if work.receipt == receipt)
    assert reasons()[code].sentence in work.why
    assert reasons()[code].remedy in work.todo
    assert any("\u3040" <= sign <= "\u30ff" for sign in "".join(work.why))
    way = way_out(code, receipt, people=2)
    assert (way is not None) == any(one.startswith("hub ") for one in work.todo)
    stage = reasons()[code].stage if disposition == "held" and code != "HELD_BY_PERSON" else ""
    read = stage in ("verify", "identify", "map", "check")
    assert any(f"hub return {receipt}" in one for one in work.todo) == (read or stage in ("pull", "open"))
    assert any(f"hub correct {receipt} --item 箇所" in one for one in work.todo) == read


def test_what_a_finding_names_and_a_resident_can_set_right_is_asked_for_by_its_finding(hub_of_codes: Hub) -> None:
    hub = hub_of_codes
    receipt = works_of(hub, "jidoteate")[0].receipt
    row = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))[0]
    change(hub, findings.delete().where(findings.c.application == row.id))
    finding = {
        "application": row.id,
        "step": "check",
        "code": "DATE_ORDER",
        "place": "form.pdf",
        "rule": "",
        "severity": "error",
        "detail": "",
    }
    change(hub, findings.insert().values(**finding))
    change(hub, update(applications).where(applications.c.id == row.id).values(disposition="held", reason="DATE_ORDER"))
    work = next(work for work in works_of(hub, "jidoteate") if work.receipt == receipt)
    assert any(f"hub correct {receipt} --findings" in one for one in work.todo)
    assert [one.place for one in default_items(hub, row)] == ["form.pdf"]


@pytest.fixture(scope="module")
def hub_of_codes(checked_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    import shutil

    root = tmp_path_factory.mktemp("codes") / "root"
    shutil.copytree(checked_root, root)
    with hub_at(root, at(9)) as opened:
        yield opened


def test_releasing_an_error_names_clerk_and_approver_and_in_restricted_cases_only_who_may_see_them(hub: Hub) -> None:
    way = way_out("DATE_ORDER", "1", people=2)
    assert way is not None
    words = who_in_words(hub, way, "jidoteate", restricted=False)
    assert words.startswith("担当 jidoteate-01・jidoteate-02・jidoteate-kakaricho、承認者 jidoteate-kakaricho")
    assert words.endswith("（申し出た人とは別の人）")
    assert who_in_words(hub, way, "jidoteate", restricted=True).startswith("担当 jidoteate-kakaricho、")


def test_a_release_that_somebody_asked_for_waits_for_another_approver(hub: Hub) -> None:
    receipt = next(work.receipt for work in works_of(hub, "jidoteate") if "hold" in work.kinds)
    key = hub.journal.scalar(select(applications.c.id).where(applications.c.receipt == receipt))
    with hub.journal.write() as write:
        enter_act(hub, write, kind="release", actor="jidoteate-01", reason="確認した", application=key, state="asked")
    work = next(work for work in works_of(hub, "jidoteate") if work.receipt == receipt)
    assert work.kinds[0] == "second"
    assert any("jidoteate-01 は承認できません" in one for one in work.todo)
    assert any("「保留解除」を" in one for one in work.why)
    assert len(asked(hub)) == 1
    # The register was mended and nothing holds the case any more: nobody has to approve anything.
    change(hub, update(applications).where(applications.c.id == key).values(disposition="open", reason=None))
    assert asked(hub) == []
    assert not [one for one in works_of(hub, "jidoteate") if one.receipt == receipt and "second" in one.kinds]


def test_documents_owed_are_told_by_their_way(hub: Hub) -> None:
    owed = hub.journal.rows(select(documents).where(documents.c.state == "owed"))
    assert owed
    listed = {work.receipt: work for works in work_by_folder(hub).values() for work in works}
    for one in owed:
        receipt = hub.journal.scalar(select(applications.c.receipt).where(applications.c.id == one.application))
        way = {"post": "郵送待ち", "visit": "来所待ち"}[one.way]
        assert any(words.endswith(way) for words in listed[receipt].documents)
        assert any(f"hub receive {receipt} --document {one.document}" in words for words in listed[receipt].todo)


def test_a_restricted_case_is_neither_named_nor_counted_for_ordinary_clerks(hub: Hub) -> None:
    ordinary = hub.root.cases / hub.code / "jidoteate"
    apart = hub.root.cases / hub.code / "jidoteate-restricted"
    write_worklists(hub)
    restricted = hub.journal.rows(select(applications).where(applications.c.restricted.is_(True), applications.c.section == "jidoteate"))
    assert restricted
    for name in ("worklist.html", "worklist.xlsx"):
        for row in restricted:
            assert row.receipt.encode() not in (ordinary / name).read_bytes()
            assert row.receipt.encode() in (apart / name).read_bytes()
    assert page_of(hub, "jidoteate", works_of(hub, "jidoteate")).figures[0][1] == len(works_of(hub, "jidoteate"))


def test_a_case_that_becomes_restricted_leaves_the_list_and_is_hidden_where_another_names_it(hub: Hub) -> None:
    write_worklists(hub)
    first, second = works_of(hub, "jidoteate")[:2]
    key = hub.journal.scalar(select(applications.c.id).where(applications.c.receipt == second.receipt))
    finding = {"application": key, "step": "check", "code": "REPEAT_FILING", "place": f"receipt {first.receipt}"}
    change(hub, findings.insert().values(**finding, rule="", severity="error", detail=""))
    assert any(first.receipt in one for work in works_of(hub, "jidoteate") for one in work.why)
    change(hub, update(applications).where(applications.c.receipt == first.receipt).values(restricted=True))
    write_worklists(hub)
    ordinary = hub.root.cases / hub.code / "jidoteate"
    assert first.receipt.encode() not in (ordinary / "worklist.html").read_bytes()
    assert first.receipt.encode() not in (ordinary / "worklist.xlsx").read_bytes()
    assert reasons()["REPEAT_FILING"].sentence in "".join(one for work in works_of(hub, "jidoteate") for one in work.why)


def test_files_are_for_their_user_only_ask_for_nothing_outside_and_hold_no_personal_number(hub: Hub, made_root: Path) -> None:
    write_worklists(hub)
    numbers = (made_root / "sandbox/town/numbers.txt").read_text(encoding="utf-8").split()
    files = list((hub.root.cases / hub.code).glob("*/worklist.*"))
    assert len(files) >= 2 * len(hub.municipality.sections)
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert not [number for number in numbers if re.search(rf"(?<!\d){number}(?!\d)", text)]
        if file.suffix == ".html":
            assert not re.search(r"<script|<link[^>]+stylesheet|url\((?!.font\.otf.\))|https?://", text)
    assert not list((hub.root.cases / hub.code).glob("*/.*part"))


def test_an_empty_list_says_so_on_page_and_in_the_workbook(hub: Hub) -> None:
    page = page_of(hub, "boshi", [])
    assert "処理を待っている案件はありません。" in render_list(page).decode()
    cells = read_workbook(workbook_of(page), "worklist.xlsx", LIMITS)[0].cells
    assert cells[len(page.headings)].text == "処理を待っている案件はありません。"


def dangerous() -> ListPage:
    rows = [ListRow(((value,), ("ほか",))) for value in DANGEROUS]
    return ListPage("一覧", "那覇市", "課", at(9), "", "なし", ("値", "ほか"), rows)


def test_no_value_becomes_a_formula_a_tag_or_an_escape() -> None:
    data = workbook_of(dangerous())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"') == 2 + 2 * len(DANGEROUS)
    texts = [cell.text for cell in read_workbook(data, "list.xlsx", LIMITS)[0].cells if cell.column == 1][1:]
    assert texts[:5] == list(DANGEROUS[:5])
    assert "_x005F_x0041_" in sheet
    assert texts[7] == "ab"
    assert texts[9].endswith("…（以下略）")
    html = render_list(dangerous()).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_two_thousand_held_cases_are_listed_with_a_fixed_number_of_questions(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    template = hub.journal.rows(select(applications).where(applications.c.disposition == "held"))[0]
    with hub.journal.write() as write:
        for number in range(2000):
            receipt = f"20261124-8{number:07}"
            listing = {"municipality": hub.code, "receipt": receipt, "version": 1, "portal_procedure": "PT27001", "state": "stored"}
            moments = {"arrived_at": template.arrived_at, "listed_at": template.arrived_at, "resolved_on": template.filed_on}
            listing["fetched_version"] = 1
            own = {"listing": write.insert_row(listings, listing | moments), "receipt": receipt, "filing_number": 10_000 + number}
            own |= {"id": None, "digest": f"{number:064}", "restricted": False}
            key = write.insert_row(applications, {**template._mapping, **own})
            row = {"application": key, "step": "check", "code": "DATE_ORDER", "place": "", "rule": "", "severity": "error", "detail": ""}
            write.insert_many(findings, [row])
        write.leaf("entered_for_a_test")
    questions: list[str] = []
    event.listen(hub.journal.engine, "before_cursor_execute", lambda *call: questions.append(call[2]))
    began = perf_counter()
    write_worklists(hub)
    seconds = perf_counter() - began
    with capsys.disabled():
        print(f"2,000 held cases: {seconds:.1f} s, {len(questions)} questions")  # noqa: T201  the measurement is to be seen
    assert len(questions) < 40


def test_the_command_shows_a_short_table_without_names_and_refuses_an_unknown_section(hub: Hub) -> None:
    root = str(hub.root.folder)
    works = works_of(hub, "jidoteate")
    names = [work.applicant for work in works if work.applicant]
    hub.journal.close()
    environment = {"HUB_NOW": at(9).isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    shown = CliRunner().invoke(main, ["worklist", "--section", "jidoteate", "--root", root], env=environment)
    assert shown.exit_code == 0, shown.output
    assert works[0].receipt in shown.output
    assert not [name for name in names if name in shown.output]
    refused = CliRunner().invoke(main, ["worklist", "--section", "jido", "--root", root], env=environment)
    assert refused.exit_code == 2
    assert "jido: there is no such section" in refused.output
