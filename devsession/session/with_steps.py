"""What a session has for plugins of a metadata catalog: workflows, and handlers of events."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.openmetadata.workflow.workflow import StepLike
    from devsession.plugin.contract import Plugin
    from devsession.session.events import SessionEvents
    from devsession.session.plugin_source import PluginSource
    from devsession.session.session_step import SessionStep
    from devsession.session.steps import Steps
    from devsession.session.workflow import SessionWorkflow


class WithSteps:
    """Steps and handlers, loaded when the first is asked for: a session of syncs has none."""

    source: PluginSource

    def workflow(
        self,
        slug: str,
        *,
        file: str | Path | None = None,
        service: str | None = None,
        processors: Sequence[StepLike] | None = None,
    ) -> SessionWorkflow:
        """A workflow of this metadata source, by its name; the same name gives the same one.

        file: a workflow's YAML, which configures it; without one its form does, `.fill(..)`.
        service: whose metadata it reads, by default the slug. processors: change what it yields
        on its way into the catalog.

        Raises:
            UsageError: the plugin is for something else.
            WorkflowError: the file cannot be run; it names the key and its line.
        """
        return self._steps.workflow(slug, file=file, service=service, processors=processors)

    def events(self, slug: str) -> SessionEvents:
        """The plugin, which handles events, with its configuration; the same slug gives the same one.

        Raises: UsageError for a plugin that is for something else.
        """
        return self._steps.events(slug)

    @property
    def known_steps(self) -> list[SessionStep]:
        """Those that were asked for in this process."""
        return self._steps.all() if "_steps" in self.__dict__ else []

    @property
    def loaded_class(self) -> type[Plugin]:
        """The plugin's class, of its code as it is saved now."""
        self.refresh()
        return self.source.plugin_class

    def refresh(self) -> None:
        """Use plugin.py as it is saved now."""
        raise NotImplementedError

    @cached_property
    def _steps(self) -> Steps:
        from devsession.session.steps import Steps

        session: Any = self
        return Steps(session)
