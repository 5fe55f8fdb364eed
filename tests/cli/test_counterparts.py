"""Counterparts that cannot be used: unreachable, another server, another certificate, no secret. Real servers, one line, exit 2."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from sandbox.connection_files import FOLDER_DESTINATIONS, SFTP_DESTINATIONS
from sandbox.process import Running
from tests.cli.messages import Hub, one_line

READ_FOLDERS = ("counter-book", "expected", "cases-jidoteate", "claims", "collections", "deposits")


def edit(root: Path, name: str, **changed: Any) -> None:
    """Change keys of a connection file."""
    file = root / "connections" / f"{name}.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_unreachable_portal_is_one_line(hub: Hub, root: Path) -> None:
    edit(root, "portal", url=f"https://127.0.0.1:{closed_port()}/api/v1")
    said = one_line(hub("run", "intake", "--root", root))
    assert said.startswith("hub: portal: ")
    assert "run the command again" in said


def test_portal_with_a_certificate_of_another_ca_is_one_line(hub: Hub, root: Path) -> None:
    other = next((root / "sandbox" / "jpki" / "published" / "ca").glob("*.pem"))
    edit(root, "portal", ca=str(other.relative_to(root)))
    said = one_line(hub("run", "intake", "--root", root))
    assert said.startswith("hub: portal: ")
    assert "certificate" in said


@pytest.mark.parametrize("key", ["ca", "secret_file"])
def test_missing_file_of_a_connection_is_named(hub: Hub, root: Path, key: str) -> None:
    edit(root, "portal", **{key: "nowhere/file"})
    assert "nowhere/file" in one_line(hub("run", "intake", "--root", root))


def test_missing_connection_file_is_named(hub: Hub, root: Path) -> None:
    (root / "connections" / "portal.json").unlink()
    assert "connections/portal.json: does not exist" in one_line(hub("run", "intake", "--root", root))


def test_exposed_secret_is_named_with_chmod(hub: Hub, root: Path) -> None:
    (root / "sandbox" / "secrets" / "portal").chmod(0o644)
    assert "chmod 600" in one_line(hub("run", "intake", "--root", root))


def test_changed_host_key_stops_its_destinations_after_the_others_have_their_files(hub: Hub, root: Path, world: Running) -> None:
    assert hub("run", "refresh_links", "--root", root).exit_code == 0
    edit(root, "jidoteate-std", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPf1v9eQ3oA3p8kIuq1mGqWcAGhD2qgGJ3v1QF3Hq0aB")
    said = one_line(hub("run", "intake", "--root", root))
    assert said.startswith("hub: jidoteate-std: host key of the server is not the pinned one")
    left = delivered(root, world)
    assert {"jidoteate-host", "hoiku", "hoiku-ichiran", "kenko-kanri"} <= left
    assert "jidoteate-std" not in left
    world.control.arm("other-host-key")
    try:
        said = one_line(hub("run", "notify", "--root", root))
    finally:
        world.control.arm("quiet")
    assert said.startswith("hub: jidoteate-host, jidoteate-std, kenko-kanri, jifuyo: host key")


def delivered(root: Path, world: Running) -> set[str]:
    """Destinations that hold a file: SFTP ones in the world's root, the folder one in its own."""
    folders = [*(world.root / "delivered").iterdir(), *(root / "delivered").iterdir()]
    return {folder.name for folder in folders if any(folder.iterdir())}


def test_check_connections_of_a_good_root_is_green(hub: Hub, root: Path) -> None:
    found = hub("check", "--connections", "--root", root)
    assert found.exit_code == 0, found.stderr
    lines = found.stdout.splitlines()
    for name in ("portal", "osr", "letterbox", "register", "jpki", *READ_FOLDERS, "bunsho-kanri", "receipts-system"):
        assert any(line.startswith(f"OK 接続 472018 {name}: ") for line in lines), name
    for name in (*SFTP_DESTINATIONS, *FOLDER_DESTINATIONS):
        assert any(line.startswith(f"OK 配信先 472018 {name}: ") for line in lines), name


def test_check_connections_says_every_fault_on_a_line_of_its_own(hub: Hub, root: Path) -> None:
    edit(root, "portal", url=f"https://127.0.0.1:{closed_port()}/api/v1")
    edit(root, "jidoteate-host", port=closed_port())
    edit(root, "hoiku", inbox="nowhere")
    edit(root, "osr", secret="in the file")
    (root / "keys" / "checkpoint.key").unlink()
    found = hub("check", "--connections", "--root", root)
    assert found.exit_code == 2
    wrong = [line.split(": ")[0] for line in found.stderr.splitlines()]
    counterparts = ("接続 472018 portal", "接続 472018 osr", "配信先 472018 jidoteate-host", "配信先 472018 hoiku")
    assert wrong == [f"NG 鍵 {root / 'keys'}", *(f"NG {name}" for name in counterparts), "NG 日々の決まりごと 472018"]
    assert "key secret is unknown" in found.stderr
    assert "OK 配信先 472018 kenko-kanri" in found.stdout


def test_check_connections_without_a_root_names_setup(hub: Hub, tmp_path: Path) -> None:
    found = hub("check", "--connections", "--root", tmp_path / "none")
    assert found.exit_code == 2
    assert f"hub setup --root {tmp_path / 'none'}" in found.stderr
    assert not (tmp_path / "none").exists()
