"""SFTP when the line breaks or the server is not the one it should be."""

import asyncio
import dataclasses
import threading
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connectors.errors import PermanentError, TransientError
from connectors.sftp import SftpTarget
from sandbox.secret_files import ensure_ssh_key

DATA = b"0123456789" * 20_000


def test_a_cut_in_mid_upload_leaves_no_final_name_and_a_cut_after_the_rename_is_found_out(world: Any) -> None:
    folder = world.root / "delivered" / "jidoteate-std"
    target = SftpTarget(world.sftp())
    target.deliver("older.csv", b"older")
    world.arm("sftp-cuts")
    with pytest.raises(TransientError, match="put: failed or broken off"):
        target.deliver("cut.csv", DATA)
    assert not (folder / "cut.csv").exists()
    assert (folder / "older.csv").read_bytes() == b"older"
    assert target.deliver("cut.csv", DATA).kind == "read-back"
    assert [call["fault"] for call in world.calls("sftp") if call["fault"]] == ["cut_upload", "cut_after_rename"]
    seen = [effect for effect in world.effects("sftp", "visible") if effect["name"] == "cut.csv"]
    assert [effect["size"] for effect in seen] == [len(DATA)]
    assert (folder / "cut.csv").read_bytes() == DATA
    target.close()


def test_a_changed_host_key_stops_everything_before_a_byte_is_sent(world: Any) -> None:
    world.arm("other-host-key")
    before = len(world.calls("sftp"))
    target = SftpTarget(world.sftp())
    with pytest.raises(PermanentError, match="host key of the server is not the pinned one"):
        target.deliver("never.csv", DATA)
    assert len(world.calls("sftp")) == before
    assert not list((world.root / "delivered" / "jidoteate-std").glob("*never*"))
    world.arm("quiet")
    assert target.deliver("after.csv", DATA).kind == "read-back"
    target.close()


def test_a_key_that_the_server_does_not_know_is_a_permanent_error(world: Any, tmp_path: Path) -> None:
    ensure_ssh_key(tmp_path / "stranger")
    target = SftpTarget(dataclasses.replace(world.sftp(), key_file=tmp_path / "stranger"))
    with pytest.raises(PermanentError, match="log-in refused"):
        target.deliver("never.csv", DATA)


def test_a_key_file_without_a_key_is_named_and_not_repeated(world: Any, tmp_path: Path) -> None:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text("swordfish")
    target = SftpTarget(dataclasses.replace(world.sftp(), key_file=tmp_path / "key"))
    with pytest.raises(PermanentError, match="is no private key that can be used") as wrong:
        target.read("a.csv")
    assert "swordfish" not in str(wrong.value)


def test_each_destination_sees_its_own_folders_only(world: Any) -> None:
    host = SftpTarget(world.sftp("jidoteate-host"))
    host.deliver("own.dat", DATA)
    std = SftpTarget(world.sftp("jidoteate-std"))
    assert std.read("own.dat") is None
    outside = SftpTarget(dataclasses.replace(world.sftp("jidoteate-std"), inbox="/in/../../jidoteate-host"))
    with pytest.raises(PermanentError):
        outside.deliver("stray.dat", DATA)
    assert not (world.root / "delivered" / "jidoteate-host" / "stray.dat").exists()
    with pytest.raises(PermanentError, match="no permission"):
        SftpTarget(dataclasses.replace(world.sftp("jidoteate-std"), inbox="/out/receipts")).deliver("forged.csv", DATA)


def test_nobody_listening_is_transient(world: Any) -> None:
    with pytest.raises(TransientError, match=r"no connection to 127\.0\.0\.1:9"):
        SftpTarget(dataclasses.replace(world.sftp(), port=9)).read("a.csv")


@pytest.mark.parametrize(
    "weak",
    [
        {"encryption_algs": ["aes128-cbc"]},
        {"encryption_algs": ["chacha20-poly1305@openssh.com"]},
        {"kex_algs": ["diffie-hellman-group14-sha1"]},
        {"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-sha1"]},
    ],
    ids=["CBC", "ChaCha20", "SHA-1 key exchange", "SHA-1 MAC"],
)
def test_a_server_with_weak_algorithms_only_is_refused(world: Any, weak: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    key = str(world.root / "sandbox" / "secrets" / "sftp_host_ed25519")

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], **weak)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        with pytest.raises(PermanentError, match="none of the allowed algorithms"):
            SftpTarget(dataclasses.replace(world.sftp(), port=server.get_port())).read("a.csv")
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
