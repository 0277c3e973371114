"""Keys and certificates for tests: whole ones, of no use to anybody."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization as to
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import NameOID

# The same public key in each run, so that snapshots can show it.
_KEY = Ed25519PrivateKey.from_private_bytes(b"a key that nobody would ever use")
_OPENSSH = _KEY.public_key().public_bytes(to.Encoding.OpenSSH, to.PublicFormat.OpenSSH)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme.test")])

SSH_PUBLIC = f"{_OPENSSH.decode()} you@test"
SSH_PRIVATE = _KEY.private_bytes(
    to.Encoding.PEM, to.PrivateFormat.OpenSSH, to.NoEncryption()
).decode()
RSA_PEM = (
    generate_private_key(65537, 2048)
    .private_bytes(to.Encoding.PEM, to.PrivateFormat.TraditionalOpenSSL, to.NoEncryption())
    .decode()
)
ENCRYPTED_PEM = _KEY.private_bytes(
    to.Encoding.PEM, to.PrivateFormat.PKCS8, to.BestAvailableEncryption(b"pass")
).decode()
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(_KEY.public_key())
    .serial_number(1)
    .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    .sign(_KEY, None)
    .public_bytes(to.Encoding.PEM)
    .decode()
)
