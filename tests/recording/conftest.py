"""An app, a proxy, a tape and a recorder that is started."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devsession.recording.recorder import Recorder
from devsession.recording.tape import Tape
from tests.recording.app import App
from tests.recording.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = b"k" * 32


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.stop()


@pytest.fixture
def tape_path(tmp_path: Path) -> Path:
    return tmp_path / "scenarios" / "tape.yaml"


@pytest.fixture
def new_recorder(tape_path: Path) -> Iterator[Callable[[], Recorder]]:
    """Starts a recorder as a restarted kernel does: with what is on disk, and nothing else."""
    recorders: list[Recorder] = []

    def start() -> Recorder:
        recorder = Recorder(Tape(tape_path), is_warehouse=lambda _host, _port: False, key=KEY)
        recorders.append(recorder)
        recorder.start()
        recorder.begin("cell:first")
        return recorder

    yield start
    for recorder in recorders:
        recorder.stop()


@pytest.fixture
def recorder(new_recorder: Callable[[], Recorder]) -> Recorder:
    return new_recorder()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure_app(certificate: Path) -> Iterator[App]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    app = App(context)
    yield app
    app.stop()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.stop()
