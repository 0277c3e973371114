"""Snowflake's side of publishing: a session that statements are run on, or a rehearsal of one."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from devsession.errors import PublishError
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from snowflake.snowpark import Session

_SHOWN = 300


class Side(Protocol):
    """What the steps need of an account. answers: whether what `do` gives is Snowflake's own."""

    statements: list[str]
    answers: bool

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a statement that changes nothing; columns in small letters."""

    def do(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement; the rows that it answers."""

    def put(self, sql: str, content: bytes) -> None:
        """Run a PUT of this content."""


class AccountSide:
    """Runs them. step: what errors say is going on.

    statements: those that were run, but for those that only ask.
    """

    answers = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self.statements: list[str] = []
        self.step = ""

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Raises: PublishError when Snowflake refuses."""
        rows = self._run(sql, lambda: self._session.sql(sql).collect())
        return [
            {name.strip('"').lower(): value for name, value in row.as_dict().items()}
            for row in rows
        ]

    def do(self, sql: str) -> list[tuple[Any, ...]]:
        """Raises: PublishError when Snowflake refuses."""
        rows = self._run(sql, lambda: self._session.sql(sql).collect())
        self.statements.append(sql)
        return [tuple(row) for row in rows]

    def put(self, sql: str, content: bytes) -> None:
        """Raises: PublishError when it cannot be uploaded."""

        # As a stream: PUT takes a path for a pattern, and any sign may be part of one.
        def upload() -> list[Any]:
            cursor = self._session.connection.cursor()
            cursor.execute(sql, file_stream=BytesIO(content))
            return list(cursor.fetchall())

        self._run(sql, upload)
        self.statements.append(sql)

    def _run(self, sql: str, run: Callable[[], list[Any]]) -> list[Any]:
        try:
            return run()
        except Exception as error:
            told = str(getattr(error, "raw_msg", None) or getattr(error, "message", None) or error)
            raise PublishError(
                f"The step {self.step} was refused: {shortened(told, _SHOWN)}",
                tried=shortened(sql, _SHOWN),
                where="Snowflake",
                next_step=f"mend that, then the same command again: it goes on with {self.step}",
                step=self.step,
            ) from error


class Rehearsal:
    """Runs nothing: notes what would be run. account: is asked, where there is one.

    Without one it is as for a first publish.
    """

    answers = False

    def __init__(self, account: AccountSide | None = None) -> None:
        self._account = account
        self.statements: list[str] = []

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """What the account says now."""
        return self._account.ask(sql) if self._account else []

    def do(self, sql: str) -> list[tuple[Any, ...]]:
        """Nothing is answered."""
        self.statements.append(sql)
        return []

    def put(self, sql: str, content: bytes) -> None:
        """Nothing is uploaded."""
        del content
        self.statements.append(sql)
