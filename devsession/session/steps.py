"""The metadata workflows and handlers of a session, by their slugs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.session.events import SessionEvents
from devsession.session.workflow import SessionWorkflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.openmetadata.workflow.workflow import StepLike
    from devsession.session.development import DevelopmentSession
    from devsession.session.session_step import SessionStep


class Steps:
    """Each stays the same object."""

    def __init__(self, session: DevelopmentSession) -> None:
        self._session = session
        self._workflows: dict[str, SessionWorkflow] = {}
        self._events: dict[str, SessionEvents] = {}

    def all(self) -> list[SessionStep]:
        """Those that were asked for in this process."""
        return [*self._workflows.values(), *self._events.values()]

    def workflow(
        self,
        slug: str,
        *,
        file: str | Path | None,
        service: str | None,
        processors: Sequence[StepLike] | None,
    ) -> SessionWorkflow:
        """The workflow of this slug. Raises: as `DevelopmentSession.workflow`."""
        session = self._session
        session.source.require("metadata", slug)
        _check_slug("workflow", slug)
        found = self._workflows.setdefault(slug, SessionWorkflow(session, slug))
        if file is not None:
            self._read(found, Path(file))
        if service is not None:
            found.service = service
        if processors is not None:
            found.processors = processors
        return found

    def events(self, slug: str) -> SessionEvents:
        """The handler of this slug. Raises: as `DevelopmentSession.events`."""
        self._session.source.require("events", slug)
        _check_slug("events", slug)
        return self._events.setdefault(slug, SessionEvents(self._session, slug))

    def _read(self, workflow: SessionWorkflow, file: Path) -> None:
        from devsession.openmetadata.workflow.file import read_workflow

        folder = self._session.workspace.folder
        with _own_modules(self._session.source.plugin_class.__module__, folder):
            workflow.file = read_workflow(folder / file, folder)
        flow = workflow.file.workflow
        self._session.vault.learn(flow.secrets)
        workflow.service, workflow.processors = flow.service or workflow.slug, flow.processors


def _check_slug(method: str, slug: object) -> None:
    """Raises: UsageError for what is no name."""
    if not (isinstance(slug, str) and slug.strip()):
        raise UsageError(
            "It is named in text: slug",
            tried=f"session.{method}({slug!r})",
            next_step=f'session.{method}("acme")',
        )


@contextmanager
def _own_modules(name: str, folder: Path) -> Iterator[None]:
    """Inside, classes are this workspace's: another project may have a module of the plugin's name."""
    loaded = Path(getattr(sys.modules.get(name), "__file__", None) or folder / name)
    if not loaded.is_relative_to(folder):
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
