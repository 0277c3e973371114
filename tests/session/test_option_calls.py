"""Options of a live form: what is told of a failure, and a plugin that is saved meanwhile."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession import DevelopmentSession
from devsession.errors import DevsessionError, PluginRaisedError
from devsession.plugin.form.fetching import Fetcher
from devsession.recording.recorder import Recorder
from devsession.recording.takes import of_the_sync
from devsession.recording.tape import Tape
from devsession.session.option_calls import last_exchange
from devsession.session.plugin_source import load_plugin_class
from devsession.session.saving import Saving
from tests.plugin.held_fetcher import HeldFetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

KEY = "canary-key-4711"
SECONDS = 30
PLUGIN = """
import requests

from devsession.plugin import (
    ConnectionMethod, DynamicFormOptionsDataSource, FormDropdownField, FormInputField, FormOption,
    Plugin, PluginManifest,
)

REGIONS = ["eu", "us"]


class Acme(Plugin):
    asked = []

    def get_manifest(self):
        return PluginManifest(
            plugin_id="acme", plugin_name="Acme", developer_id="us", developer_name="Us"
        )

    def connection_form(self, connectivity_option="direct"):
        regions = DynamicFormOptionsDataSource(source_function=self.regions)
        return [
            ConnectionMethod(
                name="Key",
                fields=[
                    FormInputField(name="url", label="Address"),
                    FormInputField(name="key", label="Key", secret=True),
                    FormDropdownField(
                        name="region", label="Region", depends_on="url", data_source=regions
                    ),
                ],
            )
        ]

    def regions(self, parameters):
        if parameters["url"].startswith("http"):
            return self.fetched(parameters)
        return [FormOption(value=name, label=name.upper()) for name in REGIONS]

    def fetched(self, parameters):
        key = parameters.secret("key")
        answer = requests.get(parameters["url"], headers={"Authorization": key}, timeout=30)
        raise ValueError(f"{answer.status_code} for {key}")

    def connect(self, parameters):
        return None
"""


class Refuses(BaseHTTPRequestHandler):
    """Says 401, with what it was sent."""

    def do_GET(self) -> None:
        body = json.dumps({"no such key": self.headers["Authorization"]}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The address of an app that refuses everybody."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/regions"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with a plugin."""
    folder = tmp_path_factory.mktemp("acme")
    modules, path = dict(sys.modules), list(sys.path)
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    yield folder
    session.shut_down()
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        if str(folder) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


@pytest.fixture
def session(folder: Path) -> Iterator[DevelopmentSession]:
    """A session whose plugin.py is as above."""
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    yield session
    session.connection.form.fetch_by(Fetcher())
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    with suppress(DevsessionError):
        session.follow()


def save(session: DevelopmentSession, before: str, after: str) -> None:
    """What an author does in an editor."""
    assert before in PLUGIN
    text = PLUGIN.replace(before, after)
    (session.workspace.folder / "plugin.py").write_text(text, encoding="utf-8")


def region(session: DevelopmentSession) -> dict[str, Any]:
    """What a page draws of the field, right after a click."""
    form = session.connection.form
    with form.without_waiting():
        described = form.describe()
    return next(field for field in described["fields"] if field["name"] == "region")


def offered(session: DevelopmentSession) -> list[str]:
    return [option["label"] for option in region(session)["options"]]


def test_a_failure_has_its_lines_and_the_exchange_and_no_secret(
    session: DevelopmentSession, app: str, snapshot: SnapshotAssertion
) -> None:
    form = session.connection.form
    form.set("key", KEY)
    form.set("url", app)

    field = region(session)

    told = json.dumps(field).replace(app, "<app>")
    assert KEY not in told
    assert json.loads(told)["error"] == snapshot(name="error")
    assert json.loads(told)["failure"]["traceback"] == snapshot(name="traceback")
    assert json.loads(told)["failure"]["exchange"] == snapshot(name="exchange")


def test_a_saved_plugin_renews_the_form_in_place_also_while_options_load(
    session: DevelopmentSession,
) -> None:
    form, held = session.connection.form, HeldFetcher()
    form.fill(url="acme", region="us")
    form.fetch_by(held)
    changes: list[str] = []
    form.on_change(lambda: changes.append("changed"))
    with form.without_waiting():
        form.set("url", "other")
    save(session, '["eu", "us"]', '["us", "asia"]')

    session.refresh()

    assert session.connection.form is form
    assert changes
    assert (region(session)["loading"], form.plain("region")) == (True, "us")
    held.end_all()
    assert offered(session) == ["US", "ASIA"]
    assert form.plain("region") == "us"


def test_a_form_that_raises_leaves_the_one_before_which_can_be_used(
    session: DevelopmentSession,
) -> None:
    form = session.connection.form
    form.fill(url="acme", region="us")
    save(session, "regions = Dynamic", "regions = self.nothing or Dynamic")

    with pytest.raises(PluginRaisedError, match="raised AttributeError"):
        session.refresh()

    form.set("region", "eu")
    assert form.plain("region") == "eu"
    save(session, '["eu", "us"]', '["eu", "asia"]')
    session.refresh()
    assert offered(session) == ["EU", "ASIA"]
    assert form.plain("region") == "eu"


def test_a_call_in_a_thread_is_recorded_and_only_its_own_exchange_is_told(
    app: str, tmp_path: Path
) -> None:
    recorder = Recorder(Tape(tmp_path / "tape.yaml"), is_warehouse=lambda *_: False, key=b"k" * 32)
    recorder.start()
    recorder.begin("cell:first")
    told: list[str] = []
    ended = Event()

    def call() -> None:
        with last_exchange(recorder) as exchange:
            requests.get(f"{app}/{current_thread().name}", timeout=SECONDS)
            requests.get(app, timeout=SECONDS)
            told.append(exchange())

    fetcher = Fetcher(lambda arrived: arrived(), pause=0)
    asked = fetcher.ask("region", call, ended.set)
    requests.get(f"{app}/cell", timeout=SECONDS)
    asked.wait()
    assert ended.wait(SECONDS)
    recorder.stop()

    asked_for = [exchange.url.removeprefix(app) for exchange in recorder.exchanges_since()]
    assert sorted(asked_for) == ["", "/cell", "/options%20of%20region"]
    assert told[0].splitlines()[:2] == ["The last of 2 requests before the error", f"  GET {app}"]


def test_what_a_form_asks_during_a_run_is_no_part_of_it(app: str, tmp_path: Path) -> None:
    recorder = Recorder(Tape(tmp_path / "tape.yaml"), is_warehouse=lambda *_: False, key=b"k" * 32)
    fetcher = Fetcher(lambda arrived: arrived(), aside=recorder.aside, pause=0)
    recorder.start()

    with recorder.scope("run:contacts/creates"):
        for _ in range(2):
            fetcher.ask(
                "region", lambda: requests.get(f"{app}/regions", timeout=SECONDS), str
            ).wait()
        requests.get(f"{app}/contacts", timeout=SECONDS)
    recorder.stop()

    [of_the_run] = of_the_sync(recorder.exchanges_since())
    assert of_the_run.url == f"{app}/contacts"
    taped = {each.url.removeprefix(app): each.scope for each in recorder.tape.exchanges}
    assert taped == {"/regions": "form:", "/contacts": "run:contacts/creates"}
    assert len(recorder.tape.exchanges) == 2


def told_by(saving: Saving) -> list[tuple[str, bool]]:
    """What the forms' pages are told."""
    told: list[tuple[str, bool]] = []
    saving.on_change(lambda text, is_error: told.append((text.partition("\n")[0], is_error)))
    return told


def test_a_plugin_that_is_saved_in_an_editor_is_followed_without_a_cell(
    session: DevelopmentSession,
) -> None:
    later: Queue[Callable[[], None]] = Queue()
    saving = Saving(session, later=later.put, pause=0.01)
    form = session.connection.form
    form.fill(url="acme", region="us")
    saving.start()

    save(session, '["eu", "us"]', '["us", "asia"]')
    later.get(timeout=SECONDS)()

    saving.stop()
    assert offered(session) == ["US", "ASIA"]
    assert form.plain("region") == "us"


def test_what_is_wrong_with_what_was_saved_is_told_on_the_form_until_it_is_mended(
    session: DevelopmentSession,
) -> None:
    saving = Saving(session)
    told = told_by(saving)
    assert session.connection.form.fields

    save(session, "REGIONS =", "REGIONS = =")
    saving.follow()
    saving.follow()
    save(session, "regions = Dynamic", "regions = self.nothing or Dynamic")
    saving.follow()
    save(session, "REGIONS", "REGIONS")
    saving.follow()

    assert told == [
        ("plugin.py does not import: SyntaxError: invalid syntax (plugin.py, line 9)", True),
        ("connection_form() of Acme raised AttributeError", True),
        ("", False),
    ]
