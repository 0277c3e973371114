"""The calls of an Omnata app on Snowflake, by which a development session gets a run's input."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from devsession.errors import (
    DevsessionError,
    OmnataError,
    UsageError,
    WarehouseError,
)
from devsession.plugin.omnata_answers import CreatedRun, SecretNames, Secrets
from devsession.quoting import literal, quoted
from devsession.warehouse.columns import SIMPLE_NAME
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from devsession.plugin.omnata_answers import InboundPayload, OutboundPayload
    from devsession.plugin.parameters import StoredSecret

_CREATE, _COMPLETE = "CREATE_DEVELOPMENT_SESSION_RUN", "COMPLETE_DEVELOPMENT_SESSION_RUN"
_SECRETS = "RETRIEVE_SECRETS"
_SAID = 2_000
_MISSING = object()

_Data = TypeVar("_Data", bound=BaseModel)


class Statements(Protocol):
    """The part of an `Account` that an app is spoken to by."""

    @property
    def name(self) -> str:
        """What people call it."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> int: ...

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table: ...


class OmnataApp:
    """One Omnata app of an account.

    redact: takes the secrets known by now out of a text. quiet: inside, statements are in no
    recording: they are not the HTTP of the plugin's app.
    name: as SQL has it: plain words in any case, any other name exactly.
    Source: sync contract, the wire of a development session.
    """

    def __init__(
        self,
        account: Statements,
        name: str,
        *,
        redact: Callable[[str], str],
        quiet: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        check_name(name)
        self.name = name.upper() if SIMPLE_NAME.fullmatch(name) else name
        self._account = account
        self._redact = redact
        self._quiet = quiet

    @property
    def where(self) -> str:
        """The app, as errors name it."""
        return f"the Omnata app {self.name}, {self._account.name}"

    def create_run(self, slug: str) -> tuple[OutboundPayload, SecretNames]:
        """Begin a run of this outbound sync: its payload, and where its secrets are.

        Raises:
            OmnataError: the app refuses, or its answer cannot be read.
            UsageError: the sync is inbound.
        """
        return self._created(slug, "outbound", lambda run: run.outbound_apply_payload)

    def create_inbound_run(self, slug: str) -> tuple[InboundPayload, SecretNames]:
        """As `create_run`, of an inbound sync. Raises: as that; UsageError for an outbound one."""
        return self._created(slug, "inbound", lambda run: run.inbound_apply_payload)

    def _created(
        self, slug: str, direction: str, payload_of: Callable[[CreatedRun], _Data | None]
    ) -> tuple[_Data, SecretNames]:
        data = self._call(
            _CREATE, statement("omnata/create_run", app=quoted(self.name), slug=literal(slug)), slug
        )
        try:
            other = {"outbound": "inbound", "inbound": "outbound"}[direction]
            if isinstance(data, dict) and data.get("direction") == other:
                raise self._goes_the_other_way(slug, other)
            run = self._read(_CREATE, CreatedRun, data, slug)
            payload = payload_of(run)
            if payload is None:
                raise self._unreadable(_CREATE, f"{direction}_apply_payload: is missing", slug)
        except DevsessionError:
            self._let_go(data, slug)
            raise
        return payload, run.secret_names

    def _goes_the_other_way(self, slug: str, direction: str) -> UsageError:
        named = ', direction="inbound"' if direction == "inbound" else ""
        return UsageError(
            f"The sync {slug!r} of the app is {direction}",
            where=self.where,
            next_step=f"session.sync({slug!r}{named})",
            sync=slug,
            direction=direction,
        )

    def _let_go(self, data: object, slug: str) -> None:
        """Complete a run that we cannot go on with, as far as its number can be found."""
        found = data if isinstance(data, dict) else {}
        for payload in (found.get("outbound_apply_payload"), found.get("inbound_apply_payload")):
            run_id = payload.get("run_id") if isinstance(payload, dict) else None
            if isinstance(run_id, int):
                with suppress(OmnataError):
                    self.complete_run(run_id, slug, apply_results=False)

    def secrets(self, names: SecretNames, slug: str) -> dict[str, StoredSecret]:
        """The secrets of a connection, which the plugin's own app gives out. Raises: OmnataError."""
        data = self._call(
            _SECRETS,
            statement(
                "omnata/retrieve_secrets",
                plugin_app=quoted(names.plugin_app_name),
                oauth_secret_name=literal(names.oauth_secret_name or None),
                other_secrets_name=literal(names.other_secrets_name or None),
            ),
            slug,
            data=bool(names.oauth_secret_name or names.other_secrets_name),
        )
        found = self._read(_SECRETS, Secrets, {"values": data or {}}, slug)
        return {name: value.secret for name, value in found.values.items()}

    def complete_run(self, run_id: int, slug: str, *, apply_results: bool) -> None:
        """End a run; apply_results: what is in its results table counts. Raises: OmnataError."""
        self._call(
            _COMPLETE,
            statement(
                "omnata/complete_run",
                app=quoted(self.name),
                run_id=str(int(run_id)),
                apply_results=str(apply_results).lower(),
            ),
            slug,
            data=False,
        )

    def records(
        self,
        payload: OutboundPayload,
        slug: str,
        *,
        actions: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """The records of a run, of these actions, by their identifiers. Raises: OmnataError."""
        chosen = f"where SYNC_ACTION in ({', '.join(map(literal, actions))})" if actions else ""
        sql = statement(
            "omnata/records",
            table=self._table(payload.records_schema_name, payload.records_table_name),
            chosen=chosen,
            limit="" if limit is None else f"limit {int(limit)}",
        )
        return self._run(lambda: self._account.arrow(sql), "show the records", slug)

    def write_results(
        self, payload: OutboundPayload, slug: str, outcomes: str, *, batch: int
    ) -> None:
        """Put outcomes into the results table of a run; they count once it is completed so.

        outcomes: JSON, `[identifier, success, app identifier, result]` each. Raises: OmnataError.
        """
        if not (payload.results_schema_name and payload.results_table_name):
            raise self._unreadable(
                _CREATE, "results_schema_name, results_table_name: missing", slug
            )
        table = self._table(payload.results_schema_name, payload.results_table_name)
        params = [datetime.now(UTC).isoformat(sep=" "), batch, outcomes]
        sql = statement("omnata/insert_results", table=table)
        self._run(lambda: self._account.execute(sql, params), "take the results", slug)

    def error(self, what: str, slug: str, *, tried: str = "", next_step: str) -> OmnataError:
        """An error of this app, without secrets."""
        return OmnataError(
            self._redact(what),
            tried=self._redact(tried),
            where=self._redact(self.where),
            next_step=next_step,
            sync=slug,
            app=self.name,
        )

    def _table(self, schema: str, table: str) -> str:
        return ".".join(map(quoted, (self.name, schema, table)))

    def _run(self, run: Callable[[], Any], what: str, slug: str) -> Any:
        try:
            with self._quiet():
                return run()
        except WarehouseError as error:
            raise self.error(
                f"The Omnata app {self.name} does not {what} of the sync {slug!r}",
                slug,
                tried=error.what,
                next_step="look whether the app is installed there under this name, and whether your "
                "role has its application role PLUGIN_DEVELOPER",
            ) from None

    def _call(self, procedure: str, sql: str, slug: str, *, data: bool = True) -> Any:
        """`data` of a procedure's answer, which is JSON in the first column of the first row."""
        rows = self._run(lambda: self._account.rows(sql), f"take the call {procedure}", slug)
        if not rows or not rows[0]:
            raise self._unreadable(procedure, "no row came back", slug)
        answer = rows[0][0]
        if isinstance(answer, str | bytes):
            try:
                answer = from_json(answer)
            except ValueError:
                raise self._unreadable(procedure, "it is no JSON", slug) from None
        if not isinstance(answer, dict):
            kind = "null" if answer is None else type(answer).__name__
            raise self._unreadable(procedure, f"{kind} instead of an object", slug)
        success = answer.get("success", _MISSING)
        if success is False:
            raise self.error(
                f"{self.name} refused the sync {slug!r}: {_said(answer.get('error'))}",
                slug,
                tried=procedure,
                next_step="mend that in the app, then run this again",
            )
        if success is not True and not (success is _MISSING and "data" in answer):
            raise self._unreadable(procedure, "success: neither true nor false", slug)
        if data and answer.get("data") is None:
            raise self._unreadable(procedure, "data: is missing", slug)
        return answer.get("data")

    def _read(self, procedure: str, model: type[_Data], data: object, slug: str) -> _Data:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
                for each in error.errors(include_input=False, include_context=False)
            ]
            raise self._unreadable(procedure, "\n".join(problems), slug) from None

    def _unreadable(self, procedure: str, problem: str, slug: str) -> OmnataError:
        return self.error(
            f"What {procedure} of the sync {slug!r} answered cannot be read",
            slug,
            tried=problem,
            next_step="look whether this version of the app is one that devsession knows, and "
            "report what it lacks",
        )


def check_name(name: object) -> None:
    """Raises: UsageError for what names no app."""
    if not isinstance(name, str) or not name.strip():
        raise UsageError(
            "An Omnata app has a name",
            tried=f"omnata_app={name!r}",
            next_step='for instance omnata_app="OMNATA_SYNC_ENGINE"',
        )


def _said(error: object) -> str:
    text = error if isinstance(error, str) else "" if error is None else repr(error)
    return text.strip()[:_SAID] or "it does not say why"
