"""kill -9 at random moments of a run, and of the next one: what was stored is not sent again, a state
is never ahead of its records, and at the end nothing is left out.

The long form is some 200 kills: `pytest -m "long or not long" -s tests/session/test_kill.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.session.conftest import KEY, KEY_NAME
from tests.session.kill_plugin import INTERRUPTED
from tests.session.killing import VICTIMS, KilledInbound, KilledOutbound, KilledProject
from tests.session.preloaded import said

if TYPE_CHECKING:
    from collections.abc import Iterator

WAREHOUSE_HAS_A_PROCESS = True
# The first is for every day.
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 18))]


@pytest.fixture(scope="module")
def project(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KilledProject]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_NAME, KEY)
        project = KilledProject(tmp_path_factory.mktemp("killed"))
        yield project
        project.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_records_are_sent_once(victim: str, seed: int, project: KilledProject) -> None:
    killed = project.killed_twice(KilledOutbound, victim, seed)

    killed.finish()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_state_is_stored_with_its_records(victim: str, seed: int, project: KilledProject) -> None:
    killed = project.killed_twice(KilledInbound, victim, seed)

    killed.finish()


def test_ctrl_c_ends_with_what_was_done(project: KilledProject) -> None:
    stopped = KilledOutbound(project, "interrupted")

    run = project.preloaded.command(
        "sync", "run", "interrupted", folder=project.folder, **{INTERRUPTED: "4"}
    )

    assert run.ended_within(60)
    assert run.code == 130
    assert said(project.folder) == (
        "interrupted: interrupted, 30 records offered, 4 created, 26 without an outcome\n",
        "stopped; nothing is lost: the same command goes on\n",
    )
    stopped.check()
    stopped.finish()
