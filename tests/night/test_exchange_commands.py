"""``hub exchange`` on a night's records: what each command shows, and what wrong input gets."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.cli import main
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.exchange_tables import exchange_reads
from sandbox import process
from tests.night.conftest import EVENING
from tests.night.test_exchange_nights import nights, truth
from tests.pipeline.days import rows

ORDER = ("--actor", "kansa-01", "--reason", "定例の点検")
NUMBER = "123456789018"


@pytest.fixture
def night(root: Path, running: process.Running) -> Path:
    """A root after one night."""
    nights(root, running, 1)
    return root


def hub(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["exchange", *words, "--root", str(root)], env={"HUB_NOW": EVENING.isoformat()})


def test_a_record_is_shown_to_a_named_reader_and_the_reading_stays(night: Path) -> None:
    someone = next(one for one in truth(night, EVENING) if one.at_server and one.recorded_at <= EVENING and one.requested_at.year > 2019)
    shown = hub(night, "show", someone.sequence, *ORDER)
    assert (shown.exit_code, someone.atenabango in shown.output) == (0, True), shown.output
    assert [row.what for row in rows(night, select(exchange_reads))] == [f"record/{someone.sequence}"]
    refused = hub(night, "show", someone.sequence, "--actor", "somebody", "--reason", "見たい")
    assert (refused.exit_code, someone.atenabango in refused.output) == (2, False)
    assert "may not look" in refused.output


def test_a_number_that_is_typed_by_mistake_gets_nowhere(night: Path) -> None:
    file = str(night / "kaiji.csv")
    asked = (
        ("show", NUMBER, *ORDER),
        ("show", "1", "--actor", "kansa-01", "--reason", f"{NUMBER}の件"),
        ("export", file, "--resident", NUMBER, *ORDER),
    )
    for words in asked:
        refused = hub(night, *words)
        assert (refused.exit_code, NUMBER in refused.output) == (2, False), refused.output
    assert rows(night, select(exchange_reads)) == []
    assert not Path(file).exists()
    assert not [row for row in rows(night, select(log_leaves)) if NUMBER in str(tuple(row))]


def test_anomalies_are_listed_without_persons_and_settled_by_an_explanation(night: Path) -> None:
    listed = [json.loads(line) for line in hub(night, "anomalies", "--json").output.splitlines()]
    assert listed
    persons = {one.atenabango for one in truth(night, EVENING)}
    assert not [person for person in persons if person in json.dumps(listed)]
    number = str(listed[0]["number"])
    assert hub(night, "explain", number, *ORDER).exit_code == 0
    assert len(hub(night, "anomalies", "--json").output.splitlines()) == len(listed) - 1
    again = hub(night, "explain", "99999", *ORDER)
    assert again.exit_code == 2, again.output


def test_an_export_holds_one_person_and_a_purge_within_seven_years_is_refused(night: Path, tmp_path: Path) -> None:
    happened = [one for one in truth(night, EVENING) if one.at_server and one.recorded_at <= EVENING and one.requested_at.year > 2019]
    someone = next(one for one in happened if one.nondisclosure_inquirer == one.nondisclosure_provider == "0")
    file = tmp_path / "kaiji.csv"
    made = hub(night, "export", str(file), "--resident", someone.atenabango, *ORDER)
    assert made.exit_code == 0, made.output
    text = file.read_text(encoding="utf-8-sig")
    assert someone.sequence in text
    others = {one.sequence for one in happened if one.atenabango != someone.atenabango}
    assert not [sequence for sequence in others if sequence in text]
    nobody = hub(night, "export", str(tmp_path / "nobody.csv"), "--resident", "000000000000017", *ORDER)
    assert (nobody.exit_code, "番号が正しいか確かめてください" in nobody.output) == (0, True), nobody.output
    refused = hub(night, "purge", "--before", "2026-01-01", *ORDER)
    assert (refused.exit_code, "kept 7 years" in refused.output) == (2, True), refused.output
