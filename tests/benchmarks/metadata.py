"""A metadata workflow: tables into the local catalog, which is a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import requests

from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    OpenMetadata,
    RestSink,
    Table,
    WorkflowContext,
)
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES, _COLUMNS, _SCHEMAS = 10_000, 10, 4
_RUNS = 3
_BATCH = 100
_TOKEN = "token-of-the-benchmark"
_SERVE = """
import sys
from pathlib import Path
from tests.local_catalog import local_catalog
with local_catalog(Path(sys.argv[1]), sys.argv[2]) as catalog:
    print(catalog.host_port, flush=True)
    sys.stdin.read()
"""


def metadata_ingest_10k() -> Figure:
    """Entities a second: 10,000 tables of 10 columns, made, and stored through the sink.

    Ours makes and validates each entity, and compares it with what the catalog has. The baseline
    is how the framework's own client sends: bulks of 100, one after the other, by json.dumps and
    requests; but of plain dicts that nothing checks, where its entities are what takes its time.
    Both have a new catalog each time.
    """
    ours, baseline = [], []
    for _ in range(_RUNS):
        with _catalog() as host_port:
            baseline.append(_TABLES / _sequential(host_port))
        with _catalog() as host_port:
            start = perf_counter()
            _ingest(host_port)
            ours.append(_TABLES / (perf_counter() - start))
    return Figure(median(ours), median(baseline), "entities/s")


def metadata_ingest_told_10k() -> Figure:
    """Entities a second, as above, while somebody has subscribed to events of all of them.

    The baseline is the same run without a subscription: what events cost whoever stores. Nobody
    takes them, so that this is what writing them costs; sending them is another thread's.
    """
    ours, baseline = [], []
    for _ in range(_RUNS):
        for told, rates in ((False, baseline), (True, ours)):
            with _catalog() as host_port:
                if told:
                    _subscribe(host_port)
                start = perf_counter()
                _ingest(host_port)
                rates.append(_TABLES / (perf_counter() - start))
    return Figure(median(ours), median(baseline), "entities/s")


def metadata_ingest_memory() -> Figure:
    """The most memory, in MB, that the client's process had during the same run.

    The baseline is that of a process which makes all the tables first, and then stores them.
    """
    with _catalog() as host_port:
        ours = _peak(f"_ingest({host_port!r})")
    with _catalog() as host_port:
        baseline = _peak(f"_ingest({host_port!r}, kept=True)")
    return Figure(ours, baseline, "MB")


def metadata_startup() -> Figure:
    """Seconds from the start of Python to the first line of an author's source in a run.

    With the sink made and its catalog asked for its version. The baseline is a Python that starts
    and imports pydantic and requests, which any client of typed entities does.
    """
    with _catalog() as host_port:
        first_line = f"from tests.benchmarks.metadata import _sink; _sink({host_port!r}).prepare()"
        runs = [(_seconds(first_line), _seconds("import pydantic, requests")) for _ in range(9)]
    ours, baseline = zip(*runs, strict=True)
    return Figure(median(ours), median(baseline))


@contextmanager
def _catalog() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-c", _SERVE, folder, _TOKEN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(30)


def _sink(host_port: str) -> RestSink:
    return RestSink(WorkflowContext(metadata=OpenMetadata(host_port, token=_TOKEN)))


def _ingest(host_port: str, *, kept: bool = False) -> None:
    sink = _sink(host_port)
    sink.prepare()
    for item in list(_entities()) if kept else _entities():
        sink.write(item)
    sink.flush()
    sink.close()
    assert sink.tally.of("table")["created"] == _TABLES, str(sink.tally)


def _subscribe(host_port: str) -> None:
    webhook = {"endpoint": "http://127.0.0.1:9/events", "secretKey": "secret-of-the-benchmark"}
    sent = {
        "name": "nobody",
        "alertType": "Notification",
        "resources": ["all"],
        "destinations": [{"category": "External", "type": "Webhook", "config": webhook}],
    }
    headers = {"Authorization": f"Bearer {_TOKEN}"}
    path = f"{host_port}/v1/events/subscriptions"
    requests.put(path, json=sent, headers=headers, timeout=60).raise_for_status()


def _entities() -> Iterator[Any]:
    yield DatabaseService(name="shop")
    yield Database(name="sales", service="shop")
    for schema in range(_SCHEMAS):
        place = {"service": "shop", "database": "sales"}
        yield DatabaseSchema(name=f"s{schema}", **place)
        for number in range(_TABLES // _SCHEMAS):
            columns = [
                Column(name=f"column_{each}", data_type="VARCHAR", data_length=64)
                for each in range(_COLUMNS)
            ]
            yield Table(name=f"table_{number}", **place, schema=f"s{schema}", columns=columns)


def _sequential(host_port: str) -> float:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {_TOKEN}"
    session.headers["Content-Type"] = "application/json"

    def put(path: str, content: object) -> None:
        answer = session.put(f"{host_port}/v1/{path}", data=json.dumps(content), timeout=60)
        answer.raise_for_status()

    put("services/databaseServices", {"name": "shop", "serviceType": "CustomDatabase"})
    put("databases", {"name": "sales", "service": "shop"})
    start = perf_counter()
    for schema in range(_SCHEMAS):
        put("databaseSchemas", {"name": f"s{schema}", "database": "shop.sales"})
    bodies = _bodies()
    while batch := list(islice(bodies, _BATCH)):
        put("tables/bulk?async=false&overrideMetadata=false", batch)
    return perf_counter() - start


def _bodies() -> Iterator[dict[str, Any]]:
    for schema in range(_SCHEMAS):
        for number in range(_TABLES // _SCHEMAS):
            columns = [
                {"name": f"column_{each}", "dataType": "VARCHAR", "dataLength": 64}
                for each in range(_COLUMNS)
            ]
            yield {
                "name": f"table_{number}",
                "databaseSchema": f"shop.sales.s{schema}",
                "columns": columns,
            }


def _peak(call: str) -> float:
    code = f"from tests.benchmarks.metadata import _ingest, _peak_mb; {call}; print(_peak_mb())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    return float(done.stdout)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Counted in bytes on a Mac, in KB elsewhere.
    return peak / (2**20 if os.uname().sysname == "Darwin" else 2**10)


def _seconds(code: str) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path.cwd())
    return perf_counter() - start
