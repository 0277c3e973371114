"""Where a step is tried: its recordings, secrets that can be told apart, and runs made once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from devsession.errors import DevsessionError
from devsession.openmetadata import WorkflowContext
from devsession.openmetadata.workflow.frozen_config import thawed
from devsession.secrets.redact import Redactor
from devsession.testing.author_lines import folder_of
from devsession.testing.contract.recordings import Recordings, read_recordings
from devsession.testing.contract.refusal import Refusal, refusals
from devsession.testing.contract.telling import NotTriedError, trying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from logging import LogRecord

    from devsession.openmetadata.steps.steps import Step
    from devsession.testing.contract.config import SuiteConfig
    from devsession.testing.contract.stand_in import StandIn
    from devsession.testing.scenarios import LoadedEvents, LoadedMetadata

BROKE = b'{"message": "it broke"}'


@dataclass(frozen=True)
class StepRun(ABC):
    """A pass of the step: the app that it asked, what it logged and printed.

    told: all of that as text; logged: the records; printed: the rest alone.
    """

    app: StandIn
    told: str
    logged: Sequence[LogRecord]
    printed: str

    @property
    @abstractmethod
    def raised(self) -> Mapping[str, BaseException]:
        """What came out of the author's methods, by their names."""

    @property
    @abstractmethod
    def given(self) -> tuple[str, str]:
        """What it came to, how that is told (`"an entity holds"`) and as text."""


R = TypeVar("R", bound=StepRun)


class StepBench(ABC, Generic[R]):
    """A step, and what it is tried with. Each thing is made when it is first asked for.

    kind: what such a step is called; works: its method that does what it is for; config_base: what
    its `Config` derives from; recorded_by: what its scenarios are of.

    Raises, from each: NotTriedError when it cannot be had, which says why.
    """

    kind: ClassVar[str]
    works: ClassVar[str]
    config_base: ClassVar[str]
    recorded_by: ClassVar[str]

    def __init__(self, step: Any, config: SuiteConfig) -> None:
        self.plugin_class = step
        self.config = config
        given = config.scenarios
        self.scenarios = Path(given) if given else folder_of(step) / "scenarios"

    @property
    def plugin(self) -> Step:
        """A new one, without a configuration."""
        made, raised = trying(lambda: self.plugin_class(WorkflowContext()))
        if raised is not None:
            raise NotTriedError("it cannot be made without a configuration")
        step: Step = made
        return step

    @cached_property
    def recordings(self) -> Recordings:
        """What the project has recorded, if anything."""
        return read_recordings(self.scenarios)

    @property
    @abstractmethod
    def loaded(self) -> Sequence[LoadedMetadata | LoadedEvents]:
        """The scenarios of this kind of step, the one that came to most first."""

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Name -> a value that stands nowhere else, of every secret of the configuration."""
        names = {name for each in self.loaded for name in each.frozen.secrets}
        return {name: f"s3kr1t-of-{name}-Qx7Zp0Lw" for name in sorted(names)}

    @cached_property
    def redactor(self) -> Redactor:
        """Finds them, in any encoding."""
        return Redactor(self.secrets)

    @property
    def frozen_config(self) -> dict[str, Any]:
        """The configuration of the scenario, with placeholders for secrets."""
        if not self.loaded:
            raise NotTriedError(
                f"no {self.recorded_by}'s scenario in {self.scenarios.name}/", self._to_record
            )
        return self.loaded[0].frozen.config

    @cached_property
    def step_config(self) -> Any:
        """The same with these secrets, as the step's `Config`."""
        try:
            return thawed(self.plugin_class, self.frozen_config, self.secrets)
        except DevsessionError as error:
            raise NotTriedError(
                f"the recorded configuration does not fit any more: {error.what}", self._to_record
            ) from None

    @property
    def _to_record(self) -> str:
        return (
            f"run and complete() a scenario of a {self.recorded_by} in a notebook, and commit "
            "scenarios/"
        )

    @abstractmethod
    def app(self, *, refusal: Refusal | None = None) -> StandIn:
        """The app that was recorded, or one that refuses."""

    @abstractmethod
    def run(self, app: StandIn, *, step: Any = None) -> R:
        """A pass against it. Whoever waits to try again does not wait for real.

        step: in the place of the class that is tried.
        """

    @cached_property
    def recorded(self) -> R:
        """The run as it was recorded."""
        run = self.run(self.app())
        if run.app.not_heard:
            raise NotTriedError(
                f"{run.app.not_heard[0]} was called by a library that is not recorded"
            )
        return run

    @property
    @abstractmethod
    def whole(self) -> R:
        """The same, where it came to something: what another app is compared with."""

    @cached_property
    def refused(self) -> R:
        """A run in which the app answers 401 to everything."""
        refusal = refusals(HTTPStatus.UNAUTHORIZED, self.recordings.exchanges)[0]
        return self.run(self.app(refusal=refusal))

    @property
    @abstractmethod
    def failing(self) -> Sequence[tuple[str, R]]:
        """Runs in which something of the app fails, and what."""

    @cached_property
    def runs(self) -> list[R]:
        """As it was recorded, where the app refuses, and, where that can be played, where it fails."""
        try:
            failing = [run for _, run in self.failing]
        except NotTriedError:  # the recorded app itself is not read
            failing = []
        return [self.recorded, self.refused, *failing]
