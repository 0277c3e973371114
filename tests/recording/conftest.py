"""An app, a proxy, a tape and a recorder that is started."""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import urllib3.connection
from botocore.httpsession import URLLib3Session
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

# What vcrpy and recorders patch.
PATCHED: list[tuple[object, str]] = [
    (http.client, "HTTPConnection"),
    (http.client, "HTTPSConnection"),
    (urllib3.connection, "HTTPConnection"),
    (urllib3.connection, "HTTPSConnection"),
    (urllib3.HTTPConnectionPool, "ConnectionCls"),
    (urllib3.HTTPSConnectionPool, "ConnectionCls"),
    (urllib3.HTTPConnectionPool, "_make_request"),
    (urllib3.HTTPSConnectionPool, "_prepare_proxy"),
    (URLLib3Session, "send"),
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (aiohttp.ClientSession, "_request"),
    (socket.socket, "connect"),
    (socket.socket, "connect_ex"),
    (socket.socket, "sendto"),
]


@pytest.fixture(autouse=True)
def patches_are_lifted() -> Iterator[None]:
    """A test that leaves a library patched fails, and not another one that comes after it."""
    before = {place: getattr(*place) for place in PATCHED}
    yield
    assert [place for place in PATCHED if getattr(*place) is not before[place]] == []


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
