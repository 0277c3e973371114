"""How a session, its connection and its syncs are shown in a notebook."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.notebook.card import SessionCard
from devsession.notebook.creating import CreatorPart
from devsession.notebook.form_widget import FormWidget
from devsession.notebook.key_part import KeyPart
from devsession.session.draft_part import DraftPart
from devsession.session.experiments import PANELS, experiments, unknown_experiments
from devsession.session.outdated import OutdatedPart
from devsession.session.plugin_call import calling
from devsession.session.sampling import sample_of
from devsession.session.source_part import SourcePart
from devsession.session.stream_choices import chosen_by_hand
from devsession.session.streams_part import StreamsPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.form import Form
    from devsession.plugin.streams import StoredStreamsConfiguration
    from devsession.secrets.reference import SecretReference
    from devsession.session.connection import Connection
    from devsession.session.development import DevelopmentSession
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.step_connection import StepConnection
    from devsession.session.sync import Sync

_LINE = 100  # characters
_FIRST = {"metadata": 'session.workflow("..")', "events": 'session.events("..")'}
_AFTER_CONNECTION = 'it is saved; session.sync("..", source="..", identifier="..")'
_AFTER_CONNECTION_INBOUND = 'it is saved; session.sync("..", direction="inbound")'
_AFTER_SYNC = (
    'it is saved; .plan() says what a run would do, .scenario("..") freezes the input of one'
)


def show_card(session: DevelopmentSession) -> None:
    """The session at a glance; what is shown is ready then."""
    from IPython.display import display

    session.account.rows("select 1")
    if not session.offline:
        session.sandbox.start()
    first = 'session.sync("..")' if session.omnata_app else "session.connection"
    card: Any = SessionCard(
        plugin=session.source.name,
        next_step=_FIRST.get(session.source.kind, first),
        more=tuple(unknown_experiments()),
    )
    if PANELS in experiments():
        from devsession.session.panels import with_panel

        card = with_panel(session, card)
    display(card)


def connection_page(session: DevelopmentSession, connection: Connection) -> FormWidget:
    """The connection form, live: one page, in however many cells it is shown."""
    name = re.sub(r"\W", "_", connection.plugin_id)
    widget = FormWidget(
        connection.form,
        title=connection.form.title[0].upper() + connection.form.title[1:],
        on_test=connection.test,
        on_save=connection.save,
        parts={
            "sign_in": connection.person,
            "draft": _draft(
                session, f"connection-{name}", connection.form, saved=lambda: connection.record
            ),
            "creator": CreatorPart(connection.form),
            "keys": KeyPart(connection.form),
            "saving": session.saving,
            "outdated": OutdatedPart(lambda: connection.record, connection.form),
        },
        fill_call=lambda: fill_call(connection.call, connection.form, connection.reference_to),
        portable=session.vault.redactor.value,
    )
    widget.saved = lambda: _after_connection(session) if connection.is_saved else ""
    return widget


def step_page(session: DevelopmentSession, connection: StepConnection) -> FormWidget:
    """The configuration of a step, live: the page of a connection, and what is next."""
    widget = connection_page(session, connection)
    after = f"it is saved; {connection.after.format(name=_variable(connection.slug))}"
    widget.saved = lambda: after if connection.is_saved else ""
    return widget


def _after_connection(session: DevelopmentSession) -> str:
    """What comes next; for a plugin that only reads, how a sync is declared that does."""
    plugin = session.source.plugin_class()  # as it is loaded: a look loads nothing anew
    try:
        with calling(plugin, "get_manifest", session.vault):
            manifest = plugin.get_manifest()
    except DevsessionError:  # who declares a sync is told
        return _AFTER_CONNECTION
    only_reads = manifest.supports_inbound and not manifest.supported_outbound_strategies
    return _AFTER_CONNECTION_INBOUND if only_reads else _AFTER_CONNECTION


def sync_page(session: DevelopmentSession, sync: Sync) -> FormWidget:
    """The form of a sync, live; in its static picture the first rows as they would be sent."""
    source = SourcePart(session, sync)
    widget = FormWidget(
        sync.form,
        title=f"Sync {sync.slug}",
        on_save=sync.save,
        parts={
            "source": source,
            "draft": draft_of(session, sync),
            "creator": CreatorPart(sync.form),
            "saving": session.saving,
        },
        fill_call=lambda: sync_call(sync),
        portable=session.vault.redactor.value,
        sample=lambda: sample_of(session, sync),
    )
    widget.above = source.facts
    widget.saved = lambda: _AFTER_SYNC if sync.is_saved else ""
    return widget


def inbound_page(session: DevelopmentSession, sync: InboundSync) -> FormWidget:
    """The form of an inbound sync, live; in its static picture the streams stand above the fields."""
    draft = _draft(
        session,
        f"sync-{sync.record.id}",
        sync.form,
        saved=lambda: sync.record,
        declared=lambda: sync.picks.drafted,
        declare=lambda **drafted: sync.picks.bring_back(drafted),
    )
    streams = StreamsPart(sync, when_picked=draft.keep)
    widget = FormWidget(
        sync.form,
        title=f"Sync {sync.slug}",
        on_save=lambda: f"{sync.save()}\n  next: {_after_inbound(sync)}",
        parts={
            "streams": streams,
            "draft": draft,
            "creator": CreatorPart(sync.form),
            "saving": session.saving,
        },
        fill_call=lambda: inbound_call(sync, streams.picked()),
        portable=session.vault.redactor.value,
    )
    widget.above = streams.facts
    widget.saved = lambda: f"it is saved; {_after_inbound(sync)}" if sync.is_saved else ""
    return widget


def inbound_call(sync: InboundSync, streams: StoredStreamsConfiguration) -> str:
    """What declares and fills an inbound sync as its form does, to read these streams."""
    name = _variable(sync.slug)
    call = f'{name} = session.sync({sync.slug!r}, direction="inbound")'
    chosen = chosen_by_hand(streams) if streams.included_streams else {}
    more: dict[str, object] = {"streams": chosen} if chosen else {}
    if streams.include_new_streams:
        more["include_new_streams"] = True
    return f"{call}\n{fill_call(name, sync.form, more=more)}"


def _after_inbound(sync: InboundSync) -> str:
    name = _variable(sync.slug)
    return (
        f'{name}.scenario("..") freezes the input of a pass; '
        f"devsession sync run {sync.slug} reads all"
    )


def _variable(slug: str) -> str:
    return slug if slug.isidentifier() and not iskeyword(slug) else "sync"


def draft_of(session: DevelopmentSession, sync: Sync) -> DraftPart:
    """What was chosen and filled in for a sync, and not saved."""
    return _draft(
        session,
        f"sync-{sync.record.id}",
        sync.form,
        saved=lambda: sync.record,
        declared=lambda: sync.declaration.unsaved,
        declare=sync.choose,
    )


def _draft(session: DevelopmentSession, name: str, form: Form, **about: Any) -> DraftPart:
    file = session.workspace.private / "drafts" / f"{name}.json"
    return DraftPart(form, file, redactor=lambda: session.vault.shown, **about)


def sync_call(sync: Sync) -> str:
    """What declares and fills a sync as its form does."""
    name = _variable(sync.slug)
    declared = {each: value for each, value in sync.declaration.values.items() if value}
    words = [repr(sync.slug), *(f"{each}={_written(value)}" for each, value in declared.items())]
    call = f"{name} = session.sync({', '.join(words)})"
    if len(call) > _LINE or "\n" in call:
        call = "\n    ".join([f"{name} = session.sync(", *(f"{word}," for word in words)]) + "\n)"
    return f"{call}\n{fill_call(name, sync.form)}"


def fill_call(
    target: str,
    form: Form,
    reference_to: Callable[[str], SecretReference] | None = None,
    *,
    more: Mapping[str, object] | None = None,
) -> str:
    """The `.fill(..)` that gives a form the answers that it has; secrets are references."""
    answers: dict[str, object] = {}
    if len(form.connectivity_options) > 1:
        answers["connectivity_option"] = form.connectivity_option
    if len(form.methods) > 1:
        answers["method"] = form.method
    answers |= {name: form.plain(name) for name in form.values}
    references = {name: reference_to(name) for name in form.secrets} if reference_to else {}
    for name, reference in references.items():
        public = answers.get(name)  # a pair of keys has a plain side too
        answers[name] = {"private": reference, **public} if isinstance(public, dict) else reference
    if form.written is not None:
        answers["template"] = form.written.template
        answers |= {"columns": form.written.made} if form.written.made else {}
    elif form.mapping is not None and form.mapping.as_dict():
        answers["mapping"] = form.mapping.as_dict()
    answers |= more or {}
    lines = [f"    {name}={_written(value)}," for name, value in answers.items()]
    return "\n".join([f"{target}.fill(", *lines, ")"])


def _written(value: object) -> str:
    """A value as code, a mapping with one field a line, and text as its lines."""
    if isinstance(value, str) and "\n" in value and not any(mark in value for mark in '\\"'):
        return f'"""{value}"""'
    if not isinstance(value, dict):
        return repr(value)
    rows = [f"        {name!r}: {source!r}," for name, source in value.items()]
    return "\n".join(["{", *rows, "    }"])
