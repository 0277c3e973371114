"""Notes for the query log what each request asks and how it is answered."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from time import time_ns
from typing import TYPE_CHECKING, Any

from devsession.warehouse import dialect
from devsession.warehouse.query_log import Ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakesnow.fakes import FakeSnowflakeConnection
    from sqlglot import Expr
    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.warehouse.query_log import QueryLog

# By import_module, because the package has a function of the same name.
_fakesnow: Any = import_module("fakesnow.server")

# Out of the text of an answer, for a result may be large: its rows come last.
_RESULT = re.compile(rb'"total":(\d+),"queryId":"([^"]+)"')
_CHANGED = re.compile(rb'"rowset":\[\[([^\]]*)\]\]')
_CODE = re.compile(rb'"code":"(\d+)"')
_SUCCESS = b'"success":true}'
_BEFORE_THE_ROWS = 1_000_000


@dataclass
class Asked:
    """A request: where it stands, and its statement once that has been read."""

    session: int
    user: str | None
    database: str | None
    schema: str | None
    began: int
    statement: str | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


class Noting:
    """Who logged in, by session token, and what they ask."""

    def __init__(self, log: QueryLog, sessions: Mapping[str, FakeSnowflakeConnection]) -> None:
        self._log, self._sessions = log, sessions
        self._logged_in: dict[str, tuple[int, str | None]] = {}
        # Of one process after the other, none twice.
        self._numbers = count(time_ns() // 1_000_000)
        _fakesnow.parse_one = self._parse_one

    def log_in(self, token: str, user: str | None) -> None:
        """A session begins; those that have ended are forgotten."""
        for ended in self._logged_in.keys() - self._sessions.keys():
            del self._logged_in[ended]
        self._logged_in[token] = (next(self._numbers), user)

    def begin(self, request: Request) -> Asked:
        """Before fakesnow answers: a statement may change where it stands."""
        token = _token(request)
        session, user = self._logged_in.get(token, (0, None))
        connection = self._sessions.get(token)
        asked = Asked(
            session,
            user,
            connection.database if connection else None,
            connection.schema if connection else None,
            time_ns() // 1_000,
        )
        _asked.set(asked)
        return asked

    def end(self, asked: Asked, answer: Response) -> None:
        """What is in the answer; nothing of a request that held no statement."""
        if asked.statement is None:
            return
        body = bytes(answer.body)
        succeeded = body.endswith(_SUCCESS)
        result = _RESULT.search(body, 0, _BEFORE_THE_ROWS)
        changed = _CHANGED.search(body, max(0, len(body) - 1_000))
        code = None if succeeded else _CODE.search(body)
        rows = int(result[1]) if result else None
        if result and changed:
            rows = sum(map(int, re.findall(rb"\d+", changed[1])))
        self._log.add(
            Ran(
                result[2].decode() if result else None,
                asked.statement,
                asked.database,
                asked.schema,
                asked.session,
                asked.user,
                "SUCCESS" if succeeded else "FAIL",
                code[1].decode() if code else None,
                asked.began,
                time_ns() // 1_000 - asked.began,
                rows,
            )
        )

    def _parse_one(self, statement: str) -> Expr:
        """Takes the statement where fakesnow has read it out of the request."""
        if asked := _asked.get():
            asked.statement = statement
            self._log.show_for(statement)
        return dialect.parse_one(statement)


def _token(request: Request) -> str:
    try:
        token: str = _fakesnow.to_token(request)
    except _fakesnow.ServerError:  # none; its answer will be that
        return ""
    return token
