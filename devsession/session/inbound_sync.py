"""An inbound sync: its form, its streams, what is stored of them; `session.sync(.., direction="inbound")`."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devsession.errors import NotFilledError
from devsession.plugin.form import Form
from devsession.plugin.parameters import InboundSyncConfigurationParameters
from devsession.session.manifest import manifest_of
from devsession.session.option_calls import fetcher_of
from devsession.session.plugin_call import calling
from devsession.session.saved import Note, saved_note
from devsession.session.stream_choices import Chosen, chosen_streams, kept_choices
from devsession.session.stream_list import listed_streams
from devsession.session.stream_picks import StreamPicks
from devsession.session.stream_table import StreamTable, stream_table
from devsession.session.stream_usual import begun_with
from devsession.session.with_connection import with_connection
from devsession.warehouse.inbound import InboundTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.notebook.form_widget import FormWidget
    from devsession.plugin.fields import FormOption
    from devsession.plugin.streams import StoredStreamConfiguration, StreamConfiguration
    from devsession.recording.inbound_scenario import InboundScenarioFolder
    from devsession.recording.scenario_files import ScenarioFiles
    from devsession.session.development import DevelopmentSession
    from devsession.session.inbound_scenario import InboundScenario
    from devsession.session.wanted import Wanted
    from devsession.warehouse.records import InboundSyncRecord


class InboundSync:
    """One inbound sync of a workspace.

    Shown in a notebook its form is live, with the streams below; `fill` fills it by name, and says
    which streams are read. `scenario` freezes the input of a run.
    """

    def __init__(self, session: DevelopmentSession, record: InboundSyncRecord) -> None:
        self._session = session
        self.record = record
        self._form: Form | None = None
        self._listed: tuple[Any, list[StreamConfiguration]] | None = None
        # How often somebody wanted the app's streams as they are then.
        self.looks = 0
        self._scenarios: dict[str, InboundScenario] = {}
        self.picks = StreamPicks(self)

    @property
    def slug(self) -> str:
        """The name that it is fetched by."""
        return self.record.slug

    @property
    def tables(self) -> InboundTables:
        """Where its records are stored, and the states that cover them."""
        return InboundTables(self._session.account, self.record)

    @property
    def form(self) -> Form:
        """The plugin's configuration form. Raises: NotFilledError when the connection is not filled."""
        if self._form is None:
            saved = self.record
            self._form = Form(
                self._definition(self._so_far()),
                title=f"the form of the sync {self.slug!r}",
                parameters=self._so_far,
                redact=self._session.vault.text,
                ask=lambda form: self._definition(self._so_far(form)),
            )
            self._form.fetch_by(fetcher_of(self._session.recorder))
            self._form.restore(saved.sync_parameters, {})
        return self._form

    @property
    def parameters(self) -> InboundSyncConfigurationParameters:
        """What a run gives to sync_inbound, secrets included.

        Raises: NotFilledError when the form, or the connection, is not filled.
        """
        self._require_filled()
        return self._parameters(
            sync_parameters=self.record.sync_parameters,
            currently_selected_streams=list(self.record.streams.included_streams),
        )

    @property
    def streams(self) -> StreamTable:
        """All streams that the app has: whether and how each is read, and its state so far.

        Before it is filled, all are read as is usual.

        Raises:
            NotFilledError: the connection is not filled.
            PluginRaisedError, DefinitionError: the plugin lists no streams that can be.
        """
        listed = self.streams_of_app()
        chosen = self.record.streams
        if not self.filled:
            chosen = chosen_streams(listed, None, where=self._where).streams
        return stream_table(self.slug, listed, chosen, self.tables.states())

    def chosen_now(self) -> list[StoredStreamConfiguration]:
        """The streams that a run reads now, with their states: the choices, on today's streams.

        Raises: FormError when what was chosen cannot be any more.
        """
        listed = listed_streams(self._session, self.parameters)
        before = self.record.streams
        kept = kept_choices(listed, before, new=before.include_new_streams)
        chosen = chosen_streams(listed, kept, where=self._where)
        return begun_with(chosen.streams.included_streams.values(), self.tables.states())

    def fill(
        self, *, streams: object = None, include_new_streams: bool | None = None, **values: object
    ) -> Note:
        """Set fields by name, choose streams, and save.

        streams: names, or name -> choices: strategy ("Incremental" or "Full Refresh"), cursor and
        key (a field; `["region", "id"]`), storage ("append", "merge" or "replace"). What is not
        chosen is as the app says, or as is usual. Mandatory streams, and those that others depend
        on, are read as well. Without it the choices stay; in the beginning all are read.
        include_new_streams: read those too that the app has later.

        Raises:
            FormError: fields or streams are wrong; it says all that is, and nothing changed.
        """
        form = self.form
        before = form.values
        form.fill(**values)
        try:
            self.look()
            new = self.picks.include_new if include_new_streams is None else include_new_streams
            chosen = self._filled(new) if streams is None else self._choose(streams, new)
        except BaseException:
            form.restore(before, {})
            raise
        return self._save(chosen)

    def save(self) -> Note:
        """Store what the form holds, and the streams as they are picked on its page.

        Where nobody has picked, they are read as before, in the beginning all of them.

        Raises: FormError when streams cannot be read so; it says all that is wrong.
        """
        self.form.settle()
        self.look()
        return self._save(self._filled(self.picks.include_new))

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Have the plugin make an option for a field, and choose it; saved with the next fill.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        return self.form.create_option(name, **values)

    def scenario(
        self,
        name: str,
        *,
        records: int | None = None,
        refresh: bool = False,
        after: str | InboundScenario | None = None,
    ) -> InboundScenario:
        """One pass with frozen input, kept in a folder of `scenarios/`.

        records: how many are read at most, over all streams (100 when not said).
        after: another scenario; it begins with the states that this one ended with.
        Opened by its name again it gives the same input; `refresh=True` takes a new one.

        Raises:
            NotFilledError: the form, or the connection, is not filled.
            ScenarioError: the folder is damaged.
            UnknownNameError: `after` names no scenario with records.
        """
        from devsession.session.inbound_scenario import InboundScenario
        from devsession.session.wanted import Wanted

        other = after.name if isinstance(after, InboundScenario) else after
        folder = self.frozen(Wanted(name, records, other), refresh=refresh)
        if name not in self._scenarios:
            self._scenarios[name] = InboundScenario(self._session, self, folder)
        else:
            self._scenarios[name].open()
        return self._scenarios[name]

    def frozen(self, wanted: Wanted, *, refresh: bool) -> InboundScenarioFolder:
        """The folder of a scenario as it was frozen; frozen now when there is none."""
        from devsession.session.inbound_freezing import inbound_scenario_of

        return inbound_scenario_of(self._session, self, wanted, refresh=refresh)

    def require_tables(self) -> None:
        """Whether what a scenario read can be stored: in a workspace it can."""

    def secrets(self, folder: ScenarioFiles[Any], names: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        """The plain secrets of a scenario's parameters, as they are now: the connection's."""
        return self._session.connection.secrets(names)

    def streams_of_app(self) -> list[StreamConfiguration]:
        """What the plugin lists; asked for once for the same answers, until somebody looks again.

        Raises: NotFilledError, PluginRaisedError, DefinitionError, as `streams`.
        """
        parameters = self._so_far(self.form)
        asked = parameters.model_dump()
        if self._listed is None or self._listed[0] != asked:
            self._listed = asked, listed_streams(self._session, parameters)
        return self._listed[1]

    def look(self) -> None:
        """Look at the app's streams as they are now."""
        self.looks += 1
        self._listed = None

    def fetched(self, record: InboundSyncRecord) -> None:
        """Go on with what is saved now."""
        before, self.record = self.record, record
        if before.streams != record.streams:
            self.picks.forget()
        if self._form is not None and before.sync_parameters != record.sync_parameters:
            self._form.restore(record.sync_parameters, {})

    def refresh(self) -> None:
        """plugin.py was saved: the form and the streams as they are now; answers that fit are kept."""
        self.look()
        if self._form is not None:
            definition = self._definition(self._so_far(self._form))
            with self._form.without_waiting():
                self._form.reload(definition)

    @property
    def filled(self) -> bool:
        """Whether its form was filled and saved."""
        return bool(self.record.streams.included_streams)

    @property
    def is_saved(self) -> bool:
        """Whether what its form holds, and the streams picked on it, are stored."""
        is_same = dict(self.record.sync_parameters) == self.form.values
        return self.filled and is_same and not self.picks.are_unsaved

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._page)

    @cached_property
    def _page(self) -> FormWidget:
        from devsession.session.views import inbound_page

        return inbound_page(self._session, self)

    def __repr__(self) -> str:
        names = ", ".join(self.record.streams.included_streams) or "not filled"
        return f"Sync {self.slug!r}: inbound, {names}"

    @property
    def _where(self) -> str:
        return f"sync {self.slug!r}"

    def _save(self, chosen: Chosen) -> Note:
        saved = self._session.inbound_syncs.save(
            self.slug, sync_parameters=self.form.values, streams=chosen.streams
        )
        # The first run of a cell reads like the second.
        told = replace(saved, created=not self.filled)
        self.record = saved.record
        self.picks.forget()
        lines = [saved_note(self.slug, told), *chosen.notes]
        plugin = self._session.plugin
        if plugin.has("get_manifest") and not manifest_of(self._session).supports_inbound:
            lines.append("get_manifest() has to say supports_inbound=True, or nobody can run it")
        return Note("\n  ".join(lines))

    def _choose(self, streams: object, include_new_streams: bool) -> Chosen:
        return chosen_streams(
            self.streams_of_app(),
            streams,
            include_new_streams=include_new_streams,
            where=self._where,
        )

    def _filled(self, include_new_streams: bool) -> Chosen:
        """As it is picked, or as before."""
        wanted = self.picks.wanted(self.streams_of_app(), include_new=include_new_streams)
        return self._choose(wanted, include_new_streams)

    def _definition(self, parameters: InboundSyncConfigurationParameters) -> Any:
        plugin = self._session.plugin
        with calling(plugin, "inbound_configuration_form", self._session.vault):
            return plugin.inbound_configuration_form(parameters)

    def _so_far(self, form: Form | None = None) -> InboundSyncConfigurationParameters:
        known: dict[str, Any] = {}
        if form is not None:
            known = {"sync_parameters": form.values, "current_form_parameters": form.values}
        selected = list(self.record.streams.included_streams)
        return self._parameters(currently_selected_streams=selected, **known)

    def _parameters(self, **known: Any) -> InboundSyncConfigurationParameters:
        """What the plugin is given, with its connection. Raises: NotFilledError without one."""
        return with_connection(self._session, InboundSyncConfigurationParameters, **known)

    def _require_filled(self) -> None:
        if not self.filled:
            raise NotFilledError(
                f"The sync {self.slug!r} is not filled",
                tried="looking for its saved form and streams",
                where=self._where,
                next_step="fill its form above and save it, or .fill(..)",
                sync=self.slug,
            )
