"""The configuration of a source, or of a handler: the form of its `Config`, tested, kept by a slug."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from devsession.errors import ConnectError
from devsession.plugin.model_answer import JOINT
from devsession.session.connection import Connection
from devsession.session.metadata_warehouse import warehouses
from devsession.session.option_calls import last_exchange
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from devsession.notebook.form_widget import FormWidget
    from devsession.plugin.parameters import ConnectionConfigurationParameters
    from devsession.session.development import DevelopmentSession
    from devsession.session.saved import Note


class StepConnection(Connection):
    """What a step is configured with; Test calls its prepare() and test_connection().

    method: of the session, `workflow` or `events`. after: what is next when it is saved.
    """

    def __init__(self, session: DevelopmentSession, slug: str, *, method: str, after: str) -> None:
        self.slug = slug
        self.after = after
        self._method = method
        self.call = f"session.{method}({slug!r})"
        self._thing, self._noun = f"{method} {slug!r}", slug
        super().__init__(session)

    @property
    def plugin_id(self) -> str:
        """What it is stored under, and its secrets are named after."""
        return self.slug

    @property
    def _title(self) -> str:
        return f"the form of {self._thing}"

    @property
    def config(self) -> Any:
        """An instance of the step's `Config`, secrets included. Raises: as `parameters`."""
        plugin: Any = self._session.plugin
        return plugin.config(self.parameters)

    def fill(self, **values: object) -> Note:
        """As a connection is filled; `tables=Patterns(excludes=[..])` sets the fields within."""
        return super().fill(**dict(_flat(values)))

    def __repr__(self) -> str:
        return f"{self._method.capitalize()} {self.slug!r}: {'filled' if self.record else 'not filled'}"

    def _call_connect(self, plugin: Any, parameters: ConnectionConfigurationParameters) -> None:
        from devsession.openmetadata import WorkflowContext

        config = plugin.config(parameters)
        recorder, raises = self._session.recorder, ConnectError
        opening = warehouses(self._session.workspace)
        with recorder.always_live(), last_exchange(recorder) as exchange, opening as opener:
            made = plugin.step(WorkflowContext(self.slug, config, warehouse=opener))
            try:
                for name in ("prepare", "test_connection"):
                    with calling(plugin, name, self._vault, raises=raises, exchange=exchange):
                        getattr(made, name)()
            finally:
                made.close()

    @cached_property
    def _page(self) -> FormWidget:
        from devsession.session.views import step_page

        return step_page(self._session, self)


def _flat(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Field -> value, of a nested model each field by itself."""
    for name, value in values.items():
        if isinstance(value, BaseModel):
            yield from _flat(dict(value), f"{above}{name}{JOINT}")
        else:
            yield f"{above}{name}", value
