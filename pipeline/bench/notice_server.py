"""The server of the benchmark of notices (測定用の相手方): log-in and send over TLS, the same for every contender."""

import hashlib
import json
import socket
import ssl
import threading
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CA, KEY = "ca.pem", "server.key"
TOKEN = "bench"  # noqa: S105  the stand-in's own, worth nothing outside
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def make_certificate(folder: Path) -> None:
    """A certificate for localhost that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(_FROM).not_valid_after(_UNTIL)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / KEY).touch(mode=0o600)
    (folder / KEY).write_bytes(secret)
    (folder / CA).write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def serve(folder: Path, pipe: Connection) -> None:
    """Serve in a process of its own; its port goes into the pipe."""
    server = NoticeServer(folder)
    pipe.send(server.port)
    server.run()


class NoticeServer:
    """A thread for each connection; ``taken``: references of the notices that came since they were last asked for."""

    def __init__(self, folder: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(folder / CA, folder / KEY)
        self._context = context
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.taken: list[str] = []

    def run(self) -> None:
        """Accept connections until the process ends."""
        while True:
            plain, _ = self._door.accept()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                rest = b""
                while True:
                    head, rest = _read_until(connection, rest)
                    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                    while len(rest) < length:
                        rest += _more(connection)
                    connection.sendall(self._answer(head, rest[:length]))
                    rest = rest[length:]
        except OSError:
            return

    def _answer(self, head: bytes, body: bytes) -> bytes:
        cells = json.loads(body)
        first = head.partition(b"\r\n")[0]
        if b"/login " in first:
            content = json.dumps({"token": TOKEN}).encode()
        elif b"/taken " in first:
            taken, self.taken = "\n".join(sorted(self.taken)), []
            content = json.dumps({"digest": hashlib.sha256(taken.encode()).hexdigest()}).encode()
        else:
            self.taken.append(cells["reference"])
            content = json.dumps({"result": "accepted", "noticeId": "N1"}).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)


def _read_until(connection: ssl.SSLSocket, rest: bytes) -> tuple[bytes, bytes]:
    while b"\r\n\r\n" not in rest:
        rest += _more(connection)
    head, _, rest = rest.partition(b"\r\n\r\n")
    return head + b"\r\n", rest


def _more(connection: ssl.SSLSocket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise ConnectionError
    return part
