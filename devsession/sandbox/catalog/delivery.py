"""Sends events to their subscribers: a thread for each, so that none waits for another.

One event after the other, in the order of the changes; the next when the subscriber has taken it
with a 2xx, or has refused it too often. While nobody listens at an address, events wait for it.
A thread with nothing to send sleeps until there is something.

Source: the documentation of OpenMetadata 2.0, "Generic Webhook Alert Configuration": one POST an
event, X-OM-Signature, timeouts of 10 s and 12 s, three repetitions, a redirect is a failure.
"""

from __future__ import annotations

import hmac
import logging
import sqlite3
import threading
from base64 import b64encode
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any

from devsession.sandbox.catalog.outbox import ACTIVE, AWAITING, FAILED, GIVEN_UP

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from devsession.sandbox.catalog.faults import Settings
    from devsession.sandbox.catalog.outbox import Outbox, Subscriber, Waiting
    from devsession.sandbox.catalog.store import Store

RETRIES = 3
CONNECT_SECONDS, READ_SECONDS = 10, 12
_MOST_READ = 2**16
_SECONDS_TO_END = 1


class Delivery:
    """The threads that send.

    Args:
        settings: what is set at the moment.
        clock: gives the time in milliseconds since 1970.
    """

    def __init__(
        self, store: Store, settings: Callable[[], Settings], clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._couriers: dict[str, Courier] = {}
        for each in store.outbox.subscribers.values():
            self.follow(each)

    def follow(self, subscriber: Subscriber) -> None:
        """A subscription is new or has changed: what waits for it is sent now, as it says now."""
        if not subscriber.on:
            self.leave(subscriber)
        elif courier := self._couriers.get(subscriber.id):
            courier.again()
        else:
            courier = Courier(self._store, subscriber, self._settings, self._clock)
            self._couriers[subscriber.id] = courier
            courier.start()

    def leave(self, subscriber: Subscriber) -> None:
        """It is told no more; an event that is under way may still reach it."""
        if courier := self._couriers.pop(subscriber.id, None):
            courier.end()

    def wake(self) -> None:
        """There are new events. Whoever is too far behind is told no more, and it says so."""
        outbox, limit = self._store.outbox, self._settings().event_limit
        with outbox.changed:
            newest = outbox.newest()
            for each in outbox.subscribers.values():
                # Never more waits than came since, which costs nothing to ask.
                if each.on and newest - each.position > limit < outbox.pending(each):
                    self._give_up(each, limit)
            outbox.changed.notify_all()

    def stop(self) -> None:
        """In time, whatever a subscriber does: what was not answered by then is sent again."""
        couriers = [*self._couriers.values()]
        for each in couriers:
            each.end()
        deadline = monotonic() + _SECONDS_TO_END
        for each in couriers:
            each.join(max(0, deadline - monotonic()))

    def _give_up(self, subscriber: Subscriber, limit: int) -> None:
        lost = self._store.outbox.pending(subscriber)
        reason = (
            f"{lost} events waited for it, more than the {limit} of event_limit: they are gone, and no "
            "more is kept for it. PUT the subscription again, and it goes on with what comes then"
        )
        subscriber.failed += lost
        subscriber.state |= {
            "status": FAILED,
            "lastFailedAt": self._clock(),
            "lastFailedReason": reason,
        }
        with self._store.transaction():
            self._store.outbox.keep(subscriber)
        self.leave(subscriber)
        logging.getLogger(__name__).warning("Subscription %s: %s", subscriber.name, reason)


class Courier(threading.Thread):
    """Sends events to one subscriber until it is ended; as `Delivery`."""

    def __init__(
        self,
        store: Store,
        subscriber: Subscriber,
        settings: Callable[[], Settings],
        clock: Callable[[], int],
    ) -> None:
        super().__init__(name=f"events to {subscriber.name}", daemon=True)
        self._store = store
        self._outbox: Outbox = store.outbox
        self._subscriber = subscriber
        self._settings = settings
        self._clock = clock
        self._ended = False
        self._tries = 0  # of the event that is next
        self._due = 0.0  # when it may be sent, by the monotonic clock

    def again(self) -> None:
        """No pause any more, and as many tries as at first."""
        with self._outbox.changed:
            self._tries, self._due = 0, 0.0
            self._outbox.changed.notify_all()

    def end(self) -> None:
        """It sends no more; `join` waits for what is under way."""
        with self._outbox.changed:
            self._ended = True
            self._outbox.changed.notify_all()

    def run(self) -> None:
        import httpx  # a catalog with no subscriber does without

        # No proxy of the environment: what is on this machine is no business of one.
        with httpx.Client(trust_env=False, follow_redirects=False) as client:
            while event := self._next():
                there, status, reason = self._send(client, event)
                # On a full disk its step is lost, and the event sent again after a restart.
                with self._outbox.changed, suppress(sqlite3.Error):
                    if not self._ended:
                        self._keep(event, there=there, status=status, reason=reason)

    def _next(self) -> Waiting | None:
        """The event to send, once there is one and it is due; None at the end."""
        with self._outbox.changed:
            while not self._ended:
                pause = self._due - monotonic()
                if pause > 0:
                    self._outbox.changed.wait(pause)
                elif event := self._outbox.next(self._subscriber):
                    return event
                else:
                    self._outbox.changed.wait()
            return None

    def _send(self, client: httpx.Client, event: Waiting) -> tuple[bool, int | None, str]:
        """Whether somebody was there; the status of the answer; why it was not taken, or ""."""
        import httpx

        destination = self._subscriber.content["destinations"][0]
        config = destination["config"]
        timeout = httpx.Timeout(
            destination.get("readTimeout", READ_SECONDS),
            connect=destination.get("timeout", CONNECT_SECONDS),
        )
        try:
            with client.stream(
                config.get("httpMethod") or "POST",
                config["endpoint"],
                params=config.get("queryParams"),
                headers=self._headers(config, event.body),
                content=event.body,
                timeout=timeout,
            ) as answer:
                _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return False, None, f"nobody answers there: {error}"
        except httpx.TimeoutException:
            return True, None, "it was not answered in time"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return True, None, f"it could not be sent, or not be answered: {error}"
        if answer.is_success:
            return True, answer.status_code, ""
        return True, answer.status_code, f"answered with {_named(answer.status_code)}"

    def _headers(self, config: dict[str, Any], body: bytes) -> dict[str, str]:
        headers = {**(config.get("headers") or {}), "Content-Type": "application/json"}
        if secret := config.get("secretKey"):
            digest = hmac.digest(secret.encode(), body, "sha256")
            in_hex = self._settings().event_signature == "hex"
            signature = digest.hex() if in_hex else b64encode(digest).decode()
            headers["X-OM-Signature"] = f"sha256={signature}"
        return headers

    def _keep(self, event: Waiting, *, there: bool, status: int | None, reason: str) -> None:
        """Where it stands after this try, kept before the next."""
        subscriber, now = self._subscriber, self._clock()
        pauses = self._settings().event_pauses
        self._tries += 1
        if not reason:
            self._over(event, {"status": ACTIVE, "lastSuccessfulAt": now, "nextAttempt": None})
            return
        failed: dict[str, Any] = {
            "lastFailedAt": now,
            "lastFailedStatusCode": status,
            "lastFailedReason": reason,
        }
        if there and self._tries > subscriber.content.get("retries", RETRIES):
            self._over(event, {**failed, "status": GIVEN_UP, "nextAttempt": None}, reason)
            return
        pause = pauses[min(self._tries, len(pauses)) - 1]
        self._due = monotonic() + pause
        subscriber.state |= {
            **failed,
            "status": AWAITING,
            "nextAttempt": now + round(pause * 1000),
        }
        with self._store.transaction():
            self._outbox.keep(subscriber)

    def _over(self, event: Waiting, state: dict[str, Any], reason: str = "") -> None:
        """The event was taken or, for a reason, given up: the next one is its turn."""
        subscriber = self._subscriber
        self._tries, self._due = 0, 0.0
        subscriber.state |= state
        subscriber.sent += not reason
        subscriber.failed += bool(reason)
        with self._store.transaction():
            if reason:
                told = {
                    "failingSubscriptionId": subscriber.id,
                    "reason": reason,
                    "retriesLeft": 0,
                    "timestamp": state["lastFailedAt"],
                }
                self._outbox.keep_failed(subscriber, event, told)
            self._outbox.keep(subscriber, position=event.position)


def _read(answer: httpx.Response) -> None:
    """To its end, so that the connection can be used again; not for ever."""
    size = 0
    for chunk in answer.iter_raw():
        size += len(chunk)
        if size > _MOST_READ:
            return


def _named(status: int) -> str:
    """503 Service Unavailable"""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
