"""What each library does in its own way."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import urllib.request
from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp
import boto3
import httpx
import pytest
import requests
import urllib3
import vcr
from botocore.exceptions import ClientError
from tornado.httpclient import AsyncHTTPClient

from devsession.errors import MissError, NetworkShutError
from devsession.recording.replay import Replay
from tests.recording.app import Answer, App, Raw, Seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path
    from typing import Any

    from devsession.recording.recorder import Recorder


def address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


def offline(recorder: Recorder) -> None:
    recorder.mode = "offline"
    recorder.begin("cell:first")


def test_headers_beyond_ascii_are_replayed_as_they_were(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(headers={"X-Name": "Zo\u00c3\u00ab"})
    live = requests.get(f"{app.url}/x", timeout=30).headers["X-Name"]
    offline(recorder)

    replayed = requests.get(f"{app.url}/x", timeout=30).headers["X-Name"]

    assert replayed == live
    assert recorder.tape.exchanges[0].response_headers["X-Name"] == ["Zoë"]


@pytest.mark.parametrize(
    "call",
    [
        urllib.request.urlopen,
        lambda url: http.client.HTTPConnection(url.removeprefix("http://")).request("GET", "/"),
        lambda url: urllib3.HTTPConnectionPool.ConnectionCls(*address(url)).request("GET", "/"),
    ],
    ids=["urllib.request", "http.client", "a connection of urllib3"],
)
def test_what_is_not_recorded_is_stopped_offline(
    call: Callable[[str], object], app: App, recorder: Recorder
) -> None:
    recorder.mode = "offline"

    with pytest.raises(NetworkShutError):
        call(app.url)

    assert app.calls == []


def test_redirects_and_cookies_are_followed_on_replay(app: App, recorder: Recorder) -> None:
    def answer(seen: object) -> Answer:
        if len(app.seen) == 1:
            return Answer(
                status=302, headers={"Location": "/home", "Set-Cookie": "sid=t0ken; Path=/"}
            )
        return Answer({"cookie": app.seen[-1].headers.get("Cookie")})

    app.answer = answer
    with requests.Session() as session:
        live = session.get(f"{app.url}/login", timeout=30)
    offline(recorder)
    with requests.Session() as session:
        replayed = session.get(f"{app.url}/login", timeout=30)
        cookies = session.cookies.get_dict()

    assert live.json() == {"cookie": "sid=t0ken"}
    assert [step.status_code for step in replayed.history] == [302]
    assert replayed.url == live.url
    assert cookies == {"sid": "REDACTED-cookie"}


def test_bodies_of_every_kind_are_recorded(app: App, recorder: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\xff\x00file")
    url = f"{app.url}/x"
    requests.post(url, data={"a": "1"}, timeout=30)
    with file.open("rb") as opened:
        requests.post(url, data=opened, timeout=30)
    requests.post(url, data=iter([b"chunk", b"ed"]), timeout=30)
    requests.post(url, data="Zoë", timeout=30)
    requests.post(url, timeout=30)

    sent = [b"a=1", b"\xff\x00file", b"chunked", "Zoë".encode(), b""]
    assert [exchange.request_body for exchange in recorder.exchanges_since(0)] == sent


@pytest.mark.parametrize("shared", [False, True], ids=["get", "session"])
def test_https(shared: bool, secure_app: App, certificate: Path, recorder: Recorder) -> None:
    with requests.Session() as session:
        ask = session.get if shared else requests.get
        live = [ask(f"{secure_app.url}/{n}", timeout=30, verify=certificate).json() for n in "abab"]
        offline(recorder)
        replayed = [
            ask(f"{secure_app.url}/{n}", timeout=30, verify=certificate).json() for n in "abab"
        ]

    assert live == replayed == [{"call": n} for n in (1, 2, 3, 4)]
    assert len(secure_app.calls) == 4


def test_retries_of_urllib3_are_exchanges_of_their_own(app: App, recorder: Recorder) -> None:
    def answer(seen: Seen) -> Answer:
        return Answer({"call": len(app.seen)}, status=503 if len(app.seen) < 3 else 200)

    def ask() -> object:
        retries = urllib3.Retry(3, status_forcelist=[503], backoff_factor=0)
        with requests.Session() as session:
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
            return session.get(f"{app.url}/x", timeout=30).json()

    app.answer = answer
    live = ask()
    offline(recorder)

    assert ask() == live == {"call": 3}
    assert [kept.status for kept in recorder.tape.exchanges] == [503, 503, 200]
    assert len(app.calls) == 3


def test_connections_are_used_again(app: App, recorder: Recorder) -> None:
    with urllib3.HTTPConnectionPool(*address(app.url)) as pool:
        answers = [pool.request("GET", f"/{n}").json()["call"] for n in range(3)]

        assert (answers, pool.num_connections) == ([1, 2, 3], 1)


def test_a_pool_that_blocks_gets_its_connections_back(app: App, recorder: Recorder) -> None:
    with urllib3.PoolManager(maxsize=1, block=True) as pool:
        live = [pool.request("GET", f"{app.url}/{n}").data for n in range(3)]
        offline(recorder)
        played = [pool.request("GET", f"{app.url}/{n}").data for n in range(3)]

    assert live == played


def test_the_answers_of_urllib3_can_be_used_in_every_way(app: App, recorder: Recorder) -> None:
    def ask() -> tuple[object, ...]:
        with urllib3.PoolManager() as pool:
            answer = pool.request("GET", f"{app.url}/x", preload_content=False)
            again = pool.request("GET", f"{app.url}/y")
            parts = answer.read(3), answer.read(3), answer.read()
        return *parts, again.json(), again.version, again.geturl(), answer.closed

    app.answer = lambda seen: Answer({"path": seen.path})
    live = ask()
    offline(recorder)

    assert ask() == live


def test_aiohttp_sends_json_forms_files_and_chunks(app: App, recorder: Recorder) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"chunk"
        yield b"ed"

    def multipart() -> aiohttp.FormData:
        form = aiohttp.FormData({"a": "1"})
        form.add_field("file", b"bytes", filename="f.bin")
        return form

    async def send() -> list[object]:
        async with aiohttp.ClientSession(app.url) as session:
            return [
                await (await session.post("/x", **body)).json()
                for body in (
                    {"json": {"name": "Zoë"}},
                    {"data": {"a": "1", "b": "ü"}},
                    {"data": multipart()},
                    {"data": chunks()},
                    {"data": BytesIO(b"file")},
                    {"data": "text", "params": {"q": "a b"}},
                )
            ]

    live = asyncio.run(send())
    bodies = [seen.body for seen in app.seen]
    offline(recorder)

    assert asyncio.run(send()) == live
    assert [kept.request_body for kept in recorder.exchanges_since(0)[:6]] == bodies
    assert json.loads(bodies[0]) == {"name": "Zoë"}
    assert bodies[3:] == [b"chunked", b"file", b"text"]
    assert len(app.calls) == 6


def test_aiohttp_keeps_its_own_middlewares_and_raises_for_a_status(
    app: App, recorder: Recorder
) -> None:
    async def signed(request: Any, send: Callable[[Any], Awaitable[Any]]) -> Any:
        request.headers["X-Signed"] = "yes"
        return await send(request)

    async def ask() -> int:
        async with aiohttp.ClientSession(middlewares=[signed], raise_for_status=True) as session:
            with pytest.raises(aiohttp.ClientResponseError) as error:
                await session.get(f"{app.url}/x")
            return error.value.status

    app.answer = lambda _seen: Answer(status=409)
    live = asyncio.run(ask())
    offline(recorder)

    assert asyncio.run(ask()) == live == 409
    assert app.seen[0].headers["X-Signed"] == "yes"
    assert recorder.tape.exchanges[0].request_headers["X-Signed"] == ["yes"]


def test_a_redirect_keeps_method_and_body(app: App, recorder: Recorder) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.path == "/old":
            return Answer(status=307, headers={"Location": "/new"})
        return Answer({"body": seen.body.decode()})

    async def ask() -> object:
        async with aiohttp.ClientSession() as session:
            response = await session.post(f"{app.url}/old", data=b"same")
            return await response.json(), len(response.history), str(response.url)

    app.answer = answer
    live = asyncio.run(ask())
    offline(recorder)

    assert asyncio.run(ask()) == live == ({"body": "same"}, 1, f"{app.url}/new")


def test_a_websocket_is_let_through_and_stopped_offline(app: App, recorder: Recorder) -> None:
    async def connect() -> None:
        async with aiohttp.ClientSession() as session:
            await session.ws_connect(app.url)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        asyncio.run(connect())
    assert recorder.exchanges_since(0) == []
    offline(recorder)
    with pytest.raises(NetworkShutError):
        asyncio.run(connect())


def test_a_header_that_is_sent_twice_is_recorded_twice(app: App, recorder: Recorder) -> None:
    httpx.get(f"{app.url}/x", headers=[("X-Tag", "a"), ("X-Tag", "b")], timeout=30)

    assert recorder.exchanges_since(0)[0].request_headers["X-Tag"] == ["a", "b"]


def test_a_transport_that_is_a_function_is_recorded(recorder: Recorder) -> None:
    def ask(answer: Callable[[httpx.Request], httpx.Response]) -> object:
        with httpx.Client(transport=httpx.MockTransport(answer)) as client:
            return client.get("http://app.example/x").json()

    live = ask(lambda _request: httpx.Response(200, json={"id": 1}))
    offline(recorder)

    assert ask(lambda _request: httpx.Response(500)) == live == {"id": 1}


@pytest.fixture
def aws(app: App) -> Callable[[str], Any]:
    """A client of boto3 for the app."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=app.url,
            region_name="eu-west-1",
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="s3cret-access-key",
        )

    return client


def test_boto3_lists_reads_and_writes(
    app: App, aws: Callable[[str], Any], recorder: Recorder
) -> None:
    listing = (
        b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>'
        b"<Contents><Key>Zo\xc3\xab.csv</Key><Size>3</Size></Contents></ListBucketResult>"
    )

    def answer(seen: Seen) -> Answer:
        if seen.method == "PUT":
            return Answer(b"", headers={"ETag": '"1"'})
        if "list-type" in seen.path:
            return Answer(listing, headers={"Content-Type": "application/xml"})
        return Answer(bytes(range(256)), headers={"Content-Type": "binary/octet-stream"})

    def use() -> tuple[object, ...]:
        files = aws("s3")
        put = files.put_object(Bucket="b", Key="Zoë.csv", Body=BytesIO(b"a,b"))
        keys = [file["Key"] for file in files.list_objects_v2(Bucket="b")["Contents"]]
        read = files.get_object(Bucket="b", Key="Zoë.csv")["Body"].read()
        return put["ETag"], keys, read

    app.answer = answer
    live = use()
    calls = len(app.calls)
    offline(recorder)

    assert use() == live == ('"1"', ["Zoë.csv"], bytes(range(256)))
    assert len(app.calls) == calls == 3


def test_boto3_reports_a_recorded_error_and_tries_again(
    app: App, aws: Callable[[str], Any], recorder: Recorder
) -> None:
    def answer(seen: Seen) -> Answer:
        if len(app.seen) == 1:
            return Answer(b"", status=500)
        return Answer(
            {"__type": "com.amazonaws.dynamodb#ResourceNotFoundException", "message": "no table"},
            status=400,
            headers={"Content-Type": "application/x-amz-json-1.0"},
        )

    def use() -> str:
        with pytest.raises(ClientError) as error:
            aws("dynamodb").get_item(TableName="T", Key={"id": {"S": "1"}})
        return str(error.value)

    app.answer = answer
    live = use()
    offline(recorder)

    assert use() == live
    assert "no table" in live
    assert [kept.status for kept in recorder.tape.exchanges] == [500, 400]


def test_boto3_says_what_is_not_recorded(
    app: App, aws: Callable[[str], Any], recorder: Recorder
) -> None:
    offline(recorder)

    with pytest.raises(MissError):
        aws("sqs").list_queues()


def test_a_replay_stands_where_a_recorder_stood(app: App, recorder: Recorder) -> None:
    with requests.Session() as session:
        live = session.get(f"{app.url}/x", timeout=30).json()
        recorder.stop()
        with Replay(recorder.tape.exchanges, where="cassette.yaml"):
            played = session.get(f"{app.url}/x", timeout=30).json()
        after = session.get(f"{app.url}/x", timeout=30).json()

    assert (live, played, after) == ({"call": 1}, {"call": 1}, {"call": 2})


def test_the_newest_decides_and_blocks_end_in_any_order(app: App, recorder: Recorder) -> None:
    requests.get(f"{app.url}/x", timeout=30)
    replay = Replay(recorder.tape.exchanges, where="cassette.yaml")
    replay.__enter__()
    recorder.stop()
    played = requests.get(f"{app.url}/x", timeout=30).json()
    with pytest.raises(MissError):
        requests.get(f"{app.url}/x", timeout=30)
    replay.__exit__(None, None, None)

    assert played == {"call": 1}
    assert requests.get(f"{app.url}/x", timeout=30).json() == {"call": 2}
    assert len(recorder.tape) == 1


def test_a_reason_beyond_ascii_is_played(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Raw(
        ["HTTP/1.1 200 Schön\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}".encode()]
    )
    live = requests.get(f"{app.url}/x", timeout=30).reason
    offline(recorder)

    assert requests.get(f"{app.url}/x", timeout=30).reason == live
    assert recorder.tape.exchanges[0].reason == "Schön"


def test_a_transfer_that_the_library_leaves_alone_is_played(app: App, recorder: Recorder) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    app.answer = lambda _seen: Raw([head, b"2\r\n{}\r\n0\r\n\r\n"])
    live = requests.get(f"{app.url}/x", timeout=30).content
    offline(recorder)

    assert requests.get(f"{app.url}/x", timeout=30).content == live


@pytest.mark.parametrize("get", [requests.get, httpx.get], ids=["requests", "httpx"])
def test_stock_vcrpy_plays_a_compressed_answer_of_ours(
    get: Callable[[str], Any], app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: Answer(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    live = get(f"{app.url}/x").content
    recorder.stop()

    with vcr.use_cassette(str(recorder.tape.path), record_mode="none"):
        assert get(f"{app.url}/x").content == live == b"{}"


@pytest.mark.parametrize("get", [requests.get, httpx.get], ids=["requests", "httpx"])
@pytest.mark.parametrize("recorded_by", [requests.get, httpx.get], ids=["requests", "httpx"])
def test_we_play_a_compressed_answer_of_stock_vcrpy(
    recorded_by: Callable[[str], Any],
    get: Callable[[str], Any],
    app: App,
    new_recorder: Callable[[], Recorder],
    tape_path: Path,
) -> None:
    app.answer = lambda _seen: Answer(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    with vcr.use_cassette(str(tape_path)):
        recorded_by(f"{app.url}/x")
    offline(new_recorder())

    assert get(f"{app.url}/x").content == b"{}"


def test_what_stock_vcrpy_plays_meanwhile_is_recorded(
    app: App, recorder: Recorder, tmp_path: Path
) -> None:
    with vcr.use_cassette(str(tmp_path / "stock.yaml")):
        answers = [requests.get(f"{app.url}/x", timeout=30).json() for _ in range(2)]

    assert answers == [{"call": 1}, {"call": 2}]
    assert [kept.response_body for kept in recorder.tape.exchanges] == [
        b'{"call": 1}',
        b'{"call": 2}',
    ]


def test_tornado(app: App, recorder: Recorder) -> None:
    async def ask() -> bytes:
        return (await AsyncHTTPClient().fetch(f"{app.url}/x", method="POST", body=b"a")).body

    live = asyncio.run(ask())
    offline(recorder)

    assert asyncio.run(ask()) == live == b'{"call": 1}'
    assert recorder.tape.exchanges[0].request_body == b"a"
    assert len(app.calls) == 1


def test_a_redirect_from_the_tape_leads_to_one_that_is_live(app: App, recorder: Recorder) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.path == "/old":
            return Answer(status=302, headers={"Location": "/new"})
        return Answer(status=404 if len(app.seen) == 2 else 200)

    async def ask() -> int:
        async with aiohttp.ClientSession() as session, session.get(f"{app.url}/old") as response:
            return response.status

    app.answer = answer
    first = asyncio.run(ask())
    recorder.mode = "reuse"
    recorder.begin("cell:first")

    assert (first, asyncio.run(ask())) == (404, 200)
    assert app.calls == ["GET /old", "GET /new", "GET /new"]
