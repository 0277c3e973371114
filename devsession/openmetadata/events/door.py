"""Who may hand in an event, and which: everything that is asked of a request before it is stored."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.errors import DevsessionError, UsageError
from devsession.openmetadata.events.inbox import Arrival
from devsession.openmetadata.events.limits import FUTURE, plain_age
from devsession.openmetadata.events.signing import SIGNATURE_HEADER, same, signed
from devsession.openmetadata.model.change_event import ChangeEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from devsession.openmetadata.events.limits import Limits
    from devsession.secrets.redact import Redactor

_BODY_SECONDS = 30.0
_SECOND_MS = 1000


class RefusedError(Exception):
    """A request that is not taken. status: of the answer. retry_after: seconds; the rest of the body is not read."""

    def __init__(self, status: int, cause: str, *, retry_after: int = 0) -> None:
        super().__init__(cause)
        self.status, self.cause, self.retry_after = status, cause, retry_after


class Door:
    """secret: signs bodies. token: a bearer's. allow: networks, such as `10.0.0.0/8`; none: any.

    Raises: UsageError when there is neither secret nor token, or no such network.
    """

    def __init__(
        self, *, secret: str, token: str, allow: Iterable[str], limits: Limits, redactor: Redactor
    ) -> None:
        if not (secret or token):
            raise UsageError(
                "A receiver needs a secret, with which the catalog signs, or a bearer's token, or both",
                tried="without one anybody could send events",
                next_step='receiver(.., secret=os.environ["EVENTS_SECRET"])',
            )
        self._secret, self._token = secret, token
        self._allow = [_network(each) for each in ([allow] if isinstance(allow, str) else allow)]
        self._limits, self._redactor = limits, redactor

    async def taken(self, request: Request) -> Arrival:
        """What a request brings. Raises: RefusedError."""
        self._check_peer(request.client.host if request.client else "")
        self._check_token(request.headers)
        body = await self._body(request)
        self._check_signature(request.headers, body)
        return self._arrival(body)

    def _check_peer(self, host: str) -> None:
        """The address that the connection comes from; what a header says of it is not believed."""
        if not self._allow:
            return
        try:
            address = ip_address(host)
        except ValueError:
            raise RefusedError(403, "this address is not allowed") from None
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not any(address in network for network in self._allow):
            raise RefusedError(403, "this address is not allowed")

    def _check_token(self, headers: Mapping[str, str]) -> None:
        if not self._token:
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not same(given.strip(), self._token):
            raise RefusedError(401, "the bearer's token is missing or wrong")

    async def _body(self, request: Request) -> bytes:
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise RefusedError(415, "the body is encoded; it is taken as plain JSON")
        kept, size, most = bytearray(), 0, self._limits.max_bytes
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > most:
                        # Dropped; a little is read on, so that the sender hears the answer.
                        kept.clear()
                    else:
                        kept += chunk
                    if size > 2 * most:
                        break
        except TimeoutError:
            raise RefusedError(408, f"the body took longer than {_BODY_SECONDS:g} s") from None
        if size > most:
            raise RefusedError(413, f"the body is larger than {most:,} bytes")
        return bytes(kept)

    def _check_signature(self, headers: Mapping[str, str], body: bytes) -> None:
        if not self._secret:
            return
        if not signed(headers.get(SIGNATURE_HEADER, ""), self._secret, body):
            raise RefusedError(401, f"the signature in {SIGNATURE_HEADER} is missing or wrong")

    def _arrival(self, body: bytes) -> Arrival:
        try:
            content = from_json(body, allow_inf_nan=False)
        except ValueError:
            raise RefusedError(400, "the body is no JSON") from None
        if not isinstance(content, dict):
            raise RefusedError(400, "the body is no ChangeEvent: an object of JSON")
        try:
            event = ChangeEvent.model_validate(content)
        except DevsessionError as error:
            raise RefusedError(400, self._redactor.text(error.what)) from None
        self._check_age(event)
        # The same content may be written in another order the next time.
        plain = json.dumps(content, sort_keys=True).encode()
        entity = event.entity_id or event.fqn or ""
        lane = f"{event.entity_type} {entity}" if entity else f"event {event.id}"
        return Arrival(event.id, hashlib.sha256(plain).digest(), lane, event.timestamp, body)

    def _check_age(self, event: ChangeEvent) -> None:
        age = time.time() - event.timestamp / _SECOND_MS
        if age > self._limits.max_age.total_seconds():
            raise RefusedError(400, f"the event is older than {plain_age(self._limits.max_age)}")
        if -age > FUTURE.total_seconds():
            raise RefusedError(400, "the event's timestamp lies in the future")


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no network of addresses",
            said=str(error),
            next_step='allow=["10.0.0.0/8", "192.0.2.7"]',
        ) from None
