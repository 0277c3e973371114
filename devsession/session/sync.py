"""A sync: its source, its form and mapper, its plan; `session.sync(..)`."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from devsession.errors import NotFilledError, UsageError
from devsession.render import shortened
from devsession.session.declaring import QUERY_SHOWN
from devsession.session.journal import settle
from devsession.session.manifest import manifest_of, strategy_of
from devsession.session.rendering import read_as_none, template_for, try_out
from devsession.session.saved import Note, saved_note
from devsession.session.sync_form import SyncForm, parameters_of
from devsession.session.validating import all_refusals, refusal_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.notebook.changes import Changes
    from devsession.notebook.form_widget import FormWidget
    from devsession.openmetadata import Lineage
    from devsession.plugin.fields import FormOption
    from devsession.plugin.form import Form
    from devsession.plugin.mapping import Expression
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.plugin.sync_source import SyncSource
    from devsession.recording.scenario import ScenarioFolder
    from devsession.session.declaration import Declaration
    from devsession.session.development import DevelopmentSession
    from devsession.session.scenario import Scenario
    from devsession.session.validating import Refusal
    from devsession.session.wanted import Wanted
    from devsession.warehouse.engine import Plan
    from devsession.warehouse.records import SyncRecord


class Sync:
    """One outbound sync of a workspace.

    Shown in a notebook its form is live, with the first rows as they would be sent; `fill` fills
    it by name. `plan` says what a run would do, `scenario` freezes the input of one.
    """

    def __init__(self, session: DevelopmentSession, record: SyncRecord) -> None:
        self._session = session
        self.record = record
        self._form = SyncForm(session, record)
        self._scenarios: dict[str, Scenario] = {}

    @property
    def slug(self) -> str:
        """The name that it is fetched by."""
        return self.record.slug

    @property
    def strategy(self) -> OutboundSyncStrategy:
        """The strategy, as the plugin's manifest has it.

        Raises: UnknownNameError when the plugin does not support it.
        """
        return strategy_of(self._session, self.slug, self.record.strategy)

    @property
    def form(self) -> Form:
        """The plugin's configuration form and mapper, being filled.

        Raises: NotFilledError when the connection is not filled; the plugin needs it.
        """
        return self._form.form

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What a run gives to sync_outbound, secrets included.

        Raises: NotFilledError when the form, or the connection, is not filled.
        """
        self._require_filled()
        return parameters_of(
            self._session,
            sync_strategy=self.strategy,
            target_type=self.record.target_type,
            sync_parameters=self.record.sync_parameters,
            field_mappings=self.record.field_mappings,
        )

    def catalog_lineage(self, service: str, *, app: str | None = None) -> Lineage:
        """Where its records come from and go, as edges for a metadata catalog: column to field.

        service: what the warehouse is called there. app: what the app is, with its objects as
            containers; the plugin's name if not said.

        Raises: NotFilledError when the form, or the connection, is not filled.
        """
        from devsession.session.lineage import catalog_lineage

        name = app or manifest_of(self._session).plugin_name
        return catalog_lineage(self._session, self, service, name)

    @property
    def declaration(self) -> Declaration:
        """Source, identifier, strategy and target type, as they are chosen on the form."""
        return self._form.declaration

    def choose(self, **declared: str | None) -> None:
        """Choose another source=, identifier=, strategy= or target_type=, as a click does.

        The form follows; `save` stores it. What is wrong becomes an error at its field, and the rest
        of the form goes on with what was right before. `session.sync(..)` declares all of it at once.

        Raises: UsageError for another name.
        """
        self._form.choose(declared)

    def look(self) -> None:
        """Look at the source as it is now: it may have other columns, or be there by now."""
        self._form.look()

    def declared(self, record: SyncRecord, *, in_cell: bool) -> None:
        """Fetched, or declared again in a cell: that wins over what was chosen on the form."""
        unsaved = self._form.unsaved if in_cell else {}
        if unsaved or record != self.record:
            self.record = record
            self._form.start(record)
        if unsaved:
            chosen = ", ".join(
                f"{name} {shortened(str(each), QUERY_SHOWN)}" for name, each in unsaved.items()
            )
            print(f"sync {self.slug}: chosen on its form, not saved, now forgotten: {chosen}")  # noqa: T201 - as above

    def fill(self, **values: object) -> Note:
        """Set fields by name and save; `mapping=` maps app field -> column or expression("SQL").

        A form with a template takes `template="Hello {{ row.NAME }}"`, and `columns=`, name in `row` ->
        expression("SQL"), instead.

        Raises:
            FormError: a field or the mapping is wrong; it says all that is, and nothing changed.
            DataError: the warehouse refuses an expression.
        """
        form = self.form
        self.look()
        self.declaration.require()
        form.fill(**values)
        return self.save()

    def suggest(self, **values: object) -> dict[str, str | Expression]:
        """A mapping to look at and to fill with: `contacts.fill(mapping=contacts.suggest())`.

        It has what is mapped, and for each other field of the app the column whose name is most
        alike, if one is; each column once. Nothing changes.

        values: answers that the fields of the app depend on, as `fill` takes them.

        Raises:
            UsageError: the form has no fields of the app to map, or none for these answers.
            WarehouseError: the source cannot be read.
        """
        return self.form.suggest(**values)

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Have the plugin make an option for a field, and choose it; saved with the next fill.

        name: of the field, or `mapping` for a new field of the app.
        values: what the form of a new option asks for.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        return self.form.create_option(name, **values)

    def save(self) -> Note:
        """Store what the form holds, with what was chosen; a line that says so.

        Raises:
            UnknownNameError, SourceError: what was chosen is wrong; nothing is stored.
            DataError: the warehouse refuses an expression of the mapping.
            TemplateError: the template can render none of the first rows, or what it makes of
                each is no JSON, where the plugin's `FormJinjaTemplate(renders="json")` wants that.
        """
        self.declaration.require()
        self.form.settle()
        values, mapping = self.form.values, self.form.mapping
        chosen = self.declaration.record
        filled = replace(chosen, sync_parameters=values, field_mappings=mapping)
        wrong = try_out(self._session, self, filled)
        saved = self._session.store.save_sync(
            self.slug, sync_parameters=values, field_mappings=mapping, **self.declaration.unsaved
        )
        self.record = saved.record
        self._form.saved_as(saved.record)
        note = saved_note(self.slug, saved)
        return Note(f"{note}; {wrong}") if wrong else note

    def preview(self, rows: int = 5) -> DataFrame:
        """The first records as they would be sent: IDENTIFIER and one column an app field.

        With a template TRANSFORMED_RECORD is the text.

        Raises: TemplateError when it cannot render one of them, or makes no JSON where it should.
        """
        self._require_filled()
        if type(rows) is not int or rows < 1:
            raise UsageError(
                f"preview(rows) takes a number of rows, not {rows!r}", next_step=".preview(5)"
            )
        from pandas import DataFrame

        sample = self._session.engine.sample(self.record, records=rows)
        template = template_for(self._session, self, self.record)
        if template is not None:
            pairs = zip(sample["TRANSFORMED_RECORD"], sample["IDENTIFIER"], strict=True)
            return sample.assign(TRANSFORMED_RECORD=[template.render(*pair) for pair in pairs])
        records = DataFrame(sample["TRANSFORMED_RECORD"].tolist(), dtype=object)
        records.insert(0, "IDENTIFIER", sample["IDENTIFIER"])
        return records

    def plan(self) -> Plan:
        """What a run would do now, counted by action; sends nothing.

        Raises:
            SourceError: identifiers are null or not unique.
            PluginRaisedError: outbound_record_validator raised, or returned the wrong thing.
        """
        plan, refusals = self._compared()
        hint = read_as_none(self._session, self.record)
        return replace(plan, refused=sum(1 for _ in refusals), hint=hint)

    def refusals(self) -> DataFrame:
        """The records that a run would not send, as outbound_record_validator refuses them.

        One row a field: IDENTIFIER, FIELD, MESSAGE; empty when there is none, or no validator.

        Raises: as `plan`.
        """
        return refusal_frame(self._compared()[1])

    def _compared(self) -> tuple[Plan, Iterator[Refusal]]:
        self._require_filled()
        settle(self._session, self)
        plan = self._session.engine.plan(self.record, self.strategy)
        return plan, all_refusals(self._session, self, offered=plan.total)

    def changes(self, *identifiers: object, rows: int = 5) -> Changes:
        """Records before and after: what the app took last, and what a run would send now.

        The first ones that a run would send, or those that are named: `changes("ID-3")`. A template
        of now makes the text of before as well.

        Raises:
            UnknownNameError: there is no such record.
            SourceError: identifiers are null or not unique.
        """
        from devsession.session.changing import changes_of

        self._require_filled()
        settle(self._session, self)
        return changes_of(self._session, self, identifiers, rows=rows)

    def scenario(
        self,
        name: str,
        *,
        records: int | None = None,
        refresh: bool = False,
        after: str | Scenario | None = None,
    ) -> Scenario:
        """One pass with frozen input, kept in a folder of `scenarios/`.

        records: how many of those that a run would offer, the first ones (10 when not said).
        after: another scenario whose outcomes count as stored already.
        Opened by its name again it gives the same input; `refresh=True` takes a new one.

        Raises:
            ScenarioError: a run would offer nothing, or the folder is damaged.
            UnknownNameError: `after` names no scenario with outcomes.
        """
        from devsession.session.scenario import Scenario
        from devsession.session.wanted import Wanted

        other = after.name if isinstance(after, Scenario) else after
        folder = self.frozen(Wanted(name, records, other), refresh=refresh)
        if name not in self._scenarios:
            self._scenarios[name] = Scenario(self._session, self, folder)
        else:
            self._scenarios[name].open()
        return self._scenarios[name]

    def frozen(self, wanted: Wanted, *, refresh: bool) -> ScenarioFolder:
        """The folder of a scenario as it was frozen; frozen now when there is none."""
        from devsession.session.freezing import scenario_of

        return scenario_of(self._session, self, wanted, refresh=refresh)

    def begin(self) -> SyncSource:
        """A pass over what a run would offer now, to be completed. Raises: as `plan`."""
        from devsession.session.workspace_source import WorkspaceSource

        return WorkspaceSource(self._session, self)

    def secrets(self, folder: ScenarioFolder, names: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        """The plain secrets of a scenario's parameters, as they are now: the connection's."""
        return self._session.connection.secrets(names)

    def refresh(self) -> None:
        """plugin.py was saved: the form as it is now; answers that still fit are kept."""
        self._form.refresh()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._page)

    @cached_property
    def _page(self) -> FormWidget:
        from devsession.session.views import sync_page

        return sync_page(self._session, self)

    def __repr__(self) -> str:
        return f"Sync {self.slug!r}: {self.record.source} by {self.record.identifier}, {self.record.strategy}"

    @property
    def filled(self) -> bool:
        """Whether its form was filled and saved."""
        return bool(self.record.sync_parameters) or self.record.field_mappings is not None

    @property
    def is_saved(self) -> bool:
        """Whether all that its form holds is stored."""
        answers = (dict(self.record.sync_parameters), self.record.field_mappings)
        is_same = answers == (self.form.values, self.form.mapping)
        return self.filled and is_same and not self._form.unsaved

    def _require_filled(self) -> None:
        if not self.filled:
            raise NotFilledError(
                f"The sync {self.slug!r} is not filled",
                tried="looking for its saved form and mapping",
                where=f"sync {self.slug!r}, table {self.record.source}",
                next_step="fill its form above and save it, or .fill(..)",
                sync=self.slug,
            )
