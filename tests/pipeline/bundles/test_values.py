"""Sealed values open for two people only, show one person only, and nothing is given out before it is written down."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.audit.openings import openings
from pipeline.bundle_values import values_of
from pipeline.bundle_verifier import unpack, verify_bundle
from pipeline.bundles import VALUES
from pipeline.checkpoints import canonical_json
from pipeline.cli import main
from pipeline.envelopes import open_as, seal_for
from pipeline.errors import EvidenceBroken, SettingError
from pipeline.journal.bundle_tables import evidence_bundles, evidence_openings
from pipeline.journal.intake_tables import applications, persons
from pipeline.lineage import trace_of
from tests.flow.kills import forked
from tests.pipeline.bundles.orders import ASKER, CHIEF, KEYS, SEALED, log_digest, opened_values, order, refused, values
from tests.pipeline.days import DAY, at, copied, hub_at, rows


def test_sealed_values_open_for_either_of_the_two_and_for_nobody_else(sealed: Path, root: Path, tmp_path: Path) -> None:
    assert verify_bundle(sealed).good
    for who in ("kansa-01", "kojin-joho-01"):
        done = opened_values(root, sealed, tmp_path / f"{who}.json", who)
        assert done.exit_code == 0, done.output
        assert (tmp_path / f"{who}.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "kansa-01.json").read_bytes() == (tmp_path / "kojin-joho-01.json").read_bytes()
    assert "not sealed for joho-01" in refused(opened_values(root, sealed, tmp_path / "x.json", "joho-01"))
    assert "does not open" in refused(opened_values(root, sealed, tmp_path / "x.json", "kansa-01", key="joho-01"))
    assert not (tmp_path / "x.json").exists()


def test_whoever_is_concerned_nothing_of_the_others_is_readable(root: Path) -> None:
    town = values(root)
    shown = 0
    with hub_at(root, at(12)) as opened:
        for row in opened.journal.rows(select(applications).where(applications.c.disposition == "delivered")):
            people = opened.journal.rows(select(persons).where(persons.c.application == row.id))
            for mine in people:
                text = values_of(opened, row, (mine.role, mine.ordinal)).decode()
                own = town.get(mine.atena or "", {})
                shown += bool(own) and own["name"] in text
                for other in (town[one.atena] for one in people if one.atena and one.atena != mine.atena):
                    hidden = {other[key] for key in ("name", "kana", "birth", "number")} - set(own.values())
                    assert not any(one in text for one in hidden), (row.procedure, mine.role)
    assert shown > 5


def test_in_sealed_values_only_the_person_concerned_is_readable(sealed: Path, root: Path, receipt: str) -> None:
    text = open_as("kansa-01", KEYS["kansa-01"][0], unpack(sealed.read_bytes())[VALUES]).decode()
    found = json.loads(text)
    with hub_at(root, at(12)) as opened:
        row = opened.journal.rows(select(applications).where(applications.c.receipt == receipt))[0]
        people = trace_of(opened, row)["application"]["persons"]
        named = opened.journal.rows(select(persons).where(persons.c.application == row.id))
    assert len(people) > 1
    town = values(root)
    claimant = next(town[one.atena] for one in named if one.role == "claimant")
    assert claimant["name"] in json.dumps(found["form"], ensure_ascii=False)
    assert claimant["name"] in json.dumps(found["records"], ensure_ascii=False)
    assert claimant["name"] in json.dumps(found["sheet"], ensure_ascii=False)
    assert not any(one["number"] in text for one in town.values())
    for one in named:
        if one.role != "claimant" and one.atena:
            other = town[one.atena]
            birth = other["birth"]
            assert not any(hidden in text for hidden in (one.atena, other["name"], other["kana"], birth, birth.replace("-", "")))


def test_making_and_opening_stand_in_journal_and_list_of_openings(sealed: Path, root: Path, receipt: str) -> None:
    made = [row for row in rows(root, select(evidence_bundles)) if row.with_values]
    [row] = made
    assert (row.actor, row.second, row.purpose, row.digest) == (ASKER, CHIEF, "開示請求", log_digest(sealed.read_bytes()))
    assert rows(root, select(evidence_openings))
    with hub_at(root, at(13)) as opened:
        listed = [one for one in openings(opened, DAY, DAY + timedelta(days=1)) if "証拠一式" in one.what]
    assert (listed[0].who, listed[0].subject, listed[0].reason) == (f"{ASKER}、{CHIEF}", receipt, "開示請求")
    assert {one.who for one in listed[1:]} == {"kansa-01", "kojin-joho-01"}


def test_a_key_is_written_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["evidence", "key", str(tmp_path / "my.key")], prog_name="hub")
    private, public = (tmp_path / "my.key").read_text().strip(), made.stdout.strip().splitlines()[-1].removeprefix("evidence_key: ")
    assert open_as("me", private, seal_for({"me": public}, b"x", context="c")) == b"x"
    assert (tmp_path / "my.key").stat().st_mode & 0o077 == 0
    assert "exists already" in refused(CliRunner().invoke(main, ["evidence", "key", str(tmp_path / "my.key")], prog_name="hub"))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_an_envelope_opens_to_what_was_sealed_and_breaks_when_changed(data: bytes, context: str) -> None:
    (mine, public), (other, _) = KEYS["kansa-01"], KEYS["joho-01"]
    envelope = seal_for({"a": public}, data, context=context)
    assert open_as("a", mine, envelope) == data
    with pytest.raises(SettingError):
        open_as("a", other, envelope)
    with pytest.raises(SettingError):
        open_as("b", mine, envelope)
    changed = json.loads(envelope) | {"context": f"{context}x"}
    with pytest.raises((SettingError, EvidenceBroken)):
        open_as("a", mine, canonical_json(changed))


@pytest.mark.parametrize("point", ["evidence_bundle_sealed.before_commit", "evidence_bundle_sealed.after_commit", "bundle.before_rename"])
def test_a_bundle_that_was_killed_on_its_way_is_made_once(root: Path, receipt: str, tmp_path: Path, point: str) -> None:
    own, out = copied(root, tmp_path / "own"), tmp_path / "out.zip"
    wish = (*SEALED, "--person", "claimant.1")
    other = tuple("審査請求" if one == "開示請求" else one for one in wish)
    assert order(own, receipt, out, *other, actor=ASKER).exit_code == 0
    fault = {"HUB_FAULT": f"{point}:1:kill"}
    assert forked(lambda: order(own, receipt, out, *other, actor=CHIEF), log=tmp_path / "log", environment=fault) == -9
    assert not out.exists()
    again = order(own, receipt, out, *other, actor=CHIEF)
    assert again.exit_code == 0, again.output
    made = [row for row in rows(own, select(evidence_bundles)) if row.purpose == "審査請求"]
    assert [row.digest for row in made] == [log_digest(out.read_bytes())]
    assert verify_bundle(out).good


@pytest.mark.parametrize(
    "point",
    [
        "evidence_bundle_made.before_commit",
        "evidence_bundle_opened.before_commit",
        "bundle_values.before_rename",
        "evidence_key.before_rename",
    ],
)
def test_nothing_is_given_out_before_it_is_written_down(root: Path, sealed: Path, receipt: str, tmp_path: Path, point: str) -> None:
    own, out = copied(root, tmp_path / "own"), tmp_path / "out"
    works: dict[str, Callable[[], Result]] = {
        "evidence_bundle_made": lambda: order(own, receipt, out),
        "evidence_bundle_opened": lambda: opened_values(own, sealed, out),
        "bundle_values": lambda: opened_values(own, sealed, out),
        "evidence_key": lambda: CliRunner().invoke(main, ["evidence", "key", str(out)], prog_name="hub"),
    }
    work = works[point.partition(".")[0]]
    assert forked(work, log=tmp_path / "log", environment={"HUB_FAULT": f"{point}:1:kill"}) == -9
    assert not out.exists()
    done = work()
    assert done.exit_code == 0, done.output
    assert out.exists()
