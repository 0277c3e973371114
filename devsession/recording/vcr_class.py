"""vcrpy as its documentation describes it, with a cassette that loses nothing and does not slow down.

Other than stock vcrpy: a request is found by an index, not by reading the whole cassette twice;
threads share a cassette; a file that cannot be read is an error and is not recorded over; a file
is written whole or not at all, and large ones are parsed once.
"""

from __future__ import annotations

import functools
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import vcr.cassette
from vcr.errors import UnhandledHTTPRequestError
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.record_mode import RecordMode
from vcr.serialize import deserialize, serialize
from vcr.serializers import jsonserializer, yamlserializer

from devsession.recording.cassette_file import load_content, unreadable
from devsession.recording.patching import patches_stay
from devsession.recording.request_index import RequestIndex
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_ANSWERED = -1


class CassettePersister:
    """Cassettes as files.

    Raises: CassetteError when a file is there and cannot be read; it stays as it is.
    """

    @staticmethod
    def load_cassette(cassette_path: Any, serializer: Any) -> Any:
        """What vcrpy makes of a file's content."""
        path = Path(cassette_path)
        if not path.is_file():
            raise CassetteNotFoundError
        built_in = serializer in (yamlserializer, jsonserializer)
        cassette = load_content(path)[0] if built_in else None
        try:
            if built_in:
                return deserialize("", SimpleNamespace(deserialize=lambda _text: cassette))
            return deserialize(path.read_bytes().decode("utf-8"), serializer)
        except Exception as cause:
            raise unreadable(path, cause) from cause

    @staticmethod
    def save_cassette(cassette_path: Any, cassette_dict: dict[str, Any], serializer: Any) -> None:
        """Write it whole, or leave the file that is there."""
        content = serialize(cassette_dict, serializer).encode("utf-8")
        write_atomically(Path(cassette_path), content, mode=0o644)


class _Context(vcr.cassette.CassetteContextDecorator):  # type: ignore[misc]
    _patches: Generator[IndexedCassette]

    def _patch_generator(self, cassette: IndexedCassette) -> Generator[IndexedCassette]:
        self._patches = self._patching(cassette)
        return self._patches

    def _patching(self, cassette: IndexedCassette) -> Generator[IndexedCassette]:
        with patches_stay():
            yield from super()._patch_generator(cassette)

    def __exit__(self, *error: Any) -> None:
        # vcrpy saves first: when that fails, its patches stay until they are garbage.
        try:
            super().__exit__(*error)
        finally:
            self._patches.close()


class IndexedCassette(vcr.cassette.Cassette):  # type: ignore[misc]
    """vcrpy's cassette, for any number of interactions and threads.

    vcrpy's stubs ask whether there is an answer, then for the answer. The first reserves it, so
    that no other thread is promised the same; it is free again when its request is gone.
    """

    def __init__(self, path: Any, serializer: Any = None, persister: Any = None, **options: Any):
        self._lock = threading.RLock()
        self._reserved: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        super().__init__(path, serializer, persister or CassettePersister, **options)
        self._index = RequestIndex(self._match_on)
        self._indexed = self.data

    @classmethod
    def use_arg_getter(cls, arg_getter: Callable[[], dict[str, Any]]) -> _Context:
        """As `VCR.use_cassette` does."""
        return _Context(cls, arg_getter)

    @classmethod
    def use(cls, **kwargs: Any) -> _Context:
        """A context manager and decorator that loads, patches, and saves."""
        return _Context(cls, lambda: dict(kwargs))

    def can_play_response_for(self, request: Any) -> bool:
        """Whether there is an answer, which is then reserved for this request."""
        filtered = self._before_record_request(request)
        if not filtered or self.record_mode == RecordMode.ALL:
            return False
        if not (self.rewound or self.allow_playback_repeats):
            return False
        with self._lock:
            if self._reservation(request) is not None:
                return True
            position = self._next(filtered)
            if position is not None and not self.allow_playback_repeats:
                self._reserve(request, position)
            return position is not None

    def play_response(self, request: Any) -> Any:
        """The answer to a request, each once unless `allow_playback_repeats`.

        Raises: UnhandledHTTPRequestError when there is none.
        """
        filtered = self._before_record_request(request)
        with self._lock:
            position = self._reservation(request)
            if position is None:
                position = self._next(filtered)
            if position is None:
                raise UnhandledHTTPRequestError(
                    f"The cassette ({self._path!r}) doesn't contain the request ({request!r}) asked for"
                )
            self._reserve(request, _ANSWERED)
            stored, response = self.data[position]
            if not self.play_counts[position] and position < self._loaded_count:
                self._played_interactions.append((stored, response))
            self.play_counts[position] += 1
        if isinstance(response, dict) and isinstance(response.get("headers"), dict):
            response = {**response, "headers": dict(response["headers"])}  # the stubs change them
        return response

    def rewind(self) -> None:
        """Play from the start again."""
        with self._lock:
            super().rewind()
            self._reserved.clear()
            self._index = RequestIndex(self._match_on)

    def _responses(self, request: Any) -> Iterator[tuple[int, Any]]:
        request = self._before_record_request(request)
        for position in self._matching(request):
            yield position, self.data[position][1]

    def _matching(self, request: Any) -> Iterator[int]:
        """Positions of all that match, played or not."""
        with self._lock:
            positions = dict.fromkeys(self._up_to_date().positions(request))
        return (position for position in positions if self._matches(request, position))

    def _next(self, request: Any) -> int | None:
        """Position of the answer whose turn it is."""
        index = self._up_to_date()
        if self.allow_playback_repeats:
            return next(
                filter(lambda at: self._matches(request, at), index.positions(request)), None
            )
        taken = set(self._reserved.values())
        for position in index.waiting(request, self.play_counts):
            if self.play_counts[position] or position in taken:
                continue
            if self._matches(request, position):
                return position
        return None

    def _matches(self, request: Any, position: int) -> bool:
        stored = self.data[position][0]
        matches: bool = vcr.cassette.requests_match(request, stored, self._match_on)
        return matches

    def _up_to_date(self) -> RequestIndex:
        """Recording adds to `data`, and so may anybody."""
        if self._indexed is not self.data or len(self._index) > len(self.data):
            self._index, self._indexed = RequestIndex(self._match_on), self.data
        for position in range(len(self._index), len(self.data)):
            self._index.add(self.data[position][0])
        return self._index

    def _reservation(self, request: Any) -> int | None:
        try:
            position = self._reserved.get(request, _ANSWERED)
        except TypeError:  # a request of the caller's own kind
            return None
        return None if position == _ANSWERED else position

    def _reserve(self, request: Any, position: int) -> None:
        # A connection that is taken up again asks once more for the request that it answered
        # last: that one reserves nothing again.
        with suppress(TypeError):
            if self._reserved.get(request) != _ANSWERED:
                self._reserved[request] = position

    def _new_interactions(self) -> list[tuple[Any, Any]]:
        return [
            interaction
            for interaction in self.data
            if all(position >= self._loaded_count for position in self._matching(interaction[0]))
        ]

    def _rerecorded_interactions(self) -> list[tuple[Any, Any]]:
        recorded: list[tuple[Any, Any]] = self.data[self._loaded_count :]
        if self.drop_unused_requests:
            return recorded
        replaced = {position for request, _ in recorded for position in self._matching(request)}
        loaded = enumerate(self.data[: self._loaded_count])
        return [each for position, each in loaded if position not in replaced] + recorded


class VCR(vcr.VCR):  # type: ignore[misc]
    """vcrpy's VCR, with all its options; its cassettes are `IndexedCassette`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.persister = CassettePersister

    def _use_cassette(self, with_current_defaults: bool = False, **options: Any) -> _Context:
        merged = functools.partial(self.get_merged_config, **options)
        if with_current_defaults:
            return IndexedCassette.use(**merged())
        return IndexedCassette.use_arg_getter(merged)
