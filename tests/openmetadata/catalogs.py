"""The catalog that tests of the sink store in, and entities to store.

DEVSESSION_TEST_OPENMETADATA names a real server instead, DEVSESSION_TEST_OPENMETADATA_TOKEN its token:
what sets faults is left out there.
"""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from devsession.http import DrivenClock
from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    OMError,
    OpenMetadata,
    RestSink,
    Table,
    WorkflowContext,
)
from tests.local_catalog import LocalCatalog, local_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from devsession.openmetadata.model.base import Model

REAL = "DEVSESSION_TEST_OPENMETADATA"
COLUMNS = [Column(name=f"c{number}", data_type="INT") for number in range(10)]


@contextmanager
def a_catalog(folder: Path) -> Iterator[LocalCatalog]:
    """A local one, or the real one."""
    if address := os.environ.get(REAL):
        yield LocalCatalog(address, os.environ[f"{REAL}_TOKEN"])
        return
    with local_catalog(folder) as catalog:
        yield catalog


def set_fault(catalog: LocalCatalog, **settings: object) -> None:
    """What becomes of the next calls; a real server has no such switch."""
    if os.environ.get(REAL):
        pytest.skip("faults are the local catalog's")
    catalog.set(**settings)


def client(catalog: LocalCatalog, **options: Any) -> OpenMetadata:
    """A client whose waits take no time."""
    options = {"token": catalog.token, "clock": DrivenClock()} | options
    return OpenMetadata(catalog.host_port, **options)


def new_service() -> str:
    """A name that no other test uses."""
    return f"shop_{uuid.uuid4().hex[:8]}"


def tables(service: str, number: int, schemas: int = 2) -> Iterator[Model]:
    """A service with a database, its schemas, and so many tables of ten columns."""
    yield DatabaseService(name=service)
    yield Database(name="sales", service=service)
    for schema in range(schemas):
        place = {"service": service, "database": "sales"}
        yield DatabaseSchema(name=f"s{schema}", **place)
        for table in range(number // schemas):
            yield Table(name=f"t{table}", **place, schema=f"s{schema}", columns=COLUMNS)


def run(
    metadata: OpenMetadata, items: Iterable[Model], **config: object
) -> tuple[RestSink, list[OMError]]:
    """A whole run of the sink, and what it said was lost."""
    sink = RestSink(WorkflowContext(metadata=metadata, config=config))
    lost: list[OMError] = []
    try:
        sink.prepare()
        for item in items:
            lost += sink.write(item)
        lost += sink.flush()
    finally:
        sink.close()
    return sink, lost


def stored(catalog: LocalCatalog, service: str) -> int:
    """How many tables the catalog has below a service."""
    total: int = catalog.get(f"/tables?database={service}.sales&limit=1")["paging"]["total"]
    return total
