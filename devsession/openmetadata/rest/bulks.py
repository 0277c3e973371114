"""Stores a batch, down to the last entity: in bulks, in halves of what fails, one by one.

A server may answer 400 for the whole of a bulk because of one entity in it, or for each alone, or
may fail in the midst. Whatever it is, in the end each entity is stored or has its reason. PUT is
idempotent: sent again, an entity is there once. Source: OpenMetadata contract, "REST".
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from devsession.errors import CatalogError
from devsession.openmetadata.rest.calls import RETRIED
from devsession.openmetadata.rest.pieces import STORED, Batch, Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from devsession.openmetadata.rest.calls import Calls

_UNAUTHORISED, _FORBIDDEN, _TOO_LARGE, _FAILED = 401, 403, 413, 500
# What servers say that know no bulk of this kind.
_NO_BULK = {404, 405}
_NOT_HEARD = "it is not known whether it was stored: "
# So many in a row that the server fails at are no longer its trouble with some entities.
_PATIENCE = 3


class Bulks:
    """Stores batches, in several threads. override: see `RestSinkConfig`."""

    def __init__(self, calls: Calls, *, override: bool) -> None:
        self._calls = calls
        self._query = {"async": "false", "overrideMetadata": str(override).lower()}
        self._override = override
        self._takes: dict[str, bool] = {}
        self._failures = 0

    def store(self, batch: Batch) -> None:
        """Each piece has its outcome; but when the catalog is gone: then the batch is `broken`."""
        try:
            if batch.path:
                self._together(batch, batch.pieces)
            else:
                for piece in batch.pieces:
                    if piece.put is not None:
                        self._put(piece.put, piece)
        except CatalogError as error:
            batch.broken = error

    def _together(self, batch: Batch, pieces: list[Piece]) -> None:
        if len(pieces) == 1 or not self._takes.get(batch.path, True):
            for piece in pieces:
                self._alone(batch, piece)
            return
        import requests

        start = perf_counter()
        try:
            response = self._calls.send(
                "PUT",
                f"{batch.path}/bulk",
                query=self._query,
                body=b"[%b]" % b",".join(piece.body for piece in pieces),
                bulk=True,
            )
        except requests.ReadTimeout:
            batch.too_large = max(batch.too_large, len(pieces))
            self._halves(batch, pieces)
            return
        batch.seconds = batch.seconds or perf_counter() - start
        if response.ok:
            self._takes[batch.path] = True
            self._heard(batch, pieces, response)
        elif response.status_code in _NO_BULK and batch.path not in self._takes:
            self._takes[batch.path] = False
            self._together(batch, pieces)
        elif response.status_code == _FORBIDDEN:
            self._refuse(pieces, response)
        elif _is_the_end(response.status_code) and response.status_code != _FAILED:
            raise self._calls.refusal(f"PUT {batch.path}/bulk", response)
        else:
            if response.status_code == _TOO_LARGE:
                batch.too_large = max(batch.too_large, len(pieces))
            self._halves(batch, pieces)

    def _halves(self, batch: Batch, pieces: list[Piece]) -> None:
        half = len(pieces) // 2
        self._together(batch, pieces[:half])
        self._together(batch, pieces[half:])

    def _heard(self, batch: Batch, pieces: list[Piece], response: requests.Response) -> None:
        """Takes each outcome from a bulk's answer; what it does not tell is sent alone."""
        try:
            answer = self._calls.answer(response)
            failed = {_name(each): each for each in answer.get("failedRequest") or ()}
            stored = {_name(each) for each in answer.get("successRequest") or ()}
            all_stored = answer.get("numberOfRowsPassed") == len(pieces) and not failed
        except (CatalogError, AttributeError):
            failed, stored, all_stored = {}, set(), False
        for piece in pieces:
            said = failed.get(piece.name)
            if all_stored or piece.name in stored:
                piece.outcome = STORED
            elif said is not None and int(said.get("status") or 0) not in RETRIED:
                piece.outcome = _reason(said)
        for piece in pieces:
            if piece.outcome is None:
                self._alone(batch, piece)

    def _alone(self, batch: Batch, piece: Piece) -> None:
        if self._override and self._takes.get(batch.path, True):
            # Only a bulk can say that it overrides; one that is refused alone is told in its answer.
            body, path = b"[%b]" % piece.body, f"{batch.path}/bulk"
            response = self._calls.send("PUT", path, query=self._query, body=body)
            failed = self._calls.answer(response).get("failedRequest") if response.ok else None
            refusal = _reason(failed[0]) if failed else STORED
        else:
            response = self._calls.send("PUT", batch.path, body=piece.body)
            refusal = STORED
        if response.ok:
            piece.outcome = refusal
            self._failures = 0
            return
        status = response.status_code
        self._failures += status == _FAILED
        if _is_the_end(status) and (status != _FAILED or self._failures >= _PATIENCE):
            raise self._calls.refusal(f"PUT {batch.path}", response)
        self._refuse([piece], response)

    def _put(self, put: Callable[[], object], piece: Piece) -> None:
        try:
            put()
        except CatalogError as error:
            status = error.fields.get("status")
            if not isinstance(status, int) or _is_the_end(status):
                raise
            piece.outcome = error.said
        else:
            piece.outcome = STORED

    def _refuse(self, pieces: list[Piece], response: requests.Response) -> None:
        for piece in pieces:
            piece.outcome = f"{response.status_code}: {self._calls.said(response)}"


def _is_the_end(status: int) -> bool:
    """Whether all tries were in vain, or the token is no good: the next call will fare no better."""
    return status == _UNAUTHORISED or status in RETRIED


def _reason(told: dict[str, Any]) -> str:
    return f"{told.get('status')}: {told.get('message')}"


def _name(told: dict[str, Any]) -> str:
    """Which entity a part of a bulk's answer is about: its name, or all that was sent."""
    request = told.get("request")
    if isinstance(request, dict):
        return str(request.get("fullyQualifiedName") or "")
    return str(request or "")
