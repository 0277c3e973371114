"""What the steps of one scenario say of an inbound sync's streams, and whether it came so."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError, ScenarioError, did_you_mean
from devsession.plugin.record_matching import RecordMatching
from devsession.recording.received import Received, ReceivedRecord
from devsession.testing.feature_results import (
    Records,
    result_differences,
    state_differences,
    stream_of,
    with_our_keys,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.testing.feature_streams import State

_PYTHON = {"True": True, "False": False, "None": None}


@dataclass
class FeatureStreams:
    """The streams of one scenario.

    states: what they begin with. results: the expected records of each, of a file; None without
    one. ignored: stream -> fields that do not count. left_out: fields and the value in them with
    which a record does not count, of any stream.
    """

    states: dict[str, State] = field(default_factory=dict)
    results: dict[str, Records] | None = None
    ignored: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _came: Received = field(default_factory=Received)
    _read: dict[str, StoredStreamConfiguration] = field(default_factory=dict)
    _declared: RecordMatching = field(default_factory=RecordMatching)

    def came(
        self,
        read: Sequence[StoredStreamConfiguration],
        received: Received,
        declared: RecordMatching,
    ) -> None:
        """Take what a pass came to. declared: what the plugin says that does not count."""
        self._read = {stream.stream_name: stream for stream in read}
        self._came, self._declared = received, declared

    def differences(
        self, stream: str, expected: Records | None = None, *, indexed: str = ""
    ) -> list[str]:
        """A line for each record of a stream that differs.

        expected: by default those of the file. indexed: the field that names a record. Raises:
        ScenarioError for a stream that the sync does not read, or without a file.
        """
        self._check(stream)
        if expected is None:
            expected = self._of_file(stream)
        expected = with_our_keys(expected, self._read[stream].key)
        came = stream_of(self._came, stream)
        came = replace(came, items=[each for each in came.items if self._counts(each)])
        expected = [each for each in expected if self._counts(each)]
        return result_differences(stream, came, expected, self._matching(stream, indexed))

    def all_differences(self) -> list[str]:
        """The same of all streams, when there is a file."""
        if self.results is None:
            return []
        return [line for name in {**self._read, **self.results} for line in self.differences(name)]

    def state_differences(self, expected: Mapping[str, State]) -> list[str]:
        """A line for each field that differs in the states that the streams are left with."""
        lines: list[str] = []
        for name, state in expected.items():
            self._check(name)
            lines += state_differences(name, stream_of(self._came, name), state)
        return lines

    def _check(self, stream: str) -> None:
        if stream not in self._read:
            raise ScenarioError(
                f"The sync reads no stream {stream!r}",
                tried=did_you_mean(stream, self._read),
                next_step="mend the step, or the property 'streams'",
                stream=stream,
            )

    def _of_file(self, stream: str) -> Records:
        if self.results is None:
            raise ScenarioError(
                "The feature gives no recorded results",
                tried=f"looking at what came of the stream {stream!r}",
                next_step="add the step: we use the recorded results from FILE",
                stream=stream,
            )
        return self.results.get(stream, [])

    def _matching(self, stream: str, indexed: str) -> RecordMatching:
        declared = self._declared
        ignored = [*declared.ignore_fields.get(stream, []), *self.ignored.get(stream, [])]
        try:
            return RecordMatching(
                ignore_fields={stream: ignored},
                keys={**declared.keys, **({stream: indexed} if indexed else {})},
                ignore_records=declared.ignore_records,
            )
        except DefinitionError as error:
            raise ScenarioError(
                f"A step names a field of the stream {stream!r} that cannot be",
                tried=error.tried,
                next_step="mend the step: name, or owner.name for a field of a field",
                stream=stream,
            ) from None

    def _counts(self, item: object) -> bool:
        if not isinstance(item, ReceivedRecord):
            return True
        return not any(_has(item.record, name, value) for name, value in self.left_out)


def _has(record: dict[str, Any], name: str, written: str) -> bool:
    """Whether a field has the value that stands in a step: as text, as JSON or as Python's."""
    if name not in record:
        return False
    value, read = record[name], _read(written)
    return value == written or (type(value) is type(read) and value == read)


def _read(written: str) -> Any:
    if written in _PYTHON:
        return _PYTHON[written]
    try:
        return json.loads(written)
    except ValueError:
        return written
