"""Checks an evidence bundle (証拠一式の検証) with Python's standard library only: three files of the hub, no project, no database.

    mkdir pipeline && cp bundle_verifier.py log_verifier.py merkle.py pipeline/
    python3 -m pipeline.bundle_verifier BUNDLE [--checkpoint FILE] [--json]

A bundle is a ZIP of stored members in the order of their names, each dated 1980-01-01, with nothing before, between or after them:

    manifest.json   canonical JSON: format, receipt, public_key, checkpoint, anchors, parts (name → size, sha256)
    signature.txt   Ed25519 signature of ``signed_message(manifest.json)`` by the hub's checkpoint key, hex
    log.json        canonical JSON: leaves of the log as number, data, hash and proof (RFC 6962, sibling hashes, lowest first)
    …               the other parts that the manifest names

``anchors`` are digests (package, delivered files) that must stand in a leaf: the log knew them before the bundle was made.
Exit 0: everything holds. 1: something is wrong; what is named. 2: wrong use.
"""

import argparse
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.log_verifier import checkpoint_message, is_checkpoint, read_witnesses, verify_ed25519
from pipeline.merkle import leaf_hash, verify_inclusion

FORMAT = "hub-evidence/1"
MANIFEST, SIGNATURE, LOG = "manifest.json", "signature.txt", "log.json"


@dataclass(frozen=True)
class BundleVerdict:
    """What a bundle proves. code: "good" or what is wrong; sentence: the same in Japanese; part: the member that is wrong, or ""."""

    good: bool
    code: str
    sentence: str
    part: str
    receipt: str
    leaves: int
    public_key: str


class _Wrong(Exception):  # noqa: N818  it carries a verdict
    def __init__(self, code: str, sentence: str, part: str = "") -> None:
        super().__init__(code)
        self.code, self.sentence, self.part = code, sentence, part


def signed_message(manifest: bytes) -> bytes:
    """The bytes that a bundle's signature covers: two lines, the format's name first."""
    return f"{FORMAT}\n{hashlib.sha256(manifest).hexdigest()}\n".encode()


def pack(parts: Mapping[str, bytes]) -> bytes:
    """The one way to write these members as a ZIP."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts):
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, 0o600 << 16
            archive.writestr(member, parts[name])
    return data.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a bundle. Raises ValueError unless packing them again gives the same bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception as error:
        raise ValueError("no bundle") from error
    if pack(parts) != data:
        raise ValueError("not packed as bundles are")
    return parts


def verify_bundle(path: Path, witness: Path | None = None) -> BundleVerdict:
    """Check a bundle. witness: checkpoints kept elsewhere, one a line; they must be of the same key, and that of its size the same.

    Raises OSError for a file that cannot be read, ValueError for a witness file of another form.
    """
    witnesses = read_witnesses(witness) if witness else []
    data = path.read_bytes()
    manifest: dict[str, Any] = {}
    try:
        try:
            parts = unpack(data)
        except ValueError:
            raise _Wrong("bundle_form", "証拠一式の形（ZIP）が決められたものと違います。") from None
        manifest = _manifest(parts)
        _check_parts(parts, manifest)
        leaves = _check_log(parts[LOG], manifest)
        _check_witnesses(manifest, witnesses)
    except (AttributeError, KeyError, TypeError, ValueError):
        return BundleVerdict(False, "part_form", f"{MANIFEST} または {LOG} の中身が決められた形と違います。", "", "", 0, "")
    except _Wrong as wrong:
        return BundleVerdict(False, wrong.code, wrong.sentence, wrong.part, str(manifest.get("receipt", "")), 0, "")
    key = str(manifest["public_key"])
    said = f"受付番号{manifest['receipt']}の証拠一式に改変はありません。証跡{leaves}件は、署名された検査点に含まれます。"
    if not witnesses:
        said += f"公開鍵{key}は証拠一式自身によるものです。別に知らされた鍵と見比べてください。"
    return BundleVerdict(True, "good", said, "", str(manifest["receipt"]), leaves, key)


def _manifest(parts: Mapping[str, bytes]) -> dict[str, Any]:
    if not {MANIFEST, SIGNATURE, LOG} <= parts.keys():
        raise _Wrong("part_missing", f"{MANIFEST}・{SIGNATURE}・{LOG} のどれかがありません。")
    manifest = _read(parts, MANIFEST)
    keys = {"anchors", "checkpoint", "format", "parts", "public_key", "receipt"}
    whole = isinstance(manifest, dict) and keys <= manifest.keys() and manifest["format"] == FORMAT
    if not (isinstance(manifest, dict) and whole and is_checkpoint(manifest["checkpoint"])):
        raise _Wrong("manifest_form", f"{MANIFEST} が {FORMAT} の目録ではありません。", MANIFEST)
    try:
        key, signature = bytes.fromhex(manifest["public_key"]), bytes.fromhex(parts[SIGNATURE].decode("ascii"))
    except (TypeError, ValueError):
        raise _Wrong("signature", "署名または公開鍵の形が違います。", SIGNATURE) from None
    if not verify_ed25519(key, message=signed_message(parts[MANIFEST]), signature=signature):
        raise _Wrong("signature", "目録の署名が正しくありません。", SIGNATURE)
    if not _is_signed(manifest["checkpoint"], key):
        raise _Wrong("checkpoint_signature", "検査点の署名が正しくありません。", MANIFEST)
    return manifest


def _is_signed(point: Mapping[str, Any], key: bytes) -> bool:
    return verify_ed25519(key, message=checkpoint_message("", point), signature=bytes.fromhex(point["signature"]))


def _check_parts(parts: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Signed digests of every member but the manifest and its signature."""
    present = {name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()}
    stated = manifest["parts"]
    for name in sorted(present.keys() | stated.keys()):
        if name not in (MANIFEST, SIGNATURE) and present.get(name) != stated.get(name):
            raise _Wrong("part_changed", f"{name} が目録のハッシュ値と合いません。", name)


def _check_log(data: bytes, manifest: Mapping[str, Any]) -> int:
    """Every leaf has its hash and leads to the checkpoint's root; every anchor stands in one. Gives the number of leaves."""
    point, last, texts = manifest["checkpoint"], 0, []
    for leaf in json.loads(data)["leaves"]:
        number, reached = leaf["number"], leaf_hash(leaf["data"].encode())
        proof = [bytes.fromhex(one) for one in leaf["proof"]]
        placed = number > last and verify_inclusion(
            reached, index=number - 1, size=point["size"], proof=proof, root=bytes.fromhex(point["root"])
        )
        if leaf["hash"] != reached.hex() or not placed:
            raise _Wrong("leaf_unproven", f"証跡の記録番号{number}は、検査点に含まれる記録ではありません。", LOG)
        last = number
        texts.append(leaf["data"])
    for digest in manifest["anchors"]:
        if not any(f'"{digest}"' in text for text in texts):
            raise _Wrong("anchor_missing", f"ハッシュ値 {digest[:16]}… が証跡にありません。", LOG)
    return len(texts)


def _check_witnesses(manifest: Mapping[str, Any], witnesses: Sequence[Mapping[str, Any]]) -> None:
    point, key = manifest["checkpoint"], bytes.fromhex(manifest["public_key"])
    for one in witnesses:
        if not _is_signed(one, key):
            raise _Wrong("witness_key", "別に保管した検査点は、別の鍵によるものです。", MANIFEST)
        if one["size"] == point["size"] and one["root"] != point["root"]:
            raise _Wrong("witness_differs", "別に保管した検査点と、証拠一式の検査点が合いません。", MANIFEST)


def _read(parts: Mapping[str, bytes], name: str) -> object:
    try:
        return json.loads(parts[name])
    except (ValueError, RecursionError):
        raise _Wrong("part_form", f"{name} が JSON として読めません。", name) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle of the hub (証拠一式の検証).")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="checkpoints kept elsewhere, one a line")
    parser.add_argument("--json", action="store_true", help="print the verdict as one JSON line")
    options = parser.parse_args(arguments)
    try:
        verdict = verify_bundle(options.bundle, options.checkpoint)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    sys.stdout.write(f"{json.dumps(asdict(verdict), ensure_ascii=False) if options.json else verdict.sentence}\n")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
