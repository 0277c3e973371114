"""A plugin project from the template, the session on it, and an app that says what it was asked."""

from __future__ import annotations

import json
import re
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from devsession import DevelopmentSession, secret
from devsession.cli.project import create_project
from devsession.session.plugin_source import load_plugin_class
from tests.forked import tests_run_forked
from tests.in_process import warehouses_in_process
from tests.session import practice_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from devsession.session.sync import Sync

KEY = "sbx_key-of-the-tests"
KEY_NAME = "CRM_API_KEY"
REPOSITORY = Path(__file__).parents[2]
MAPPING = {"email": "EMAIL", "first_name": "FIRST_NAME"}


class App:
    """The practice app: what it holds, and what it was asked since the last look."""

    def __init__(self, unrecorded: Callable[[], AbstractContextManager[None]]) -> None:
        self._unrecorded = unrecorded
        self._listening = practice_app.listen()
        self._server = practice_app.server(KEY)
        self._thread = threading.Thread(target=self._server.run, args=([self._listening],))
        self._thread.start()
        self.netloc = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.url = f"http://{self.netloc}"

    def asked(self) -> list[tuple[str, str]]:
        """Method and path of each request since the last look."""
        return [(method, path) for method, path, _ in self._get(practice_app.LOG)]

    def sent(self) -> list[str]:
        """The external ids of all records sent since the last look, in order."""
        return [name for _, _, names in self._get(practice_app.LOG) for name in names]

    def records(self, object_name: str = "contact") -> dict[str, dict[str, Any]]:
        """All records by their external id, page by page."""
        found: dict[str, dict[str, Any]] = {}
        cursor: str | None = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            page = self._get(f"/objects/{object_name}/records?limit=500{after}")
            found |= {record["external_id"]: record for record in page["records"]}
            cursor = page["next_cursor"]
        return found

    def let_go(self) -> None:
        """It ends by itself: ten times a second it looks whether it is to."""
        self._server.should_exit = True

    def stop(self) -> None:
        self.let_go()
        self._thread.join()
        self._listening.close()

    def _get(self, path: str) -> Any:
        request = Request(self.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with self._unrecorded(), urlopen(request) as answer:
            return json.load(answer)


class Project:
    """A plugin project that an author works on: its files, its session, its app."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plugin_file = folder / "plugin.py"
        create_project("practice-crm", folder)
        self._plugin_text = self.plugin_file.read_text(encoding="utf-8")
        self.session = DevelopmentSession(load_plugin_class(folder), workspace=folder)

    def edit_plugin(self, before: str, after: str) -> None:
        """Save plugin.py with one thing changed."""
        assert before in self._plugin_text
        text = self._plugin_text.replace(before, after)
        self.plugin_file.write_text(text, encoding="utf-8")

    def restore_plugin(self) -> None:
        self.plugin_file.write_text(self._plugin_text, encoding="utf-8")

    def restart(self) -> DevelopmentSession:
        """What a new kernel does: a new session on the same folder."""
        self.session.close()
        self.session = DevelopmentSession(load_plugin_class(self.folder), workspace=self.folder)
        return self.session


@pytest.fixture(scope="module", autouse=True)
def warehouses(request: pytest.FixtureRequest) -> Iterator[None]:
    """Warehouses without their processes, but where another process works on them, too."""
    if getattr(request.module, "WAREHOUSE_HAS_A_PROCESS", False):
        yield
        return
    with warehouses_in_process():
        yield


@pytest.fixture(scope="package", autouse=True)
def quick_tests_of_scenarios() -> Iterator[None]:
    """What completing a scenario runs; tests/testing has whole processes for that, too."""
    with tests_run_forked():
        yield


@pytest.fixture(scope="module")
def modules() -> Iterator[None]:
    """The modules of plugin projects, and where they are found, are forgotten afterwards."""
    loaded, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - loaded:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if Path(file).name == "plugin.py":
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture(scope="module")
def project_of_module(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("projects") / "practice-crm")
    yield project
    project.session.shut_down()


@pytest.fixture
def project(project_of_module: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The module's project; its plugin.py is as the template made it."""
    monkeypatch.setenv(KEY_NAME, KEY)
    yield project_of_module
    project_of_module.restore_plugin()


@pytest.fixture
def app(project: Project) -> Iterator[App]:
    """A new, empty practice app."""
    app = App(unrecorded=project.session.recorder.paused)
    yield app
    app.let_go()


@pytest.fixture
def session(project: Project, app: App) -> DevelopmentSession:
    """Connected to the new app."""
    project.session.connection.fill(tenant_url=app.url, api_key=secret(KEY_NAME))
    app.asked()
    return project.session


@pytest.fixture
def contacts(session: DevelopmentSession, request: pytest.FixtureRequest) -> Sync:
    """A sync of three contacts, named after the test."""
    return contacts_of(session, re.sub(r"\W+", "_", request.node.name).strip("_"))


def contacts_of(session: DevelopmentSession, name: str) -> Sync:
    """A sync over a table of its own."""
    source = load_contacts(session, name)
    sync = session.sync(name, source=source, identifier="ID", strategy="Upsert")
    sync.fill(object="contact", mapping=MAPPING)
    return sync


def load_contacts(session: DevelopmentSession, name: str, **changes: str) -> str:
    """Three contacts as a table, with first names changed by email; the table's name."""
    from pandas import DataFrame

    people = {"ada": "Ada", "grace": "Grace", "mary": "Mary"} | changes
    rows = [
        (number, f"{key}@example.com", name) for number, (key, name) in enumerate(people.items(), 1)
    ]
    frame = DataFrame(rows, columns=["ID", "EMAIL", "FIRST_NAME"])
    return session.load_table(name, frame, replace=True).name


@pytest.fixture
def plugin_file(folder: Path) -> Iterator[Path]:
    """The author's file in a test's own `folder`; afterwards it is as before."""
    file = folder / "plugin.py"
    before = file.read_text(encoding="utf-8")
    yield file
    file.write_text(before, encoding="utf-8")
