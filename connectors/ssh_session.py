"""One SFTP session over SSH: pinned host key, allow-listed algorithms, key log-in; nothing goes to another server."""

import hmac
import io
import socket

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from connectors.connections import SftpConnection, read_private
from connectors.errors import PermanentError, TransientError

# Not CBC and not ChaCha20: both are open to prefix truncation (Terrapin) when either side lacks strict key exchange.
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
_MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
_KEX = ("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
_HOST_KEYS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 30.0
LOST = (paramiko.SSHException, EOFError, OSError)
"""What paramiko raises when a server, or the way to it, is gone; an OSError may also be the server's refusal of one request."""


class SshSession:
    """An open SFTP channel with its transport."""

    def __init__(self, connection: SftpConnection) -> None:
        """Connect, prove the host key, log in, open the channel. Raises TransientError or PermanentError."""
        self._system = connection.name
        self._transport = _reach(connection)
        try:
            self._shake_hands(connection)
            self.sftp = self._open()
        except BaseException:
            self._transport.close()
            raise

    def alive(self) -> bool:
        """Whether the connection still stands as far as this side knows."""
        channel = self.sftp.get_channel()
        return self._transport.is_active() and channel is not None and not channel.closed

    def close(self) -> None:
        """Drop the connection."""
        self._transport.close()

    def _shake_hands(self, connection: SftpConnection) -> None:
        kind, _, key = connection.host_key.partition(" ")
        if kind not in _HOST_KEYS:
            raise PermanentError(self._system, f"host_key must begin with one of {', '.join(_HOST_KEYS)}; correct the connection")
        _allow_only_strong(self._transport, kind)
        try:
            self._transport.start_client(timeout=_CONNECT_SECONDS)
        except IncompatiblePeer:
            raise PermanentError(self._system, "server offers none of the allowed algorithms or no host key of the pinned kind") from None
        except LOST as error:
            raise TransientError(self._system, f"handshake broken off ({type(error).__name__})") from None
        shown = self._transport.get_remote_server_key()
        if shown.get_name() != kind or not hmac.compare_digest(shown.get_base64(), key.split(" ")[0]):
            raise PermanentError(self._system, "host key of the server is not the pinned one; ask its operator before changing host_key")
        if not self._transport.agreed_on_strict_kex:  # type: ignore[attr-defined]  # newer than its type stubs
            raise PermanentError(self._system, "server lacks strict key exchange; it must be updated")
        self._log_in(connection)

    def _log_in(self, connection: SftpConnection) -> None:
        text = read_private(self._system, connection.key_file)
        try:
            key = _private_key(text)
        except (paramiko.SSHException, ValueError):
            raise PermanentError(self._system, f"{connection.key_file}: is no private key that can be used; correct key_file") from None
        try:
            self._transport.auth_publickey(connection.username, key)
        except paramiko.AuthenticationException:
            raise PermanentError(self._system, "log-in refused; correct username or key_file, or ask the operator") from None
        except LOST as error:
            raise TransientError(self._system, f"log-in broken off ({type(error).__name__})") from None

    def _open(self) -> paramiko.SFTPClient:
        try:
            client = paramiko.SFTPClient.from_transport(self._transport)
        except LOST as error:
            raise TransientError(self._system, f"no SFTP channel ({type(error).__name__})") from None
        channel = client.get_channel() if client else None
        if client is None or channel is None:
            raise TransientError(self._system, "no SFTP channel")
        channel.settimeout(_IDLE_SECONDS)
        return client


def _reach(connection: SftpConnection) -> paramiko.Transport:
    try:
        link = socket.create_connection((connection.host, connection.port), timeout=_CONNECT_SECONDS)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return paramiko.Transport(link)
    except OSError as error:
        raise TransientError(connection.name, f"no connection to {connection.host}:{connection.port} ({type(error).__name__})") from None


def _allow_only_strong(transport: paramiko.Transport, kind: str) -> None:
    transport.banner_timeout = _CONNECT_SECONDS
    transport.auth_timeout = _CONNECT_SECONDS
    options = transport.get_security_options()
    options.ciphers = _CIPHERS
    options.digests = _MACS
    options.key_types = _HOST_KEYS[kind]
    # Which of these paramiko knows depends on the cryptography library below it.
    options.kex = tuple(name for name in _KEX if name in options.kex)


def _private_key(text: str) -> paramiko.PKey:
    kinds: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise ValueError("no known kind of key")
