"""The curl command of an exchange, run by a shell with a curl that says what it was given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from devsession.recording.exchange import Exchange
from devsession.recording.shell_command import curl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    Run = Callable[[Exchange], tuple[list[str], bytes]]


SECRET = "a\"b $HOME `id` \\ 'c' & é!"
VARIABLES = {"REDACTED-api-key": "ACME_API_KEY"}
URL = "http://app.example/x"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command: the arguments that curl gets, and what it is given to read."""
    fake = tmp_path / "curl"
    fake.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "given = sys.stdin.buffer.read() if '@-' in sys.argv else b''\n"
        "print(json.dumps([sys.argv[1:], given.hex()]))\n"
    )
    fake.chmod(0o755)

    def run(exchange: Exchange) -> tuple[list[str], bytes]:
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "ACME_API_KEY": SECRET,
            "OTHER_TOKEN": "other",
            "PYTHONUTF8": "1",
        }
        ran = subprocess.run(
            ["sh", "-c", curl(exchange, VARIABLES)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        )
        arguments, given = json.loads(ran.stdout)
        return arguments, bytes.fromhex(given)

    return run


def test_it_reads_well(snapshot: SnapshotAssertion) -> None:
    exchange = Exchange(
        "POST",
        "http://app.example/contacts?dry=1",
        {
            "Authorization": ["Bearer REDACTED-api-key"],
            "Content-Type": ["application/json"],
            "User-Agent": ["python-requests/2"],
        },
        b'{"name": "Zo\xc3\xab"}',
    )

    assert curl(exchange, VARIABLES) == snapshot


def test_a_secret_is_expanded_and_nothing_else(run: Run) -> None:
    hostile = "$HOME `id` \\n \"q\" 'q' !x REDACTED-api-key$(id)REDACTED-other-token"
    exchange = Exchange("POST", URL, {"X-Key": [hostile], "Content-Type": ["text/plain"]}, b"$PATH")

    arguments, _ = run(exchange)

    expanded = hostile.replace("REDACTED-api-key", SECRET).replace("REDACTED-other-token", "other")
    assert f"X-Key: {expanded}" in arguments
    assert arguments[-2:] == ["--data-raw", "$PATH"]


@pytest.mark.parametrize("text", ["REDACTED-api-key", "xREDACTED-api-keyx", "REDACTED-api-key_1"])
def test_wherever_it_stands(run: Run, text: str) -> None:
    arguments, _ = run(Exchange("GET", URL, {"X-Key": [text]}))

    assert f"X-Key: {text.replace('REDACTED-api-key', SECRET)}" in arguments


def test_curl_encodes_what_stands_in_a_query_and_in_a_form(run: Run) -> None:
    exchange = Exchange(
        "POST",
        f"{URL}?a=1&key=REDACTED-api-key",
        {"Content-Type": ["application/x-www-form-urlencoded"]},
        b"secret=REDACTED-api-key&b%5B%5D=x%20y",
    )

    assert run(exchange)[0] == [
        *("-X", "POST", f"{URL}?a=1", "--url-query", f"key={SECRET}"),
        *("-H", "Content-Type: application/x-www-form-urlencoded"),
        *("--data-urlencode", f"secret={SECRET}", "--data-urlencode", "b%5B%5D=x y"),
    ]


def test_basic_authentication_is_made_by_curl(run: Run) -> None:
    token = b64encode(b"me:REDACTED-api-key").decode()

    arguments, _ = run(Exchange("GET", URL, {"Authorization": [f"Basic {token}"]}))

    assert arguments == ["-X", "GET", URL, "--user", f"me:{SECRET}"]


@pytest.mark.parametrize("body", [b"\x89PNG\x00\xff", b"with\x00nul"])
def test_bytes_that_no_argument_can_hold_are_piped(run: Run, body: bytes) -> None:
    arguments, given = run(Exchange("PUT", URL, {"Content-Type": ["image/png"]}, body))

    assert arguments[-2:] == ["--data-binary", "@-"]
    assert given == body


@pytest.mark.parametrize(
    ("exchange", "arguments"),
    [
        (Exchange("HEAD", URL), ["--head", URL]),
        (Exchange("GET", f"{URL}/[1]{{2}}"), ["-X", "GET", "--globoff", f"{URL}/[1]{{2}}"]),
        (Exchange("GET", URL, {"X-Empty": [""]}), ["-X", "GET", URL, "-H", "X-Empty;"]),
        (
            Exchange("POST", URL, {}, b"@file"),
            ["-X", "POST", URL, "-H", "Content-Type:", "--data-raw", "@file"],
        ),
        (
            Exchange("GET", URL, {"Accept": ["a", "b"]}),
            ["-X", "GET", URL, "-H", "Accept: a", "-H", "Accept: b"],
        ),
    ],
    ids=["head", "brackets", "empty header", "untyped body", "two values"],
)
def test_what_curl_would_take_otherwise(run: Run, exchange: Exchange, arguments: list[str]) -> None:
    assert run(exchange)[0] == arguments


def test_a_name_that_no_shell_takes_is_made_one() -> None:
    exchange = Exchange("GET", URL, {"X-Key": ["REDACTED-api-key"]})

    assert '"X-Key: $_7_vault_acme_key"' in curl(exchange, {"REDACTED-api-key": "7/vault/acme-key"})
