"""The scanner gate (無害化) in the flow: no verdict means waiting, clerks get the cleaned copy, and the raw package stays as it came."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Row, select

from pipeline.journal.intake_tables import applications, parts
from pipeline.packages import package_of, raw_bytes
from pipeline.places import PROJECT
from pipeline.section_folders import case_name, section_folder
from pipeline.steps.lay_out_cases import draw_case, write_folder
from tests.pipeline.days import INTAKE, NAHA, NEXT_DAY, at, hub_at, outside, rows, run

DOWN, INFECTED, CLEANING = "exit 7\n", "exit 1\n", "printf '\\n%%%%cleaned\\n' >> \"$1\"\n"
MARK = b"\n%%cleaned\n"


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program that the municipality declares as its gate; a test writes what it does."""
    program, folder = tmp_path / "gate.sh", tmp_path / "municipalities"
    shutil.copytree(PROJECT / "municipalities", folder)
    file = folder / f"{NAHA}.yaml"
    declared = f"scanner: {{kind: command, command: 'sh {program} {{file}}', timeout_seconds: 10}}"
    file.write_text(file.read_text(encoding="utf-8").replace("scanner: {kind: none}", declared), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    return program


@pytest.fixture
def pulled(own: Callable[[Path], Path], made_root: Path) -> Path:
    """A root with everything stored and nothing opened."""
    root = own(made_root)
    with outside(root, at(9)):
        run(root, ("refresh_links", "pull"), at(9))
    return root


def with_attachments(root: Path) -> list[Row]:
    joined = select(applications).join(parts, parts.c.application == applications.c.id).where(parts.c.kind == "attachment")
    return rows(root, joined.distinct())


def test_attachments_wait_for_the_gate_and_go_on_when_it_is_back(gate: Path, pulled: Path) -> None:
    gate.write_text(DOWN, encoding="utf-8")
    counted = run(pulled, ("open",), at(9))["open"]
    waiting = rows(pulled, select(applications).where(applications.c.disposition == "waiting"))
    assert {row.reason for row in waiting} == {"SCAN_WAITING"}
    assert (counted["waiting"], counted["held"]) == (len(waiting), 0)
    assert counted["done"] > 0
    gate.write_text(CLEANING, encoding="utf-8")
    with outside(pulled, at(9, day=NEXT_DAY)):
        run(pulled, INTAKE, at(9, day=NEXT_DAY))
    assert {row.id for row in waiting} == {row.id for row in with_attachments(pulled)}
    delivered = [row for row in with_attachments(pulled) if row.disposition == "delivered"]
    assert delivered
    with hub_at(pulled, at(10, day=NEXT_DAY)) as hub:
        write_folder(hub, delivered[0], draw_case(hub, delivered[0]))
        raw = {attachment.data for attachment in package_of(hub, delivered[0]).attachments}
        kept = section_folder(hub, delivered[0]) / case_name(delivered[0])
    shown = {file.read_bytes() for file in kept.rglob("*") if file.is_file()}
    assert not raw & shown
    assert {data + MARK for data in raw} <= shown


def test_an_infected_attachment_holds_its_application_unopened_and_the_raw_package_stays(gate: Path, pulled: Path) -> None:
    gate.write_text(INFECTED, encoding="utf-8")
    run(pulled, ("open", "verify", "cases"), at(9))
    held = rows(pulled, select(applications).where(applications.c.reason == "SCAN_INFECTED"))
    assert held
    assert {(row.disposition, row.stage) for row in held} == {("held", "stored")}
    assert not any((pulled / "cases").rglob(held[0].receipt))
    with hub_at(pulled, at(10)) as hub:
        package = hub.root.folder / "sandbox/portal/zips" / f"{held[0].receipt}.v1.zip"
        assert raw_bytes(hub, held[0]) == package.read_bytes()
