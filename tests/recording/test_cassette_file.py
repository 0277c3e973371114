"""Cassettes as others write them, and files that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import CassetteError
from devsession.recording.cassette_file import load_exchanges

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

STOCK = """\
interactions:
- request:
    body: null
    headers:
      Accept:
      - '*/*'
    method: GET
    uri: http://app.example/x?q=Zo%C3%AB
  response:
    body:
      string: '{"name": "Zoë"}'
    headers:
      Content-Type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
"""
# Six lines that unfold to a million words.
BOMB = (
    STOCK
    + "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcde", "bcdef", strict=True)
    )
)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "cassette.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "content",
    [
        STOCK,
        "\ufeff" + STOCK,
        STOCK.replace("\n", "\r\n"),
        STOCK.replace("Zoë", "Zo\\u00EB")
        .replace("'{\"", '"{\\"')
        .replace('e": "', 'e\\": \\"')
        .replace("\"}'", '\\"}"'),
        STOCK.replace('string: \'{"name": "Zoë"}\'', "string: !!binary eyJuYW1lIjogIlpvw6sifQ=="),
        STOCK.replace("- application/json", "- !!python/unicode application/json"),
        STOCK.replace("Content-Type:\n      - application", "Content-Type: application"),
        STOCK.replace("Accept:", "Accept: &one").replace(
            "headers:\n      Content-Type:\n", "headers:\n      Accept: *one\n      Content-Type:\n"
        ),
        STOCK.replace(
            '    body:\n      string: \'{"name": "Zoë"}\'\n', '    content: \'{"name": "Zoë"}\'\n'
        ).replace("status:\n      code: 200\n      message: OK", "status_code: 200"),
        STOCK + "metadata:\n  seed: 7\n",
        "version: 1\n" + STOCK.replace("version: 1\n", ""),
    ],
    ids=[
        "stock",
        "byte order mark",
        "windows line ends",
        "escaped",
        "binary",
        "python 2",
        "header is no list",
        "alias",
        "old httpx",
        "metadata",
        "ours",
    ],
)
def test_a_cassette_is_read_however_it_was_written(tmp_path: Path, content: str) -> None:
    [exchange] = load_exchanges(written(tmp_path, content))

    assert (exchange.url, exchange.status) == ("http://app.example/x?q=Zo%C3%AB", 200)
    assert exchange.response_body.decode() == '{"name": "Zoë"}'
    assert exchange.response_headers["Content-Type"] == ["application/json"]


def test_vcrpys_json_is_read(tmp_path: Path) -> None:
    request: dict[str, Any] = {
        "method": "GET",
        "uri": "http://app.example/",
        "body": None,
        "headers": {},
    }
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "😀"}}
    cassette = {"version": 1, "interactions": [{"request": request, "response": response}]}

    [exchange] = load_exchanges(written(tmp_path, json.dumps(cassette, indent=4)))

    assert exchange.response_body.decode() == "😀"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        STOCK[:120],
        STOCK.removesuffix("version: 1\n"),
        "version: 1\n" + STOCK.removesuffix("\nversion: 1\n"),
        STOCK.encode("utf-16"),
        STOCK.encode("utf-16-le"),
        STOCK.encode("latin-1"),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "[]",
        "[1, 2]",
        "null",
        "interactions",
        "- request: {}\n  response: {}\n",
        "openapi: 3.1.0\ninfo: {title: Orders}\npaths: {}\n",
        '{"log": {"version": "1.2", "entries": []}}',
        "interactions: null\nversion: 1\n",
        "interactions: [1]\nversion: 1\n",
        STOCK.replace("code: 200", "code: 200\n      code: 500"),
        STOCK + STOCK,
        STOCK.replace("'*/*'", "!!python/object/apply:os.getcwd []"),
        BOMB,
        STOCK + "loop: &loop [*loop, *loop]\n",
        STOCK.replace("headers:", "headers: &h", 1) + "more:\n  <<: [*h, *h]\n",
        STOCK + "deep: " + "[" * 100_000,
    ],
    ids=[
        "empty",
        "blank",
        "cut off",
        "cut off between two exchanges",
        "cut off in a line",
        "utf-16",
        "utf-16 without mark",
        "latin-1",
        "picture",
        "list",
        "list of numbers",
        "null",
        "one word",
        "vcrpy 0",
        "openapi",
        "har",
        "no list",
        "no interaction",
        "key twice",
        "file twice",
        "python object",
        "bomb",
        "loop",
        "merge",
        "deep",
    ],
)
def test_what_is_no_cassette_is_an_error_that_names_the_file(
    tmp_path: Path, content: str | bytes
) -> None:
    path = written(tmp_path, content)

    with pytest.raises(CassetteError) as error:
        load_exchanges(path)

    assert error.value.where == str(path)


def test_the_error_says_what_is_wrong(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    broken = (
        STOCK.replace("code: 200", "code: 200\n      code: 500"),
        BOMB,
        "",
        "openapi: 3.1.0\n",
        STOCK.removesuffix("version: 1\n"),
        STOCK.replace("uri:", "url:"),
        STOCK.replace("code:", "cod:"),
    )

    def said(content: str) -> str:
        with pytest.raises(CassetteError) as error:
            load_exchanges(written(tmp_path, content))
        return str(error.value).replace(str(tmp_path), "scenarios")

    assert [said(content) for content in broken] == snapshot
