"""A forked kernel has nothing of its parent, of its runner, or of a kernel beside it."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kernels.cells import Cells, is_forked, kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a notebook can find out about the process that it runs in.
FOUND = """{
    "folder": os.getcwd(),
    "path": sys.path,
    "arguments": [os.path.basename(sys.argv[0]), *sys.argv[1:-1]],
    "module": (__name__, hasattr(sys.modules["__main__"], "__file__")),
    "environment": {name: each for name, each in os.environ.items() if name != "JPY_PARENT_PID"},
    "umask": (os.umask(0o27), os.umask(0o27)),
    "leads a session": os.getsid(0) == os.getpgid(0) == os.getpid(),
    "signals": [str(signal.getsignal(each)) for each in range(1, 32)],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "streams": (sys.__stdin__.read(), sys.__stdout__.isatty(), sys.__stdout__.line_buffering,
                sys.__stdout__.encoding, sys.__stderr__.errors, type(sys.stdout).__name__),
    "threads": sorted({type(each).__name__ for each in threading.enumerate()}),
    "logging": (logging.root.level, len(logging.root.handlers)),
    "temporary": tempfile.gettempdir(),
    "time": time.tzname,
    "locale": locale.getlocale(),
    "flags": str(sys.flags), "gc": gc.isenabled(), "interpreter": sys.executable,
    "shell": [type(get_ipython()).__name__, get_ipython().execution_count],
    "printing": [numpy.get_printoptions(), {
        each: getattr(pandas.options.display, each) for each in dir(pandas.options.display)
        if each not in {"encoding", "html", "unicode"}
    }],
    "widgets": sorted(get_ipython().kernel.comm_manager.targets),
}"""
USED = ", gc, ipywidgets, locale, logging, numpy, pandas, signal, tempfile, threading, time"


@pytest.fixture(scope="module")
def first() -> Iterator[Cells]:
    with kernel() as cells:
        yield cells


@pytest.fixture(scope="module")
def second() -> Iterator[Cells]:
    with kernel() as cells:
        yield cells


def test_it_is_forked(first: Cells) -> None:
    assert is_forked(first)
    assert first.run("print(1 + 1)") == "2"


def test_a_notebook_finds_what_it_finds_in_a_stock_kernel(tmp_path: Path) -> None:
    before = os.umask(0o27)
    try:
        environment = {**os.environ, "TZ": "Asia/Tokyo", "TMPDIR": str(tmp_path), "KEY": "Grüße"}
        places = {"cwd": str(tmp_path), "env": environment}
        with kernel("python3", **places) as stock, kernel(**places) as fast:
            expected, found = stock.value(FOUND, USED), fast.value(FOUND, USED)
    finally:
        os.umask(before)

    expected["threads"].remove("ParentPollerUnix")  # a forked one is ended by the system instead
    assert found == expected
    assert found["folder"] == str(tmp_path)
    assert found["umask"][0] == 0o27


@pytest.mark.parametrize(
    ("drawn", "imports"),
    [
        ("random.random()", ", random"),
        ("float(numpy.random.random())", ", numpy"),
        ("float(numpy.random.default_rng().random())", ", numpy"),
        ("float(pandas.Series(range(1_000_000)).sample(1).iloc[0])", ", pandas"),
        ("str(uuid.uuid4())", ", uuid"),
        ("multiprocessing.current_process().authkey.hex()", ", multiprocessing"),
        ("next(tempfile._get_candidate_names())", ", tempfile"),
    ],
    ids=["random", "numpy", "numpy generator", "pandas", "uuid", "authkey", "tempfile"],
)
def test_two_kernels_draw_different_numbers(
    first: Cells, second: Cells, drawn: str, imports: str
) -> None:
    assert first.value(drawn, imports) != second.value(drawn, imports)


def test_a_seed_in_one_kernel_is_none_in_another(first: Cells, second: Cells) -> None:
    first.run("import random, numpy; random.seed(1); numpy.random.seed(1)")
    second.run("import random, numpy; random.seed(2)")

    assert first.value("random.random()", ", random") == pytest.approx(0.13436424411240122)
    assert second.value("random.random()", ", random") == pytest.approx(0.9560342718892494)


def test_variables_modules_and_environment_stay_in_their_kernel(
    first: Cells, second: Cells, tmp_path: Path
) -> None:
    first.run("import os, pandas; pandas.mine = mine = 1; os.environ['MINE'] = '1'; os.chdir('/')")

    assert second.value(
        "['mine' in dir(), hasattr(pandas, 'mine'), 'MINE' in os.environ]", ", pandas"
    ) == [
        False,
        False,
        False,
    ]
    assert second.value("os.getcwd()") == str(Path.cwd())


def test_it_has_exactly_the_environment_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**os.environ, "ONLY": "this"}
    monkeypatch.setenv("NOT", "this")

    with kernel(env=given) as cells:
        found = cells.value("dict(os.environ)")

    assert given.keys() <= found.keys()
    assert found["ONLY"] == "this"
    assert "NOT" not in found


def test_it_has_no_file_and_no_connection_of_its_runner_or_of_another_kernel(
    first: Cells, tmp_path: Path
) -> None:
    open_files = "[os.readlink('/proc/self/fd/' + each) for each in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + each)]"
    with (tmp_path / "mine").open("w") as mine, socket.create_server(("127.0.0.1", 0)) as session:
        os.set_inheritable(mine.fileno(), True)
        os.set_inheritable(session.fileno(), True)
        listening = str(Path(f"/proc/self/fd/{session.fileno()}").readlink())
        with kernel() as cells:
            there = set(cells.value(open_files))

    assert str(tmp_path / "mine") not in there
    assert listening not in there
    shared = there & set(first.value(open_files))
    assert {name for name in shared if name.startswith(("socket", "pipe"))} <= {
        str(Path(f"/proc/self/fd/{each}").readlink()) for each in (1, 2)
    }


def test_it_imports_an_authors_module_as_it_is_now(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.py"
    plugin.write_text("STATE = 'old'", encoding="utf-8")
    with kernel(cwd=str(tmp_path)) as cells:
        assert cells.value("plugin.STATE", ", plugin") == "old"
        plugin.write_text("STATE = 'newer'", encoding="utf-8")

    with kernel(cwd=str(tmp_path)) as cells:
        assert cells.value("plugin.STATE", ", plugin") == "newer"


def test_it_has_a_package_as_it_is_now(tmp_path: Path) -> None:
    package = tmp_path / "anywidget.py"
    package.write_text("VERSION = 1", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    environment = {**os.environ, "PYTHONPATH": path}

    with kernel(env=environment) as before:
        assert before.value("anywidget.VERSION", ", anywidget") == 1
        package.write_text("VERSION = 1000", encoding="utf-8")
        with kernel(env=environment) as after:
            assert after.value("anywidget.VERSION", ", anywidget") == 1000
            assert is_forked(after)
        assert before.value("anywidget.VERSION", ", anywidget") == 1


def test_what_the_process_prints_goes_where_a_stock_kernels_goes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    outside_of_tests = {name: each for name, each in os.environ.items() if "PYTEST" not in name}
    with kernel(env=outside_of_tests, stderr=subprocess.DEVNULL) as cells:
        printed = cells.run("import os; os.system('echo from a child; echo ! >&2'); input()")

    assert sorted(printed.split("\n")) == ["!", "StdinNotImplementedError", "from a child"]
    assert capfd.readouterr() == ("from a child\n", "")
