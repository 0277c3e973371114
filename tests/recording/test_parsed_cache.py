"""YAML is parsed once; a cache that is damaged, stale or in the way costs time and nothing else."""

from __future__ import annotations

import datetime
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devsession.recording import parsed_cache
from devsession.recording.cassette_file import load_exchanges
from devsession.recording.exchange import Exchange
from devsession.recording.parsed_cache import parsed
from devsession.recording.tape import Tape
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING = Redactor({})
TEXT = b"x" * 20_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVSESSION_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "parsed"


class Parser:
    """Gives one value, and counts how often it was asked."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.calls = 0

    def __call__(self, _text: bytes) -> Any:
        self.calls += 1
        return self.value


def exchange(number: int) -> Exchange:
    return Exchange(
        "GET",
        f"http://app.example/{number}",
        status=200,
        reason="OK",
        response_body=b"\xff" + bytes(100) + b"%d" % number,
    )


def test_a_text_is_parsed_once() -> None:
    value = {"b": [1, 2.5, None, True, "Zoë", b"\xff\xfe\xfb"], "": {}, "big": 10**30}
    parser = Parser(value)

    assert [parsed([TEXT], parser) for _ in range(3)] == [[value]] * 3
    assert parser.calls == 1


def test_another_text_is_parsed_again() -> None:
    parser = Parser({"a": 1})

    parsed([TEXT, TEXT + b"y"], parser)

    assert parser.calls == 2


def test_a_short_text_is_not_kept(cache: Path) -> None:
    parsed([b"short"], Parser(1))

    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    "value",
    [
        datetime.date(2026, 1, 1),
        {1: "a number as key"},
        float("inf"),
        float("nan"),
        "half a letter: \ud83d",
        b"bytes alone",
        {"nested": [(1, 2)]},
        iter(()),
    ],
    ids=["date", "key", "infinite", "nan", "surrogate", "bytes", "tuple", "iterator"],
)
def test_what_json_cannot_tell_is_parsed_each_time(cache: Path, value: object) -> None:
    parser = Parser(value)

    parsed([TEXT], parser)
    parsed([TEXT], parser)

    assert parser.calls == 2
    assert list(cache.iterdir()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text()
        | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_what_is_kept_comes_back_as_it_was(value: object) -> None:
    parser, text = Parser(value), TEXT + repr(value).encode()

    [first], [second] = parsed([text], parser), parsed([text], parser)

    assert first == second == value


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda _content: b"",
        lambda content: content.replace(b"value one", b"value two"),
        lambda _content: b"\x00" * 200,
    ],
    ids=["cut off", "empty", "changed", "zeros"],
)
def test_a_damaged_entry_is_ignored_and_made_again(
    cache: Path, damage: Callable[[bytes], bytes]
) -> None:
    parser = Parser({"a": "value one"})
    parsed([TEXT], parser)
    [entry] = cache.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))

    assert parsed([TEXT], parser) == [{"a": "value one"}]
    assert parsed([TEXT], parser) == [{"a": "value one"}]
    assert parser.calls == 2


def test_entries_of_another_format_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = Parser({"a": 1})
    parsed([TEXT], parser)
    monkeypatch.setattr(parsed_cache, "_FORMAT", b"another")

    parsed([TEXT], parser)

    assert parser.calls == 2


def test_a_folder_that_cannot_be_made_is_no_trouble(cache: Path) -> None:
    cache.parent.write_text("a file stands here")

    assert parsed([TEXT], Parser(1)) == [1]


def test_a_disk_that_is_full_is_no_trouble(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    assert parsed([TEXT], Parser(1)) == [1]
    assert list(cache.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_its_user_may_read_it(cache: Path) -> None:
    parsed([TEXT], Parser(1))

    [entry] = cache.iterdir()
    assert cache.stat().st_mode & 0o777 == 0o700
    assert entry.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_others_may_write_to_is_not_believed(cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o777)

    parsed([TEXT], Parser(1))

    assert list(cache.iterdir()) == []


def test_what_was_not_used_for_long_is_deleted(cache: Path) -> None:
    parsed([TEXT], Parser(1))
    [old] = cache.iterdir()
    os.utime(old, (0, time.time() - 40 * 24 * 3600))

    parsed([TEXT + b"new"], Parser(2))

    assert old not in cache.iterdir()


def test_it_stays_small(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_cache, "_KEPT_BYTES", 500)

    for number in range(20):
        parsed([TEXT + b"%d" % number], Parser("x" * 50))

    assert 0 < sum(file.stat().st_size for file in cache.iterdir()) <= 500


def test_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(8) as pool:
        values = pool.map(lambda _: parsed([TEXT], Parser({"a": [b"\xff"]})), range(64))

        assert list(values) == [[{"a": [b"\xff"]}]] * 64


class TestTape:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        tape = Tape(tmp_path / "tape.yaml")
        for number in range(600):
            tape.record(exchange(number), turn=1, fingerprint="", redactor=NOTHING)
        return tape.path

    @pytest.fixture
    def yaml_bytes(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The size of each text that is parsed as YAML."""
        import yaml  # type: ignore[import-untyped]

        sizes: list[int] = []
        load = yaml.load

        def counted(text: str, **options: Any) -> Any:
            sizes.append(len(text))
            return load(text, **options)

        monkeypatch.setattr(yaml, "load", counted)
        return sizes

    def test_it_is_parsed_once(self, path: Path, yaml_bytes: list[int]) -> None:
        first = Tape(path).exchanges
        yaml_bytes.clear()

        assert Tape(path).exchanges == first
        assert load_exchanges(path) == [
            Exchange.from_interaction(found.interaction()) for found in first
        ]
        assert yaml_bytes == []

    def test_what_was_added_costs_a_part(self, path: Path, yaml_bytes: list[int]) -> None:
        tape = Tape(path)
        tape.record(exchange(600), turn=1, fingerprint="", redactor=NOTHING)
        yaml_bytes.clear()

        assert len(Tape(path)) == 601
        assert sum(yaml_bytes) < path.stat().st_size / 3

    def test_an_edited_answer_is_read(self, path: Path) -> None:
        Tape(path)
        path.write_text(path.read_text().replace("app.example/300", "app.example/edited"))

        assert Tape(path).exchanges[300].url == "http://app.example/edited"

    def test_a_secret_that_is_taken_out_is_kept_nowhere(self, path: Path, cache: Path) -> None:
        text = path.read_text().replace("http://app.example/300", "http://app.example/s3cret-value")
        path.write_text(text)
        tape = Tape(path)
        assert any(b"s3cret-value" in entry.read_bytes() for entry in cache.iterdir())

        tape.redact(Redactor({"api_key": "s3cret-value"}))

        assert b"s3cret-value" not in path.read_bytes()
        assert not any(b"s3cret-value" in entry.read_bytes() for entry in cache.iterdir())

    def test_other_keys_after_the_list_are_no_exchanges(self, path: Path) -> None:
        path.write_text(path.read_text() + "metadata:\n- seed\n")

        assert len(load_exchanges(path)) == 600
