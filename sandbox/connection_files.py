"""The connection files (接続先) that tell the hub how to reach the stand-ins: ``DIR/connections/*.json``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.own_exchanges import SOURCES
from sandbox.secret_files import write_private

SFTP_DESTINATIONS = ("jidoteate-host", "jidoteate-std", "jifuyo", "kenko-kanri")
FILE_LEDGERS = ("jidoteate", "jifuyo", "boshi", "yobosesshu")
FOLDER_DESTINATIONS = ("hoiku", "hoiku-ichiran", "kyushoku")


def write_connections(root: Path, *, client_id: str, portal: int, osr: int, sftp: int, host_key: str) -> None:
    """Write every file, each whole or not at all.

    client_id: the municipality's code. portal, osr, sftp: ports, the intermediate server's being the portal's; ``host_key``:
    as "ssh-ed25519 AAAA…".
    """
    files: dict[str, Mapping[str, Any]] = {
        "portal": _http("portal", f"https://127.0.0.1:{portal}/api/v1", client_id),
        "osr": _http("osr", f"https://127.0.0.1:{osr}/osr", client_id),
        "middle": _http("middle", f"https://127.0.0.1:{portal}/middle", client_id),
        "letterbox": _http("letterbox", f"https://127.0.0.1:{portal}/letterbox", client_id),
        "expected": {"kind": "folder", "inbox": "sandbox/expected"},
        "register": {"kind": "folder", "inbox": "sandbox/register"},
        "counter-book": {"kind": "folder", "inbox": "sandbox/counter"},
        "cases-jidoteate": {"kind": "folder", "inbox": "sandbox/cases/jidoteate-std"},
        "claims": {"kind": "folder", "inbox": "sandbox/payments/claims"},
        "collections": {"kind": "folder", "inbox": "sandbox/payments/collections"},
        "deposits": {"kind": "folder", "inbox": "sandbox/payments/deposits"},
        "receipts-system": {"kind": "folder", "inbox": "sandbox/payments/posted"},
        "bunsho-kanri": {"kind": "folder", "inbox": "sandbox/documents"},
        "jpki": {"kind": "folder", "inbox": "sandbox/jpki/published"},
    }
    files |= {f"ledger-{name}": {"kind": "folder", "inbox": f"sandbox/ledgers/{name}"} for name in FILE_LEDGERS}
    files["ledger-hoiku"] = {"kind": "sql", "url": "sqlite:///sandbox/ledgers/hoiku.db"}
    files |= {name: _sftp(name, sftp, host_key) for name in SFTP_DESTINATIONS}
    files |= {f"own-{name}": {"kind": "folder", "inbox": f"sandbox/own/{name}"} for name in SOURCES}
    for name in FOLDER_DESTINATIONS:
        files[name] = {"kind": "folder", "inbox": f"delivered/{name}", "outbox": f"sandbox/receivers/{name}/out"}
    for name, cells in files.items():
        write_private(root / "connections" / f"{name}.json", json.dumps(cells, ensure_ascii=False, indent=1).encode() + b"\n")


def _http(kind: str, url: str, client_id: str) -> Mapping[str, Any]:
    secret = f"sandbox/secrets/{kind}"
    return {"kind": kind, "url": url, "ca": "sandbox/tls/ca.pem", "client_id": client_id, "secret_file": secret}


def _sftp(name: str, port: int, host_key: str) -> Mapping[str, Any]:
    return {
        "kind": "sftp",
        "host": "127.0.0.1",
        "port": port,
        "username": name,
        "key_file": f"sandbox/secrets/{name}_ed25519",
        "host_key": host_key,
        "inbox": "/in",
        "outbox": "/out",
    }
