"""Connecting: what wrong credentials lead to, what is secret, and which addresses are called."""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from devsession.plugin.oauth import OAuthTemplate
from devsession.recording.exchange import header
from devsession.recording.places import undeclared
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.telling import NotTriedError, flaw, is_a_message, said, trying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.errors import PluginError
    from devsession.plugin.contract import ConnectionMethod
    from devsession.recording.exchange import Exchange
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.runs import Called

# What apps call the parts that nobody else may know. Not the address where one gets a token.
SECRET_NAME = re.compile(
    r"(secret|password|passphrase|passwd|pwd|token|credential"
    r"|(api|access|private|auth|account|service|signing)_?key)$",
    re.IGNORECASE,
)
_PLAIN_SCHEMES = {"bearer", "token", "apikey", "basic", "bot", "key"}
_SHORTEST = 4
_RAISE = (
    "look at the status before the answer is read, and raise with the app's own words: "
    "response.raise_for_status(), or an error of your own"
)


def wrong_credentials_get_a_message(bench: Bench) -> list[PluginError]:
    """connect() of each method, where the app answers 401."""
    tried = [each for method in bench.methods.values() for each in _refused(bench, method)]
    if not tried:
        raise NotTriedError("connect() of no method asks the app over HTTP that can be heard")
    return [each for each in tried if each is not None]


def _refused(bench: Bench, method: ConnectionMethod) -> Iterator[PluginError | None]:
    """What is wrong with how one method takes it, None when nothing is; no item: not tried."""
    first: PluginError | None = None
    for refusal in refusals(HTTPStatus.UNAUTHORIZED, bench.recordings.exchanges):
        app = bench.app(refusal=refusal)
        done = bench.connect(method, app)
        if isinstance(done.returned, OAuthTemplate) or app.not_heard:
            return
        wrong = _unsaid(bench, method, done)
        if wrong is None:
            yield None
            return
        first = first or wrong
    yield first


def _unsaid(bench: Bench, method: ConnectionMethod, done: Called) -> PluginError | None:
    tried = f"connect() with {method.name!r}, where the app answers 401 to each request"
    where = line_of(bench.plugin_class, "connect")
    if done.raised is None and not done.app.heard:
        what = "connect() asks the app nothing: wrong credentials are found in the first run"
        step = "call what only a user of the app may, such as its account"
        return flaw(what, tried=tried, where=where, next_step=step)
    if done.raised is None:
        what = "connect() is content with wrong credentials"
        return flaw(what, tried=tried, where=where, next_step=_RAISE)
    if is_a_message(done.raised):
        return None
    where = line_raising(done.raised, bench.plugin_class) or where
    what = f"wrong credentials are told as {said(done.raised)}, which nobody understands"
    return flaw(what, tried=tried, where=where, next_step=_RAISE)


def secrets_are_declared(bench: Bench) -> list[PluginError]:
    """Fields that are secret by their name, or by where the plugin sends what was filled in."""
    found = []
    for method in bench.methods.values():
        sent = bench.connected[method.name].app.heard
        given = bench.connection(method).connection_parameters
        for field in method.fields:
            if field.secret or not field.takes_answer:
                continue
            value = given[field.name].value if field.name in given else ""
            if SECRET_NAME.search(field.name):
                found.append(_not_secret(bench, method, field.name, "is called like a secret"))
            elif len(value) >= _SHORTEST and any(_authorizes(each, value) for each in sent):
                why = "is what Authorization is made of"
                found.append(_not_secret(bench, method, field.name, why))
    return found


def _not_secret(bench: Bench, method: ConnectionMethod, name: str, why: str) -> PluginError:
    return flaw(
        f"{name!r} of {method.name!r} {why}, and is kept in plain text",
        tried="reading the connection form, and what connect() sends",
        where=line_of(bench.plugin_class, "connection_form"),
        next_step=f'FormInputField(name="{name}", secret=True), parameters.secret("{name}")',
    )


def _authorizes(request: Exchange, value: str) -> bool:
    """Whether a header that authorizes says it. A user name before a password is no secret."""
    scheme, _, told = header(request.request_headers, "authorization").partition(" ")
    if scheme.lower() not in _PLAIN_SCHEMES:
        return value in scheme and not told
    if scheme.lower() == "basic":
        pair, _ = trying(lambda: base64.b64decode(told).decode())
        return str(pair).endswith(f":{value}") or pair == f"{value}:"
    return value in told


def addresses_are_declared(bench: Bench) -> list[PluginError]:
    """Every place that connect() and the recorded runs called."""
    places: list[str] = []
    declared: list[str] = []
    for method in bench.methods.values():
        done = bench.connected[method.name]
        places += done.app.called
        declared += _declared(bench, method)
        declared += getattr(done.returned, "network_addresses", None) or []
    for runs in ("recorded_runs", "read_runs"):
        made, why = trying(lambda runs=runs: getattr(bench, runs))  # type: ignore[misc]
        if why is None:
            places += [url for _, run in made for url in run.app.called]
    if not places:
        raise NotTriedError("the plugin was not seen to call anything")
    where = line_of(bench.plugin_class, "network_addresses")
    step = "return it from network_addresses(): on Snowflake all other addresses are shut"
    return [
        flaw(f"{place} is called and not declared", where=where, next_step=step)
        for place in undeclared(places, declared)
    ]


def _declared(bench: Bench, method: ConnectionMethod) -> list[str]:
    parameters = bench.connection(method)
    declared, raised = trying(lambda: list(bench.plugin.network_addresses(parameters)))
    if raised is not None:
        raise NotTriedError(f"network_addresses raised {said(raised)}", "mend it")
    texts: list[str] = declared
    return texts
