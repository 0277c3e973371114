"""Inbound scenarios of the practice app as features: written, run, and shown able to fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession, secret
from devsession.session.plugin_source import load_plugin_class
from tests.session import reading_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def session(
    modules: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DevelopmentSession]:
    """A scenario reads the streams of its app, another goes on from there, one reads a few records."""
    folder = tmp_path_factory.mktemp("reading")
    shutil.copy(reading_plugin.__file__, folder / "plugin.py")
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    session.connection.fill(url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    session.sandbox.set_stream("customer", records=20)
    session.sandbox.set_stream("project", records=3)
    session.sandbox.set_stream("task", records=7)
    session.sandbox.set_stream("click", records=5)
    people = session.sync("people", direction="inbound")
    people.fill(page_size="6", streams=["customer", "task", "click"])
    first = people.scenario("first", records=500)
    first.run()
    session.sandbox.change_stream("customer", changed=2, deleted=1, added=3)
    people.scenario("later", records=500, after=first).run()
    customers = session.sync("customers", direction="inbound")
    customers.fill(page_size="6", streams=["customer"])
    customers.scenario("few", records=8).run()
    yield session
    session.shut_down()


@pytest.fixture(scope="module")
def written(session: DevelopmentSession) -> str:
    """What is said of the features that are written."""
    return str(session.generate_tests(behave=True))


def test_they_are_written_and_hold(written: str) -> None:
    assert written.splitlines()[1:4] == [
        "Feature: features/reading.feature, 3 scenarios, run twice",
        "  as written: all pass, with the network shut",
        "  with an answer of each changed: all fail, as they should",
    ]


def test_behave_runs_them_without_the_secret(session: DevelopmentSession, written: str) -> None:
    folder = session.workspace.folder

    ran = subprocess.run(
        [sys.executable, "-m", "behave", "--no-color"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert "3 scenarios passed, 0 failed" in ran.stdout, ran.stdout
    later = folder / "features" / "inbound_results" / "reading_later_results.csv"
    assert "|True\n" in later.read_text(encoding="utf-8")
