"""Connection files: what is missing or wrong is named with file, key and remedy."""

import json
from pathlib import Path

import pytest

from connectors.connections import FolderConnection, SftpConnection, folder_connection, http_connection, load_connection
from connectors.errors import PermanentError

PORTAL = {"kind": "portal", "url": "https://127.0.0.1:1/api/v1/", "ca": "ca.pem", "client_id": "472018", "secret_file": "secret"}
HOST = {
    "kind": "sftp", "host": "127.0.0.1", "port": 22, "username": "host", "key_file": "keys/host", "host_key": "ssh-ed25519 AAAA",
    "inbox": "/in", "outbox": "/out",
}  # fmt: skip


def write(root: Path, name: str, cells: object) -> None:
    (root / "connections").mkdir(exist_ok=True)
    (root / "connections" / f"{name}.json").write_text(json.dumps(cells), encoding="utf-8")


def test_paths_are_taken_against_the_root(tmp_path: Path) -> None:
    write(tmp_path, "portal", PORTAL)
    write(tmp_path, "host", HOST)
    write(tmp_path, "hoiku", {"kind": "folder", "inbox": "delivered/hoiku", "outbox": "out"})
    write(tmp_path, "jpki", {"kind": "folder", "inbox": "jpki"})
    portal = http_connection(tmp_path, "portal")
    assert (portal.url, portal.ca, portal.secret_file) == ("https://127.0.0.1:1/api/v1", tmp_path / "ca.pem", tmp_path / "secret")
    host = load_connection(tmp_path, "host")
    assert isinstance(host, SftpConnection)
    assert (host.key_file, host.inbox) == (tmp_path / "keys/host", "/in")
    assert folder_connection(tmp_path, "hoiku") == FolderConnection("hoiku", tmp_path / "delivered/hoiku", tmp_path / "out")
    assert folder_connection(tmp_path, "jpki").outbox is None


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({**PORTAL, "kind": "ftp"}, "key kind is not one of portal, osr, middle, letterbox, sftp, folder, sql"),
        ({key: value for key, value in PORTAL.items() if key != "ca"}, "key ca is missing"),
        ({**PORTAL, "verify": "no"}, "key verify is unknown; allowed: kind, url, ca, client_id, secret_file"),
        ({**PORTAL, "url": "http://127.0.0.1/"}, "key url must begin with https://"),
        ({**PORTAL, "client_id": 472018}, "key client_id must be a str that is not empty"),
        ({**HOST, "port": True}, "key port must be a int that is not empty"),
        ({**HOST, "host_key": ""}, "key host_key must be a str that is not empty"),
        (["portal"], "is not a JSON object"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, cells: object, problem: str) -> None:
    write(tmp_path, "portal", cells)
    with pytest.raises(PermanentError) as wrong:
        load_connection(tmp_path, "portal")
    assert str(tmp_path / "connections" / "portal.json") in str(wrong.value)
    assert problem in str(wrong.value)
    assert "correct the file" in str(wrong.value)


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"portal\.json: does not exist; write the connection file"):
        load_connection(tmp_path, "portal")
    (tmp_path / "connections").mkdir()
    (tmp_path / "connections" / "portal.json").write_bytes(b"{")
    with pytest.raises(PermanentError, match=r"portal\.json: is not readable JSON"):
        load_connection(tmp_path, "portal")


def test_a_connection_of_another_kind_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "portal", {"kind": "folder", "inbox": "x"})
    write(tmp_path, "register", PORTAL)
    with pytest.raises(PermanentError, match="key kind is not one of portal, osr, middle"):
        http_connection(tmp_path, "portal")
    with pytest.raises(PermanentError, match="key kind is not folder"):
        folder_connection(tmp_path, "register")


def test_a_secret_that_others_may_read_is_refused_without_being_shown(tmp_path: Path) -> None:
    write(tmp_path, "portal", PORTAL)
    (tmp_path / "secret").write_text("swordfish\n")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(PermanentError, match="run chmod 600") as opened:
        http_connection(tmp_path, "portal").secret()
    assert "swordfish" not in str(opened.value)
    (tmp_path / "secret").chmod(0o600)
    assert http_connection(tmp_path, "portal").secret() == "swordfish"
