"""The form of a sync as a whole: what it is declared with, and what the plugin asks for besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.plugin.form import Form
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.parameters import OutboundSyncConfigurationParameters
from devsession.session.declaration import Declaration
from devsession.session.option_calls import fetcher_of
from devsession.session.plugin_call import calling
from devsession.session.sampling import columns_of
from devsession.session.with_connection import with_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.source_column import SourceColumn
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.records import SyncRecord


class SyncForm:
    """A declaration and the plugin's form: one made when first asked for, the other follows it."""

    def __init__(self, session: DevelopmentSession, saved: SyncRecord) -> None:
        self._session = session
        self._saved = saved
        self._declaration: Declaration | None = None
        self._form: Form | None = None

    @property
    def declaration(self) -> Declaration:
        """Source, identifier, strategy and target type, as they are chosen."""
        if self._declaration is None:
            self._declaration = Declaration(self._session, self._saved)
        return self._declaration

    @property
    def form(self) -> Form:
        """The plugin's form and mapper. Raises: NotFilledError when the connection is not filled."""
        if self._form is None:
            saved = self._saved
            self._form = Form(
                self._definition(self._so_far()),
                title=f"the form of the sync {saved.slug!r}",
                parameters=self._so_far,
                redact=self._session.vault.text,
                ask=lambda form: self._definition(self._so_far(form)),
                columns=self.declaration.columns,
                filters=filters_of(self._session.plugin),
            )
            self._form.fetch_by(fetcher_of(self._session.recorder))
            self._form.look_up_columns_by(self._columns)
            self._form.restore(saved.sync_parameters, {}, mapping=saved.field_mappings)
        return self._form

    def choose(self, declared: Mapping[str, str | None]) -> None:
        """Choose what a sync is declared with; the plugin's form follows."""
        self._following(lambda: self.declaration.choose(declared))

    def look(self) -> None:
        """Look at source and manifest as they are now."""
        self._following(self.declaration.check)

    def start(self, saved: SyncRecord) -> None:
        """Go on with what is saved now; answers to the plugin's form stay, unless others were saved."""
        before, self._saved = self._saved, saved
        if self._declaration is not None:
            declaration = self._declaration
            self._following(lambda: declaration.start(saved))
        if self._form is not None and not _same_answers(before, saved):
            self._form.restore(saved.sync_parameters, {}, mapping=saved.field_mappings)

    def saved_as(self, saved: SyncRecord) -> None:
        """What it holds is what is saved."""
        self._saved = saved
        self.declaration.saved_as(saved)

    @property
    def unsaved(self) -> dict[str, str | None]:
        """What was chosen of the declaration and is not saved."""
        return self._declaration.unsaved if self._declaration else {}

    def refresh(self) -> None:
        """plugin.py was saved: the form as it is now; answers that still fit are kept."""
        if self._declaration is not None:
            self._declaration.check_manifest()
        if self._form is not None:
            definition = self._definition(self._so_far(self._form))
            with self._form.without_waiting():
                self._form.reload(definition, filters=filters_of(self._session.plugin))

    def _following(self, change: Callable[[], None]) -> None:
        """Change the declaration, and let the plugin's form go on with what is chosen then."""
        before = self.declaration.record
        change()
        form, now = self._form, self.declaration.record
        if form is None:
            return
        if (before.strategy, before.target_type) != (now.strategy, now.target_type):
            try:
                form.reload(self._definition(self._so_far(form)))
            except DevsessionError as error:  # the plugin's
                self.declaration.problems["strategy"] = error
        form.look_up_columns_by(self._columns)
        form.take_columns(self.declaration.columns)

    def _definition(self, parameters: OutboundSyncConfigurationParameters) -> Any:
        return definition_of(self._session, parameters)

    def _columns(self) -> list[SourceColumn]:
        return columns_of(self._session, self.declaration.record)

    def _so_far(self, form: Form | None = None) -> OutboundSyncConfigurationParameters:
        known: dict[str, Any] = {}
        if form is not None:
            known = {"sync_parameters": form.values, "current_form_parameters": form.values}
        chosen = self.declaration
        return parameters_of(
            self._session,
            sync_strategy=chosen.strategy,
            target_type=chosen.record.target_type,
            **known,
        )


def definition_of(
    session: DevelopmentSession, parameters: OutboundSyncConfigurationParameters
) -> Any:
    """The plugin's form of a sync. Raises: PluginRaisedError."""
    with calling(session.plugin, "outbound_configuration_form", session.vault):
        return session.plugin.outbound_configuration_form(parameters)


def parameters_of(session: DevelopmentSession, **known: Any) -> OutboundSyncConfigurationParameters:
    """What the plugin is given of a sync, with its connection. Raises: NotFilledError without one."""
    return with_connection(session, OutboundSyncConfigurationParameters, **known)


def _same_answers(one: SyncRecord, other: SyncRecord) -> bool:
    """Whether the plugin's form was filled in the same way."""
    return (one.sync_parameters, one.field_mappings) == (
        other.sync_parameters,
        other.field_mappings,
    )
