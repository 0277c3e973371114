"""What a step says of itself, and how it takes wrong credentials."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from devsession.openmetadata.workflow.frozen_config import hosts_in
from devsession.plugin.model_form import fields_of
from devsession.recording.places import undeclared
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.connection_checks import SECRET_NAME
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.telling import NotTriedError, flaw, is_a_message, said, trying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.errors import PluginError
    from devsession.testing.step_contract.bench import StepBench, StepRun

_BEFORE = ("prepare", "test_connection")


def configuration_is_whole(bench: StepBench[Any]) -> list[PluginError]:
    """`Config` is a pydantic class whose form builds, and what is secret is a SecretStr."""
    step = bench.plugin_class
    config: Any = step.Config
    where = line_of(step, "Config")
    if config is None:
        return [
            flaw(
                f"{step.__name__} has no Config: it has no form, and its secrets are plain text",
                where=where,
                next_step=f"class AcmeConfig({bench.config_base}): ..; "
                f"and Config = AcmeConfig in the {bench.kind}",
            )
        ]
    if not (isinstance(config, type) and issubclass(config, BaseModel)):
        what = f"Config is {config!r}, and no pydantic class"
        return [flaw(what, where=where, next_step=f"derive it from {bench.config_base}")]
    fields, raised = trying(lambda: fields_of(config))
    if raised is not None:
        mend = getattr(raised, "next_step", "") or "give the field a type that a form can ask for"
        return [flaw(f"its form does not build: {said(raised)}", where=where, next_step=mend)]
    return [
        flaw(
            f"{field.name} is a secret, and its type does not say so",
            tried="what is no SecretStr is stored, shown and recorded in plain text",
            where=where,
            next_step=f"{field.name}: SecretStr",
        )
        for field in fields
        if SECRET_NAME.search(field.name) and not field.secret
    ]


def addresses_are_declared(bench: StepBench[Any]) -> list[PluginError]:
    """Each host that was called stands in the configuration, or is told by network_addresses().

    Also where the system refuses or fails.
    """
    step = bench.plugin_class
    if not bench.recorded.app.called:
        raise NotTriedError("it asks nothing over HTTP that can be heard")
    declared, raised = trying(lambda: step.network_addresses(bench.step_config))
    if raised is not None:
        where = line_raising(raised, step) or line_of(step, "network_addresses")
        what = f"network_addresses() raised {said(raised)}"
        return [flaw(what, where=where, next_step="return a list of hosts")]
    known = [*declared, *hosts_in(bench.frozen_config)]
    called = [each for run in bench.runs for each in run.app.called]
    places = undeclared(list(dict.fromkeys(called)), known)
    if not places:
        return []
    return [
        flaw(
            f"it calls what neither its configuration nor network_addresses() names: {', '.join(places)}",
            where=line_of(step, bench.works),
            next_step=f"def network_addresses(cls, config): return {places}; or leave the call out",
        )
    ]


def wrong_credentials_get_a_message(bench: StepBench[Any]) -> list[PluginError]:
    """Where the system answers 401, prepare() or test_connection() raises, in words."""
    bench.whole  # noqa: B018  or why it cannot be tried
    if not bench.secrets:
        raise NotTriedError("its configuration has no secret")
    first: PluginError | None = None
    for refusal in refusals(HTTPStatus.UNAUTHORIZED, bench.recordings.exchanges):
        found = _taken_as(bench, bench.run(bench.app(refusal=refusal)))
        if found is None:
            return []
        first = first or found
    return [first] if first else []


def _taken_as(bench: StepBench[Any], run: StepRun) -> PluginError | None:
    step, tried = bench.plugin_class, "a system that answers 401 to everything"
    raised = [(name, run.raised[name]) for name in _BEFORE if name in run.raised]
    if not raised:
        return flaw(
            "wrong credentials are taken: prepare() and test_connection() say nothing",
            tried=tried,
            where=line_of(step, "test_connection"),
            next_step="ask the system something small in test_connection(), and "
            "response.raise_for_status()",
        )
    name, error = raised[0]
    if is_a_message(error):
        return None
    return flaw(
        f"{name}() raised {said(error)}, which tells a user nothing",
        tried=tried,
        where=line_raising(error, step) or line_of(step, name),
        next_step="look at the status before the answer is read: response.raise_for_status()",
    )


def closes_after_a_failure(bench: StepBench[Any]) -> list[PluginError]:
    """Whatever happens, close() can be called, and does not raise."""
    bench.whole  # noqa: B018  or why it cannot be tried
    step = bench.plugin_class
    gone = _failing(bench)
    runs = {
        "as it was recorded": bench.whole,
        "a system that answers 401": bench.refused,
        "before prepare() has done anything": gone,
    }
    for tried, run in runs.items():
        error = run.raised.get("close")
        if error is not None:
            return [
                flaw(
                    f"close() raised {said(error)}",
                    tried=tried,
                    where=line_raising(error, step) or line_of(step, "close"),
                    next_step="make in __init__ what close() lets go of, or see whether it is there",
                )
            ]
    return []


def _failing(bench: StepBench[Any]) -> StepRun:
    """A run whose prepare() fails at once."""

    def prepare(_: Any) -> None:
        raise ConnectionError("the system cannot be reached")

    step = type(bench.plugin_class.__name__, (bench.plugin_class,), {"prepare": prepare})
    step.__module__ = bench.plugin_class.__module__
    run: StepRun = bench.run(bench.app(), step=step)
    return run


def no_secret_is_told(bench: StepBench[Any]) -> list[PluginError]:
    """What it comes to, logs, prints and errors: as recorded, where the system refuses, where it fails."""
    step = bench.plugin_class
    bench.recorded  # noqa: B018  or why it cannot be tried
    if not bench.secrets:
        raise NotTriedError("its configuration has no secret")
    found: dict[str, PluginError] = {}
    for run in bench.runs:
        for how, method, text in _texts_of(run, bench.works):
            names = sorted({hit.name for hit in bench.redactor.find(text)})
            if names:
                what = f"{how} the secret {', '.join(map(repr, names))}"
                mend = "leave it out: name the system, not its key"
                found.setdefault(what, flaw(what, where=line_of(step, method), next_step=mend))
    return list(found.values())


def _texts_of(run: StepRun, works: str) -> Iterator[tuple[str, str, str]]:
    # What an error of the workflow says is redacted: the author's own words are looked at.
    for name, error in run.raised.items():
        yield f"{name}() raised", name, str(error)
    yield "it logged or printed", works, run.told
    how, text = run.given
    yield how, works, text
