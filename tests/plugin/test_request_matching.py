"""What a plugin declares about comparing requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import DefinitionError
from devsession.plugin import Plugin, RequestMatching
from devsession.plugin.request_matching import written_path

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_a_plugin_declares_it_once() -> None:
    class Signed(Plugin):
        request_matching = RequestMatching(
            ignore_parameters=["timestamp"],
            ignore_json=["meta.sent_at", "items[*].nonce"],
            match_headers=["X-Tenant"],
        )

    assert Signed.request_matching.json_paths == (("meta", "sent_at"), ("items", None, "nonce"))
    assert Signed.request_matching.match_headers == ["x-tenant"]


def test_a_plugin_that_declares_nothing_ignores_nothing() -> None:
    assert Plugin.request_matching == RequestMatching()


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a", ("a",)),
        ("a.b-c.d e", ("a", "b-c", "d e")),
        ("[*].id", (None, "id")),
        ("a[0][*].b", ("a", 0, None, "b")),
        ('"a.b".c', ("a.b", "c")),
        ('a."*"', ("a", "*")),
        ('"$ref"', ("$ref",)),
        ('"say \\"x\\" \\\\"', ('say "x" \\',)),
        ('""', ("",)),
        ("größe.日付", ("größe", "日付")),
    ],
)
def test_paths(path: str, steps: tuple[str | int | None, ...]) -> None:
    [parsed] = RequestMatching(ignore_json=[path]).json_paths

    assert parsed == steps
    assert written_path(steps) == path


@pytest.mark.parametrize(
    "path",
    ["", ".", "a.", ".a", "a..b", "$.a", "a.*", "*", "a[", "a[x]", "a[-1]", "[0]a", 'a"b"', "a "],
)
def test_a_path_that_is_none_is_named(path: str) -> None:
    with pytest.raises(DefinitionError) as error:
        RequestMatching(ignore_json=["fine", path])

    assert f"ignore_json: {path!r} is no path in JSON" in error.value.tried


@pytest.mark.parametrize(
    "declared",
    [
        {"ignore_json": ["meta..sent_at"]},
        {"ignore_json": "meta.sent_at"},
        {"ignore_json": [7]},
        {"ignore_parameters": [""]},
        {"match_headers": ["x tenant"]},
        {"ignore_headers": ["x-tenant"]},
    ],
    ids=["path", "text", "number", "empty", "header", "option"],
)
def test_what_cannot_be(declared: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DefinitionError) as error:
        RequestMatching(**declared)

    assert error.value.what == "RequestMatching is not valid"
    assert error.value.tried == snapshot


def test_another_thing_in_its_place_is_refused(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DefinitionError) as error:

        class Wrong(Plugin):
            request_matching = "meta.sent_at"  # type: ignore[assignment]

    assert (error.value.what, error.value.next_step) == snapshot
