"""Whether a secret of the connection gets out: in a log, in an error, in what is stored."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.telling import NotTriedError, flaw, trying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.errors import PluginError
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.runs import Called, InboundRun, OutboundRun

_STEP = "leave it out: name the connection, not its key"


def no_secret_is_told(bench: Bench) -> list[PluginError]:
    """Everything that connect() and the recorded runs logged, printed, raised and handed back."""
    made = list(_made(bench))
    if not made:
        raise NotTriedError("nothing of the plugin could be run")
    found: dict[str, PluginError] = {}
    for method, run, handed_back in made:
        texts = {"logged or printed": run.told, "handed back": handed_back}
        if run.raised is not None:
            texts["raised"] = f"{run.raised}"
        for how, text in texts.items():
            names = sorted({hit.name for hit in bench.redactor.find(text)})
            if names:
                what = f"{method} {how} the secret {', '.join(map(repr, names))}"
                where = line_of(bench.plugin_class, method)
                if how == "raised" and run.raised is not None:
                    where = line_raising(run.raised, bench.plugin_class) or where
                found.setdefault(what, flaw(what, where=where, next_step=_STEP))
    return list(found.values())


_Told = tuple[str, "Called | OutboundRun | InboundRun", str]


def _made(bench: Bench) -> Iterator[_Told]:
    """The runs that can be had, of each method with what it handed back."""
    refused = refusals(HTTPStatus.UNAUTHORIZED, bench.recordings.exchanges)[0]
    methods, raised = trying(lambda: bench.methods)
    if raised is None:
        for name, method in methods.items():
            done = bench.connected[name]
            yield "connect", done, _connected(done)
            yield "connect", bench.connect(method, bench.app(refusal=refused)), ""
    runs, raised = trying(lambda: bench.recorded_runs)
    if raised is None:
        yield from (("sync_outbound", run, _written(run.outcomes)) for _, run in runs)
    plain, raised = trying(lambda: bench.plain)
    if raised is None:
        run = bench.send(plain.records, refusal=refused)
        yield "sync_outbound", run, _written(run.outcomes)
    reads, raised = trying(lambda: bench.read_runs)
    if raised is None:
        for _, run in reads:
            told = _written(run.received.frame()) + json.dumps(run.received.states)
            yield "sync_inbound", run, told


def _connected(done: Called) -> str:
    """What connect() gives to be kept in plain text."""
    kept = getattr(done.returned, "connection_parameters", {})
    return json.dumps({name: value.value for name, value in kept.items()})


def _written(frame: object) -> str:
    return "\n".join(map(str, frame.to_dict("records"))) if hasattr(frame, "to_dict") else ""
