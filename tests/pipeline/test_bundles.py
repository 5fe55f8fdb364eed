"""Evidence bundles: they prove themselves, refuse every change, carry no value but sealed ones, and these open for two people only."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline import bundle_verifier, log_verifier, merkle
from pipeline.audit.openings import openings
from pipeline.bundle_values import values_of
from pipeline.bundle_verifier import LOG, MANIFEST, SIGNATURE, pack, signed_message, unpack, verify_bundle
from pipeline.bundles import VALUES, bundle_bytes
from pipeline.checkpoints import canonical_json, leaf_hash
from pipeline.cli import main
from pipeline.envelopes import new_key, open_as, seal_for
from pipeline.errors import EvidenceBroken, SettingError
from pipeline.journal.bundle_tables import evidence_bundles, evidence_openings
from pipeline.journal.intake_tables import applications, persons
from pipeline.keyring import KeyRing
from pipeline.lineage import trace_of
from pipeline.log import write_log
from pipeline.places import PROJECT
from tests.flow.kills import forked
from tests.pipeline.days import DAY, NAHA, at, copied, hub_at, rows

KEYS = {who: new_key() for who in ("kansa-01", "kojin-joho-01", "joho-01")}
ASKER, CHIEF = "jidoteate-01", "jidoteate-kakaricho"
SEALED = ("--with-values", "--purpose", "開示請求", "--for", "kansa-01", "--for", "kojin-joho-01")


@pytest.fixture(scope="module", autouse=True)
def _people_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The municipality file with keys of three people."""
    folder = tmp_path_factory.mktemp("municipalities")
    declared = yaml.safe_load((PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8"))
    for who, (_, public) in KEYS.items():
        declared["staff"][who]["evidence_key"] = public
    (folder / f"{NAHA}.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(folder))
        yield


@pytest.fixture(scope="module")
def root(delivered_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivered town; tests of this module add to its log only."""
    return copied(delivered_root, tmp_path_factory.mktemp("bundles") / "root")


@pytest.fixture(scope="module")
def receipt(root: Path) -> str:
    """A delivered application with a spouse and children."""
    ours = select(applications.c.receipt).where(applications.c.procedure == "jidoteate-nintei", applications.c.disposition == "delivered")
    return str(rows(root, ours.order_by(applications.c.id))[0].receipt)


def hub(root: Path, *arguments: object) -> Result:
    environment = {"HUB_NOW": at(12).isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    return CliRunner().invoke(main, [str(one) for one in (*arguments, "--root", root)], prog_name="hub", env=environment)


def order(root: Path, receipt: str, out: Path, *options: str, actor: str = "kansa-01") -> Result:
    named = ("--actor", actor, "--reason", "不服申立てのため", "--municipality", NAHA)
    return hub(root, "evidence", receipt, "--out", out, *options, *named)


def refused(result: Result, code: int = 2) -> str:
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


@pytest.fixture(scope="module")
def bundle(root: Path, receipt: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without values."""
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    made = order(root, receipt, path)
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture(scope="module")
def sealed(root: Path, receipt: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with values, asked for by a clerk and approved by the chief."""
    path = tmp_path_factory.mktemp("sealed") / "sealed.zip"
    assert "依頼しました" in order(root, receipt, path, *SEALED, actor=ASKER).stdout
    assert not path.exists()
    assert "二人目" in refused(order(root, receipt, path, *SEALED, actor=ASKER))
    assert "二人目" in refused(order(root, receipt, path, *SEALED, actor="jidoteate-02"))
    made = order(root, receipt, path, *SEALED, actor=CHIEF)
    assert made.exit_code == 0, made.output
    return path


def values(root: Path) -> dict[str, dict[str, str]]:
    """Name, kana, birth and number of every resident of the made town, by 宛名番号."""
    lines = (root / "sandbox/town/people.jsonl").read_text(encoding="utf-8").splitlines()
    people = [json.loads(line) for line in lines]
    return {
        one["atena"]: {
            "name": f"{one['family']}　{one['given']}",
            "kana": f"{one['family_kana']}　{one['given_kana']}",
            "birth": one["birth"],
            "number": one["number"],
            "address": one["home"]["address"] if one["home"] else "-" * 9,
        }
        for one in people
    }


def keep_checkpoints(folder: Path) -> None:
    """The checkpoints of an exported log, as somebody outside keeps them."""
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "kept.jsonl").write_bytes(b"".join(line for line in lines if line.startswith(b'{"checkpoint"')))


def test_a_bundle_checks_out_here_and_alone_without_the_project(bundle: Path, root: Path, tmp_path: Path) -> None:
    assert verify_bundle(bundle).good
    shown = CliRunner().invoke(main, ["verify", str(bundle), "--json"], prog_name="hub")
    assert (shown.exit_code, json.loads(shown.stdout)["code"]) == (0, "good")
    (tmp_path / "pipeline").mkdir()
    for module in (bundle_verifier, log_verifier, merkle):
        shutil.copy(str(module.__file__), tmp_path / "pipeline")
    with hub_at(root, at(13)) as opened:
        write_log(opened.journal, opened.keys, tmp_path / "log.jsonl")
    keep_checkpoints(tmp_path)
    command = [sys.executable, "-S", "-E", "-m", "pipeline.bundle_verifier", str(bundle), "--checkpoint", "kept.jsonl"]
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert "改変はありません" in alone.stdout


def test_a_bundle_of_the_same_journal_has_the_same_bytes(root: Path, receipt: str) -> None:
    with hub_at(root, at(12)) as opened:
        row = opened.journal.rows(select(applications).where(applications.c.receipt == receipt))[0]
        assert bundle_bytes(opened, row, {}) == bundle_bytes(opened, row, {})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_changed_byte_is_refused(bundle: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(bundle.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    changed = tmp_path_factory.mktemp("changed") / "bundle.zip"
    changed.write_bytes(whole)
    assert not verify_bundle(changed).good


def _leaf_changed(log: dict[str, Any], manifest: dict[str, Any]) -> None:
    leaf = log["leaves"][1]
    leaf["data"] = leaf["data"].replace("2026", "2025")
    leaf["hash"] = leaf_hash(leaf["data"]).hex()


def _proof_changed(log: dict[str, Any], manifest: dict[str, Any]) -> None:
    log["leaves"][2]["proof"][0] = "0" * 64


def _leaf_moved(log: dict[str, Any], manifest: dict[str, Any]) -> None:
    log["leaves"][0]["number"] += 1


def _leaves_gone(log: dict[str, Any], manifest: dict[str, Any]) -> None:
    log["leaves"] = log["leaves"][-1:]


def _point_changed(log: dict[str, Any], manifest: dict[str, Any]) -> None:
    manifest["checkpoint"]["root"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_leaf_changed, "leaf_unproven"),
        (_proof_changed, "leaf_unproven"),
        (_leaf_moved, "leaf_unproven"),
        (_leaves_gone, "anchor_missing"),
        (_point_changed, "checkpoint_signature"),
    ],
)
def test_what_somebody_with_the_key_signs_anew_must_still_stand_in_the_log(
    bundle: Path, root: Path, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None], code: str
) -> None:
    parts = unpack(bundle.read_bytes())
    log, manifest = json.loads(parts[LOG]), json.loads(parts[MANIFEST])
    change(log, manifest)
    parts[LOG] = canonical_json(log)
    manifest["parts"][LOG] = {"size": len(parts[LOG]), "sha256": log_digest(parts[LOG])}
    parts[MANIFEST] = canonical_json(manifest)
    parts[SIGNATURE] = KeyRing.open(root).sign(signed_message(parts[MANIFEST])).hex().encode()
    (tmp_path / "forged.zip").write_bytes(pack(parts))
    assert verify_bundle(tmp_path / "forged.zip").code == code


def log_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_bundle_of_another_key_is_told_by_checkpoints_kept_elsewhere(bundle: Path, root: Path, tmp_path: Path) -> None:
    other, parts = KeyRing.create(tmp_path / "other"), unpack(bundle.read_bytes())
    manifest = json.loads(parts[MANIFEST])
    with hub_at(root, at(13)) as opened:
        write_log(opened.journal, opened.keys, tmp_path / "log.jsonl")
    point = dict(manifest["checkpoint"], key=other.key_id)
    point["signature"] = other.sign(log_verifier.checkpoint_message("", point)).hex()
    manifest |= {"public_key": other.public_key, "checkpoint": point}
    parts[MANIFEST] = canonical_json(manifest)
    parts[SIGNATURE] = other.sign(signed_message(parts[MANIFEST])).hex().encode()
    forged = tmp_path / "forged.zip"
    forged.write_bytes(pack(parts))
    assert verify_bundle(forged).good
    keep_checkpoints(tmp_path)
    assert verify_bundle(forged, tmp_path / "kept.jsonl").code == "witness_key"
    assert verify_bundle(bundle, tmp_path / "kept.jsonl").good


def test_no_value_of_a_resident_stands_in_a_trace_or_a_bundle(bundle: Path, sealed: Path, root: Path) -> None:
    with hub_at(root, at(12)) as opened:
        traces = [json.dumps(trace_of(opened, row), ensure_ascii=False) for row in opened.journal.rows(select(applications))]
    told = "".join([*traces, *(one.read_bytes().decode("utf-8", "replace") for one in (bundle, sealed))])
    for atena, one in values(root).items():
        family, given = one["name"].split("　")
        assert not any(text in told for text in (atena, one["number"], one["name"], f"{family} {given}", one["kana"], one["address"]))


def opened_values(root: Path, sealed: Path, out: Path, who: str = "kansa-01", key: str = "") -> Result:
    private = out.with_name(f"{who}{key}.key")
    private.write_text(KEYS[key or who][0], encoding="ascii")
    private.chmod(0o600)
    named = ("--actor", who, "--reason", "開示の準備のため", "--municipality", NAHA)
    return hub(root, "evidence", "open", sealed, "--key", private, "--out", out, *named)


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


def test_wrong_orders_get_one_line_each(bundle: Path, root: Path, receipt: str, tmp_path: Path) -> None:
    out = tmp_path / "new.zip"
    assert "exists already" in refused(order(root, receipt, bundle))
    assert "届いていません" in refused(order(root, "20261124-99999999", out))
    assert "担当（clerk）ではありません" in refused(order(root, receipt, out, actor="hoiku-01"))
    assert "登録されていません" in refused(order(root, receipt, out, actor="nobody"))
    assert "go together" in refused(order(root, receipt, out, "--with-values", actor=ASKER))
    same = ("--with-values", "--purpose", "開示請求", "--for", "kansa-01", "--for", "kansa-01")
    assert "二人の職員" in refused(order(root, receipt, out, *same, actor=ASKER))
    no_key = (*SEALED[:-1], "kansa-02")
    assert "鍵が登録されていません" in refused(order(root, receipt, out, *no_key, actor=ASKER))
    assert "names no such person" in refused(order(root, receipt, out, *SEALED, "--person", "child.9", actor=ASKER))
    assert "carries no values" in refused(opened_values(root, bundle, tmp_path / "y.json"))
    changed = tmp_path / "changed.zip"
    changed.write_bytes(bundle.read_bytes().replace(b"RECEIVED", b"RECEIVEX").replace(b'"done"', b'"held"'))
    refused(opened_values(root, changed, tmp_path / "y.json"), code=1)
    assert not out.exists()


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
