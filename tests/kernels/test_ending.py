"""How forked kernels end: asked to, killed, by themselves, with their runner; nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import cycle, islice

import psutil
import pytest

from tests.kernels.cells import kernel
from tests.kernels.processes import below, left_of, parent_of, start_runner

STARTS_A_PROCESS = "import subprocess; child = subprocess.Popen(['sleep', '600']); print(child.pid)"


def test_a_cell_is_interrupted_and_the_kernel_goes_on() -> None:
    with kernel() as cells:
        cells.client.execute("import time; time.sleep(600)")
        while cells.client.get_iopub_msg(timeout=20)["msg_type"] != "execute_input":
            pass
        time.sleep(0.1)  # the cell has begun, and sleeps now
        cells.manager.interrupt_kernel()

        assert cells.client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
        assert cells.run("print(1 + 1)") == "2"


@pytest.mark.parametrize(
    ("code", "status"),
    [("os._exit(3)", 3), ("os.kill(os.getpid(), 11)", -11), ("os.kill(os.getpid(), 9)", -9)],
    ids=["exit", "crash", "kill"],
)
def test_a_kernel_that_dies_is_seen_to_be_dead(code: str, status: int) -> None:
    with kernel() as cells:
        child = psutil.Process(int(cells.run(STARTS_A_PROCESS)))
        assert cells.manager.is_alive()
        cells.client.execute(f"import os; {code}")

        assert cells.process.wait(timeout=20) == status
        assert not cells.manager.is_alive()
        assert left_of([child]) == []


def test_a_kernel_that_is_asked_to_end_puts_away_first(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("ended")
    with kernel(cwd=str(folder)) as cells:
        cells.run("open_file = open('open.txt', 'w'); open_file.write('written')")
        cells.run("import atexit; atexit.register(lambda: open('atexit.txt', 'w').write('called'))")
        process = cells.process
        cells.client.stop_channels()
        cells.manager.shutdown_kernel()

        assert process.wait(timeout=20) == 0
        assert (folder / "open.txt").read_text() == "written"
        assert (folder / "atexit.txt").read_text() == "called"


def test_a_kernel_is_restarted() -> None:
    with kernel() as cells:
        before = cells.process.pid
        cells.run("kept = 1")
        cells.manager.restart_kernel(now=True)
        cells.client.wait_for_ready(timeout=20)

        assert cells.process.pid != before
        assert cells.run("kept") == "NameError"
        assert left_of([psutil.Process(before)] if psutil.pid_exists(before) else []) == []


def test_what_cells_start_ends_with_the_kernel_and_what_they_detach_does_not() -> None:
    with kernel() as cells:
        child = psutil.Process(int(cells.run(STARTS_A_PROCESS)))
        detached = psutil.Process(
            int(cells.run(STARTS_A_PROCESS.replace("])", "], start_new_session=True)")))
        )
    try:
        assert left_of([child]) == []
        assert detached.is_running()
    finally:
        detached.kill()


def test_when_the_parent_is_killed_its_kernels_end_and_the_next_has_another() -> None:
    with kernel() as cells:
        child = psutil.Process(int(cells.run(STARTS_A_PROCESS)))
        parent = parent_of(cells.process.pid)
        parent.kill()

        assert cells.process.wait(timeout=20) == -signal.SIGKILL
        assert left_of([child, parent]) == []
    with kernel() as cells:
        assert cells.run("print(1 + 1)") == "2"
        assert parent_of(cells.process.pid) != parent


# The parent is just begun and loads; a kernel is forked; both run, and processes of theirs.
MOMENTS = ("starting", "starting", "running")


def kill_runners(times: int) -> list[psutil.Process]:
    """What is left when runners were killed, each at another moment of its life."""
    left = []
    for number, moment in enumerate(islice(cycle(MOMENTS), times)):
        runner = start_runner(until=moment)
        time.sleep(number % 7 * 0.1)
        started = below(runner.pid)
        assert started or moment == "starting"
        runner.kill()
        runner.communicate()
        left += left_of(started)
    return left


def test_nothing_is_left_when_a_runner_is_killed() -> None:
    assert kill_runners(3) == []


@pytest.mark.long
def test_nothing_is_left_when_a_hundred_runners_are_killed() -> None:
    assert kill_runners(100) == []


def test_nothing_is_left_when_a_runner_ends_without_shutting_down() -> None:
    code = (
        "from jupyter_client.manager import KernelManager; manager = KernelManager(kernel_name='devsession'); "
        "manager.start_kernel(); import psutil; "
        "print(*[each.pid for each in psutil.Process().children(recursive=True)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stderr == ""
    assert len(done.stdout.split()) == 2
    there = [each for each in psutil.process_iter() if str(each.pid) in done.stdout.split()]
    assert left_of(there) == []


def test_a_parent_is_left_alone_by_ctrl_c() -> None:
    with kernel() as cells:
        parent = parent_of(cells.process.pid)

        assert os.getsid(parent.pid) == parent.pid
        parent.send_signal(signal.SIGINT)
        assert cells.run("print(1 + 1)") == "2"
