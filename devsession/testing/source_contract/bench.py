"""Where a source is tried: its recordings, secrets that can be told apart, and runs made once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from devsession.openmetadata import Entity, Patterns, fqn
from devsession.openmetadata.review.rule_case import Case
from devsession.openmetadata.steps.selection import LEVEL_OF
from devsession.openmetadata.workflow.collecting import collect
from devsession.testing.contract.refusal import Refusal
from devsession.testing.contract.runs import heard, within
from devsession.testing.contract.stand_in import StandIn
from devsession.testing.contract.telling import NotTriedError
from devsession.testing.faults.driven_time import DrivenTime
from devsession.testing.step_contract.bench import BROKE, StepBench, StepRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from devsession.openmetadata import Source
    from devsession.openmetadata.workflow.collecting import Collected
    from devsession.recording.exchange import Exchange
    from devsession.testing.scenarios import LoadedMetadata
    from devsession.testing.source_contract.system import Altered

# Of entities that only hold others.
HOLDERS = frozenset({"database", "databaseSchema"})
SINCE = 1_700_000_000_000  # in November 2023, in milliseconds since 1970


@dataclass(frozen=True)
class SourceRun(StepRun):
    """A pass of the source, and what it came to."""

    came: Collected

    @property
    def raised(self) -> Mapping[str, BaseException]:
        return self.came.raised

    @property
    def given(self) -> tuple[str, str]:
        return "an entity holds", json.dumps([each.to_wire() for each in self.came.items])

    @property
    def entities(self) -> list[Entity]:
        """The entities, without those that the workflow supplied."""
        supplied = set(self.came.report.supplied)
        case = Case(self.came.items)
        return [each for name, each in case.entities if name not in supplied]

    @property
    def problems(self) -> list[str]:
        """What was raised, or told as an error of an entity."""
        return [str(each) for each in self.came.report.failures]


class SourceBench(StepBench[SourceRun]):
    """A source, and what it is tried with."""

    kind, works, config_base = "source", "generate", "SourceConfig"
    recorded_by = "workflow"

    @property
    def loaded(self) -> Sequence[LoadedMetadata]:
        return self.recordings.metadata

    @cached_property
    def scenario(self) -> LoadedMetadata:
        """The one that came to most."""
        self.frozen_config  # noqa: B018  or why it cannot be tried
        return self.loaded[0]

    @property
    def service(self) -> str:
        """The service of the scenario's workflow."""
        return self.scenario.frozen.service

    def app(self, *, altered: Altered | None = None, refusal: Refusal | None = None) -> StandIn:
        """The system that was recorded, or another one made of it."""
        return _System(
            self.scenario.exchanges,
            self.recordings.exchanges,
            redactor=self.redactor,
            matching=self.plugin_class.request_matching,
            refusal=refusal,
            altered=altered,
        )

    def run(
        self,
        app: StandIn,
        *,
        config: Any = None,
        since: int | None = None,
        step: type[Source] | None = None,
    ) -> SourceRun:
        """Run the source against it. Whoever waits to try again does not wait for real.

        step: in the place of the source that is tried.
        """
        config = self.step_config if config is None else config
        with heard() as told, DrivenTime(), app, within(app):
            came = collect(step or self.plugin_class, config, service=self.service, since=since)
        return SourceRun(app, told.getvalue(), told.logged, told.printed.getvalue(), came)

    @cached_property
    def whole(self) -> SourceRun:
        """The same, where it came to something: what another system is compared with."""
        run = self.recorded
        if not run.app.heard:
            raise NotTriedError("it asks nothing over HTTP that can be heard")
        if run.problems or not run.entities:
            told = run.problems[0] if run.problems else "it comes to nothing"
            raise NotTriedError(
                f"the recorded system itself is not read: {told}", "see test_it_reads_the_system"
            )
        return run

    @cached_property
    def failing(self) -> list[tuple[str, SourceRun]]:
        """Runs in which one address answers 500, and which: the last that was asked, one midway."""
        heard, runs = self.whole.app.heard, []
        for url in dict.fromkeys([heard[-1].url, heard[len(heard) // 2].url]):
            broken = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, BROKE, partial(_asks, url))
            runs.append((url, self.run(self.app(refusal=broken))))
        return runs

    @cached_property
    def incremental(self) -> SourceRun:
        """A run with a watermark, `SINCE`."""
        self.whole  # noqa: B018  or why it cannot be tried
        return self.run(self.app(), since=SINCE)

    @cached_property
    def excluding(self) -> tuple[str, str, SourceRun]:
        """A run in which one of what was read is excluded: the patterns' field, the name, the run."""
        config = self.step_config
        selected = [
            (level, name)
            for kind, name in self.names
            if kind not in HOLDERS
            and isinstance(getattr(config, level := LEVEL_OF.get(kind, ""), None), Patterns)
        ]
        if not selected:
            raise NotTriedError(
                "its Config has no patterns for what it reads",
                "derive it from SourceConfig, with tables: Patterns = Field(default_factory=Patterns)",
            )
        level, name = selected[0]
        own: Patterns = getattr(config, level)
        patterns = own.model_copy(update={"excludes": [*own.excludes, excludes(name)]})
        without = config.model_copy(update={level: patterns})
        return level, name, self.run(self.app(), config=without)

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Type and last part of the name of each entity that the recorded answers speak of."""
        spoken = {text for each in self.whole.app.answers for text in _texts(each.response_body)}
        return [
            (each.entity_type, each.name)
            for each in self.whole.entities
            if len(fqn.split(each.fqn)) > 1 and each.name in spoken
        ]


def excludes(name: str) -> str:
    """The pattern that leaves out this one."""
    return f"^{re.escape(name)}$"


def _asks(url: str, request: Exchange) -> bool:
    return request.url == url


def _texts(body: bytes) -> Iterator[str]:
    """The texts that are values in JSON."""
    try:
        left = [json.loads(body)]
    except ValueError:
        return
    while left:
        content = left.pop()
        if isinstance(content, str):
            yield content
        elif isinstance(content, dict | list):
            left += content.values() if isinstance(content, dict) else content


class _System(StandIn):
    """The recorded system, or what is made of it; it is read, and never given identifiers."""

    def __init__(self, *recorded: Any, altered: Altered | None, **more: Any) -> None:
        super().__init__(*recorded, **more)
        self._altered = altered

    def answer(self, request: Exchange) -> Exchange:
        """Raises: EndlessError when it is asked without end."""
        if self._altered is None:
            return super().answer(request)
        answer = super().answer(self._altered.asked(request))
        return self._altered.answered(answer, request)

    def _said_of(self, nearest: Exchange, request: Exchange) -> Exchange:  # noqa: ARG002
        return nearest
