"""A warehouse for one scenario of a feature: its Snowpark session, and records in a real table."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.plugin.outbound import RECORD_COLUMNS
from devsession.recording.frozen import freeze
from devsession.warehouse.embedded import embedded_service, open_embedded
from devsession.warehouse.tables import load_table

if TYPE_CHECKING:
    from pandas import DataFrame
    from snowflake.snowpark import Session

_TABLE = "OUTBOUND_RECORDS"
_PLACE = "PLACE"
_READ = "select * from OUTBOUND_RECORDS order by PLACE"
_JSON = set(RECORD_COLUMNS[3:])


class FeatureWarehouse:
    """Started when it is made; `close` leaves neither process nor file."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="devsession-feature-"))
        self._service = embedded_service(self._folder)
        self._account = open_embedded(self._folder)

    @property
    def session(self) -> Session:
        """The Snowpark session."""
        return self._account.snowpark

    def is_open(self, host: str, port: int) -> bool:
        """Whether this is its address."""
        address = self._service.address()
        return address is not None and (host, port) == (address.host, address.port)

    def through_table(self, records: DataFrame) -> DataFrame:
        """The records as a table gives them back."""
        if records.empty:
            return records
        stored = records.copy()
        for name in _JSON & set(stored.columns):
            stored[name] = [
                value if value is None or isinstance(value, str) else json.dumps(freeze(value))
                for value in stored[name]
            ]
        empty = [name for name in stored.columns if stored[name].isna().all()]
        stored = stored.drop(columns=empty)
        stored[_PLACE] = range(len(stored))
        load_table(self._account, _TABLE, stored, replace=True)
        found = self._account.frame(_READ)
        found = found.drop(columns=_PLACE).astype(object)
        found = found.where(found.notna(), None)
        return found.assign(**dict.fromkeys(empty))[list(records.columns)]

    def close(self) -> None:
        """Stop the process, and remove its files."""
        self._account.close()
        self._service.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
