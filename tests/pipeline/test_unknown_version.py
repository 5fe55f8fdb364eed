"""An unknown form version parks its group under one alarm with a draft; once it is declared, the group goes on by itself."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import mappings
from mappings.catalogue import load_catalogue
from mappings.yaml_door import SpecError
from pipeline.hub import set_up
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.intake_tables import applications
from pipeline.places import Root
from sandbox import world
from tests.flow.kills import run_steps, warm_up
from tests.pipeline.days import DAY, INTAKE, NAHA, TO_CHECK, at, copied, outcomes, outside, rows, run
from vocabulary.clock import Clock

HOIKU = "procedures/hoiku-riyo"
DRAFTS = "drafts/F28002-2027-04"
LINE = "  - {form: 2027-04, schema: form.2027-04.xsd, mapping: mapping.2027-04.yaml, valid_from: 2026-04-01, valid_until: 9999-12-31}\n"


@pytest.fixture(scope="module")
def changed_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town in which the section changed a form this morning: nothing is fetched yet."""
    root = tmp_path_factory.mktemp("changed") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=7, applications=6, day=DAY, municipality=NAHA, defects=("unknown-form-version",))
    return root


@pytest.fixture(scope="module")
def parked_root(changed_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything else is delivered."""
    root = copied(changed_root, tmp_path_factory.mktemp("parked") / "root")
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    return root


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the specs, which the hub reads from now on."""
    folder = tmp_path / "specs"
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(Path(mappings.__file__).parent, folder, ignore=ignored)
    monkeypatch.setenv("HUB_MAPPINGS", str(folder))
    return folder


def declare(root: Path, specs: Path) -> None:
    """What an official does: take the drafts, decide on what was added, add the line of the version."""
    for name in ("form.2027-04.xsd", "mapping.2027-04.yaml"):
        shutil.copy(root / DRAFTS / name, specs / HOIKU / name)
    procedure = specs / HOIKU / "procedure.yaml"
    text = procedure.read_text(encoding="utf-8")
    procedure.write_text(text.replace("versions:\n", f"versions:\n{LINE}"), encoding="utf-8")


def decide(specs: Path) -> None:
    mapping = specs / HOIKU / "mapping.2027-04.yaml"
    text = mapping.read_text(encoding="utf-8")
    decided = "ignore:\n  - {path: 延長保育の希望, why: 担当課が案件フォルダで見る}\n"
    mapping.write_text(text.replace("ignore:\n", decided), encoding="utf-8")


def parked(root: Path) -> list[str]:
    held = select(applications.c.receipt).where(applications.c.reason == "FORM_VERSION_UNKNOWN")
    return [row.receipt for row in rows(root, held.order_by(applications.c.receipt))]


def residents(root: Path) -> list[str]:
    people = [json.loads(line) for line in (root / "sandbox/town/people.jsonl").read_text(encoding="utf-8").splitlines()]
    told = [(person["number"], person["atena"], person["birth"], person["home"]["address"]) for person in people]
    names = [f"{person['family']}　{person['given']}" for person in people]
    return [*names, *(value for values in told for value in values)]



def test_the_group_is_parked_under_one_alarm_that_names_the_draft(parked_root: Path) -> None:
    assert len(parked(parked_root)) == 2
    ends = sorted(word for words in outcomes(parked_root).values() for word in words)
    assert ends == ["delivered"] * 4 + ["held:FORM_VERSION_UNKNOWN"] * 2
    (alarm,) = rows(parked_root, select(alarms))
    assert (alarm.kind, alarm.subject, alarm.times) == ("FORM_VERSION_UNKNOWN", f"F28002/2027-04 ({DRAFTS})", 2)
    assert sorted(path.name for path in (parked_root / DRAFTS).iterdir()) == [
        "difference.json", "difference.txt", "form.2027-04.xsd", "mapping.2027-04.yaml",
    ]  # fmt: skip


def test_the_draft_shows_the_difference_and_no_value_of_a_resident(parked_root: Path) -> None:
    difference = json.loads((parked_root / DRAFTS / "difference.json").read_text(encoding="utf-8"))
    assert [one["path"] for one in difference["added"]] == ["延長保育の希望"]
    assert [(one["old"], one["new"]) for one in difference["renamed"]] == [("生活保護", "生活保護の受給")]
    assert (difference["removed"], difference["changed"], difference["applications"]) == ([], [], 2)
    text = "\n".join(path.read_text(encoding="utf-8") for path in (parked_root / DRAFTS).iterdir())
    assert [value for value in residents(parked_root) if value in text] == []
    assert re.search(r"(?<![0-9])[0-9]{12}(?![0-9])", text) is None


def test_a_second_run_neither_raises_a_second_alarm_nor_writes_the_draft_again(parked_root: Path, own: Callable[[Path], Path]) -> None:
    root = own(parked_root)
    before = {path.name: path.stat().st_mtime_ns for path in (root / DRAFTS).iterdir()}
    run(root, ("open",), at(10))
    (alarm,) = rows(root, select(alarms))
    assert alarm.times == 2
    assert {path.name: path.stat().st_mtime_ns for path in (root / DRAFTS).iterdir()} == before


def test_a_draft_is_not_taken_before_somebody_decided_on_what_was_added(parked_root: Path, specs: Path) -> None:
    declare(parked_root, specs)
    with pytest.raises(SpecError, match="延長保育の希望"):
        load_catalogue(specs)


def test_the_parked_group_goes_on_by_itself_once_the_version_is_declared(
    parked_root: Path, own: Callable[[Path], Path], specs: Path
) -> None:
    root = own(parked_root)
    waiting = parked(root)
    declare(root, specs)
    decide(specs)
    with outside(root, at(11)):
        run(root, INTAKE, at(11))
    assert parked(root) == []
    assert {tuple(outcomes(root)[receipt]) for receipt in waiting} == {("delivered",)}
    written = b"".join(path.read_bytes() for path in (root / "delivered").glob("hoiku*/*"))
    assert all(receipt.encode() in written for receipt in waiting)


def test_a_run_that_is_killed_while_it_drafts_drafts_again(changed_root: Path, own: Callable[[Path], Path], parked_root: Path) -> None:
    root = own(changed_root)
    warm_up()
    with outside(root, at(9)) as running:
        run(root, ("refresh_links", "pull"), at(9))
        assert run_steps(running, [("intake", "open")], fault="draft.written:2:kill") == -9
    assert not (root / DRAFTS / "difference.json").exists()
    assert len(parked(root)) == 2
    run(root, TO_CHECK[1:], at(10))
    drafted = {path.name: path.read_bytes() for path in (root / DRAFTS).iterdir()}
    assert drafted == {path.name: path.read_bytes() for path in (parked_root / DRAFTS).iterdir()}
