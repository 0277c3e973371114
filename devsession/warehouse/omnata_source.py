"""A pass over a sync of an Omnata app: a `SyncSource`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError
from devsession.plugin.outbound import RECORD_COLUMNS
from devsession.plugin.outcome_pieces import outcome_pieces
from devsession.warehouse.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from pandas import DataFrame

    from devsession.plugin.omnata_answers import SecretNames
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters, StoredSecret
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.warehouse.omnata import OmnataApp

_TEXTS, _JSON = RECORD_COLUMNS[:3], RECORD_COLUMNS[3:]
_REQUIRED = ("IDENTIFIER", "SYNC_ACTION", "TRANSFORMED_RECORD")
_RECORDS = RECORD_COLUMNS[3:5]


class OmnataSource:
    """One run of the app, created now; to be completed whatever happens.

    strategy: a strategy of the plugin by its name. learn: is given every secret that comes.
    records: only so many, the first by identifier.
    """

    def __init__(
        self,
        app: OmnataApp,
        slug: str,
        *,
        strategy: Callable[[str], OutboundSyncStrategy],
        learn: Callable[[Mapping[str, StoredSecret]], None],
        records: int | None = None,
    ) -> None:
        self._app = app
        self._slug = slug
        self._strategy = strategy
        self._learn = learn
        self._limit = records
        self._parameters: OutboundSyncConfigurationParameters | None = None
        self._applied = 0
        self._completed = False
        self._payload, self.secret_names = app.create_run(slug)

    @property
    def slug(self) -> str:
        """The sync's name."""
        return self._slug

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound is given; secrets are fetched when first asked for.

        Raises:
            OmnataError: the secrets cannot be had.
            UnknownNameError: the plugin does not support the sync's strategy.
        """
        if self._parameters is None:
            strategy = self._strategy(self._payload.sync_strategy.name)
            secrets = secrets_of(self._app, self.secret_names, self._slug, self._learn)
            self._parameters = self._payload.parameters(strategy, secrets)
        return self._parameters

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records of these actions, in frames of at most `size` rows, as `RecordStore` says.

        Raises: OmnataError when the table of records is not what it should be.
        """
        self._require_open()
        if actions is not None and not actions:
            return
        table = self._app.records(self._payload, self._slug, actions=actions, limit=self._limit)
        self._check_columns(table)
        for start in range(0, len(table), size):
            yield self._frame(table.slice(start, size))

    def apply(self, outcomes: DataFrame) -> None:
        """Put outcomes into the run's results table. Raises: OmnataError."""
        self._require_open()
        for piece in outcome_pieces(outcomes):
            self._app.write_results(self._payload, self._slug, piece.text, batch=self._applied)
            self._applied += 1

    def complete(self) -> None:
        """End the run at the app, with the results that were applied or without any.

        Raises: OmnataError.
        """
        if not self._completed:
            self._app.complete_run(
                self._payload.run_id, self._slug, apply_results=bool(self._applied)
            )
            self._completed = True

    def _require_open(self) -> None:
        if self._completed:
            raise UsageError(
                f"This run of the sync {self._slug!r} is completed",
                where=self._app.where,
                next_step="begin another one",
                sync=self._slug,
            )

    def _check_columns(self, table: pa.Table) -> None:
        if missing := [name for name in _REQUIRED if name not in table.column_names]:
            raise self._no_records(f"no column {', '.join(missing)}")

    def _frame(self, table: pa.Table) -> DataFrame:
        from pandas import DataFrame

        columns: dict[str, list[Any]] = {}
        for name in RECORD_COLUMNS:
            there = name in table.column_names
            columns[name] = table.column(name).to_pylist() if there else [None] * len(table)
        for name in _TEXTS:
            columns[name] = [None if each is None else str(each) for each in columns[name]]
        if None in columns["IDENTIFIER"]:
            raise self._no_records("a record without IDENTIFIER")
        for name in _JSON:
            columns[name] = self._read(name, columns[name])
        for name in _RECORDS:
            pairs = zip(columns["IDENTIFIER"], columns[name], strict=True)
            columns[name] = [self._record(name, *pair) for pair in pairs]
        return DataFrame(columns, columns=list(RECORD_COLUMNS), dtype=object)

    def _read(self, column: str, texts: list[str | None]) -> list[Any]:
        try:
            values = decoded(texts)
        except (ValueError, TypeError):
            values = []
        if len(values) != len(texts):
            raise self._no_records(f"{column} holds what is no JSON")
        return values

    def _record(self, column: str, identifier: str, value: Any) -> Any:
        if value is not None and not isinstance(value, dict):
            raise self._no_records(f"{column} of {identifier} is a {type(value).__name__}")
        return self._payload.row_of(value)

    def _no_records(self, problem: str) -> Exception:
        return self._app.error(
            f"The records of the sync {self._slug!r} cannot be read",
            self._slug,
            tried=f"{problem}, in {self._payload.records_schema_name}."
            f"{self._payload.records_table_name}",
            next_step="look whether this version of the app is one that devsession knows",
        )


def secrets_of(
    app: OmnataApp,
    names: SecretNames,
    slug: str,
    learn: Callable[[Mapping[str, StoredSecret]], None],
) -> dict[str, StoredSecret]:
    """The secrets as they are now, redacted from now on. Raises: OmnataError."""
    secrets = app.secrets(names, slug)
    learn(secrets)
    return secrets
