"""The operations on subscriptions to events, and what is told of how their deliveries go.

Source: the documentation of OpenMetadata 2.0, "API reference", Alerts; "Metadata standard",
SubscriptionStatus, EventsRecord, FailedEvent.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from pydantic import TypeAdapter
from starlette.routing import Route

from devsession.sandbox.bot_token import USER
from devsession.sandbox.catalog.bodies import read_as, read_body
from devsession.sandbox.catalog.delivery import CONNECT_SECONDS, READ_SECONDS, RETRIES
from devsession.sandbox.catalog.kinds import KIND_OF
from devsession.sandbox.catalog.names import quoted
from devsession.sandbox.catalog.outbox import ACTIVE, ALL, DISABLED, Subscriber
from devsession.sandbox.catalog.parameters import name_in, number
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response, not_found
from devsession.sandbox.catalog.showing import reached_at
from devsession.sandbox.catalog.subscription_shapes import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.catalog.delivery import Delivery
    from devsession.sandbox.catalog.store import Store

Content = dict[str, Any]

MASK = "*********"
"""What stands for a secret in every answer; sent back, it leaves what is there."""
_SHAPE: TypeAdapter[Subscription] = TypeAdapter(Subscription)
_TYPE = "eventsubscription"
_PAGE, _MOST = 10, 1_000
_LISTED = 15
_MASKED_BY_NAME = ("headers", "queryParams")


class Subscriptions:
    """Takes subscriptions in, and shows them."""

    def __init__(
        self, store: Store, delivery: Delivery, root: str, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._outbox = store.outbox
        self._delivery = delivery
        self._root = root
        self._base = f"{root}/events/subscriptions"
        self._clock = clock

    def routes(self) -> list[Route]:
        one = [
            (f"{self._base}/name/{{name:path}}", "/name"),
            (f"{self._base}/{{id}}", "/id"),
        ]
        below: list[Route] = []
        for path, operation in (("failedEvents", self.failed), ("eventsRecord", self.record)):
            below += [
                Route(f"{self._base}/name/{{name:path}}/{path}", operation),
                Route(f"{self._base}/id/{{id}}/{path}", operation),
            ]
        below += [Route(f"{path}/status/{{destination}}", self.status) for path, _ in one]
        singles = [Route(path, self.single, methods=["GET", "DELETE"]) for path, _ in one]
        return [
            Route(self._base, self.collection, methods=["GET", "PUT", "POST"]),
            *below,
            *singles,
        ]

    async def collection(self, request: Request) -> Response:
        """Lists, or takes one in."""
        if request.method == "GET":
            return self._list(request)
        sent = _read(await read_body(request))
        with self._outbox.changed:
            old = self._named(sent["name"])
            if old is not None and request.method == "POST":
                raise CatalogRefusedError(409, "Entity already exists")
            kept = self._keep(sent, old)
            self._delivery.follow(kept)
            return json_response(self._shown(kept, request), 201 if old is None else 200)

    async def single(self, request: Request) -> Response:
        """One subscription, by id or name; DELETE ends it."""
        with self._outbox.changed:
            found = self._found(request)
            if request.method == "DELETE":
                self._delivery.leave(found)
                with self._store.transaction():
                    self._outbox.remove(found)
            return json_response(self._shown(found, request))

    async def status(self, request: Request) -> Response:
        """How deliveries go."""
        with self._outbox.changed:
            found = self._found(request)
            destination = request.path_params["destination"]
            if destination != found.content["destinations"][0]["id"]:
                raise not_found("destination", destination)
            return json_response(self._status(found))

    async def record(self, request: Request) -> Response:
        """How many events wait for it, were taken, and were given up."""
        with self._outbox.changed:
            found = self._found(request)
            pending = self._outbox.pending(found)
            return json_response(
                {
                    "totalEventsCount": pending + found.sent + found.failed,
                    "pendingEventsCount": pending,
                    "successfulEventsCount": found.sent,
                    "failedEventsCount": found.failed,
                }
            )

    async def failed(self, request: Request) -> Response:
        """The events that were given up, the newest first, each with why."""
        limit = number(request, "limit", _LISTED, _MOST)
        with self._outbox.changed:
            return json_response(self._outbox.failures(self._found(request), limit))

    def _list(self, request: Request) -> Response:
        limit = number(request, "limit", _PAGE, _MOST)
        after = name_in(request.query_params.get("after"))
        with self._outbox.changed:
            every = sorted(self._outbox.subscribers.values(), key=lambda each: each.name)
            rest = [each for each in every if each.name > after]
            paging: Content = {"total": len(every)}
            if len(rest) > limit > 0:
                paging["after"] = urlsafe_b64encode(rest[limit - 1].name.encode()).decode()
            data = [self._shown(each, request) for each in rest[:limit]]
            return json_response({"data": data, "paging": paging})

    def _keep(self, sent: Content, old: Subscriber | None) -> Subscriber:
        """A new subscription goes on from now, as does one that was disabled or had failed."""
        now = self._clock()
        _unmask(sent, {} if old is None else old.content)
        destination = sent["destinations"][0]
        if old is None:
            destination["id"] = str(uuid4())
            kept = Subscriber(str(uuid4()), sent["name"], 1, now, sent, self._outbox.newest())
            position = None
        else:
            position = None if old.on else self._outbox.newest()
            destination["id"] = old.content["destinations"][0]["id"]
            kept = old
            if sent != old.content:
                kept.version, kept.updated_at = old.version + 1, max(now, old.updated_at + 1)
            kept.content = sent
        enabled = sent.get("enabled", True) and destination.get("enabled", True)
        kept.state |= {"status": ACTIVE if enabled else DISABLED, "nextAttempt": None}
        with self._store.transaction():
            self._outbox.keep(kept, position=position)
        return kept

    def _named(self, name: str) -> Subscriber | None:
        found = (each for each in self._outbox.subscribers.values() if each.name == name)
        return next(found, None)

    def _found(self, request: Request) -> Subscriber:
        asked = request.path_params
        if "name" in asked:
            found = self._named(asked["name"])
        else:
            found = self._outbox.subscribers.get(asked["id"].lower())
        if found is None:
            raise not_found(_TYPE, asked.get("name") or asked["id"])
        return found

    def _status(self, subscriber: Subscriber) -> Content:
        told = {key: value for key, value in subscriber.state.items() if value is not None}
        return {**told, "timestamp": self._clock()}

    def _shown(self, subscriber: Subscriber, request: Request) -> Content:
        sent = dict(subscriber.content)
        (destination,) = sent.pop("destinations")
        return {
            "id": subscriber.id,
            "name": sent.pop("name"),
            "fullyQualifiedName": quoted(subscriber.name),
            "version": subscriber.version / 10,
            "updatedAt": subscriber.updated_at,
            "updatedBy": USER,
            "href": f"{reached_at(request, self._root)}/events/subscriptions/{subscriber.id}",
            "filteringRules": {"resources": sent.pop("resources"), "rules": [], "actions": []},
            "destinations": [
                {
                    "timeout": CONNECT_SECONDS,
                    "readTimeout": READ_SECONDS,
                    "enabled": True,
                    **destination,
                    "config": _masked(destination["config"]),
                    "statusDetails": self._status(subscriber),
                }
            ],
            "enabled": True,
            "provider": "user",
            "trigger": {"triggerType": "RealTime"},
            "retries": RETRIES,
            **sent,
        }


def _read(body: bytes) -> Content:
    """Raises: CatalogRefusedError for what is no subscription, or one to nothing that there is."""
    sent = cast("Content", read_as(_SHAPE, body))
    for index, each in enumerate(sent["resources"]):
        if each != ALL and each not in KIND_OF:
            known = ", ".join([ALL, *KIND_OF])
            raise CatalogRefusedError(400, f"[resources[{index}] must be one of {known}]")
    kept: Content = _without_nulls(sent)
    kept["destinations"][0].pop("statusDetails", None)
    return kept


def _without_nulls(sent: Any) -> Any:
    match sent:
        case dict():
            return {key: _without_nulls(each) for key, each in sent.items() if each is not None}
        case list():
            return [_without_nulls(each) for each in sent]
    return sent


def _masked(config: Content) -> Content:
    """Its secret is never shown, nor what may be one: bearers stand in headers and parameters."""
    shown = dict(config)
    if "secretKey" in shown:
        shown["secretKey"] = MASK
    for key in _MASKED_BY_NAME:
        if key in shown:
            shown[key] = dict.fromkeys(shown[key], MASK)
    return shown


def _unmask(sent: Content, old: Content) -> None:
    """Puts what is there in the place of what was masked. Raises: CatalogRefusedError if nothing is."""
    config = sent["destinations"][0]["config"]
    before = old["destinations"][0]["config"] if old else {}
    places = [(config, before, "secretKey")]
    for key in _MASKED_BY_NAME:
        places += [(config[key], before.get(key) or {}, name) for name in config.get(key) or ()]
    for now, then, key in places:
        if now.get(key) == MASK:
            if key not in then:
                raise CatalogRefusedError(400, f"[destinations[0].config: {key} is masked]")
            now[key] = then[key]
