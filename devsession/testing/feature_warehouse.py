"""A warehouse for one scenario of a feature: its Snowpark session, records and results in tables."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.plugin.outbound import RECORD_COLUMNS
from devsession.plugin.stream_store import RECORD_DATA
from devsession.recording.frozen import freeze
from devsession.recording.received import Received, ReceivedRecord
from devsession.testing.feature_results import records_from
from devsession.warehouse.embedded import embedded_service, open_embedded
from devsession.warehouse.tables import load_table

if TYPE_CHECKING:
    from pandas import DataFrame
    from snowflake.snowpark import Session

    from devsession.recording.received import ReceivedDelete, ReceivedStream

_RECORDS, _RESULTS = "OUTBOUND_RECORDS", "INBOUND_RESULTS"
_PLACE = "PLACE"
_READ = "select * from {} order by PLACE"
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

    def received_through_table(self, received: Received) -> Received:
        """What came, its records as a table gives them back."""
        frame = received.frame()
        frame[RECORD_DATA] = frame[RECORD_DATA].map(json.dumps)
        stored = records_from(self.through_table(frame, table=_RESULTS))
        return Received(
            {
                name: replace(stream, items=_items(stream, stored.get(name, [])))
                for name, stream in received.streams.items()
            }
        )

    def through_table(self, records: DataFrame, *, table: str = _RECORDS) -> DataFrame:
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
        load_table(self._account, table, stored, replace=True)
        found = self._account.frame(_READ.format(table))
        found = found.drop(columns=_PLACE).astype(object)
        found = found.where(found.notna(), None)
        return found.assign(**dict.fromkeys(empty))[list(records.columns)]

    def close(self) -> None:
        """Stop the process, and remove its files."""
        self._account.close()
        self._service.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _items(
    stream: ReceivedStream, records: list[ReceivedRecord]
) -> list[ReceivedRecord | ReceivedDelete]:
    """What came of a stream, with these at the places of its records."""
    stored = iter(records)
    return [next(stored) if isinstance(each, ReceivedRecord) else each for each in stream.items]
