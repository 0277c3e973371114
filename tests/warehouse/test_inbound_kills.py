"""Client or warehouse are killed at a random moment: a state is never ahead of its records.

`pytest -m long tests/warehouse/test_inbound_kills.py` kills sixty times.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event
from typing import TYPE_CHECKING

import psutil
import pytest

from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.inbound import InboundTables
from devsession.warehouse.inbound_syncs import InboundSyncs
from tests.warehouse.inbound_client import RECORDS, SLUG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.warehouse import Account

WAREHOUSE_HAS_A_PROCESS = True
ROOT = Path(__file__).parents[2]
# Some rounds of the three streams, on a machine that is neither fast nor slow.
_SECONDS = 1.5


def killed(workspace: Path, chance: Random) -> dict[str, int]:
    """One run with a kill in it; stream -> the last number that it was told to be stored."""
    command = [sys.executable, "-m", "tests.warehouse.inbound_client", str(workspace)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "begun\n"
        warehouse = embedded_service(workspace).ensure().pid
        victim = chance.choice([client.pid, warehouse])
        Event().wait(chance.uniform(0, _SECONDS))
        psutil.Process(victim).send_signal(signal.SIGKILL)
        # Killed between two statements, a warehouse is started again by the next one.
        with suppress(subprocess.TimeoutExpired):
            client.wait(timeout=_SECONDS)
        client.kill()
        told = client.stdout.read()
    return {name: int(number) for name, number in map(str.split, told.splitlines())}


def stored(account: Account, told: Mapping[str, int]) -> list[str]:
    """What does not fit together of records, states and what was told."""
    run = InboundTables(account, InboundSyncs(account).get(SLUG))
    wrong = []
    for name, table in run.tables().items():
        state = run.states().get(name, {"n": -1})["n"]
        [found] = account.rows(
            "select count(*), coalesce(min(N), -1), coalesce(max(N), -1), coalesce(count_if(IS_DELETED), 0)"
            f" from (select RECORD_DATA['n']::number as N, IS_DELETED from {table}) as ROWS_OF_IT"
        )
        rounds = state + 1 if name == "appended" else min(state + 1, 1)
        first = min(state, 0) if name == "appended" else state
        if found != (rounds * RECORDS, first, state, 0):
            wrong.append(f"{name}: state {state}, rows, first, last, deleted {found}")
        if told.get(name, -1) > state:
            wrong.append(f"{name}: state {state}, and {told[name]} was told to be stored")
    return wrong


def check(workspace: Path, kills: int) -> None:
    chance = Random(7)
    for _ in range(kills):
        told = killed(workspace, chance)
        account = open_embedded(workspace)
        assert stored(account, told) == []
        account.close()


def test_five_kills(workspace: Path) -> None:
    check(workspace, 5)


@pytest.mark.long
def test_sixty_kills(workspace: Path) -> None:
    check(workspace, 60)
