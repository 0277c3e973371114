"""Scenarios as a feature of behave, in today's dialect; written by us, and shown able to fail.

Source: sync contract, generated features.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import ScenarioError, SetupError
from devsession.recording import as_recorded
from devsession.recording.cassette_file import dump_exchanges
from devsession.secrets.audit import guarded_write_together
from devsession.testing.feature_files import CASSETTES, RESULTS
from devsession.testing.feature_results import InboundInFeature, results_text
from devsession.testing.feature_text import Told, scenario_lines
from devsession.testing.generate import check_ours
from devsession.testing.process import run_behave
from devsession.testing.proof import failing_change
from devsession.testing.scenarios import LoadedInbound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange
    from devsession.secrets.redact import Redactor
    from devsession.testing.scenarios import LoadedSync

FOLDER = "features"
_MARK = "# Scenarios of the plugin, as a feature: written by devsession."
_STEPS_MARK = '"""What the steps of features mean: written by devsession."""'
_STEPS_FILE = Path("steps") / "imported_steps.py"
_STEPS_MODULE = "devsession.testing.behave_steps"
_STEPS = f"{_STEPS_MARK}\n\nfrom {_STEPS_MODULE} import *  # noqa: F403\n"
_ABOUT = """
# It freezes what the plugin did when the scenarios were completed and proves no correctness.
# Change plugin.py or the scenarios, not this file: session.generate_tests(behave=True) writes it.
"""


@dataclass(frozen=True)
class Feature:
    """The features of a workspace: one feature of the plugin, each scenario a scenario of it."""

    workspace: Path
    plugin_id: str
    plugin_class: type[Plugin]
    scenarios: Sequence[LoadedSync]

    @property
    def path(self) -> Path:
        """The feature's file."""
        return self.workspace / FOLDER / f"{self.plugin_id}.feature"

    def write(self, redactor: Redactor) -> None:
        """Write feature, cassettes, records and steps: all, or none; files that are as they should be stay.

        Raises:
            ScenarioError: a file of this name is somebody else's, or a scenario passes whatever the
                app answers.
            SecretLeakError: a secret would stand in one.
        """
        self._check_ours()
        _ = self._changed  # what cannot fail is not written
        contents = self._contents([scenario.exchanges for scenario in self.scenarios])
        if self._steps.is_file() and self._steps.stat().st_size:
            del contents[self._steps]  # ours, or one that has other steps too
        changed = {
            path: text
            for path, text in contents.items()
            if not path.is_file() or path.read_bytes() != text.encode()
        }
        guarded_write_together(changed, redactor)

    def prove(self, redactor: Redactor) -> None:
        """Run it as written, where it has to pass, and with an answer of each scenario changed.

        Raises:
            SetupError: behave is not installed.
            ScenarioError: a scenario fails as it is written, or passes with its answer changed.
        """
        as_written = run_behave(self.workspace, self.path)
        if not as_written.passed(len(self.scenarios)):
            raise self._does_not_hold(f"it does not pass as it was written:\n{as_written.output}")
        with tempfile.TemporaryDirectory() as elsewhere:
            guarded_write_together(self._contents(self._changed, Path(elsewhere)), redactor)
            ran = run_behave(self.workspace, Path(elsewhere) / FOLDER)
        if not ran.failed(len(self.scenarios)):
            raise self._does_not_hold(
                f"with an answer of each changed, not each fails:\n{ran.output}"
            )

    @cached_property
    def _changed(self) -> list[list[Exchange]]:
        """The cassettes, each with an answer changed. Raises: ScenarioError when none can be."""
        changed = []
        for scenario in self.scenarios:
            found = failing_change(self.plugin_class, _as_compared(scenario))
            if found is None:
                raise self._does_not_hold(
                    f"the scenario {scenario.frozen.name!r} passes whatever the app answers"
                )
            changed.append(found.scenario.exchanges)
        return changed

    def _check_ours(self) -> None:
        """Raises: ScenarioError when a file is there that somebody else wrote."""
        told = {
            "of": "the features of the scenarios",
            "again": "session.generate_tests(behave=True)",
        }
        check_ours(self.workspace, Path(FOLDER, self.path.name), _MARK, **told)
        check_ours(self.workspace, Path(FOLDER) / _STEPS_FILE, _STEPS_MARK, _STEPS_MODULE, **told)

    @property
    def _steps(self) -> Path:
        return self.workspace / FOLDER / _STEPS_FILE

    def _contents(
        self, cassettes: Sequence[Sequence[Exchange]], place: Path | None = None
    ) -> dict[Path, str]:
        """The files, with these exchanges as the cassettes."""
        folder = (place or self.workspace) / FOLDER
        contents = {folder / self.path.name: self._text(), folder / _STEPS_FILE: _STEPS}
        for scenario, exchanges in zip(self.scenarios, cassettes, strict=True):
            told = self._told(scenario)
            file = folder / CASSETTES / told.cassette
            contents[file] = dump_exchanges(exchanges)
            contents[file.with_suffix(as_recorded.SUFFIX)] = as_recorded.to_lines(exchanges)
            if isinstance(scenario, LoadedInbound):
                contents[folder / RESULTS / told.results] = results_text(scenario.expected)
        return contents

    def _told(self, scenario: LoadedSync) -> Told:
        return Told(self.plugin_class, f"{self.plugin_id}_{scenario.folder.name}")

    def _text(self) -> str:
        lines = [f"{_MARK}{_ABOUT}", f"Feature: {self.plugin_id}"]
        for scenario in self.scenarios:
            lines += ["", *scenario_lines(scenario, self._told(scenario))]
        return "\n".join(lines) + "\n"

    def _does_not_hold(self, why: str) -> ScenarioError:
        return ScenarioError(
            f"{self.path.name} does not hold",
            tried=why,
            where=str(self.path),
            next_step="scenario.run() again, and look at what differs",
            path=str(self.path),
        )


def check_behave() -> None:
    """Raises: SetupError when behave is not installed."""
    from importlib.util import find_spec

    if find_spec("behave") is None:
        raise SetupError(
            "behave is not installed, which runs features",
            tried="generate_tests(behave=True)",
            next_step='pip install "devsession[behave]"',
        )


def _as_compared(scenario: LoadedSync) -> LoadedSync:
    """The scenario, compared as its feature does it."""
    if not isinstance(scenario, LoadedInbound):
        return scenario
    return InboundInFeature(
        **{each.name: getattr(scenario, each.name) for each in fields(scenario)}
    )
