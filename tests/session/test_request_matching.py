"""What plugin.py declares about comparing requests counts from the save on."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
import requests

from tests.recording.app import App

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession import DevelopmentSession
    from tests.session.conftest import Project

CLOCK = itertools.count()
METHOD = "    def get_manifest(self)"
DECLARED = """\
    request_matching = devsession.plugin.RequestMatching(ignore_parameters=["ts"])

"""


@pytest.fixture
def signed() -> Iterator[App]:
    """An app whose requests hold the time."""
    app = App()
    yield app
    app.stop()


def look(session: DevelopmentSession, app: App) -> None:
    """The cell that asks the app runs."""
    session.recorder.begin("cell:looks")
    session.refresh()
    requests.get(f"{app.url}/x?ts={next(CLOCK)}", timeout=30)


def declare(project: Project) -> None:
    project.edit_plugin(METHOD, DECLARED + METHOD)
    text = project.plugin_file.read_text(encoding="utf-8")
    future = "from __future__ import annotations\n"
    project.plugin_file.write_text(
        text.replace(future, f"{future}\nimport devsession.plugin\n", 1), encoding="utf-8"
    )


def test_it_is_followed_when_plugin_py_is_saved(project: Project, signed: App) -> None:
    look(project.session, signed)
    with project.session.reuse():
        look(project.session, signed)
        assert len(signed.seen) == 2

        declare(project)
        look(project.session, signed)
        assert len(signed.seen) == 2

        project.restore_plugin()
        look(project.session, signed)
        assert len(signed.seen) == 3


def test_a_new_session_has_it_from_the_start(project: Project, signed: App) -> None:
    look(project.session, signed)
    declare(project)
    session = project.restart()

    with session.reuse():
        look(session, signed)

    assert len(signed.seen) == 1
