"""Sheets that clerks fill (決定入力): what the hub writes, what it reads strictly, and that a row's fate is told whatever happens."""

import csv
import io
import os
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.workbook import read_workbook
from mappings.workbook_file import pack
from mappings.workbook_sheet import lay_out
from pipeline.decision_sheet_reader import FilledRow, read_sheet
from pipeline.decision_sheets import GIVEN, HEADINGS, INBOX, SheetRow, csv_of, plain, workbook_of
from pipeline.hub import Hub
from pipeline.journal.decision_sources import decision_refusals
from pipeline.journal.decision_tables import decisions, notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.refused_decisions import refused_work
from pipeline.steps.decision_sheets import TAKEN, decision_sheets
from tests.flow.kills import forked
from tests.pipeline.days import DAY, at, hub_at
from vocabulary.findings import Refused

CLERK = "jidoteate-01"
GOOD = {"結果": "認定", "決裁日": "令和8年11月24日", "決裁番号": "101", "文書番号": "第1号", "通知書の送り方": "郵送", "入力者": CLERK}


@pytest.fixture
def hub(own: Callable[[Path], Path], delivered_root: Path) -> Iterator[Hub]:
    """After delivery; the receiving systems' results stay unread, so that everything is undecided."""
    with hub_at(own(delivered_root), at(15)) as opened:
        decision_sheets(opened)
        yield opened


def folder(hub: Hub) -> Path:
    return hub.root.cases / hub.code / "jidoteate"


def blank(hub: Hub) -> list[list[str]]:
    data = (folder(hub) / f"決定入力_{DAY.isoformat()}.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(data, newline="")))


def nintei(hub: Hub) -> list[list[str]]:
    return [row for row in blank(hub) if row[2].startswith("児童手当 認定請求")]


def filled(row: list[str], **changed: str) -> list[str]:
    return [*row[:GIVEN], *({**dict.fromkeys(HEADINGS[GIVEN:], ""), **GOOD, **changed}[name] for name in HEADINGS[GIVEN:])]


def put(hub: Hub, rows: list[list[str]], name: str = "担当.csv", heading: tuple[str, ...] = HEADINGS) -> Path:
    """Put a filled sheet into 決定取込, as a CSV or as a workbook by its name."""
    path = folder(hub) / INBOX / name
    if name.endswith(".xlsx"):
        path.write_bytes(pack([lay_out("決定入力", heading, rows).part])[0])
    else:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([heading, *rows])
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def fates(hub: Hub) -> list[str]:
    found = sorted((folder(hub) / INBOX).glob("*_結果.csv"))
    return [row[2] for file in found for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")) if row[0] != "行"]


def held(hub: Hub) -> list[tuple[str, int, str]]:
    return [(row.code, row.row, row.state) for row in hub.journal.rows(select(decision_refusals).order_by(decision_refusals.c.id))]


def decided(hub: Hub) -> list[tuple[str, str, str, str]]:
    joined = select(applications.c.receipt, decisions).join(decisions, decisions.c.application == applications.c.id)
    return [(row.receipt, row.outcome, row.decided_on, row.actor) for row in hub.journal.rows(joined.order_by(decisions.c.id))]


def test_the_sheet_has_a_row_for_each_delivered_undecided_application_and_offers_its_outcomes(hub: Hub) -> None:
    mine = (applications.c.section == "jidoteate") & (applications.c.disposition == "delivered") & applications.c.restricted.is_(False)
    expected = [row.receipt for row in hub.journal.rows(select(applications).where(mine))]
    assert sorted(row[0] for row in blank(hub)[1:]) == sorted(expected) != []
    assert all(row[5:] == [""] * 7 for row in blank(hub)[1:])
    assert nintei(hub)[0][4] == "認定・却下"
    (sheet,) = read_workbook((folder(hub) / f"決定入力_{DAY.isoformat()}.xlsx").read_bytes(), "sheet")
    assert [cell.text for cell in sheet.cells if cell.row == 1] == list(HEADINGS)


@pytest.mark.parametrize("name", ["担当.csv", "担当.xlsx"])
def test_a_filled_row_becomes_a_decision_with_status_and_notice_and_the_sheet_is_put_away(hub: Hub, name: str) -> None:
    row = nintei(hub)[0]
    path = put(hub, [filled(row), filled(nintei(hub)[1], **dict.fromkeys(HEADINGS[GIVEN:], ""))], name)
    assert decision_sheets(hub) == {"sheets": 1, "decisions": 1, "refused_rows": 0}
    assert decided(hub) == [(row[0], "approved", "2026-11-24", CLERK)]
    assert fates(hub) == ["登録しました。"]
    assert not path.exists()
    assert len(list((folder(hub) / INBOX / TAKEN).iterdir())) == 1
    assert {one.status for one in hub.journal.rows(select(status_outbox))} >= {"COMPLETED"}
    assert [one.kind for one in hub.journal.rows(select(notice_outbox))] == ["jidoteate-nintei/result"]
    assert row[0] not in [one[0] for one in blank(hub)]


def test_the_same_sheet_twice_is_known_and_says_so_again(hub: Hub) -> None:
    rows = [filled(nintei(hub)[0])]
    put(hub, rows)
    decision_sheets(hub)
    put(hub, rows, "もう一度.csv")
    assert decision_sheets(hub)["decisions"] == 0
    assert len(decided(hub)) == 1
    assert fates(hub) == ["登録しました。"] * 2


WRONG: list[tuple[dict[str, str], str]] = [
    ({"受付番号": "20261124-99999999"}, "DECISION_UNKNOWN"),
    ({"案件番号": "令和8年度 第9999号"}, "DECISION_ROW"),
    ({"申請者": "別の 人"}, "DECISION_ROW"),
    ({"決裁番号": "=1+1"}, "DECISION_ROW"),
    ({"入力者": "hoiku-01"}, "DECISION_ACTOR"),
    ({"結果": "受理"}, "DECISION_OUTCOME"),
    ({"決裁日": "2026年11月"}, "DECISION_INCOMPLETE"),
    ({"決裁日": "2026-11-25"}, "DECISION_DAY"),
    ({"決裁日": "2020/1/1"}, "DECISION_DAY"),
    ({"結果": "却下"}, "DECISION_INCOMPLETE"),
    ({"決裁番号": "1" * 61}, "DECISION_INCOMPLETE"),
    ({"結果": "却下", "理由": "所得の超過", "通知書の送り方": "なし"}, "DECISION_LETTER"),
    ({"通知書の送り方": "伝書鳩"}, "DECISION_LETTER"),
]


def test_rows_that_do_not_fit_are_held_each_with_a_sentence_while_their_neighbour_is_entered(hub: Hub) -> None:
    wrong, right = nintei(hub)[:2]
    rows = [[changed.get(name, cell) for name, cell in zip(HEADINGS, filled(wrong), strict=True)] for changed, _ in WRONG]
    put(hub, [*rows, filled(right)])
    assert decision_sheets(hub) == {"sheets": 1, "decisions": 1, "refused_rows": len(WRONG)}
    assert held(hub) == [(code, number, "open") for number, (_, code) in enumerate(WRONG, start=1)]
    assert all(fate.startswith("取り込めません：") for fate in fates(hub)[:-1])
    assert [one[0] for one in decided(hub)] == [right[0]]
    shown = [work.why[0] for works in refused_work(hub).values() for work in works]
    assert len(shown) == len(WRONG)
    assert "11行目" in "".join(shown)


def test_files_that_are_no_such_sheet_are_held_and_put_away(hub: Hub) -> None:
    wrong = {"壊れた.xlsx": b"PK\x03\x04torn", "旧.xls": b"\xd0\xcf\x11\xe0", "別.csv": "受付番号\r\n1\r\n".encode()}
    wrong |= {f"a.{'x' * 253}": b"x", "空文字.csv": ",".join(HEADINGS).encode() + b"\r\n\0" + b"," * 11}
    for name, data in wrong.items():
        (folder(hub) / INBOX / name).write_bytes(data)
    put(hub, [filled(nintei(hub)[0])], heading=(*HEADINGS[:-1], "担当"))
    assert decision_sheets(hub) == {"sheets": 6, "decisions": 0, "refused_rows": 6}
    assert held(hub) == [("DECISION_SHEET", 0, "open")] * 6
    assert decision_sheets(hub)["sheets"] == 0


def test_of_a_huge_sheet_no_more_is_read_than_it_takes_to_refuse_it(hub: Hub) -> None:
    huge = folder(hub) / INBOX / "大きい.csv"
    huge.touch()
    os.truncate(huge, 3 << 30)
    tracemalloc.start()
    assert decision_sheets(hub) == {"sheets": 1, "decisions": 0, "refused_rows": 1}
    assert tracemalloc.get_traced_memory()[1] < 100 << 20
    tracemalloc.stop()


def test_a_sheet_that_a_clerk_began_to_fill_in_place_is_not_written_over(hub: Hub) -> None:
    begun = folder(hub) / f"決定入力_{DAY.isoformat()}.csv"
    text = begun.read_text(encoding="utf-8-sig").replace(",,,,,,", ",認定,,,,,,", 1)
    begun.write_text(text, encoding="utf-8-sig")
    kept = begun.read_bytes()
    put(hub, [filled(nintei(hub)[1])])
    decision_sheets(hub)
    assert begun.read_bytes() == kept


POINTS = ("decision_sheet_taken.before_commit", "decision_sheet_taken.after_commit", "decision_sheet.fates_written", "decision_sheet.moved")


def test_a_killed_intake_of_a_sheet_is_taken_up_and_decides_once(
    own: Callable[[Path], Path], delivered_root: Path, tmp_path: Path
) -> None:
    root = own(delivered_root)
    with hub_at(root, at(15)) as hub:
        decision_sheets(hub)
        put(hub, [filled(nintei(hub)[0]), filled(nintei(hub)[1], 入力者="nobody")])

    def work() -> None:
        with hub_at(root, at(15)) as child:
            decision_sheets(child)

    for point in POINTS:
        assert forked(work, log=tmp_path / "log", environment={"HUB_FAULT": f"{point}:1:kill"}) == -9
    with hub_at(root, at(15)) as hub:
        decision_sheets(hub)
        assert len(decided(hub)) == 1
        assert held(hub) == [("DECISION_ACTOR", 2, "open")]
        assert fates(hub)[0] == "登録しました。"
        assert len(list((folder(hub) / INBOX / TAKEN).iterdir())) == 1


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=12).map(plain)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_what_is_filled_into_a_sheet_comes_back_as_it_was(rows: list[tuple[str, str, str, str]]) -> None:
    cells = [[a, b, c, d, "認定・却下", "認定", "2026-11-24", "001", "第1号", "郵送", "", CLERK] for a, b, c, d in rows]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADINGS, *cells])
    meant = [[cell.strip() for cell in row] for row in cells]
    book = pack([lay_out("決定入力", HEADINGS, cells).part])[0]
    for name, data in (("a.csv", text.getvalue().encode("utf-8-sig")), ("a.xlsx", book)):
        assert [list(row.cells.values()) for row in read_sheet(name, data)] == meant


@given(rows=st.lists(st.builds(SheetRow, TEXTS, TEXTS, TEXTS, TEXTS, st.just(("認定", "却下"))), max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_blank_sheet_reads_as_nothing_filled(rows: list[SheetRow]) -> None:
    assert read_sheet("a.xlsx", workbook_of(rows)) == read_sheet("a.csv", csv_of(rows)) == ()


def test_a_row_does_not_show_its_cells_and_a_formula_is_seen() -> None:
    assert "山田" not in repr(FilledRow(1, {"申請者": "山田"}))
    with pytest.raises(Refused):
        read_sheet("a.csv", b"\xff\xfe\x00")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_the_sheet_keeps_its_lists_and_what_it_saves_is_read(hub: Hub, tmp_path: Path) -> None:
    session = f"-env:UserInstallation={(tmp_path / 'session').as_uri()}"
    book = tmp_path / "sheet.xlsx"
    book.write_bytes((folder(hub) / f"決定入力_{DAY.isoformat()}.xlsx").read_bytes())
    to = ("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"))
    command = ["soffice", session, "--headless", *to, str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = (tmp_path / "out" / "sheet.xlsx").read_bytes()
    assert read_sheet("sheet.xlsx", saved) == ()
    (sheet,) = read_workbook(saved, "sheet")
    (before,) = read_workbook(book.read_bytes(), "sheet")
    assert [cell.text for cell in sheet.cells] == [cell.text for cell in before.cells]
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        assert "認定,却下" in archive.read("xl/worksheets/sheet1.xml").decode()
