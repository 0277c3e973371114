"""Streams: what an app has to read, and how a sync reads each of them."""

from __future__ import annotations

from typing import Any

import pytest

from devsession.errors import DefinitionError
from devsession.plugin import (
    InboundSyncStrategy,
    StoredStreamConfiguration,
    StoredStreamsConfiguration,
    StreamConfiguration,
)
from devsession.plugin.streams import checked_stream_list, in_dependency_order


def stream(name: str = "contacts", **options: Any) -> StreamConfiguration:
    return StreamConfiguration(
        stream_name=name, supported_sync_strategies=["Full Refresh", "Incremental"], **options
    )


def stored(name: str = "contacts", **options: Any) -> StoredStreamConfiguration:
    about = {"sync_strategy": "Full Refresh", "storage_behaviour": "append", "stream": stream(name)}
    return StoredStreamConfiguration(stream_name=name, **{**about, **options})


def test_a_strategy_goes_by_name_and_by_class() -> None:
    by_name = stored(sync_strategy="Incremental")
    by_class = stored(sync_strategy=InboundSyncStrategy.INCREMENTAL)
    on_the_wire = stored(sync_strategy={"name": "Incremental", "custom_strategy": False})
    assert by_name == by_class == on_the_wire
    assert by_name.model_dump(mode="json")["sync_strategy"] == "Incremental"


def test_an_unknown_strategy_is_told_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match="did you mean 'Full Refresh'"):
        stored(sync_strategy="full refresh ")


@pytest.mark.parametrize(
    ("declared", "paths"),
    [
        ("id", (("id",),)),
        (["region", "id"], (("region",), ("id",))),
        ([["owner", "id"]], (("owner", "id"),)),
        ([["owner", "id"], "kind"], (("owner", "id"), ("kind",))),
        (None, ()),
    ],
)
def test_a_key_is_a_field_fields_together_or_a_nested_one(declared: Any, paths: Any) -> None:
    assert stored(primary_key_field=declared).key == paths
    assert stored(stream=stream(source_defined_primary_key=declared)).key == paths


def test_the_key_of_the_app_counts_before_a_chosen_one() -> None:
    chosen = stored(primary_key_field="email", stream=stream(source_defined_primary_key="id"))
    assert chosen.key == (("id",),)


def test_the_cursor_is_the_chosen_one_unless_the_app_has_its_own() -> None:
    offered = stream(default_cursor_field="updated_at")
    theirs = stream(default_cursor_field=["meta", "version"], source_defined_cursor=True)
    assert stored(stream=offered).cursor == ("updated_at",)
    assert stored(stream=offered, cursor_field="created_at").cursor == ("created_at",)
    assert stored(stream=theirs, cursor_field="created_at").cursor == ("meta", "version")
    assert stored().cursor is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"storage_behaviour": "merge"}, "'merge' needs a primary_key_field"),
        ({"stream": stream("people")}, "is named 'people', not 'contacts'"),
        (
            {
                "sync_strategy": "Incremental",
                "stream": StreamConfiguration(
                    stream_name="contacts", supported_sync_strategies=["Full Refresh"]
                ),
            },
            "supports Full Refresh",
        ),
        ({"primary_key_field": []}, "primary_key_field"),
        ({"storage_behaviour": "upsert"}, "storage_behaviour"),
    ],
)
def test_a_stored_stream_that_cannot_be_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        stored(**options)


def test_what_else_the_wire_carries_is_let_go() -> None:
    wire = stored(latest_state={"page": 3}).model_dump(mode="json") | {"stream_settings": {}}
    read = StoredStreamsConfiguration.model_validate(
        {"included_streams": {"contacts": wire}, "excluded_streams": ["notes"], "version": 2}
    )
    assert read.included_streams["contacts"].latest_state == {"page": 3}
    assert not read.include_new_streams


@pytest.mark.parametrize(
    "choices",
    [
        {"included_streams": {"people": stored("contacts")}},
        {"included_streams": {"contacts": stored()}, "excluded_streams": ["contacts"]},
    ],
)
def test_a_stream_is_named_and_chosen_once(choices: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="'contacts'"):
        StoredStreamsConfiguration(**choices)


def test_streams_stand_behind_what_they_depend_on() -> None:
    listed = [
        stream("replies", depends_on_stream="comments"),
        stream("comments", depends_on_stream="posts"),
        stream("users"),
        stream("posts"),
    ]
    names = [each.stream_name for each in checked_stream_list(listed)]
    assert names == ["users", "posts", "comments", "replies"]
    selected = [stored(each.stream_name, stream=each) for each in listed if "p" in each.stream_name]
    assert [each.stream_name for each in in_dependency_order(selected)] == ["replies", "posts"]


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        ([stream(), stream()], "more than one stream is named 'contacts'"),
        ([stream(depends_on_stream="contact")], "names no stream of this list, 'contact'"),
        ([stream(depends_on_stream="contacts")], "in a ring: 'contacts' -> 'contacts'"),
        (
            [stream("a", depends_on_stream="b"), stream("b", depends_on_stream="a")],
            "in a ring: '[ab]' -> '[ab]' -> '[ab]'",
        ),
    ],
)
def test_a_list_that_cannot_be_is_refused(listed: list[StreamConfiguration], problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        checked_stream_list(listed)
