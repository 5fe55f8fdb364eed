"""The stand-ins' own certificate authority and server certificate, for loopback only.

Valid from 2000 to 2120: the demo's clock stands still on a day of its own, the machine's may stand anywhere.
"""

import ipaddress
import os
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vocabulary.clock import JST

_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=JST), datetime(2120, 1, 1, tzinfo=JST)
_NO_USAGE = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
)


def ensure_certificates(folder: Path) -> ssl.SSLContext:
    """The server's TLS context; on first use makes ca.pem, server.pem and server.key in ``folder``."""
    certificate, key = folder / "server.pem", folder / "server.key"
    if not (certificate.exists() and key.exists() and (folder / "ca.pem").exists()):
        _make(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(ca_key)
    server = _server(server_key.public_key(), authority, ca_key)
    secret = server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").touch(mode=0o600)
    (folder / "server.key").write_bytes(secret)
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    part = folder / ".ca.pem.part"
    part.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    part.rename(folder / "ca.pem")


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # A name of its own for each sandbox, so that two never look like one.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sandbox CA {os.urandom(4).hex()}")])
    return (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **_NO_USAGE), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(key: ec.EllipticCurvePublicKey, authority: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    hosts = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    return (
        _builder(name, authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **_NO_USAGE), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )
