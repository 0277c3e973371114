"""Two kernels and the command line use a warehouse at the same moment, before it even runs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.store import Store

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = """
import sys
from pathlib import Path
import pandas as pd
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.records import ConnectionRecord
from devsession.warehouse.store import Store
from devsession.warehouse.tables import load_table

account = open_embedded(Path(sys.argv[1]))
store = Store(account)
for turn in range(5):
    load_table(account, "SHARED", pd.DataFrame({"ID": range(turn)} if turn else {"ID": [0]}), replace=True)
    store.save_connection(ConnectionRecord("acme", f"method {turn} of {sys.argv[2]}"))
    sync = store.save_sync(
        f"sync {turn}", source="SHARED", identifier="ID", strategy="Upsert"
    ).record
    store.finish_run(store.start_run(sync), status="completed", counts={"turn": turn})
account.close()
print(embedded_service(Path(sys.argv[1])).ensure().pid)
"""


@pytest.fixture
def contacts(workspace: Path) -> Path:
    """A file to load, in a folder in which `devsession` works."""
    (workspace / "plugin.py").touch()
    file = workspace / "contacts.csv"
    file.write_text("ID,EMAIL\n1,ann@example.com\n")
    return file


def started(workspace: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=workspace,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_neither_is_refused_and_nothing_is_twice(workspace: Path, contacts: Path) -> None:
    kernels = [started(workspace, "-c", KERNEL, str(workspace), name) for name in ("one", "two")]
    load = ("-m", "devsession", "table", "load", str(contacts), "--as", "CONTACTS")
    command_line = started(workspace, *load)

    said = [kernel.communicate(timeout=300) for kernel in kernels]
    _, refused = command_line.communicate(timeout=300)

    process = embedded_service(workspace).ensure().pid
    assert (said, refused) == ([(f"{process}\n", "")] * 2, "")
    account = open_embedded(workspace)
    assert account.rows("select EMAIL from CONTACTS") == [("ann@example.com",)]
    assert [sync.slug for sync in Store(account).syncs()] == [f"sync {turn}" for turn in range(5)]
    assert len(Store(account).connections()) == 1
    account.close()
