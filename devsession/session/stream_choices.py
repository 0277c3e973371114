"""Which streams a sync reads and how: what is said of them, what follows, what cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from devsession.errors import FormError, did_you_mean
from devsession.plugin.streams import (
    InboundSyncStrategy,
    StorageBehaviour,
    StoredStreamConfiguration,
    StoredStreamsConfiguration,
)
from devsession.session.stream_usual import dotted, spelled, usual, usual_storage, usual_strategy

if TYPE_CHECKING:
    from devsession.plugin.streams import StreamConfiguration

CHOICES = ("strategy", "cursor", "key", "storage")
_STORAGES: tuple[str, ...] = get_args(StorageBehaviour)
_INCREMENTAL = InboundSyncStrategy.INCREMENTAL


@dataclass(frozen=True)
class Chosen:
    """What a sync reads. added: stream -> why it is read though nobody named it."""

    streams: StoredStreamsConfiguration
    added: dict[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """`project is read too: task depends on it`."""
        return [f"{name} is read too: {why}" for name, why in self.added.items()]


def chosen_streams(
    listed: Sequence[StreamConfiguration],
    asked: object,
    *,
    include_new_streams: bool = False,
    where: str,
) -> Chosen:
    """The choices for each stream that is read, by name; the others are excluded.

    asked: name -> choices, as in `CHOICES`; or names, which take what is usual; None for all.
    where: what errors call the sync.

    Raises: FormError, which says all that is wrong.
    """
    wanted, errors = _wanted(asked, [stream.stream_name for stream in listed])
    looked = look_at(listed, wanted)
    errors |= {
        f"streams.{name}.{choice}": problem
        for name, wrong in looked.wrong.items()
        for choice, problem in wrong.items()
    }
    flag: object = include_new_streams
    if not isinstance(flag, bool):
        errors["include_new_streams"] = f"is True or False, not {include_new_streams!r}"
    if errors:
        raise FormError(
            f"The streams of {where} cannot be read so",
            errors=errors,
            where=where,
            next_step='for instance streams={"contacts": {"strategy": "Incremental"}, "notes": {}}',
        )
    streams = StoredStreamsConfiguration(
        include_new_streams=include_new_streams,
        included_streams=looked.included,
        excluded_streams=[
            stream.stream_name for stream in listed if stream.stream_name not in looked.included
        ],
    )
    return Chosen(streams, looked.added)


@dataclass(frozen=True)
class Looked:
    """What comes of a choice of streams.

    included: what can be read so. added: stream -> why it is read though nobody named it. wrong:
    stream -> choice -> what is wrong.
    """

    included: dict[str, StoredStreamConfiguration]
    added: dict[str, str]
    wrong: dict[str, dict[str, str]]

    @property
    def read(self) -> set[str]:
        """Those that are to be read, and can be or not."""
        return {*self.included, *self.wrong}


def look_at(
    listed: Sequence[StreamConfiguration], wanted: Mapping[str, Mapping[str, Any]]
) -> Looked:
    """What the sync would read with these choices, and what of them cannot be."""
    known = {stream.stream_name: stream for stream in listed}
    looked = Looked({}, _added(known, wanted), {})
    for name, stream in known.items():
        if name in wanted or name in looked.added:
            stored, wrong = _stored(stream, wanted.get(name, {}))
            if stored is None:
                looked.wrong[name] = wrong
            else:
                looked.included[name] = stored
    return looked


def made(stream: StreamConfiguration, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Each of `CHOICES` as it is with these, right or wrong."""
    cursor = choices.get("cursor") or stream.default_cursor_field
    key = choices.get("key") or stream.source_defined_primary_key
    strategy = choices.get("strategy") or usual_strategy(stream, cursor)
    storage = choices.get("storage") or usual_storage(strategy, bool(key))
    return {"strategy": strategy, "cursor": cursor, "key": key, "storage": storage}


def kept_choices(
    listed: Sequence[StreamConfiguration], before: StoredStreamsConfiguration, *, new: bool
) -> dict[str, dict[str, Any]]:
    """What was chosen before, for the streams of today; new: with what is usual for new ones.

    Streams that the plugin has no more are among it: whoever chooses is told.
    """
    kept = {name: _choices(stored) for name, stored in before.included_streams.items()}
    known = {*kept, *before.excluded_streams}
    fresh = [stream.stream_name for stream in listed if stream.stream_name not in known]
    return kept | {name: {} for name in fresh if new}


def chosen_by_hand(streams: StoredStreamsConfiguration) -> dict[str, dict[str, Any]]:
    """What `fill(streams=..)` takes to read the same; empty where all are read as is usual."""
    chosen = {name: _unusual(stored) for name, stored in streams.included_streams.items()}
    return chosen if streams.excluded_streams or any(chosen.values()) else {}


def _wanted(
    asked: object, known: Sequence[str]
) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """The choices by stream, and what is wrong with how they are given."""
    if asked is None:
        return {name: {} for name in known}, {}
    if isinstance(asked, Mapping):
        given = dict(asked)
    elif isinstance(asked, Sequence) and not isinstance(asked, str):
        given = {name if isinstance(name, str) else repr(name): {} for name in asked}
    else:
        return {}, {"streams": f"are a list of names, or name -> choices, not {asked!r}"}
    errors = {
        f"streams.{name}": f"there is no such stream; {did_you_mean(name, known)}"
        for name in given
        if name not in known
    }
    for name, choices in given.items():
        if choices is None:
            given[name] = {}
        elif not isinstance(choices, Mapping):
            errors[f"streams.{name}"] = f"its choices are a dict, not {choices!r}"
            given[name] = {}
    if not given and not errors:
        errors["streams"] = f"name at least one; {did_you_mean('', known)}"
    return given, errors


def _added(
    known: Mapping[str, StreamConfiguration], wanted: Mapping[str, object]
) -> dict[str, str]:
    """Streams that have to be read as well, and why."""
    added = {
        name: "it is mandatory"
        for name, stream in known.items()
        if stream.mandatory and name not in wanted
    }
    waiting = [name for name in known if name in wanted or name in added]
    while waiting:
        name = waiting.pop()
        needed = known[name].depends_on_stream
        if needed is not None and needed not in wanted and needed not in added:
            added[needed] = f"{name} depends on it"
            waiting.append(needed)
    return {name: added[name] for name in known if name in added}


def _stored(
    stream: StreamConfiguration, choices: Mapping[str, Any]
) -> tuple[StoredStreamConfiguration | None, dict[str, str]]:
    """How a stream is read with these choices; or what is wrong with them."""
    strategy, cursor, key, storage = made(stream, choices).values()
    problems = {
        "cursor": _wrong_cursor(stream, choices.get("cursor"), cursor, strategy),
        "key": _wrong_key(stream, key),
        "strategy": _wrong_strategy(stream, strategy),
        "storage": _wrong_storage(storage, key),
    }
    wrong = {name: problem for name, problem in problems.items() if problem}
    wrong |= {
        str(name): f"there is no such choice; {did_you_mean(name, CHOICES)}"
        for name in choices
        if name not in CHOICES
    }
    if wrong:
        return None, wrong
    stored = StoredStreamConfiguration(
        stream_name=stream.stream_name,
        sync_strategy=strategy,
        cursor_field=cursor,
        primary_key_field=key,
        storage_behaviour=storage,
        stream=stream,
    )
    return stored, {}


def _wrong_cursor(
    stream: StreamConfiguration, chosen: object, cursor: object, strategy: object
) -> str:
    own = stream.default_cursor_field
    if chosen is not None and stream.source_defined_cursor and chosen != own:
        return f"the app has its own, {dotted(own)!r}"
    if cursor is not None and not _is_path(cursor):
        return f"is a field, or a list of where it stands, not {cursor!r}"
    if cursor is None and not stream.source_defined_cursor and strategy == _INCREMENTAL:
        return "Incremental needs one: the field that grows with each change"
    return ""


def _wrong_key(stream: StreamConfiguration, key: object) -> str:
    own = stream.source_defined_primary_key
    if own and key != own:
        return f"the app has its own, {spelled(own)!r}"
    return "" if key is None or _is_key(key) else f"is a field or a list of fields, not {key!r}"


def _wrong_strategy(stream: StreamConfiguration, strategy: object) -> str:
    supported = [str(each) for each in stream.supported_sync_strategies]
    if isinstance(strategy, str) and str(strategy) in supported:
        return ""
    return f"{strategy!r} is not supported; {did_you_mean(strategy, supported)}"


def _wrong_storage(storage: object, key: object) -> str:
    if storage not in _STORAGES:
        return f"there is no {storage!r}; {did_you_mean(storage, _STORAGES)}"
    if storage == "merge" and not key:
        return "merge needs a key, and the app names none: key="
    return ""


def _choices(stored: StoredStreamConfiguration) -> dict[str, Any]:
    """What somebody has chosen of a stream; what the app says of it is asked for anew."""
    stream = stored.stream
    choices: dict[str, Any] = {
        "strategy": str(stored.sync_strategy),
        "storage": stored.storage_behaviour,
    }
    if not stream.source_defined_cursor and stored.cursor_field != stream.default_cursor_field:
        choices["cursor"] = stored.cursor_field
    if not stream.source_defined_primary_key and stored.primary_key_field:
        choices["key"] = stored.primary_key_field
    return choices


def _unusual(stored: StoredStreamConfiguration) -> dict[str, Any]:
    """Of its choices those that are not made by themselves."""
    plain = usual(stored.stream)
    made = str(plain.sync_strategy), plain.storage_behaviour
    return {choice: value for choice, value in _choices(stored).items() if value not in made}


def _is_path(value: object) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, list) and bool(value) and all(_is_name(each) for each in value)


def _is_key(value: object) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, list) and bool(value) and all(map(_is_path, value))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)
