"""A character that one receiving system cannot take: its record waits for that system only, until an official approves a substitute."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from mappings.records import Context
from mappings.release import write as lay_out
from pipeline.balance import balance_of
from pipeline.case_sheets import sheet_of
from pipeline.cli import main
from pipeline.errors import SettingError
from pipeline.hub import open_hub
from pipeline.journal.delivery_tables import batch_items, batches, canonical, losses, obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.packages import package_of
from pipeline.pages.rendering import render_page
from pipeline.places import PROJECT, Root
from pipeline.records import canonical_row, join_tables, load_tables
from pipeline.steps.close_day import inspect_day
from pipeline.steps.deliver import batch_bytes
from pipeline.steps.report_day import day_report
from tests.pipeline.days import DAY, NAHA, at, hub_at, outside, rows, run
from tests.pipeline.test_rebuild import pinned_format
from vocabulary.clock import Clock

GROUP, HOST, STANDARD = "ninteiseikyu", "jidoteate-host", "jidoteate-std"
NAME = "葛\U000e0100城　𠮷子"
APPROVED = "情報政策課長 令和8年11月24日 決裁第12号"
ENTRIES = [("U+845B U+E0100", "U+845B"), ("U+20BB7", "U+5409")]


@pytest.fixture
def planted(own: Callable[[Path], Path], checked_root: Path) -> tuple[Path, int]:
    """A root in which one claimant's name holds an IVS and a character beyond the BMP; that application's id."""
    root = own(checked_root)
    with hub_at(root, at(9)) as hub:
        row = hub.journal.rows(select(applications).where(applications.c.procedure == "jidoteate-nintei"))[0]
        tables = load_tables(hub, [row.id])[row.id]
        tables[GROUP].columns["shimei"][0] = NAME
        with hub.journal.write() as write:
            write.execute(canonical.delete().where(canonical.c.application == row.id))
            write.insert_many(canonical, [canonical_row(hub, row.id, "2024-10", tables)])
            write.leaf("test_planted_a_name")
    return root, row.id


def approve(folder: Path, monkeypatch: pytest.MonkeyPatch, entries: list[tuple[str, str]], *, approved: str = APPROVED) -> None:
    """The town's file with these substitutions for the host."""
    text = (PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8")
    listed = ", ".join(f'{{from: {source}, to: {target}, approved: "{approved}"}}' for source, target in entries)
    changed = text.replace(f"  {HOST}: {{", f"  {HOST}: {{substitutions: [{listed}], ")
    assert changed != text
    folder.mkdir(exist_ok=True)
    (folder / f"{NAHA}.yaml").write_text(changed, encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))


def hand_out(root: Path, hour: int) -> dict[str, dict[str, int]]:
    with outside(root, at(hour)):
        return run(root, ("release", "deliver"), at(hour))


def owed(root: Path, application: int) -> dict[str, tuple[str, str | None]]:
    found = rows(root, select(obligations).where(obligations.c.application == application))
    return {row.destination: (row.state, row.reason) for row in found}


def standing(root: Path, application: int) -> tuple[str, str, str | None]:
    (row,) = rows(root, select(applications).where(applications.c.id == application))
    return row.stage, row.disposition, row.reason


def items_for(root: Path, application: int, destination: str) -> list[Any]:
    return rows(root, select(batch_items).where(batch_items.c.application == application, batch_items.c.destination == destination))


def test_only_that_record_waits_and_only_for_that_system(planted: tuple[Path, int]) -> None:
    root, application = planted
    hand_out(root, 10)
    assert owed(root, application) == {HOST: ("held", "CHAR_UNMAPPABLE"), STANDARD: ("delivered", None)}
    assert standing(root, application) == ("delivered", "held", "CHAR_UNMAPPABLE")
    others = rows(root, select(obligations.c.state).where(obligations.c.application != application))
    assert {row.state for row in others} == {"delivered"}
    (finding,) = rows(root, select(findings).where(findings.c.application == application, findings.c.step == "release"))
    assert finding.place == f"{HOST}: {GROUP}[1].shimei"
    assert not any(part in f"{finding.place}{finding.detail}" for part in "葛城𠮷子")


def test_municipal_it_sees_the_characters_that_hold_records_and_nothing_else_of_the_values(
    planted: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, application = planted
    monkeypatch.setenv("HUB_NOW", at(11).isoformat())
    listing = ["characters", "held", "--root", str(root)]
    assert CliRunner().invoke(main, listing).stdout == "文字のために保留になっているレコードはありません。\n"
    run(root, ("release",), at(10))
    said = CliRunner().invoke(main, listing)
    assert said.exit_code == 0
    assert STANDARD not in said.stdout
    (receipt,) = rows(root, select(applications.c.receipt).where(applications.c.id == application))
    for words in (HOST, "U+845B U+E0100", "葛 U+845B", "U+20BB7", "吉 U+5409", "MJ032129", receipt.receipt, f"{GROUP}.shimei"):
        assert words in said.stdout
    assert "城" not in said.stdout
    assert "子" not in said.stdout


def test_an_approved_substitution_lets_it_out_and_stands_in_the_ledger(
    planted: tuple[Path, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, application = planted
    hand_out(root, 10)
    before = items_for(root, application, STANDARD)
    assert hand_out(root, 11)["release"] == {"files": 0, "applications": 0, "held": 0}
    approve(tmp_path / "towns", monkeypatch, ENTRIES)
    assert hand_out(root, 12)["release"]["applications"] == 1
    assert owed(root, application) == {HOST: ("delivered", None), STANDARD: ("delivered", None)}
    assert standing(root, application) == ("delivered", "delivered", None)
    assert items_for(root, application, STANDARD) == before
    ledger = rows(root, select(losses).where(losses.c.application == application))
    assert {(row.place, row.source, row.target, row.times, row.approved) for row in ledger} == {
        (f"{GROUP}[1].shimei", *entry, 1, APPROVED) for entry in ENTRIES
    }
    assert all(row.substitution_table.startswith("host-symbols@1+") for row in ledger)
    assert rows(root, select(findings).where(findings.c.application == application, findings.c.step == "release")) == []
    with hub_at(root, at(13)) as hub:
        assert balance_of(hub, DAY).holds


def test_a_file_is_rebuilt_by_what_the_ledger_says_after_the_approval_is_gone(
    planted: tuple[Path, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, application = planted
    approve(tmp_path / "towns", monkeypatch, ENTRIES)
    hand_out(root, 10)
    monkeypatch.delenv("HUB_MUNICIPALITIES")
    with hub_at(root, at(13)) as hub:
        carried = select(batch_items.c.batch).where(batch_items.c.application == application, batch_items.c.destination == HOST)
        (batch,) = hub.journal.rows(select(batches).where(batches.c.id.in_(carried)))
        inside = sorted({row.application for row in hub.journal.rows(select(batch_items).where(batch_items.c.batch == batch.id))})
        format_ = pinned_format(hub, hub.catalogue.formats["legacy-fixed"], HOST, inside)
        tables = load_tables(hub, inside)
        procedure = hub.procedure("jidoteate-nintei")
        context = Context(hub.code, procedure.business, procedure.short, DAY, int(batch.name[-7:-4]))
        (file,) = lay_out(format_, join_tables([tables[one] for one in inside]), context).files
        assert (file.name, file.data) == (batch.name, batch_bytes(hub, batch))


def test_the_clerk_and_the_auditor_read_what_was_replaced(
    planted: tuple[Path, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, application = planted
    approve(tmp_path / "towns", monkeypatch, ENTRIES)
    hand_out(root, 10)
    with hub_at(root, at(13)) as hub:
        (row,) = hub.journal.rows(select(applications).where(applications.c.id == application))
        sheet = sheet_of(hub, row, package_of(hub, row))
        page = render_page("validation.html", day_report(hub, inspect_day(hub, DAY)))
    replaced = [item.value for item in sheet.items if item.label == "文字の置換え"]
    host = "児童手当システム（ホスト連携）"
    assert replaced == [
        f"氏名: 葛\U000e0100 U+845B U+E0100 → 葛 U+845B（{host}。承認: {APPROVED}）",
        f"氏名: 𠮷 U+20BB7 → 吉 U+5409（{host}。承認: {APPROVED}）",
    ]
    assert "host-symbols@1+" in page
    assert APPROVED in page
    assert "城" not in page.partition("文字の置換え")[2]


def test_an_approval_for_another_character_leaves_it_held(
    planted: tuple[Path, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, application = planted
    hand_out(root, 10)
    approve(tmp_path / "towns", monkeypatch, ENTRIES[:1])
    assert hand_out(root, 11)["release"] == {"files": 0, "applications": 0, "held": 1}
    assert owed(root, application)[HOST] == ("held", "CHAR_UNMAPPABLE")
    assert len(rows(root, select(findings).where(findings.c.application == application, findings.c.step == "release"))) == 1


WRONG = {
    "no notation": ([("845B", "U+845B")], APPROVED, "U+845B U+E0100"),
    "itself": ([("U+845B", "U+845B")], APPROVED, "replace itself"),
    "without approval": (ENTRIES, " ", "needs its approval"),
    "twice": ([ENTRIES[0], ENTRIES[0]], APPROVED, "stands twice"),
    "onto what is replaced": ([("U+20BB7", "U+301C")], APPROVED, "itself replaced"),
    "four code points": ([("U+845B U+E0100 U+845B U+E0100", "U+845B")], APPROVED, "1 to 3 code points"),
}


@pytest.mark.parametrize(("entries", "approved", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_approval_stops_at_load(
    entries: list[tuple[str, str]], approved: str, words: str, tmp_path: Path, made_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(tmp_path / "towns", monkeypatch, entries, approved=approved)
    with pytest.raises(SettingError, match="substitutions") as caught, open_hub(Root(made_root), NAHA, Clock(at(9))):
        pass
    assert words in str(caught.value)
