"""Municipality files (自治体設定): a mistake names file, key and what is allowed, and stops nobody else."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import SettingError
from pipeline.hub import open_hub, set_up
from pipeline.places import PROJECT, Root, municipality_codes
from pipeline.settings import load_municipality
from tests.pipeline.days import NAHA, at
from vocabulary.clock import Clock

SAPPORO = "011002"
Change = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Municipality files of a test's own, with a good second municipality whose code begins with 0."""
    made = tmp_path / "municipalities"
    shutil.copytree(PROJECT / "municipalities", made)
    naha = (made / f"{NAHA}.yaml").read_text(encoding="utf-8")
    (made / f"{SAPPORO}.yaml").write_text(naha.replace(f"code: {NAHA}", f"code: {SAPPORO}").replace("那覇市", "札幌市"), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(made))
    return made


def change(folder: Path, old: str, new: str, *, code: str = NAHA) -> None:
    file = folder / f"{code}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("legal_day:", "legalday:", ("legalday", "legal_day? (of")),
        ("legal_day: arrival", "legal_day: sometime", ("legal_day", "arrival", "department")),
        ("legal_day: arrival", "legal_day: arrival\nclosed_days: [2026-06-31]", ("closed_days", "date")),
        ("{section: boshi,", "{legal_day: sometime, section: boshi,", ("procedures.ninshin-todokede.legal_day", "department")),
        ("{section: boshi,", "{sektion: boshi,", ("procedures.ninshin-todokede.sektion", "section? (of")),
        ("{section: boshi,", "{section: bochi,", ("procedures.ninshin-todokede.section bochi", "jidoteate, hoiku, boshi")),
        ("destinations: [kenko-kanri]", "destinations: [kenkou]", ("procedures.ninshin-todokede.destinations kenkou", "kenko-kanri")),
        ("destinations: [kenko-kanri]", "destinations: []", ("procedures.ninshin-todokede.destinations",)),
        (f"code: {NAHA}", "code: 472019", ("472019", "check digit")),
        (f"code: {NAHA}", f"code: {SAPPORO}", (SAPPORO, f"file name and code must agree: {NAHA}")),
        ("hours: 08:30-17:15", "hours: 8 to 5", ("notices.hours",)),
        ("max_applications: 1000", "max_applications: 0", ("max_applications",)),
        ("name: 那覇市\n", "name: 那覇市\nname: 那覇\n", ("name stands twice",)),
        ("name: 那覇市\n", "", ("name",)),
        ("sections:", "sections: [", ("line",)),
        ("retry_days: 14", "retry_days: 0", ("copies.retry_days",)),
        ('{share: "0.20", count: 500}', '{share: "20", count: 500}', ("copies.drift.share",)),
        ('least_share: "0.60"', 'least_shares: "0.60"', ("copies.least_shares", "least_share?")),
        ("{kind: csv, connection: ledger-boshi}", "{kind: sql, connection: ledger-boshi}", ("copies.ledgers.boshi", "query")),
        ('query: "SELECT {columns} FROM 認定台帳"', 'query: "DELETE FROM 認定台帳"', ("copies.ledgers.hoiku", "one SELECT")),
        ("boshi-ninpu, yobosesshu]", "boshi-ninpu, boshi-ninpu]", ("copies.kinds", "boshi-ninpu stands twice")),
        ("complete: no,", "complete: mostly,", ("exchange.sources.terminal-book.complete",)),
        ("{kind: gateway,", "{kind: gatway,", ("exchange.sources.gateway.kind", "gateway")),
    ],
)
def test_a_mistake_is_named_with_its_file_and_what_is_allowed(folder: Path, old: str, new: str, said: tuple[str, ...]) -> None:
    change(folder, old, new)
    with pytest.raises(SettingError) as refused:
        load_municipality(folder, NAHA)
    for words in (f"{NAHA}.yaml", *said):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "format: legacy-fixed",
            "format: legacy-fxed",
            ("destinations.jidoteate-host.format: legacy-fxed", "legacy-fixed, standard-csv"),
        ),
        ("  ninshin-todokede:", "  ninshin-todoke:", ("procedures.ninshin-todoke", "ninshin-todokede")),
        ("kinds: [jidoteate-jukyu,", "kinds: [jidoteate-jukyo,", ("copies.kinds: jidoteate-jukyo", "jidoteate-jukyu?")),
        ("    boshi: {kind: csv, connection: ledger-boshi}\n", "", ("copies.ledgers: boshi", "boshi-ninpu")),
        ("boshi-ninpu, yobosesshu]", "boshi-ninpu]", ("copies.ledgers.yobosesshu", "no kind of copies")),
    ],
)
def test_what_the_specifications_lack_is_refused_by_name(folder: Path, tmp_path: Path, old: str, new: str, said: tuple[str, ...]) -> None:
    change(folder, old, new)
    with pytest.raises(SettingError) as refused, open_hub(Root(tmp_path), NAHA, Clock(at(9))):
        pass
    for words in (f"{NAHA}.yaml", *said):
        assert words in str(refused.value)


def test_a_code_that_begins_with_zero_stays_text(folder: Path) -> None:
    assert load_municipality(folder, SAPPORO).code == SAPPORO
    assert municipality_codes(folder) == [SAPPORO, NAHA]


def test_an_unknown_municipality_names_those_that_exist(folder: Path) -> None:
    with pytest.raises(SettingError, match=f"{SAPPORO}, {NAHA}"):
        load_municipality(folder, "999999")


def test_one_bad_file_does_not_stop_the_other_municipality(folder: Path, tmp_path: Path) -> None:
    (folder / f"{NAHA}.yaml").write_text("code: [", encoding="utf-8")
    root = Root(tmp_path / "root")
    set_up(root, Clock(at(6)))
    with open_hub(root, SAPPORO, Clock(at(9))) as hub:
        assert hub.municipality.name == "札幌市"
    with pytest.raises(SettingError, match=NAHA), open_hub(root, NAHA, Clock(at(9))):
        pass


def test_a_procedure_that_still_has_open_applications_cannot_go(folder: Path, own: Callable[[Path], Path], checked_root: Path) -> None:
    root = own(checked_root)
    change(folder, "  ninshin-todokede: {section: boshi, destinations: [kenko-kanri]}\n", "")
    with (
        pytest.raises(SettingError, match=r"472018\.yaml: procedures\.ninshin-todokede is gone.*put it back"),
        open_hub(Root(root), NAHA, Clock(at(10))),
    ):
        pass


def test_settings_load_without_the_libraries_that_a_dag_file_must_not_wait_for() -> None:
    program = "import sys, pipeline.settings; print(*{'lxml', 'pandas', 'sqlalchemy', 'great_expectations'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.strip() == ""
