"""A procedure with its notice, a format and a municipality added as data only (定義の追加): no line of Python of the hub knows them."""

import csv
import hashlib
import io
import json
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner

from pipeline.balance import balance_of
from pipeline.cli import main
from pipeline.flow import run_flow
from pipeline.hub import open_hub, set_up
from pipeline.places import PROJECT, Root
from sandbox import process
from sandbox.applications import Bureau, Slot
from sandbox.forms import Filled, Form, Occasion, branch, leaf, telephone
from sandbox.journals import read_journal
from sandbox.jpki_publication import publish
from sandbox.listing_lines import line_of
from sandbox.register_office import publish_register
from sandbox.town import build_town
from sandbox.town_people import Household
from vocabulary.clock import JST, Clock

CODE = "472085"
DAY = date(2026, 11, 24)
MADE_UP = Path(__file__).parent / "made_up_town"
NAMES_OF_SPECS = ("codelists", "formats", "items", "procedures", "characters", "documents")


def fill(household: Household, occasion: Occasion) -> Filled:
    """The form of the made-up procedure as a resident fills it in."""
    (resident,) = household.parents
    contact = branch("緊急連絡先", leaf("氏名", "髙橋　𠮷男"), leaf("電話番号", telephone(resident)))
    words = leaf("伝えたいこと", '足が悪い,"玄関"で\n待ってほしい')
    return Filled(resident, (leaf("見守りの方法", occasion.chance.choice("12")), contact, words), (resident,))


FORM = Form("mimamori-toroku", "高齢者見守り登録届", "PT90101", "F90101", "2026-10", signed=True, fill=fill)


def at(hour: int) -> datetime:
    return datetime.combine(DAY, time(hour), JST)


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own specs with the made-up ones beside them, and the made-up municipality alone."""
    folder = tmp_path / "mappings"
    for name in NAMES_OF_SPECS:
        if (PROJECT / "mappings" / name).is_dir():
            shutil.copytree(PROJECT / "mappings" / name, folder / name)
    shutil.copytree(MADE_UP / "mappings", folder, dirs_exist_ok=True)
    monkeypatch.setenv("HUB_MAPPINGS", str(folder))
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(MADE_UP / "municipalities"))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A made-up town of which three residents filed the made-up procedure."""
    folder = tmp_path / "root"
    home = folder / "sandbox"
    first = date(2026, 11, 20)
    town = build_town(seed=85, day=first, wanted=MappingProxyType({}), residents=40)
    people = [one for one in town.households["alone"] if one.parents[0].cards and not one.parents[0].protected][:3]
    bureau = Bureau(town, DAY, CODE)
    lines = []
    for number, household in enumerate(people, start=1):
        moment = at(8) + timedelta(seconds=number)
        application = bureau.file_form(FORM, household, Slot(f"20261124-{number:08}", moment, moment))
        lines.append(line_of(application, application.packed(bureau.printer)))
    (home / "portal" / "zips").mkdir(parents=True)
    (home / "town").mkdir()
    for line in lines:
        (home / "portal" / line.file).write_bytes(line.package)
    listed = "".join(json.dumps(line.record(), ensure_ascii=False) + "\n" for line in lines)
    (home / "portal" / "listings.jsonl").write_text(listed, "utf-8")
    (home / "town" / "made.json").write_text(json.dumps({"municipality": CODE}), "utf-8")
    publish_register(home / "register", town.residents, full_day=first, delta_day=DAY)
    publish(home / "jpki" / "published", day=DAY, revocations=[], stale=frozenset())
    return folder


def write_connection(root: Path) -> Path:
    """The folder by which the made-up system is reached; its answers lie in ``out``."""
    cells = {"kind": "folder", "inbox": "delivered/mimamori", "outbox": "mimamori/out"}
    (root / "connections" / "mimamori.json").write_text(json.dumps(cells), "utf-8")
    for name in ("delivered/mimamori", "mimamori/out/receipts", "mimamori/out/results"):
        (root / name).mkdir(parents=True, exist_ok=True)
    return root / "mimamori" / "out"


def answer(out: Path, files: list[Path]) -> None:
    """What the made-up system answers: receipts for all files, and 登録 for each record of the main group."""
    for file in files:
        data = file.read_bytes()
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-16"), newline="")))
        receipt = f"file_name,sha256,records,result,reason\r\n{file.name},{hashlib.sha256(data).hexdigest()},{len(rows)},OK,\r\n"
        (out / "receipts" / f"{file.name}.receipt.csv").write_bytes(receipt.encode())
        if file.name.startswith("mimamori_4"):
            head = "uketsukebango,kekka,kettei_nengappi,kettei_bango,bunsho_bango,tsuchisho,riyu\r\n"
            receipts = [row["uketsukebango"] for row in rows]
            body = "".join(f"{one},登録,2026-11-24,{number:06},第{number}号,郵送,\r\n" for number, one in enumerate(receipts, 1))
            (out / "results" / f"{file.name}.results.csv").write_bytes((head + body).encode())


def run(flow: str, root: Path, hour: int) -> None:
    assert not run_flow(flow, CODE, root=Root(root), clock=Clock(at(hour))).stopped


def test_data_alone_takes_a_procedure_through_the_whole_flow(specs: Path, root: Path) -> None:
    set_up(Root(root), Clock(at(6)))
    running = process.start(root, now=at(6), script="quiet")
    try:
        out = write_connection(root)
        for flow, hour in (("refresh_links", 6), ("intake", 9)):
            running.control.set_clock(at(hour))
            run(flow, root, hour)
        files = sorted((root / "delivered" / "mimamori").iterdir())
        assert [file.name for file in files] == ["mimamori_472085_20261124_001.csv", "mimamori_renrakusaki_472085_20261124_001.csv"]
        answer(out, files)
        running.control.set_clock(at(15))
        run("notify", root, 15)
        run("close", root, 18)
    finally:
        process.stop(root)
    rows = list(csv.DictReader(io.StringIO(files[0].read_bytes().decode("utf-16"), newline="")))
    assert [row["uketsukebango"] for row in rows] == [f"20261124-{number:08}" for number in (1, 2, 3)]
    assert {row["bikou"] for row in rows} == {"足が悪い，＂玄関＂で\u3000待ってほしい"}
    contacts = list(csv.DictReader(io.StringIO(files[1].read_bytes().decode("utf-16"), newline="")))
    assert [row["shimei"] for row in contacts] == ["髙橋　𠮷男"] * 3
    effects = read_journal(root / "sandbox" / "journals" / "effects.jsonl")
    assert {entry["receipt"] for entry in effects if entry["effect"] == "status" and entry["status"] == "COMPLETED"} == {
        row["uketsukebango"] for row in rows
    }
    assert sum(entry["effect"] in {"notice", "no_account"} for entry in effects) == 3
    with open_hub(Root(root), CODE, Clock(at(18))) as hub:
        balance = balance_of(hub, DAY)
    assert balance.holds
    assert balance.total.delivered == 3


def test_the_commands_know_what_was_added(specs: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    checked = runner.invoke(main, ["check", "--all"])
    assert checked.exit_code == 0, checked.output
    assert "mimamori-toroku" in checked.output
    pages = runner.invoke(main, ["explain", "mimamori-toroku", "--out", str(tmp_path / "pages")])
    assert pages.exit_code == 0, pages.output
    assert "高齢者見守り登録" in (tmp_path / "pages" / "mimamori-toroku.html").read_text("utf-8")


def test_a_notice_added_as_a_folder_is_checked_and_shown(specs: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    checked = runner.invoke(main, ["notice", "check"])
    assert checked.exit_code == 0, checked.output
    assert "mimamori-annai" in checked.output
    assert "独自利用事務 7" in checked.output
    shown = runner.invoke(main, ["notice", "preview", "mimamori-annai", "--out", str(tmp_path / "seen.html")])
    assert shown.exit_code == 0, shown.output
    assert "令和8年度も、お元気かどうか" in shown.output
    page = (tmp_path / "seen.html").read_text("utf-8")
    assert "見守りの登録のご案内" in page
    assert "src=" not in page.replace("font-src", "")
    (specs / "notices" / "mimamori-annai" / "basis.csv").unlink()
    refused = runner.invoke(main, ["notice", "check"])
    assert refused.exit_code == 2
    assert "basis.ordinance" in refused.output
