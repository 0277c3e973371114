"""Notebook 07, of the plugin of 01 to 04: in a fresh clone and offline it puts out what is stored, twice
in one kernel. The app is not asked, so there is no other run of it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.conftest import NOTEBOOKS
from tests.notebooks.kernel import run_twice, stored_outputs
from tests.notebooks.test_inbound import run
from tests.notebooks.test_offline import NBVAL, committed
from tests.refresh_notebooks import PUBLISH_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.notebooks.kernel import Outputs


class Ran(NamedTuple):
    """A folder in which the notebook ran, what it put out each time, and the files that it left."""

    folder: Path
    outputs: list[Outputs]
    left: dict[Path, bytes]


@pytest.fixture(scope="module")
def ran(fresh_clone: Callable[[], Path]) -> Ran:
    folder = fresh_clone()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        outputs = run_twice(folder, PUBLISH_FILE)
    return Ran(folder, outputs, committed(folder))


@pytest.mark.parametrize("time", [0, 1])
def test_it_puts_out_what_is_stored(ran: Ran, time: int) -> None:
    assert ran.outputs[time] == stored_outputs(NOTEBOOKS / PUBLISH_FILE)


def test_all_that_it_writes_lies_in_dist(ran: Ran) -> None:
    before = committed(NOTEBOOKS)
    # The notebook itself was run in place.
    changed = {path for path, content in ran.left.items() if before.get(path) != content}

    assert {path.parts[0] for path in changed} == {"dist", PUBLISH_FILE}


# The same once more, as those see it who know the tools and not devsession.
@pytest.mark.long
def test_nbval_and_devsession_test_pass(
    fresh_clone: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fresh_clone()
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")

    nbval = run(folder, *NBVAL, "-p", "no:cacheprovider", PUBLISH_FILE)
    tested = run(folder, sys.executable, "-m", "devsession", "test", PUBLISH_FILE)

    cells = len(stored_outputs(NOTEBOOKS / PUBLISH_FILE))
    assert f"{cells} passed" in nbval
    assert f"passed  {PUBLISH_FILE}: {cells} cells as stored" in tested
