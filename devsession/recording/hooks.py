"""How we stand in the HTTP libraries of this process.

urllib3 (with it requests and boto3), httpx and aiohttp are entered by hooks of our own, one module
each, where a library sends one request: what its caller sees of an answer is the library's own, its
stream, its errors, its cookies. vcrpy's stubs of these read each answer whole, and forget parts of
requests. Its patches serve for httplib2 and tornado, with two differences:

- deciding is one step. Stock vcrpy asks "can you?" and then "do!", and threads come in between.
- its patches are never lifted while a call is made, as they would be for every thread.

http.client, and so urllib.request, stays as it is: a module that subclasses it meanwhile (the
warehouse's client does when it is imported late) would inherit from a stub. A shut network stops it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import mock

import vcr.patch
from vcr.cassette import Cassette
from vcr.stubs import VCRConnection
from vcr.util import read_body

from devsession.recording.calls import UNHEARD, Call, Player
from devsession.recording.exchange import Exchange, listed
from devsession.recording.patching import patches_stay

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECISION = "_devsession_decision"
_NOT_BY_VCRPY = ("httplib", "requests", "boto3", "urllib3", "httpx", "aiohttp")


@contextmanager
def hooked(player: Player) -> Iterator[None]:
    """Every request of this process is decided by the player, until the block ends.

    By the newest one, when several are within such a block. Blocks may end in any order.
    """
    _Players.enter(player)
    try:
        yield
    finally:
        _Players.leave(player)


class _Players:
    """Who decides now. The libraries are entered once, for all of them."""

    _entered: ClassVar[list[Player]] = []
    _hooks: ClassVar[contextlib.ExitStack] = contextlib.ExitStack()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def enter(cls, player: Player) -> None:
        with cls._lock:
            if not cls._entered:
                cls._hooks.enter_context(_all_hooks(cls()))
            cls._entered.append(player)

    @classmethod
    def leave(cls, player: Player) -> None:
        with cls._lock:
            cls._entered.remove(player)
            if not cls._entered:
                cls._hooks.close()

    def answer(self, request: Exchange) -> Exchange | Call:
        try:
            player = self._entered[-1]
        except IndexError:  # the last block has just ended
            return UNHEARD
        return player.answer(request)


@contextmanager
def _all_hooks(player: Player) -> Iterator[None]:
    from devsession.recording.hook_httpx import hooked_httpx
    from devsession.recording.hook_urllib3 import hooked_urllib3

    with contextlib.ExitStack() as stack:
        stack.enter_context(hooked_urllib3(player))
        stack.enter_context(hooked_httpx(player))
        if find_spec("aiohttp"):
            from devsession.recording.hook_aiohttp import hooked_aiohttp

            stack.enter_context(hooked_aiohttp(player))
        if find_spec("botocore"):
            from devsession.recording.hook_botocore import unwrapped_botocore

            stack.enter_context(unwrapped_botocore())
        stack.enter_context(_hooked_by_vcrpy(player))
        yield


@contextmanager
def _hooked_by_vcrpy(player: Player) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(_quiet(logging.getLogger("vcr")))
        for patcher in vcr.patch.CassettePatcherBuilder(_PlayerCassette(player)).build():
            stack.enter_context(patcher)
        stack.enter_context(patches_stay())
        telling = _telling(VCRConnection.getresponse)
        stack.enter_context(mock.patch.object(VCRConnection, "getresponse", telling))
        yield


class _PlayerCassette(Cassette):  # type: ignore[misc]
    """What vcrpy's stubs talk to. A decision stays with its request object."""

    def __init__(self, player: Player) -> None:
        super().__init__(path="devsession", skip_patchers=_NOT_BY_VCRPY)
        self._player = player

    @property
    def write_protected(self) -> bool:
        return False

    def can_play_response_for(self, request: Any) -> bool:
        # urllib3 asks about the former request of a connection when it takes it up again: one
        # that is finished needs no connection.
        return not isinstance(self._decide(request), Call)

    def play_response(self, request: Any) -> dict[str, Any]:
        answer = self._decide(request)
        return {
            "status": {"code": answer.status, "message": answer.reason},
            "headers": dict(answer.response_headers),  # a copy, for the stubs change it
            "body": {"string": answer.response_body},
        }

    def append(self, request: Any, response: dict[str, Any]) -> None:
        decision = self._decide(request)
        # The caller gets its answer made of this: letters beyond ASCII would come out garbled.
        response["headers"] = listed(dict(response["headers"]))  # pairs, from tornado
        answered = replace(
            _sent(request),
            status=response["status"]["code"],
            reason=response["status"]["message"] or "",
            response_headers=dict(response["headers"]),
            response_body=response["body"]["string"] or b"",
        )
        setattr(request, _DECISION, answered)
        if isinstance(decision, Call):
            decision.seen()
            decision.done(answered)

    def fail(self, request: Any, error: Exception) -> None:
        """The call of a request has failed. vcrpy does not say so: `_telling` does."""
        if isinstance(decision := getattr(request, _DECISION, None), Call):
            decision.seen()
            decision.failed(error)

    def _decide(self, request: Any) -> Any:
        decision = getattr(request, _DECISION, None)
        if decision is None:
            decision = self._player.answer(_sent(request))
            if isinstance(decision, Call) and decision.turn is not None:
                with decision.failing():
                    decision.turn.take()
                decision.goes()
            setattr(request, _DECISION, decision)
        return decision


def _sent(request: Any) -> Exchange:
    body = read_body(request)
    return Exchange(
        method=request.method,
        url=request.uri,
        request_headers=listed(request.headers),
        request_body=body.encode() if isinstance(body, str) else bytes(body or b""),
    )


def _telling(getresponse: Any) -> Any:
    """What sends a request in vcrpy's stubs of http.client, telling the cassette when it fails."""

    def telling(connection: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getresponse(connection, *args, **kwargs)
        except Exception as error:
            connection.cassette.fail(connection._vcr_request, error)
            raise

    return telling


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """vcrpy logs URLs with all that is in them, secrets too."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
