"""Evidence bundles prove themselves, refuse every change and carry no value; wrong orders get one line."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline import bundle_verifier, log_verifier, merkle
from pipeline.bundle_verifier import LOG, MANIFEST, SIGNATURE, pack, signed_message, unpack, verify_bundle
from pipeline.bundles import bundle_bytes
from pipeline.checkpoints import canonical_json, leaf_hash
from pipeline.cli import main
from pipeline.journal.intake_tables import applications
from pipeline.keyring import KeyRing
from pipeline.lineage import trace_of
from pipeline.log import write_log
from tests.pipeline.bundles.orders import ASKER, SEALED, keep_checkpoints, log_digest, opened_values, order, refused, values
from tests.pipeline.days import at, hub_at


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


def test_wrong_orders_get_one_line_each(bundle: Path, root: Path, receipt: str, tmp_path: Path) -> None:
    out = tmp_path / "new.zip"
    assert "exists already" in refused(order(root, receipt, bundle))
    assert "届いていません" in refused(order(root, "20261124-99999999", out))
    assert "見られる職員ではありません" in refused(order(root, receipt, out, actor="hoiku-01"))
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
