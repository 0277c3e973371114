"""What a session has for plugins that read metadata: workflows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.openmetadata.workflow.workflow import StepLike
    from devsession.plugin.contract import Plugin
    from devsession.session.plugin_source import PluginSource
    from devsession.session.workflow import SessionWorkflow
    from devsession.session.workflows import Workflows


class WithWorkflows:
    """The workflows, loaded when the first is asked for: a session of a sync's plugin has none."""

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
            UsageError: the plugin is one for syncs.
            WorkflowError: the file cannot be run; it names the key and its line.
        """
        return self._workflows.workflow(slug, file=file, service=service, processors=processors)

    @property
    def known_workflows(self) -> list[SessionWorkflow]:
        """Those that were asked for in this process."""
        return self._workflows.all() if "_workflows" in self.__dict__ else []

    @property
    def loaded_class(self) -> type[Plugin]:
        """The plugin's class, of its code as it is saved now."""
        self.refresh()
        return self.source.plugin_class

    def refresh(self) -> None:
        """Use plugin.py as it is saved now."""
        raise NotImplementedError

    @cached_property
    def _workflows(self) -> Workflows:
        from devsession.session.workflows import Workflows

        session: Any = self
        return Workflows(session)
