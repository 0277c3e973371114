"""Where a kernel cannot be forked, the stock one starts, and it is said once."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from devsession.kernels import kernel_name
from tests.kernels.cells import is_forked, kernel

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devsession.kernels.provisioner._said", set())


def test_kernels_are_fast_here() -> None:
    assert kernel_name() == "devsession"


def test_elsewhere_than_on_linux_kernels_are_stock_ones(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.delattr("os.pidfd_open")

    assert kernel_name() == "python3"
    for _ in range(2):
        with kernel() as cells:
            assert not is_forked(cells)
            assert cells.run("print(1 + 1)") == "2"
    assert capsys.readouterr().err == snapshot


def test_a_module_of_the_folder_is_not_hidden_by_a_loaded_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "requests.py").write_text("mine = 1", encoding="utf-8")

    with kernel(cwd=str(tmp_path)) as cells:
        assert not is_forked(cells)
        assert cells.run("import requests; print(requests.mine)") == "1"
    assert capsys.readouterr().err.replace(str(tmp_path), "FOLDER") == snapshot


def test_a_folder_that_only_has_a_loaded_ones_name_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "requests").mkdir()

    with kernel(cwd=str(tmp_path)) as cells:
        assert is_forked(cells)


def test_a_parent_that_does_not_begin_is_told_of_by_its_last_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    broken = tmp_path / "devsession"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise RuntimeError('half installed')", encoding="utf-8")

    for _ in range(2):
        with kernel(env={**os.environ, "PYTHONPATH": str(tmp_path)}) as cells:
            assert not is_forked(cells)
    assert capsys.readouterr().err == snapshot


def test_a_parent_with_a_thread_is_not_forked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    starts = (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    (tmp_path / "anywidget.py").write_text(starts, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)

    with kernel(env={**os.environ, "PYTHONPATH": path}) as cells:
        assert not is_forked(cells)
    assert capsys.readouterr().err == snapshot


def test_what_only_a_new_process_can_have_it_has(
    capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    with kernel(stdout=subprocess.PIPE) as cells:
        assert not is_forked(cells)
        cells.run("import os; os.write(os.open('/proc/self/fd/1', os.O_WRONLY), b'seen')")
    assert capsys.readouterr().err == snapshot


def test_a_folder_that_is_not_there_is_refused_as_ever(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError, match="gone"),
        kernel(cwd=str(tmp_path / "gone")),
    ):
        pass


def test_a_runner_without_stderr_has_a_kernel_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pandas.py").touch()
    monkeypatch.setattr("sys.stderr", None)

    with kernel(cwd=str(tmp_path)) as cells:
        assert not is_forked(cells)
