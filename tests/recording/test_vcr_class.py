"""vcrpy's documented uses, each with stock vcrpy and with our class."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import ssl
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException, UnhandledHTTPRequestError
from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request
from vcr.serializers import yamlserializer

from devsession.errors import CassetteError
from devsession.recording import VCR
from tests.recording.app import Answer
from tests.recording.test_threads import FETCHES, REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App
    from tests.recording.test_threads import Fetch

ANSWER = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b"1"}}


@pytest.fixture(params=[vcr.VCR, VCR], ids=["stock", "ours"])
def vcr_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def my_vcr(vcr_class: Any, tmp_path: Path) -> Any:
    return vcr_class(cassette_library_dir=str(tmp_path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cassette.yaml"


def get(url: str, **options: Any) -> Any:
    return requests.get(url, timeout=30, **options).json()


def post(url: str, **options: Any) -> Any:
    return requests.post(url, timeout=30, **options).json()


class TestRecordModes:
    def test_once_records_a_new_file_and_plays_one_that_is_there(
        self, my_vcr: Any, app: App
    ) -> None:
        with my_vcr.use_cassette("cassette.yaml") as cassette:
            assert get(f"{app.url}/a") == {"call": 1}
        assert (len(cassette), cassette.play_count) == (1, 0)

        with my_vcr.use_cassette("cassette.yaml") as cassette:
            assert get(f"{app.url}/a") == {"call": 1}
            with pytest.raises(CannotOverwriteExistingCassetteException, match="/b"):
                get(f"{app.url}/b")

        assert app.calls == ["GET /a"]
        assert (cassette.play_count, cassette.all_played) == (1, True)

    def test_new_episodes_adds(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/a")

        with my_vcr.use_cassette("cassette.yaml", record_mode="new_episodes") as cassette:
            assert get(f"{app.url}/a") == {"call": 1}
            assert get(f"{app.url}/b") == {"call": 2}

        assert [request.path for request in cassette.requests] == ["/a", "/b"]
        assert app.calls == ["GET /a", "GET /b"]

    def test_none_calls_nobody(self, my_vcr: Any, app: App) -> None:
        with (
            my_vcr.use_cassette("cassette.yaml", record_mode=vcr.mode.NONE),
            pytest.raises(CannotOverwriteExistingCassetteException),
        ):
            get(f"{app.url}/a")

        assert app.calls == []

    def test_all_records_again_what_it_asks_again(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/a")
            get(f"{app.url}/b")

        with my_vcr.use_cassette("cassette.yaml", record_mode="all"):
            assert get(f"{app.url}/b") == {"call": 3}

        with my_vcr.use_cassette("cassette.yaml", record_mode="none") as cassette:
            assert [get(f"{app.url}/{path}") for path in "ab"] == [{"call": 1}, {"call": 3}]
        assert len(cassette) == 2

    def test_all_without_what_is_unused(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/a")
            get(f"{app.url}/b")

        options = {"record_mode": "all", "drop_unused_requests": True}
        with my_vcr.use_cassette("cassette.yaml", **options):
            get(f"{app.url}/b")

        with my_vcr.use_cassette("cassette.yaml") as cassette:
            assert [request.path for request in cassette.requests] == ["/b"]

    def test_unused_requests_are_dropped(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/a")
            get(f"{app.url}/b")

        options = {"record_mode": "new_episodes", "drop_unused_requests": True}
        with my_vcr.use_cassette("cassette.yaml", **options):
            get(f"{app.url}/b")
            get(f"{app.url}/c")

        with my_vcr.use_cassette("cassette.yaml") as cassette:
            assert [request.path for request in cassette.requests] == ["/b", "/c"]

    def test_nothing_is_saved_when_the_block_fails(self, my_vcr: Any, app: App, file: Path) -> None:
        def asks_and_fails() -> None:
            get(app.url)
            raise ZeroDivisionError

        with (
            pytest.raises(ZeroDivisionError),
            my_vcr.use_cassette("cassette.yaml", record_on_exception=False),
        ):
            asks_and_fails()

        assert not file.exists()


class TestMatching:
    @pytest.mark.parametrize(
        ("match_on", "first", "second", "same"),
        [
            (["method"], {"path": "/a"}, {"path": "/b"}, True),
            (["uri"], {"path": "/a?x=1&y=2"}, {"path": "/a?y=2&x=1"}, False),
            (["path", "query"], {"path": "/a?x=1&y=2"}, {"path": "/a?y=2&x=1"}, True),
            (["host", "port", "scheme"], {"path": "/a"}, {"path": "/b"}, True),
            (["path"], {"path": "/a"}, {"path": "/b"}, False),
            (["body"], {"json": {"a": 1, "b": [1.0]}}, {"data": '{"b": [1], "a": 1}'}, False),
            (["body"], {"json": {"a": 1, "b": [1.0]}}, {"json": {"b": [1], "a": 1}}, True),
            (["body"], {"data": {"a": "1", "b": "2"}}, {"data": {"b": "2", "a": "1"}}, True),
            (["body"], {"data": {"a": "1"}}, {"data": {"a": "2"}}, False),
            (["body"], {"data": b'{"a": 1}'}, {"json": {"a": 1}}, True),
            (["raw_body"], {"data": {"a": "1", "b": "2"}}, {"data": {"b": "2", "a": "1"}}, False),
            (["raw_body"], {"data": b"\xff"}, {"data": b"\xff"}, True),
            (["headers"], {"headers": {"X-A": "1"}}, {"headers": {"X-A": "2"}}, False),
            (["headers"], {"headers": {"X-A": "1"}}, {"headers": {"x-a": "1"}}, True),
        ],
    )
    def test_what_counts(
        self,
        my_vcr: Any,
        app: App,
        match_on: list[str],
        first: dict[str, Any],
        second: dict[str, Any],
        *,
        same: bool,
    ) -> None:
        def ask(path: str = "/", **options: Any) -> Any:
            return post(app.url + path, **options)

        with my_vcr.use_cassette("cassette.yaml", match_on=match_on):
            ask(**first)
        with my_vcr.use_cassette("cassette.yaml", match_on=match_on, record_mode="new_episodes"):
            answer = ask(**second)

        assert (answer == {"call": 1}) is same

    def test_a_matcher_of_ones_own_decides(self, my_vcr: Any, app: App) -> None:
        def same_number(one: Request, other: Request) -> bool:
            return bool(one.path.lstrip("/x") == other.path.lstrip("/y"))

        my_vcr.register_matcher("number", same_number)
        my_vcr.match_on = ["method", "number"]
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/y7")
            get(f"{app.url}/y8")
        with my_vcr.use_cassette("cassette.yaml"):
            assert get(f"{app.url}/x8") == {"call": 2}
            assert get(f"{app.url}/x7") == {"call": 1}

    def test_a_matcher_may_assert(self, my_vcr: Any, app: App) -> None:
        def same_tenant(one: Request, other: Request) -> None:
            assert one.headers["X-Tenant"] == other.headers["X-Tenant"], "another tenant"

        my_vcr.register_matcher("tenant", same_tenant)
        with my_vcr.use_cassette("cassette.yaml", additional_matchers=["tenant"]):
            get(app.url, headers={"X-Tenant": "a"})
        with (
            my_vcr.use_cassette("cassette.yaml", additional_matchers=["tenant"]),
            pytest.raises(CannotOverwriteExistingCassetteException, match="tenant"),
        ):
            get(app.url, headers={"X-Tenant": "b"})

    def test_a_built_in_matcher_can_be_replaced(self, my_vcr: Any, app: App) -> None:
        my_vcr.register_matcher("path", lambda one, other: one.path[:2] == other.path[:2])
        with my_vcr.use_cassette("cassette.yaml"):
            get(f"{app.url}/a1")
        with my_vcr.use_cassette("cassette.yaml"):
            assert get(f"{app.url}/a2") == {"call": 1}

    def test_an_unknown_matcher_is_an_error(self, my_vcr: Any) -> None:
        with (
            pytest.raises(KeyError, match="made_up"),
            my_vcr.use_cassette("x", match_on=["made_up"]),
        ):
            pass

    def test_equal_requests_are_answered_in_order(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            recorded = [get(app.url) for _ in range(3)]
        with my_vcr.use_cassette("cassette.yaml") as cassette:
            played = [get(app.url) for _ in range(3)]
            with pytest.raises(CannotOverwriteExistingCassetteException):
                get(app.url)

        assert played == recorded
        assert cassette.all_played

    def test_answers_can_be_repeated(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(app.url)
        with my_vcr.use_cassette("cassette.yaml", allow_playback_repeats=True) as cassette:
            assert [get(app.url) for _ in range(5)] == [{"call": 1}] * 5

        assert cassette.play_count == 5
        assert cassette.all_played

    def test_it_can_be_rewound(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(app.url)
        with my_vcr.use_cassette("cassette.yaml") as cassette:
            get(app.url)
            cassette.rewind()
            assert cassette.play_count == 0
            assert get(app.url) == {"call": 1}


class TestHooks:
    def test_a_request_is_changed_before_it_is_kept(self, my_vcr: Any, app: App) -> None:
        def hide(request: Request) -> Request:
            request.uri = request.uri.replace("s3cret", "HIDDEN")
            return request

        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml", before_record_request=hide) as cassette:
                assert get(f"{app.url}/s3cret") == {"call": 1}

        assert cassette.requests[0].path == "/HIDDEN"

    def test_a_request_may_be_left_out(self, my_vcr: Any, app: App, file: Path) -> None:
        my_vcr.before_record_request = lambda request: None if request.path == "/login" else request

        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml"):
                get(f"{app.url}/login")
                get(f"{app.url}/a")

        assert app.calls == ["GET /login", "GET /a", "GET /login"]
        assert "login" not in file.read_text()

    def test_a_response_is_changed_before_it_is_kept(self, my_vcr: Any, app: App) -> None:
        def hide(response: dict[str, Any]) -> dict[str, Any]:
            response["body"]["string"] = response["body"]["string"].replace(b"call", b"CALL")
            return response

        with my_vcr.use_cassette("cassette.yaml", before_record_response=hide):
            assert get(app.url) == {"call": 1}
        with my_vcr.use_cassette("cassette.yaml", before_record_response=hide):
            assert get(app.url) == {"CALL": 1}

    def test_a_response_may_be_left_out(self, my_vcr: Any, app: App, file: Path) -> None:
        with my_vcr.use_cassette("cassette.yaml", before_record_response=lambda _response: None):
            get(app.url)

        assert not file.exists()

    def test_several_hooks_run_in_order(self, my_vcr: Any, app: App) -> None:
        def add(letter: str) -> Any:
            def hook(request: Request) -> Request:
                request.headers["X-Hooks"] = request.headers.get("X-Hooks", "") + letter
                return request

            return hook

        with my_vcr.use_cassette("c.yaml", before_record_request=[add("a"), add("b")]) as cassette:
            get(app.url)

        assert cassette.requests[0].headers["X-Hooks"] == "ab"

    def test_named_values_are_filtered(self, my_vcr: Any, app: App, file: Path) -> None:
        my_vcr.filter_headers = ["Authorization", ("X-Key", "HIDDEN")]
        my_vcr.filter_query_parameters = ["token", ("page", lambda key, value, request: "9")]
        my_vcr.filter_post_data_parameters = ["password", ("user", "HIDDEN")]

        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml"):
                post(
                    f"{app.url}/?token=s3cret&page=3",
                    data={"password": "s3cret", "user": "s3cret", "kept": "yes"},
                    headers={"Authorization": "s3cret", "X-Key": "s3cret"},
                )

        assert len(app.seen) == 1
        assert "s3cret" not in file.read_text()
        assert "page=9" in file.read_text()

    def test_values_are_hidden_in_the_file_only(self, my_vcr: Any, app: App, file: Path) -> None:
        app.answer = lambda _seen: Answer({"token": "s3cret"})
        my_vcr.filter_sensitive_data = [("<TOKEN>", "s3cret")]

        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml"):
                assert get(f"{app.url}/s3cret") == {"token": "s3cret"}

        assert len(app.seen) == 1
        assert "s3cret" not in file.read_text()

    def test_interactions_are_changed_on_the_way_to_the_file_and_back(
        self, my_vcr: Any, app: App, file: Path
    ) -> None:
        def save(request: Request, response: dict[str, Any]) -> Any:
            return request, {**response, "body": {"string": b'{"call": "saved"}'}}

        def load(request: Request, response: dict[str, Any], _cassette: object) -> Any:
            return request, {**response, "body": {"string": b'{"call": "loaded"}'}}

        options = {"before_save_interaction": save, "after_load_interaction": [load]}
        with my_vcr.use_cassette("cassette.yaml", **options):
            assert get(app.url) == {"call": 1}
        assert "saved" in file.read_text()
        with my_vcr.use_cassette("cassette.yaml", **options):
            assert get(app.url) == {"call": "loaded"}

    @pytest.mark.parametrize(
        "option", [{"ignore_hosts": ["127.0.0.1"]}, {"ignore_localhost": True}]
    )
    def test_hosts_are_ignored(
        self, my_vcr: Any, app: App, file: Path, option: dict[str, Any]
    ) -> None:
        with my_vcr.use_cassette("cassette.yaml", record_mode="none", **option):
            assert get(app.url) == {"call": 1}

        assert not file.exists()

    def test_compressed_answers_are_kept_readable(self, my_vcr: Any, app: App, file: Path) -> None:
        app.answer = lambda _seen: Answer(
            gzip.compress(b'{"name": "readable"}'), headers={"Content-Encoding": "gzip"}
        )
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml", decode_compressed_response=True):
                assert httpx.get(app.url).json() == {"name": "readable"}

        assert "readable" in file.read_text()
        assert len(app.seen) == 1


class TestFiles:
    @pytest.mark.parametrize("name", ["yaml", "json"])
    def test_built_in_serializers(self, my_vcr: Any, app: App, file: Path, name: str) -> None:
        app.answer = lambda _seen: Answer({"name": "Zoë 😀"})
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml", serializer=name):
                assert get(app.url) == {"name": "Zoë 😀"}

        assert len(app.seen) == 1
        assert file.read_text().startswith({"yaml": "interactions", "json": "{"}[name])

    def test_a_serializer_of_ones_own(self, my_vcr: Any, app: App, file: Path) -> None:
        class Lines:
            @staticmethod
            def serialize(cassette: dict[str, Any]) -> str:
                return "mine\n" + json.dumps(cassette)

            @staticmethod
            def deserialize(text: str) -> Any:
                return json.loads(text.removeprefix("mine\n"))

        my_vcr.register_serializer("lines", Lines)
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml", serializer="lines"):
                assert get(app.url) == {"call": 1}

        assert file.read_text().startswith("mine\n")

    def test_a_persister_of_ones_own(self, my_vcr: Any, app: App, file: Path) -> None:
        class Beside(FilesystemPersister):
            @classmethod
            def load_cassette(cls, cassette_path: Any, serializer: Any) -> Any:
                return super().load_cassette(f"{cassette_path}.mine", serializer)

            @staticmethod
            def save_cassette(cassette_path: Any, cassette_dict: Any, serializer: Any) -> None:
                path = f"{cassette_path}.mine"
                FilesystemPersister.save_cassette(path, cassette_dict, serializer)

        my_vcr.register_persister(Beside)
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml"):
                assert get(app.url) == {"call": 1}

        assert file.with_name("cassette.yaml.mine").exists()
        assert not file.exists()

    def test_paths_are_transformed(self, vcr_class: Any, app: App, file: Path) -> None:
        my_vcr = vcr_class(path_transformer=vcr.VCR.ensure_suffix(".yaml"))
        with my_vcr.use_cassette(file.with_suffix("")):
            get(app.url)

        assert file.exists()

    def test_binary_bodies_come_back(self, my_vcr: Any, app: App) -> None:
        app.answer = lambda _seen: Answer(bytes(range(256)), headers={"Content-Type": "image/png"})
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml", match_on=["body"]):
                answer = requests.post(app.url, data=bytes(range(255, -1, -1)), timeout=30)
                assert answer.content == bytes(range(256))

        assert len(app.seen) == 1

    def test_values_are_kept_with_the_cassette(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml") as cassette:
            get(app.url)
            assert cassette.get_metadata("seed", 7) == 7
        with my_vcr.use_cassette("cassette.yaml") as cassette:
            assert cassette.get_metadata("seed", 8) == 7


class TestUses:
    def test_it_decorates_a_function(self, my_vcr: Any, app: App, tmp_path: Path) -> None:
        @my_vcr.use_cassette
        def fetches() -> Any:
            return get(app.url)

        @my_vcr.use_cassette(inject_cassette=True)
        def counts(cassette: Any) -> int:
            get(app.url)
            return len(cassette)

        assert [fetches(), fetches(), counts()] == [{"call": 1}, {"call": 1}, 1]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["counts", "fetches"]

    def test_it_decorates_a_coroutine(self, my_vcr: Any, app: App) -> None:
        @my_vcr.use_cassette("cassette.yaml")
        async def fetches() -> Any:
            async with httpx.AsyncClient() as client:
                return (await client.get(app.url)).json()

        assert [asyncio.run(fetches()) for _ in range(2)] == [{"call": 1}] * 2

    def test_it_decorates_a_generator(self, my_vcr: Any, app: App) -> None:
        @my_vcr.use_cassette("cassette.yaml")
        def fetches() -> Iterator[Any]:
            yield get(app.url)
            yield get(app.url)

        assert [list(fetches()) for _ in range(2)] == [[{"call": 1}, {"call": 2}]] * 2

    def test_a_function_names_its_cassette(self, my_vcr: Any, app: App, tmp_path: Path) -> None:
        my_vcr.func_path_generator = lambda function: f"of {function.__name__}.yaml"

        @my_vcr.use_cassette
        def fetches() -> Any:
            return get(app.url)

        fetches()
        assert (tmp_path / "of fetches.yaml").exists()

    def test_options_can_be_changed_later(self, my_vcr: Any, app: App) -> None:
        @my_vcr.use_cassette("cassette.yaml")
        def fetches() -> Any:
            return get(app.url)

        my_vcr.record_mode = "none"

        with pytest.raises(CannotOverwriteExistingCassetteException):
            fetches()

    def test_cassettes_can_be_nested(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("outer.yaml") as outer:
            get(f"{app.url}/outer")
            with my_vcr.use_cassette("inner.yaml") as inner:
                get(f"{app.url}/inner")
            get(f"{app.url}/outer again")

        assert [request.path for request in outer.requests] == ["/outer", "/outer%20again"]
        assert [request.path for request in inner.requests] == ["/inner"]

    def test_nothing_is_patched_afterwards(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"):
            get(app.url)
        get(app.url)

        assert len(app.seen) == 2
        assert vcr.patch.force_reset.__name__ == "force_reset"

    def test_patches_of_ones_own(self, my_vcr: Any) -> None:
        class Library:
            answers = "its own"

        with my_vcr.use_cassette("c.yaml", custom_patches=((Library, "answers", "patched"),)):
            assert Library.answers == "patched"
        assert Library.answers == "its own"

    def test_urllib_is_recorded(self, my_vcr: Any, app: App) -> None:
        for _ in range(2):
            with my_vcr.use_cassette("cassette.yaml"):
                assert urllib.request.urlopen(app.url).read() == b'{"call": 1}'

    def test_a_session_goes_on(self, my_vcr: Any, app: App) -> None:
        with my_vcr.use_cassette("cassette.yaml"), requests.Session() as session:
            recorded = [session.get(f"{app.url}/{n}", timeout=30).json() for n in range(4)]
        with my_vcr.use_cassette("cassette.yaml") as cassette, requests.Session() as session:
            assert [session.get(f"{app.url}/{n}", timeout=30).json() for n in range(4)] == recorded

        assert cassette.all_played
        assert len(app.seen) == 4


class TestCassette:
    @pytest.fixture
    def cassette(self, vcr_class: Any, file: Path) -> Any:
        with vcr_class().use_cassette(str(file), skip_patchers=vcr.patch.PATCHER_NAMES) as cassette:
            cassette.rewound = True
            yield cassette

    def asked(self, path: str) -> Request:
        return Request("GET", f"http://app.example{path}", None, {})

    def test_what_it_holds(self, cassette: Any) -> None:
        cassette.append(self.asked("/a"), {"body": {"string": b"1"}, "headers": {}})
        cassette.append(self.asked("/a"), {"body": {"string": b"2"}, "headers": {}})

        assert len(cassette) == 2
        assert self.asked("/a") in cassette
        assert self.asked("/b") not in cassette
        assert [found["body"]["string"] for found in cassette.responses_of(self.asked("/a"))] == [
            b"1",
            b"2",
        ]
        assert cassette.dirty

    def test_each_answer_is_played_once(self, cassette: Any) -> None:
        cassette.append(self.asked("/a"), {"body": {"string": b"1"}, "headers": {}})
        request = self.asked("/a")

        assert cassette.can_play_response_for(request)
        assert cassette.can_play_response_for(request)
        assert cassette.play_response(request)["body"]["string"] == b"1"
        assert not cassette.can_play_response_for(request)
        assert self.asked("/a") not in cassette
        with pytest.raises(UnhandledHTTPRequestError):
            cassette.play_response(self.asked("/a"))

    def test_it_knows_the_nearest(self, cassette: Any) -> None:
        cassette.append(self.asked("/a"), {"body": {"string": b"1"}, "headers": {}})

        [(request, matched, failed)] = cassette.find_requests_with_most_matches(self.asked("/b"))

        assert request.path == "/a"
        assert "method" in matched
        assert failed[0][0] == "path"

    def test_what_is_put_in_by_hand_is_found(self, cassette: Any) -> None:
        cassette.append(self.asked("/a"), {"body": {"string": b"1"}, "headers": {}})
        assert self.asked("/a") in cassette
        cassette.data = [(self.asked("/b"), {"body": {"string": b"2"}, "headers": {}})]

        assert self.asked("/a") not in cassette
        assert cassette.play_response(self.asked("/b"))["body"]["string"] == b"2"


class TestOurs:
    """What stock vcrpy does not do."""

    def test_vcrpy_is_loaded_when_it_is_asked_for(self) -> None:
        code = (
            "import sys, devsession.recording; assert 'vcr' not in sys.modules; "
            "from devsession.recording import VCR; assert 'vcr' in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=120)

    @pytest.fixture
    def urls(self, app: App) -> list[str]:
        return [f"{app.url}/{number}" for number in range(400)]

    @pytest.mark.parametrize("fetch", FETCHES, ids=lambda fetch: fetch.__name__)
    def test_threads_and_tasks_lose_nothing(self, fetch: Fetch, app: App, file: Path) -> None:
        app.answer = lambda seen: Answer({"id": int(seen.path.rpartition("=")[2])})
        url = f"{app.url}/items?id="
        with VCR().use_cassette(file) as recorded:
            live = fetch(url)
        with VCR().use_cassette(file, record_mode="none") as cassette:
            played = fetch(url)

        assert live == played == list(range(REQUESTS))
        assert len(recorded) == cassette.play_count == len(app.seen) == REQUESTS
        assert cassette.all_played

    def test_threads_that_ask_the_same_get_each_answer_once(self, app: App, file: Path) -> None:
        with VCR().use_cassette(file):
            recorded = [get(app.url) for _ in range(100)]
        with VCR().use_cassette(file, record_mode="none"), ThreadPoolExecutor(8) as pool:
            played = list(pool.map(get, [app.url] * 100))

        assert sorted(answer["call"] for answer in played) == list(range(1, 101))
        assert len(recorded) == 100

    def test_threads_are_recorded_by_urllib_too(
        self, urls: list[str], app: App, file: Path
    ) -> None:
        def fetch(url: str) -> bytes:
            with urllib.request.urlopen(url, timeout=30) as answer:
                content: bytes = answer.read()
                return content

        with VCR().use_cassette(file) as cassette, ThreadPoolExecutor(8) as pool:
            list(pool.map(fetch, urls[:100]))

        assert len(cassette) == len(app.seen) == 100

    def test_https_is_recorded_by_urllib(self, secure_app: App, file: Path) -> None:
        anyone = ssl._create_unverified_context()
        for _ in range(2):
            with VCR().use_cassette(file):
                answer = urllib.request.urlopen(secure_app.url, context=anyone)
                assert answer.read() == b'{"call": 1}'

    @pytest.mark.parametrize("secure", [False, True])
    def test_a_library_may_name_the_parent_of_its_connections(
        self, file: Path, *, secure: bool
    ) -> None:
        name = "HTTPSConnection" if secure else "HTTPConnection"
        parent = getattr(http.client, name)

        class Connection(parent):
            """As httplib2 makes them."""

            def __init__(self, host: str) -> None:
                getattr(http.client, name).__init__(self, host, timeout=7)

        with VCR().use_cassette(file):
            connection = Connection("app.example")

        assert (connection.host, connection.timeout) == ("app.example", 7)

    def test_the_matchers_see_few_requests(self, urls: list[str], file: Path) -> None:
        seen: list[str] = []
        my_vcr = VCR(match_on=["method", "uri", "body", "seen"])
        my_vcr.register_matcher("seen", lambda one, _other: seen.append(one.uri))
        with my_vcr.use_cassette(file) as cassette:
            for url in urls:
                cassette.append(
                    Request("POST", url, b"{}", {"Content-Type": "application/json"}), ANSWER
                )
            cassette.rewound = True
            asked = [
                Request("POST", url, b"{ }", {"Content-Type": "application/json"}) for url in urls
            ]
            assert all(cassette.can_play_response_for(request) for request in asked)

        assert len(seen) == len(urls)

    def test_bodies_are_found_among_many(self, file: Path) -> None:
        seen: list[object] = []
        my_vcr = VCR(match_on=["uri", "body", "seen"])
        my_vcr.register_matcher("seen", lambda one, _other: seen.append(one))
        json_type = {"Content-Type": "application/json"}
        with my_vcr.use_cassette(file) as cassette:
            for number in range(200):
                body = b'{"a": 1, "b": %d}' % number
                cassette.append(Request("POST", "http://app.example/", body, json_type), ANSWER)
            cassette.rewound = True
            asked = [
                Request("POST", "http://app.example/", b'{"b":%d.0,"a":1}' % number, json_type)
                for number in range(200)
            ]
            assert all(request in cassette for request in asked)

        assert len(seen) == 200

    def test_an_answer_that_was_promised_and_not_fetched_is_free_again(self, file: Path) -> None:
        with VCR().use_cassette(file) as cassette:
            cassette.append(Request("GET", "http://app.example/", None, {}), ANSWER)
            cassette.rewound = True
            first = Request("GET", "http://app.example/", None, {})
            second = Request("GET", "http://app.example/", None, {})

            assert cassette.can_play_response_for(first)
            assert not cassette.can_play_response_for(second)
            del first
            assert cassette.can_play_response_for(second)

    @pytest.mark.parametrize("serializer", ["yaml", "json"])
    @pytest.mark.parametrize("content", [b"", b"interactions: [", b"\xff\xfe", b"{}"])
    def test_a_damaged_file_is_not_recorded_over(
        self, app: App, file: Path, content: bytes, serializer: str
    ) -> None:
        file.write_bytes(content)

        with (
            pytest.raises(CassetteError, match=r"cassette\.yaml"),
            VCR().use_cassette(file, serializer=serializer),
        ):
            get(app.url)

        assert file.read_bytes() == content
        assert app.seen == []

    def test_a_file_that_cannot_be_written_stays(self, app: App, file: Path) -> None:
        def fails(_cassette: object) -> str:
            raise OSError("no room")

        with VCR().use_cassette(file):
            get(app.url)
        before = file.read_bytes()
        my_vcr = VCR(record_mode="new_episodes", serializer="full")
        my_vcr.register_serializer(
            "full", SimpleNamespace(serialize=fails, deserialize=yamlserializer.deserialize)
        )

        with pytest.raises(OSError, match="no room"), my_vcr.use_cassette(file):
            get(f"{app.url}/b")

        assert file.read_bytes() == before

    def test_nothing_stays_patched_when_its_file_cannot_be_written(self, file: Path) -> None:
        connection = http.client.HTTPConnection
        file.mkdir()

        with pytest.raises(IsADirectoryError) as error, VCR().use_cassette(file) as cassette:
            cassette.append(Request("GET", "http://app.example/", None, {}), ANSWER)

        assert http.client.HTTPConnection is connection
        assert error.value.filename  # the error, and with it every frame, is held until here

    @pytest.mark.parametrize(("writer", "reader"), [(VCR, vcr.VCR), (vcr.VCR, VCR)])
    def test_stock_vcrpy_plays_its_files_and_it_plays_stock_ones(
        self, app: App, file: Path, writer: Any, reader: Any
    ) -> None:
        with writer().use_cassette(file):
            recorded = get(app.url)
        with reader().use_cassette(file, record_mode="none"):
            assert get(app.url) == recorded

    def test_it_plays_what_a_session_recorded(
        self, app: App, tape_path: Path, recorder: Recorder
    ) -> None:
        recorded = get(app.url)
        recorder.stop()

        with VCR().use_cassette(tape_path, record_mode="none"):
            assert get(app.url) == recorded
