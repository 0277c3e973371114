"""An exchange of a scenario that can go on: as a shell command, or sent again with the real secrets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, SecretMissingError, UsageError
from devsession.notebook.shown_exchange import ShownExchange
from devsession.recording.changed_request import Changes
from devsession.recording.exchange import Exchange
from devsession.recording.shell_command import curl
from devsession.recording.stand_ins import stand_ins_in, with_secrets
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.session.development import DevelopmentSession

_PATIENCE = 60  # seconds without a byte of the answer


@dataclass(frozen=True, repr=False)
class SentExchange(Exchange):
    """A request and its answer, redacted; shown it is whole, headers and both bodies."""

    sender: Sender = field(kw_only=True, compare=False)

    def curl(self) -> str:
        """The request as a shell command; a secret stands in it as `"$ACME_API_KEY"`.

        The name is the one that the secret is kept under; a token that the app handed out has the
        name of its stand-in.
        """
        return self.sender.curl(self)

    def resend(
        self,
        *,
        json: Any = None,
        data: str | bytes | Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> SentExchange:
        """Send the request once more, with the real secrets, and what is given here changed.

        It is sent once, redirects are not followed, and becomes the newest exchange of the
        scenario. Offline the tape answers. json: the body, as JSON. data: the body, as text or
        bytes, or a dict for a form. params: of the query, by name. headers: by name. None as a
        value takes one out.

        Raises:
            UsageError: what is given makes no request.
            SecretMissingError: the request holds a secret that this session does not know.
            MissError: offline, and the tape has no answer.
        """
        return self.sender.send(self, Changes(json, data, params, headers))

    def __repr__(self) -> str:
        return repr(ShownExchange(self))

    def _repr_html_(self) -> str:
        return ShownExchange(self)._repr_html_()


class Sender:
    """Sends requests of a session again.

    look_up: makes the secrets of the connection known, as a use of them does; name -> the
    environment variable or key under which it is kept.
    """

    def __init__(
        self, session: DevelopmentSession, look_up: Callable[[], Mapping[str, str]]
    ) -> None:
        self._session = session
        self._look_up = look_up

    def view(self, exchange: Exchange) -> SentExchange:
        """The exchange, able to go on."""
        held = {each.name: getattr(exchange, each.name) for each in fields(Exchange)}
        return SentExchange(**held, sender=self)

    def curl(self, exchange: Exchange) -> str:
        """A shell command, to the address where the app now is."""
        known = {name: name.upper() for name in self._session.recorder.live_secrets}
        variables = {placeholder(name): kept for name, kept in {**known, **self._names()}.items()}
        return curl(self._addressed(exchange), variables)

    def send(self, exchange: Exchange, changes: Changes) -> SentExchange:
        """The new exchange, recorded."""
        request = changes.applied(self._addressed(exchange))
        session = self._session
        if not session.offline:
            self._look_up()
            values = session.recorder.live_secrets
            request = with_secrets(
                request, {placeholder(name): value for name, value in values.items()}
            )
        url = session.recorder.redactor.text(request.url)
        where = f"{request.method} {url}"
        if not session.offline:
            _check(request, where)
        mark = session.recorder.mark()
        with session.recorder.called_anew():
            problem = _send(request)
        sent = session.recorder.exchanges_since(mark)
        found = [each for each in sent if (each.method, each.url) == (request.method, url)] or sent
        if not found:
            raise UsageError(
                "The request could not be sent",
                tried=session.vault.text(problem) or "the session does not record any more",
                where=where,
                next_step="open the session again; or change what .resend(..) is given",
            )
        return self.view(found[0])

    def _names(self) -> Mapping[str, str]:
        with suppress(DevsessionError):
            return self._look_up()
        return {}

    def _addressed(self, exchange: Exchange) -> Exchange:
        """The request where the app now is: the practice app's stand-in becomes its address."""
        resolve = self._session.vault.resolve
        body = exchange.request_body.decode("utf-8", "surrogateescape")
        return replace(
            exchange,
            url=resolve(exchange.url),
            request_headers={
                name: [resolve(value) for value in values]
                for name, values in exchange.request_headers.items()
            },
            request_body=resolve(body).encode("utf-8", "surrogateescape"),
        )


def _check(request: Exchange, where: str) -> None:
    missing = stand_ins_in(request)
    if missing:
        raise SecretMissingError(
            f"The request holds a secret that this session does not know: {', '.join(missing)}",
            tried="the secrets of the connection, and the tokens that arrived in this session",
            where=where,
            next_step="send the request from a cell once; or give the header yourself: "
            '.resend(headers={"Authorization": ..})',
            stand_ins=missing,
        )


def _send(request: Exchange) -> str:
    """Send it as it is, once; what kept it from being sent, for the recorder knows the rest."""
    import requests

    prepared = requests.Request(
        request.method,
        request.url,
        headers={name: ", ".join(values) for name, values in request.request_headers.items()},
        data=request.request_body or None,
        auth=lambda prepared: prepared,  # or the user's .netrc would be
    )
    with requests.Session() as client:
        try:
            ready = prepared.prepare()
            environment = client.merge_environment_settings(ready.url, {}, None, None, None)
            client.send(ready, allow_redirects=False, timeout=_PATIENCE, **environment)
        except requests.RequestException as error:
            return str(error)
    return ""
