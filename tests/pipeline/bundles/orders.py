"""What people order of evidence bundles, as the command line takes it, and what must not be readable in one."""

import hashlib
import json
from pathlib import Path

from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.envelopes import new_key
from tests.pipeline.days import NAHA, at

KEYS = {who: new_key() for who in ("kansa-01", "kojin-joho-01", "joho-01")}
ASKER, CHIEF = "jidoteate-01", "jidoteate-kakaricho"
SEALED = ("--with-values", "--purpose", "開示請求", "--for", "kansa-01", "--for", "kojin-joho-01")


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


def log_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def opened_values(root: Path, sealed: Path, out: Path, who: str = "kansa-01", key: str = "") -> Result:
    private = out.with_name(f"{who}{key}.key")
    private.write_text(KEYS[key or who][0], encoding="ascii")
    private.chmod(0o600)
    named = ("--actor", who, "--reason", "開示の準備のため", "--municipality", NAHA)
    return hub(root, "evidence", "open", sealed, "--key", private, "--out", out, *named)


def keep_checkpoints(folder: Path) -> None:
    """The checkpoints of an exported log, as somebody outside keeps them."""
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "kept.jsonl").write_bytes(b"".join(line for line in lines if line.startswith(b'{"checkpoint"')))
