"""hub self-information: what the portal shows beside the ledger, for the person at the counter only, and never unwritten."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from mappings.canonical_lines import person_of, row_of
from pipeline.cli import main
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.register_tables import residents
from pipeline.journal.server_tables import self_information_reads
from pipeline.sync.currents import current_lines, current_of
from sandbox import process
from tests.night.conftest import EVENING, night_hub, protected_of
from tests.pipeline.days import rows

KIND = "jidoteate-jukyu"
ORDER = ("--actor", "市民課 職員007", "--reason", "窓口で表示の違いを説明するため")


@dataclass(frozen=True)
class Counter:
    """A counter of the town: somebody with a copy whose amount is out of date, and the stand-ins."""

    running: process.Running
    atena: str
    ledger: Mapping[str, str]

    def request_of(self, atena: str) -> str:
        return self.running.control.request_number(atena)

    def open(self, *options: str, number: str = "", atena: str = "") -> Result:
        person = atena or self.atena
        call = ("self-information", "--request", number or self.request_of(person), "--atena", person, *options)
        return CliRunner().invoke(main, [*call, "--municipality", "472018", "--root", str(self.running.root)])


@pytest.fixture(scope="module")
def counter(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    root = tmp_path_factory.mktemp("counter") / "root"
    shutil.copytree(town, root)
    running = process.start(root, now=EVENING, script="quiet")
    with night_hub(root) as hub:
        assert step_function("ledgers")(hub)["taken"] >= 5
        atena, ledger = _receiver(hub)
    values = {name: value for name, value in ledger.items() if name != "atenabango"}
    running.control.plant_copy(KIND, atena, {**values, "teategetsugaku": "1"}, layout="2026-06", updated_at=EVENING)
    yield Counter(running, atena, ledger)
    process.stop(root)


def _receiver(hub: Hub) -> tuple[str, dict[str, str]]:
    """Somebody in the ledger of 児童手当 who is not protected."""
    current, protected = current_of(hub, KIND), protected_of(hub)
    assert current is not None
    line = next(line for line in current_lines(hub, current) if person_of(line) not in protected)
    kind = hub.catalogue.copies[KIND]
    return person_of(line), {name: value or "" for name, value in row_of(kind, kind.layout(current.layout), line).items()}


def events(counter: Counter) -> list[str]:
    return [json.loads(leaf.data)["event"] for leaf in rows(counter.running.root, select(log_leaves).order_by(log_leaves.c.number))]


def test_a_difference_stands_beside_the_value_of_the_ledger(counter: Counter) -> None:
    result = counter.open(*ORDER, "--json")
    assert result.exit_code == 0, result.output
    view = json.loads(result.stdout)
    (copy,) = [one for one in view["copies"] if one["kind"] == KIND and one["side"] == "both"]
    differing = [(item["portal"], item["ledger"]) for item in copy["items"] if item["differs"]]
    assert differing == [("1", counter.ledger["teategetsugaku"])]
    assert copy["updatedAt"] == EVENING.isoformat()
    assert copy["ledgerAsOf"]
    lines = counter.open(*ORDER).stdout.splitlines()
    assert [line for line in lines if "≠" in line] == [f"  ≠ 手当の月額（円）: 1　台帳: {counter.ledger['teategetsugaku']}"]


def test_a_record_that_only_the_ledger_has_is_shown_as_such(counter: Counter) -> None:
    with night_hub(counter.running.root) as hub:
        current = current_of(hub, "boshi-ninpu")
        assert current is not None
        mothers = {person_of(line) for line in current_lines(hub, current)}
        mother = min(mothers - set(protected_of(hub)))
    view = json.loads(counter.open(*ORDER, "--json", atena=mother).stdout)
    (copy,) = [one for one in view["copies"] if one["kind"] == "boshi-ninpu"]
    assert (copy["side"], copy["updatedAt"]) == ("ledger", None)
    assert "※ポータルにはまだ表示されません" in counter.open(*ORDER, atena=mother).stdout


def test_each_opening_is_written_down_before_anything_is_asked(counter: Counter) -> None:
    before = len(rows(counter.running.root, select(self_information_reads)))
    counter.open(*ORDER)
    reads = rows(counter.running.root, select(self_information_reads).order_by(self_information_reads.c.id))
    assert len(reads) == before + 1
    assert (reads[-1].actor, reads[-1].reason) == (ORDER[1], ORDER[3])
    assert counter.atena not in str(reads)
    told = events(counter)
    opened = len(told) - 1 - told[::-1].index("self_information_opened")
    assert told[opened + 1] == "server_asked"


def test_a_request_of_somebody_else_shows_nothing_and_is_written_down(counter: Counter) -> None:
    with night_hub(counter.running.root) as hub:
        other = min({row.atena for row in hub.journal.rows(select(residents.c.atena))} - {counter.atena})
    before = events(counter).count("self_information_refused")
    result = counter.open(*ORDER, number=counter.request_of(other))
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "SELF_REQUEST_OTHER" in result.stderr
    assert events(counter).count("self_information_refused") == before + 1


def test_an_unknown_request_number_is_refused(counter: Counter) -> None:
    result = counter.open(*ORDER, number="J00000000000")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "SELF_REQUEST_UNKNOWN" in result.stderr


def test_of_a_person_whose_data_are_not_disclosed_nothing_is_shown(counter: Counter) -> None:
    counter.running.control.set_flags(counter.atena, nondisclosure="1", autoresponse_off="1")
    try:
        assert json.loads(counter.open(*ORDER, "--json").stdout) == {"hidden": True, "copies": []}
        text = counter.open(*ORDER).stdout
    finally:
        counter.running.control.set_flags(counter.atena, nondisclosure="0", autoresponse_off="0")
    assert "不開示" in text
    assert counter.ledger["ninteibango"] not in text


@pytest.mark.parametrize(
    "options",
    [
        ("--actor", "市民課"),
        ("--reason", "説明"),
        ("--actor", "市民課", "--reason", "123456789018の方の件"),
        (*ORDER, "--atena", "12"),
    ],
)
def test_who_does_not_say_who_and_why_sees_nothing(counter: Counter, options: tuple[str, ...]) -> None:
    before = events(counter)
    result = counter.open(*options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert events(counter) == before
