"""What a replayed notebook works on: a warehouse as in a fresh clone, gone when the replay is over."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from devsession.private import PRIVATE_VARIABLE, private_folder
from devsession.session.notebook_home import fresh_warehouse
from devsession.session.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

A_CELL = """
from devsession.warehouse import embedded_service, open_embedded
account = open_embedded(Workspace.at().folder)
account.execute("create table CONTACTS (ID int)")
print(embedded_service(Workspace.at().folder).address().pid)
"""


def test_a_workspace_keeps_what_is_not_committed_in_itself(tmp_path: Path) -> None:
    assert Workspace.at(tmp_path).private == tmp_path / ".devsession"


def test_where_another_place_is_named_each_workspace_has_its_own_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRIVATE_VARIABLE, str(tmp_path / "elsewhere"))

    one, other = private_folder(tmp_path / "one"), private_folder(tmp_path / "other")

    assert one != other
    assert {one.parent, other.parent} == {tmp_path / "elsewhere"}


def test_what_is_started_there_ends_with_it_and_the_workspace_stays_as_it_was(
    tmp_path: Path,
) -> None:
    with fresh_warehouse() as environment:
        code = f"from devsession.session.workspace import Workspace{A_CELL}"
        cell = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        warehouse = psutil.Process(int(cell.stdout))

    psutil.wait_procs([warehouse], timeout=60)
    assert not warehouse.is_running()
    assert list(tmp_path.iterdir()) == []
