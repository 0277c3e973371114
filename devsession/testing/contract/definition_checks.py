"""What a plugin says of itself, and its forms."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from devsession.plugin.fields import DynamicFormOptionsDataSource
from devsession.plugin.form import Form
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.parameters import (
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
)
from devsession.testing import told
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.runs import call
from devsession.testing.contract.telling import NotTriedError, flaw, said, trying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.errors import PluginError
    from devsession.plugin.contract import PluginManifest
    from devsession.plugin.parameters import SyncConfigurationParameters
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.runs import Called
    from devsession.testing.contract.stand_in import StandIn

_OUT, _IN = "outbound_configuration_form", "inbound_configuration_form"
# A status that no client asks again for.
_REFUSING = refusals(HTTPStatus.UNAUTHORIZED)[0]


def manifest_is_whole(bench: Bench) -> list[PluginError]:
    """The manifest, and whether what it promises is written."""
    plugin, raised = trying(bench.plugin_class)
    if raised is not None:
        where = line_raising(raised, bench.plugin_class)
        step = "let it be made without arguments, and without calling anything"
        return [flaw(f"the plugin cannot be made: {said(raised)}", where=where, next_step=step)]
    where = line_of(bench.plugin_class, "get_manifest")
    manifest, raised = trying(plugin.get_manifest)
    if raised is None:
        _, raised = trying(lambda: told.manifest(manifest))
    if raised is not None:
        where = line_raising(raised, bench.plugin_class) or where
        step = 'return PluginManifest(plugin_id="..", plugin_name="..", ..)'
        return [flaw(f"get_manifest: {said(raised)}", where=where, next_step=step)]
    return list(_not_kept(bench, manifest, where))


def _not_kept(bench: Bench, manifest: PluginManifest, where: str) -> Iterator[PluginError]:
    needed = {"connection_form": "every plugin", "connect": "every plugin"}
    if not manifest.supported_outbound_strategies and not manifest.supports_inbound:
        step = "supported_outbound_strategies=[..] or supports_inbound=True"
        yield flaw("the manifest names no direction", where=where, next_step=step)
    if manifest.supported_outbound_strategies:
        needed["sync_outbound"] = "supported_outbound_strategies"
    if manifest.supports_inbound:
        needed |= dict.fromkeys(("inbound_stream_list", "sync_inbound"), "supports_inbound")
    for method, promised in needed.items():
        if not bench.plugin_class.has(method):
            yield flaw(
                f"{method} is not written, and {promised} needs it",
                where=where,
                next_step=f"write {method}, or take the promise out of the manifest",
            )


def forms_build(bench: Bench) -> list[PluginError]:
    """Each form, for each connectivity, method, strategy and target type; the app is there."""
    found = [wrong for option in _options(bench) for wrong in _connection_form(bench, option)]
    if not found:
        found = [wrong for form in _sync_forms(bench) for wrong in form.problems(bench.app())]
    return found


def options_fail_at_their_field(bench: Bench) -> list[PluginError]:
    """The same forms of syncs where the app refuses: they stand, and say so where it is needed."""
    forms = _sync_forms(bench)
    if any(form.problems(bench.app()) for form in forms):
        raise NotTriedError("a form does not build", "see test_its_forms_build")
    asking = [form for form in forms if form.asks()]
    if not asking:
        raise NotTriedError("no form asks the app for anything")
    return [
        wrong
        for form in asking
        for wrong in form.problems_without_app(bench.app(refusal=_REFUSING))
    ]


def _options(bench: Bench) -> list[Any]:
    return list(bench.manifest.supported_connectivity_options)


def _connection_form(bench: Bench, option: Any) -> list[PluginError]:
    plugin = bench.plugin

    def build() -> None:
        methods: Any = plugin.connection_form(option)
        form = Form(
            methods,
            title=f"connection_form() of {type(plugin).__name__}",
            parameters=lambda _: bench.connection(next(iter(bench.methods.values()))),
            redact=bench.redactor.text,
            connectivity_options=[option],
        )
        for name in form.methods:
            form.choose(name)
            form.describe()

    done = call(bench.app(), build)
    if done.raised is None:
        return []
    return [_not_built(bench, f"connection_form, {option}", "connection_form", done)]


def _not_built(bench: Bench, label: str, method: str, done: Called) -> PluginError:
    raised: Any = done.raised
    where = line_raising(raised, bench.plugin_class) or line_of(bench.plugin_class, method)
    return flaw(
        f"{label} does not build: {said(raised)}",
        tried=getattr(raised, "tried", ""),
        where=where,
        next_step=getattr(raised, "next_step", "")
        or "build it of what is known without the app; what the app knows, a data_source fetches",
    )


class _SyncForm:
    """A configuration form with what it is asked for."""

    def __init__(
        self, bench: Bench, method: str, label: str, parameters: SyncConfigurationParameters
    ) -> None:
        self._bench = bench
        self._method = method
        self._label = label
        self._parameters = parameters

    def problems(self, app: StandIn) -> list[PluginError]:
        """Why it does not build; what the recordings do not know is no reason."""
        done = self._build(app)
        if done.raised is None or app.unknown or app.not_heard:
            return []
        return [_not_built(self._bench, self._label, self._method, done)]

    def problems_without_app(self, app: StandIn) -> list[PluginError]:
        """Why it does not stand, or says nothing, when the app answers 401."""
        done = self._build(app, answers=False)
        where = line_of(self._bench.plugin_class, self._method)
        if done.raised is not None:
            where = line_raising(done.raised, self._bench.plugin_class) or where
            return [
                flaw(
                    f"{self._label} cannot be shown while the app refuses: {said(done.raised)}",
                    where=where,
                    next_step="ask the app in a source_function, not in the form's own method",
                )
            ]
        form: Form = done.returned
        return [
            flaw(
                f"{name}: the app refuses, and the field only looks empty",
                tried=f"{self._label}, with an app that answers 401",
                where=line_of(self._bench.plugin_class, source.source_function.__name__),
                next_step="let the source_function raise: its message stands at the field",
            )
            for name, field in form.definition.by_name().items()
            if isinstance(source := field.source, DynamicFormOptionsDataSource)
            and form.is_asked(name)
            and not form.errors.get(name)
            and not form.options(name)
        ]

    def asks(self) -> bool:
        """Whether it asks the app, or fetches options from it."""
        app = self._bench.app()
        done = self._build(app)
        if done.raised is not None:
            return False
        fields = done.returned.definition.by_name().values()
        fetched = any(isinstance(each.source, DynamicFormOptionsDataSource) for each in fields)
        return bool(app.heard) or fetched

    def _build(self, app: StandIn, *, answers: bool = True) -> Called:
        plugin, bench = self._bench.plugin, self._bench
        parameters = self._parameters

        def so_far(form: Form) -> Any:
            values = form.values
            update = {"sync_parameters": values, "current_form_parameters": values}
            return parameters.model_copy(update=update)

        def build() -> Form:
            empty: dict[str, Any] = {"sync_parameters": {}, "current_form_parameters": {}}
            form = Form(
                getattr(plugin, self._method)(parameters.model_copy(update=empty)),
                title=f"{self._method}() of {type(plugin).__name__}",
                parameters=so_far,
                redact=bench.redactor.text,
                filters=filters_of(plugin),
            )
            form.describe()
            for name in form.fields if answers else ():
                self._answer(form, name)
            form.describe()
            return form

        return call(app, build)

    def _answer(self, form: Form, name: str) -> None:
        """As in the scenario, or with the first option, so that what depends on it is asked for."""
        recorded = self._parameters.sync_parameters.get(name)
        options = form.options(name)
        value = recorded.value if recorded else (options[0].value if options else None)
        if value is not None and form.is_asked(name) and not form.is_set(name):
            form.set(name, value)


def _sync_forms(bench: Bench) -> list[_SyncForm]:
    """The configuration forms that the manifest promises."""
    connection = bench.connection(next(iter(bench.methods.values())))
    manifest, has = bench.manifest, bench.plugin_class.has
    forms = []
    if manifest.supported_outbound_strategies and has(_OUT):
        recorded = _recorded(bench.recordings.outbound)
        for strategy in manifest.supported_outbound_strategies:
            for target in manifest.outbound_target_types or [""]:
                outbound = OutboundSyncConfigurationParameters(
                    **_connection_of(connection),
                    sync_parameters=recorded,
                    sync_strategy=strategy,
                    target_type=target or None,
                )
                label = ", ".join(filter(None, [_OUT, strategy.name, target]))
                forms.append(_SyncForm(bench, _OUT, label, outbound))
    if manifest.supports_inbound and has(_IN):
        inbound = InboundSyncConfigurationParameters(
            **_connection_of(connection), sync_parameters=_recorded(bench.recordings.inbound)
        )
        forms.append(_SyncForm(bench, _IN, _IN, inbound))
    return forms


def _connection_of(parameters: Any) -> dict[str, Any]:
    """Of any parameters those of the connection."""
    names = ("connection_method", "connectivity_option", "connection_parameters")
    return {
        **{name: getattr(parameters, name) for name in names},
        "connection_secrets": parameters.connection_secrets,
    }


def _recorded(scenarios: list[Any]) -> dict[str, Any]:
    return dict(scenarios[0].frozen.parameters.sync_parameters) if scenarios else {}
