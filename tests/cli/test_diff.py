"""hub diff: what a mapping change alters over stored applications, read from the sealed packages and never written."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import mappings
from pipeline.audit.openings import openings
from pipeline.hub import set_up
from pipeline.journal.database import open_journal, read_journal, sqlite_url
from pipeline.journal.intake_tables import STAGES, applications
from pipeline.journal.schema import metadata
from pipeline.places import Root
from sandbox.process import Running
from tests.cli.messages import Hub, one_line
from tests.pipeline.days import TO_CHECK, at, hub_at, run
from vocabulary.clock import Clock

NINTEI = "procedures/jidoteate-nintei/mapping.yaml"
Specs = Callable[..., Path]
SWAPPED = (
    ("shimei_kana: {path: 請求者/氏名カナ, with", "shimei_kana: {path: 請求者/氏名, with"),
    ("      shimei: {path: 請求者/氏名, with", "      shimei: {path: 請求者/氏名カナ, with"),
)


@pytest.fixture(scope="module")
def stored(world: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root on which everything of the day is checked."""
    root = tmp_path_factory.mktemp("stored") / "root"
    shutil.copytree(world.root, root, ignore=shutil.ignore_patterns("process.json"))
    set_up(Root(root), Clock(at(6)))
    run(root, ("refresh_links", *TO_CHECK), at(9))
    return root


@pytest.fixture
def specs(tmp_path: Path) -> Specs:
    """A function that copies the specs with other words in one file."""

    def make(file: str = "", *replacements: tuple[str, str], name: str = "next") -> Path:
        folder = tmp_path / name
        shutil.copytree(Path(mappings.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for old, new in replacements:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return make


def journal_of(root: Path) -> dict[str, list[Any]]:
    journal = open_journal(sqlite_url(Root(root).database), Clock(at(12)))
    try:
        return {table.name: [tuple(row) for row in journal.rows(select(table))] for table in metadata.sorted_tables}
    finally:
        journal.close()


def claims(root: Path) -> list[str]:
    """受付番号 of the claims whose people are known, in the order of the journal."""
    known = applications.c.stage.in_(STAGES[STAGES.index("identified") :]) & (applications.c.procedure == "jidoteate-nintei")
    journal = open_journal(sqlite_url(Root(root).database), Clock(at(12)))
    try:
        return [row.receipt for row in journal.rows(select(applications.c.receipt).where(known).order_by(applications.c.id))]
    finally:
        journal.close()


def found(hub: Hub, root: Path, *arguments: str | Path, exit_code: int = 0) -> dict[str, Any]:
    """The answer as data, about the claims."""
    shown = hub("diff", *arguments, "--root", root, "--procedure", "jidoteate-nintei", "--json")
    assert shown.exit_code == exit_code, shown.output
    return dict(json.loads(shown.stdout)["procedures"]["jidoteate-nintei"])


def test_the_same_specifications_change_nothing_and_nothing_is_written(hub: Hub, stored: Path, specs: Specs) -> None:
    before = journal_of(stored)
    shown = hub("diff", specs(), "--root", stored, "--json")
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert told["over"] == "applications"
    assert sum(one["applications"] for one in told["procedures"].values()) >= 8
    assert all(one["applications"] == one["unchanged"] for one in told["procedures"].values())
    assert journal_of(stored) == before


def test_a_changed_source_is_counted_by_item_with_receipts_and_masked_values(hub: Hub, stored: Path, specs: Specs) -> None:
    folder = specs(NINTEI, *SWAPPED)
    numbers = claims(stored)
    assert len(numbers) >= 2
    one = found(hub, stored, folder)
    assert [(item["group"], item["item"], item["records"]) for item in one["items"]] == [
        ("ninteiseikyu", "shimei", len(numbers)), ("ninteiseikyu", "shimei_kana", len(numbers)),
    ]  # fmt: skip
    item = one["items"][0]
    assert [sample["receipt"] for sample in item["samples"]] == numbers[:20]
    assert {sign for sample in item["samples"] for value in (sample["old"], sample["new"]) for sign in value} == {"＊"}
    open_item = found(hub, stored, folder, "--reveal", "--actor", "joho-01")["items"][0]
    assert all(sample["old"] != sample["new"] and "＊" not in sample["old"] for sample in open_item["samples"])
    assert found(hub, stored, folder) == one


def test_values_of_stored_applications_are_shown_to_a_named_it_desk_only_and_that_is_written_down(
    hub: Hub, stored: Path, specs: Specs
) -> None:
    before, folder = journal_of(stored), specs()
    for actor in ((), ("--actor", "jidoteate-01"), ("--actor", "nobody")):
        refused = hub("diff", folder, "--root", stored, "--reveal", *actor)
        assert refused.exit_code != 0
        assert "--reveal" in refused.output or "--actor" in refused.output
    assert journal_of(stored) == before
    assert hub("diff", folder, "--root", stored, "--reveal", "--actor", "joho-01", "--procedure", "jidoteate-nintei").exit_code == 0
    with hub_at(stored, at(12)) as opened:
        look = [one for one in openings(opened, date.min, date.max) if "影響の確認" in one.what][-1]
    assert (look.who, look.subject) == ("joho-01", "jidoteate-nintei")


def test_a_number_stays_masked_even_when_values_are_shown(hub: Hub, stored: Path, specs: Specs) -> None:
    ignored = ("ignore:\n", "ignore:\n  - {path: 請求者/個人番号, why: 試し}\n")
    folder = specs(NINTEI, ("      kojinbango: {path: 請求者/個人番号}\n", ""), ignored)
    shown = hub("diff", folder, "--root", stored, "--reveal", "--actor", "joho-01", "--procedure", "jidoteate-nintei")
    assert shown.exit_code == 0, shown.output
    assert "変わる ninteiseikyu.kojinbango" in shown.stdout
    numbers = (stored / "sandbox/town/numbers.txt").read_text(encoding="utf-8").split()
    assert [number for number in numbers if number in shown.stdout] == []


def test_records_that_appear_or_vanish_are_counted_by_group(hub: Hub, stored: Path, specs: Specs) -> None:
    text = (Path(mappings.__file__).parent / NINTEI).read_text(encoding="utf-8")
    child = text[text.index("  - group: ninteiseikyu_jido\n") : text.index("  - group: ninteiseikyu_daigakusei\n")]
    without = specs(NINTEI, (child, ""), ("ignore:\n", "ignore:\n  - {path: 児童, why: 試し}\n"))
    now = specs(name="now")
    vanished, appeared = found(hub, stored, without, exit_code=1)["vanish"], found(hub, stored, without, now)["appear"]
    assert vanished == appeared
    (entry,) = vanished
    assert entry["group"] == "ninteiseikyu_jido"
    assert entry["records"] >= len(claims(stored))


def test_what_could_leave_today_and_no_longer_could_makes_the_answer_red(hub: Hub, stored: Path, specs: Specs) -> None:
    folder = specs(NINTEI, ("denwabango: {path: 請求者/電話番号, with: phone}", "denwabango: {path: 請求者/電話番号, with: number}"))
    shown = hub("diff", folder, "--root", stored, "--procedure", "jidoteate-nintei")
    assert shown.exit_code == 1
    assert "今は渡せるが、新しい定義では保留になる" in shown.stdout
    one = found(hub, stored, folder, exit_code=1)
    assert {entry["code"] for entry in one["new_findings"]} == {"MAP_VALUE"}
    assert one["stopped_count"] > 0
    assert {entry["receipt"] for entry in one["stopped"]} <= set(claims(stored))
    back = specs(name="now")
    freed = found(hub, stored, folder, back)
    assert (freed["freed_count"], freed["stopped_count"]) == (one["stopped_count"], 0)


def test_a_rule_that_changed_is_seen_too(hub: Hub, stored: Path, specs: Specs) -> None:
    rules = "procedures/jidoteate-nintei/expectations.yaml"
    extra = "\n  - id: test-rule\n    says: 氏名は1文字\n    rule: length\n    code: CHECK_LENGTH\n    severity: error\n    status: hold\n"
    folder = specs(rules)
    text = (folder / rules).read_text(encoding="utf-8").rstrip("\n")
    rule = f"{extra}    group: ninteiseikyu\n    items: [shimei]\n    maximum: 1\n"
    (folder / rules).write_text(text + rule, encoding="utf-8")
    one = found(hub, stored, folder, exit_code=1)
    assert {entry["code"] for entry in one["new_findings"]} == {"CHECK_LENGTH"}
    assert one["items"] == []


def test_without_a_root_the_examples_are_compared(hub: Hub, tmp_path: Path, specs: Specs) -> None:
    folder = specs(NINTEI, *SWAPPED)
    shown = hub("diff", folder, "--root", tmp_path / "none", "--json")
    told = json.loads(shown.stdout)
    assert told["over"] == "examples"
    item = told["procedures"]["jidoteate-nintei"]["items"][0]
    assert item["samples"][0]["receipt"] == "examples/01"
    assert told["procedures"]["hoiku-riyo"]["unchanged"] == told["procedures"]["hoiku-riyo"]["applications"] >= 2


def test_a_procedure_that_only_one_side_has_is_named(hub: Hub, tmp_path: Path, specs: Specs) -> None:
    folder = specs()
    shutil.rmtree(folder / "procedures/ninshin-todokede")
    shown = hub("diff", folder, "--root", tmp_path / "none", "--json")
    told = json.loads(shown.stdout)
    assert told["only_on_one_side"] == {"ninshin-todokede": "old"}
    assert "ninshin-todokede" not in told["procedures"]


def test_wrong_use_is_said(hub: Hub, tmp_path: Path, specs: Specs) -> None:
    assert "holds no specifications" in one_line(hub("diff", tmp_path))
    folder = specs()
    assert "jidoteate-nintei?" in one_line(hub("diff", folder, "--procedure", "jidoteate-ninte", "--root", tmp_path / "none"))
    assert "3 folders" in one_line(hub("diff", folder, folder, folder))


def test_the_database_refuses_changes_to_a_journal_that_was_opened_for_reading(stored: Path) -> None:
    journal = read_journal(sqlite_url(Root(stored).database), Clock(at(12)))
    try:
        with pytest.raises(OperationalError, match="readonly"), journal.write() as write:
            write.leaf("test_wrote")
    finally:
        journal.close()
