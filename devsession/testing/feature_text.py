"""A scenario as steps of a feature, in today's dialect.

Source: sync contract, generated features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.testing.feature_properties import properties_of
from devsession.testing.feature_streams import inbound_properties_of, rows_of_states
from devsession.testing.feature_tables import rows_from_frame, table_lines
from devsession.testing.scenarios import LoadedScenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.plugin.contract import Plugin
    from devsession.plugin.record_matching import RecordMatching
    from devsession.testing.scenarios import LoadedInbound, LoadedSync

_IN_STEP, _IN_TABLE = "    ", "      "


@dataclass(frozen=True)
class Told:
    """What the steps of a scenario name: the plugin, and the files of this name."""

    plugin_class: type[Plugin]
    name: str

    @property
    def cassette(self) -> str:
        """The file of its exchanges."""
        return f"{self.name}.yaml"

    @property
    def results(self) -> str:
        """The file of the records that an inbound one expects."""
        return f"{self.name}_results.csv"


def scenario_lines(scenario: LoadedSync, told: Told) -> list[str]:
    """The lines of the feature."""
    steps = (
        _outbound(scenario, told)
        if isinstance(scenario, LoadedScenario)
        else _inbound(scenario, told)
    )
    return [f"  Scenario: {_one_line(scenario.frozen.name)}", *steps]


def _outbound(scenario: LoadedScenario, told: Told) -> Iterator[str]:
    expected = scenario.expected.assign(RESULT=scenario.expected["RESULT"].map(from_json))
    yield from _step("Given the following records:", rows_from_frame(scenario.records))
    yield from _recorded(told)
    yield from _step(
        "When we perform an outbound sync with configuration parameters:",
        properties_of(scenario.frozen),
    )
    yield from _step("Then the response will be:", rows_from_frame(expected))
    yield from _step("And no error will be raised")


def _inbound(scenario: LoadedInbound, told: Told) -> Iterator[str]:
    frozen, matching = scenario.frozen, told.plugin_class.record_matching
    begin = {stream.stream_name: stream.latest_state for stream in frozen.streams}
    yield from _step("Given the following streams state:", rows_of_states(begin))
    yield from _recorded(told)
    yield from _step(
        "When we perform an inbound sync with configuration parameters:",
        inbound_properties_of(frozen),
    )
    yield from _step(f"Then we use the recorded results from {told.results}")
    for name in begin:
        yield from _checked(name, matching)
    end = {name: scenario.expected.states.get(name) for name in begin}
    yield from _step("And the following streams state:", rows_of_states(end))
    yield from _step("And no error will be raised")


def _recorded(told: Told) -> Iterator[str]:
    declared = told.plugin_class.request_matching.ignore_parameters
    ignored = [name for name in declared if "," not in name]
    if ignored:
        yield from _step(
            f"And when matching requests, we ignore query parameters {','.join(ignored)}"
        )
    yield from _step(f"And we use the HTTP recordings from {told.cassette}")
    yield from _step(f"And we use the {told.plugin_class.__name__} class from the plugin module")


def _checked(stream: str, matching: RecordMatching) -> Iterator[str]:
    """The plugin's class says itself what does not count; readers of the feature see it too."""
    ignored = [path for path in matching.ignore_fields.get(stream, []) if "," not in path]
    if ignored:
        fields = ", ".join(ignored)
        yield from _step(
            "And we exclude the following fields from the inbound results for the "
            f"{stream} stream: {fields}"
        )
    key = matching.keys.get(stream)
    indexed = f"when indexed on the {key} RECORD_OBJECT field, " if key else ""
    yield from _step(
        f"And {indexed}we assert that the recorded results for the {stream} stream are correct"
    )


def _step(text: str, table: Sequence[Sequence[str]] = ()) -> list[str]:
    return [f"{_IN_STEP}{text}", *table_lines(table, _IN_TABLE)]


def _one_line(name: str) -> str:
    line = " ".join(name.split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)
