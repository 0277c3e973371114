"""The memory of a run from the warehouse through a plugin and back, against that of a smaller one.

`python -m tests.benchmarks.outbound FOLDER` runs the sync of that workspace, and prints one line of
JSON: records, seconds, the peak memory of this process and of the warehouse's.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from devsession import DevelopmentSession
from devsession.warehouse import embedded_service
from tests.benchmarks.figure import Figure
from tests.benchmarks.taking_plugin import FIELDS, Taking

_SYNC = "all"
_SOURCE = """
    create table SRC as select seq4() as ID, 'name' || seq4()::varchar as NAME,
    'u' || seq4()::varchar || '@x.test' as EMAIL, (seq4() % 1000)::number(10,2) as AMOUNT,
    iff(seq4() % 10 = 0, null, 'city' || (seq4() % 50)::varchar) as CITY
    from table(generator(rowcount => {rows}))"""


def outbound_end_to_end_1m() -> Figure:
    """Peak memory of the plugin's process for 1,000,000 records; the baseline is for 100,000.

    All are new, and all succeed in batches of 100, four at a time. What it took in seconds, and of
    the warehouse's memory, is told on stderr.
    """
    baseline, ours = (_measured(rows) for rows in (100_000, 1_000_000))
    return Figure(ours["plugin_mb"], baseline["plugin_mb"], unit="MB")


def _measured(rows: int) -> dict[str, Any]:
    """A run in a process of its own, on a warehouse of its own."""
    with TemporaryDirectory() as folder:
        session = DevelopmentSession(Taking, workspace=folder)
        try:
            session.connection.fill(tenant="nobody")
            session.account.execute(_SOURCE.format(rows=rows))
            sync = session.sync(_SYNC, source="SRC", identifier="ID", strategy="Upsert")
            sync.fill(mapping={name: name.upper() for name in FIELDS})
            session.close()
            command = [sys.executable, "-m", "tests.benchmarks.outbound", folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        finally:
            session.shut_down()
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(figures), file=sys.stderr)
    if figures["records"] != rows:
        raise RuntimeError(f"{figures['records']} of {rows} records succeeded")
    return figures


def _run(folder: Path) -> dict[str, Any]:
    session = DevelopmentSession(Taking, workspace=folder)
    start = perf_counter()
    summary = session.run(_SYNC)
    seconds = perf_counter() - start
    address = embedded_service(folder).address()
    session.close()
    return {
        "records": summary.succeeded,
        "seconds": round(seconds, 1),
        "plugin_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "warehouse_mb": _peak(address.pid) if address else None,
    }


def _peak(pid: int) -> float | None:
    """The most memory in MB that a process has had; only Linux tells."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024, 1) if found else None


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]))))
