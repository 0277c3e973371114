"""Two kernels of one workspace use its warehouse at the same moment, from its first statement on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession.warehouse import open_embedded
from devsession.warehouse.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.warehouse import Account

KERNEL = """
import sys
from pathlib import Path
import pandas as pd
from devsession.warehouse import open_embedded
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
"""


@pytest.fixture
def account(workspace: Path) -> Iterator[Account]:
    account = open_embedded(workspace)
    yield account
    account.close()


def test_neither_is_refused_and_nothing_is_twice(workspace: Path, account: Account) -> None:
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", KERNEL, str(workspace), name],
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    said = [kernel.communicate(timeout=120)[1] for kernel in kernels]

    assert said == ["", "", ""]
    assert [sync.slug for sync in Store(account).syncs()] == [f"sync {turn}" for turn in range(5)]
    assert len(Store(account).connections()) == 1
