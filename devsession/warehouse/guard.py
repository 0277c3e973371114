"""fakesnow's server as we let it be used: with a token, without files, with errors that have text.

fakesnow answers an exception that it did not expect with HTTP 500, which the client repeats for
40 seconds and then shows without its cause. Here every failure is an answer with text.
"""

from __future__ import annotations

import gzip
import hmac
import json
import logging
import os
import re
import sys
from asyncio import sleep
from collections import Counter
from contextvars import ContextVar
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devsession.warehouse.clients import Clients
from devsession.warehouse.embedded import CLIENT_PID, INTERRUPT
from devsession.warehouse.noting import Noting

if TYPE_CHECKING:
    from fakesnow.instance import FakeSnow
    from starlette.requests import Request

    from devsession.warehouse.query_log import QueryLog

# By import_module, because the package has a function of the same name.
_fakesnow: Any = import_module("fakesnow.server")

_WRONG_TOKEN = "390100"  # noqa: S105 - the code that Snowflake answers to a wrong password
_REFUSED = "390101"
_FAILED = "261000"
_LONGEST_FAILURE = 100_000
_RESULTS_KEPT = 4
_INTERRUPT_SECONDS = 0.01
_BROKEN = re.compile(r"\AFATAL Error|database has been invalidated")
_GAVE_UP = 70  # EX_SOFTWARE
# A shorter value would mask letters of the message itself.
_SHORTEST_MASKED = 3
# Rows are bound many at a time, as JSON; a message then quotes one value out of them.
# Names of columns stay.
_IN_QUOTES = re.compile(r"""(?<!column )(['"])(.+?)\1""")


_causes: ContextVar[list[BaseException]] = ContextVar("causes")


def guarded(database: FakeSnow, token: str, log: QueryLog) -> Starlette:
    """The app that serves this database to those who log in with the token.

    log: where every statement is noted, without values.
    """
    _fakesnow.shared_fs = database
    database.results_cache = _LastResults()
    _fakesnow.logger.handlers = [_CauseKeeper(logging.ERROR)]
    _fakesnow.logger.propagate = False
    _fakesnow.gcs_stage_info = _on_this_machine
    clients = Clients(_fakesnow.sessions)
    noting = Noting(log, _fakesnow.sessions)

    async def login(request: Request) -> Response:
        asked = (await _json(request))["data"]
        if not hmac.compare_digest(str(asked.get("PASSWORD")).encode(), token.encode()):
            return _failure(_WRONG_TOKEN, "The token is not that of this warehouse.")
        if "FAKESNOW_DB_PATH" in asked.get("SESSION_PARAMETERS", {}):
            return _failure(_REFUSED, "FAKESNOW_DB_PATH would open other files.")
        await run_in_threadpool(clients.end_dead)
        answer: Response = await _fakesnow.login_request(request)
        content = json.loads(bytes(answer.body))
        clients.log_in(
            content["data"]["token"], asked.get("SESSION_PARAMETERS", {}).get(CLIENT_PID)
        )
        noting.log_in(content["data"]["token"], asked.get("LOGIN_NAME"))
        # Without a master token the client cannot close what it opened.
        content["data"]["masterToken"] = content["data"]["token"]
        return JSONResponse(content)

    under_way: Counter[str] = Counter()  # statements, by their session's token

    async def query(request: Request) -> Response:
        await run_in_threadpool(clients.end_dead)
        asked, session = noting.begin(request), request.headers.get("Authorization", "")
        under_way[session] += 1
        try:
            answer = await _query(request)
        finally:
            under_way[session] -= 1
        noting.end(asked, answer)
        return answer

    async def interrupt(request: Request) -> Response:
        try:
            connection: Any = _fakesnow.to_conn(_fakesnow.to_token(request))
        except _fakesnow.ServerError as error:
            return _failure(error.code, error.message)
        # Again and again: one of ours may be several of DuckDB's.
        while under_way[request.headers["Authorization"]]:
            connection._duck_conn.interrupt()
            await sleep(_INTERRUPT_SECONDS)
        return JSONResponse({"data": {}, "code": None, "message": None, "success": True})

    routes = [
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route(INTERRUPT, interrupt, methods=["POST"]),
        Route("/fs_bucket/{path:path}", _upload, methods=["PUT"]),
    ]
    ours = {route.path for route in routes}
    others = [route for route in _fakesnow.routes if route.path not in ours]
    return Starlette(debug=False, routes=[*routes, *others])


def _on_this_machine(_: Request, __: object, upload: dict[str, Any]) -> object:
    """Where the client writes what it puts on a stage: itself, as both are on one machine."""
    place = upload["stageInfo"]
    Path(place["location"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


async def _query(request: Request) -> Response:
    causes: list[BaseException] = []
    _causes.set(causes)
    try:
        answer: Response = await _fakesnow.query_request(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client has to see it
        await _give_up_if_broken(request, str(error))
        return _failure(_FAILED, await _masked(request, str(error)))
    if answer.status_code == HTTPStatus.OK and len(answer.body) > _LONGEST_FAILURE:
        return answer
    told = json.loads(bytes(answer.body))
    if told["success"]:
        return answer
    message = str(causes[0]) if causes else told["message"]
    await _give_up_if_broken(request, message)
    return _failure(told["code"], await _masked(request, message), told["data"])


async def _give_up_if_broken(request: Request, message: str) -> None:
    """Ends the process when DuckDB takes no statement any more; the next one reads what is whole.

    Source: DuckDB, "database has been invalidated because of a previous fatal error. The database
    must be restarted prior to being used again".
    """
    if _BROKEN.search(message):
        masked = await _masked(request, message)
        sys.stderr.write(masked.strip().splitlines()[0] + "\n")
        sys.stderr.flush()
        os._exit(_GAVE_UP)


async def _upload(request: Request) -> Response:
    try:
        _fakesnow.to_conn(_fakesnow.to_token(request))
    except _fakesnow.ServerError as error:
        return _failure(error.code, error.message, status=HTTPStatus.UNAUTHORIZED)
    answer: Response = await _fakesnow.bucket_upload(request)
    return answer


def _failure(
    code: str, message: str, data: object = None, *, status: int = HTTPStatus.OK
) -> JSONResponse:
    """As Snowflake tells a failure: any other status than 200 is repeated by the client."""
    content = {"data": data or {}, "code": code, "message": message, "success": False}
    return JSONResponse(content, status_code=status)


async def _masked(request: Request, message: str) -> str:
    """The message without the values bound to the statement, or parts of them: maybe secrets."""
    bindings = (await _json(request)).get("bindings") or {}
    values = {str(binding["value"]) for binding in bindings.values()}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_MASKED:
            message = message.replace(value, "?")

    def part(quote: re.Match[str]) -> str:
        return "'?'" if any(quote[2] in value for value in values) else quote[0]

    return _IN_QUOTES.sub(part, message)


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    content: dict[str, Any] = json.loads(body)
    return content


class _CauseKeeper(logging.Handler):
    """Keeps the exception that fakesnow logs and then leaves out of its answer.

    What it logs with it, statement and bind values, goes nowhere.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            _causes.get().append(record.exc_info[1])


class _LastResults(dict[str, tuple[Any, ...]]):
    """fakesnow keeps every result for RESULT_SCAN; a server that runs for days keeps a few."""

    def __setitem__(self, query_id: str, result: tuple[Any, ...]) -> None:
        super().__setitem__(query_id, result)
        while len(self) > _RESULTS_KEPT:
            self.pop(next(iter(self)), None)
