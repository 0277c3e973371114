"""The rates that api_limits() declares hold wherever a session calls the app."""

from __future__ import annotations

import json
import shutil
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
import requests
import uvicorn
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.errors import PluginRaisedError
from devsession.http import DrivenClock, RateLimiter
from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.session import app_limits
from devsession.session.plugin_source import load_plugin_class
from devsession.session.run import RunInterrupted
from tests.session import limited_plugin, practice_app
from tests.session.conftest import KEY, KEY_NAME
from tests.session.storm_plugin import BULK_UPSERT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from devsession.session.sync import Sync
    from tests.session.conftest import Project

RECORDS = [400, pytest.param(20_000, marks=pytest.mark.long)]
SYNC_OUTBOUND = "    def sync_outbound("
LOOP = "        for batch in outbound_sync_request.get_records(batched=True):"
LIMITS = """    def api_limits(self, parameters):
        from devsession.plugin import ApiLimits, HttpRequestMatcher, RequestRateLimit

        every = HttpRequestMatcher(http_methods=["GET", "POST"], url_regex="127.0.0.1.*/objects/")
        rate = RequestRateLimit(request_count=1, time_unit="{unit}")
        return [
            ApiLimits(endpoint_category="{category}", request_matchers=[every], request_rates=[rate])
        ]

"""
# Two threads ask, of which one has to wait; and somebody has enough of that.
STOPPED = """        import signal
        import threading
        from concurrent.futures import ThreadPoolExecutor

        import requests

        answered = threading.Event()

        def ask():
            requests.get(parameters["tenant_url"] + "/objects/contact", timeout=60)
            answered.set()

        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(ask), pool.submit(ask)]
            answered.wait()
            signal.raise_signal(signal.SIGINT)
"""


def limit(project: Project, category: str, unit: str) -> None:
    """From now on the plugin declares one request a second, minute, day."""
    limits = LIMITS.format(category=category, unit=unit)
    project.edit_plugin(SYNC_OUTBOUND, limits + SYNC_OUTBOUND)


class TimedApp:
    """The practice app, and when it saw each request for bulks of records."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self._app = create_app(ApiKeys([KEY]))
        self._listening = practice_app.listen()
        config = uvicorn.Config(
            self, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listening],))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == BULK_UPSERT:
            self.seen.append(time.monotonic())
        await self._app(scope, receive, send)

    def weather(self, **settings: float) -> None:
        self._call("PATCH", "/_control", {"storm": settings or None})

    def emails(self) -> list[str]:
        """Of all contacts, sorted."""
        found, cursor = [], ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            page = self._call("GET", f"/objects/contact/records?limit=500{after}")
            found += [record["email"] for record in page["records"]]
            cursor = page["next_cursor"]
        return sorted(found)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def _call(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, content, headers, method=method)) as answer:
            return json.load(answer)


@pytest.fixture
def timed_app() -> Iterator[TimedApp]:
    app = TimedApp()
    yield app
    app.stop()


@pytest.fixture
def limited(
    timed_app: TimedApp, modules: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DevelopmentSession]:
    """A session of the plugin that declares limits, connected."""
    monkeypatch.setenv(KEY_NAME, KEY)
    shutil.copy(limited_plugin.__file__, tmp_path / "plugin.py")
    session = DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path)
    session.connection.fill(url=timed_app.url, api_key=secret(KEY_NAME))
    yield session
    session.shut_down()


def narrowest(times: list[float], count: int) -> float:
    """The shortest time in which one request more than `count` was seen."""
    times = sorted(times)
    return min(last - first for first, last in zip(times, times[count:], strict=False))


@pytest.mark.parametrize("records", RECORDS)
def test_in_a_storm_a_run_ends_complete_and_no_limit_is_broken(
    limited: DevelopmentSession, timed_app: TimedApp, records: int
) -> None:
    emails = [f"person{number}@example.com" for number in range(records)]
    limited.load_table("CONTACTS", DataFrame({"ID": range(records), "EMAIL": emails}))
    sync = limited.sync("contacts", source="CONTACTS", identifier="ID")
    sync.fill(mapping={"email": "EMAIL"})
    timed_app.weather(seed=7, too_many=0.1, server_errors=0.12, resets=0.08, slow=0.05)

    summary = limited.run(sync.slug)

    timed_app.weather()
    assert (summary.status, summary.succeeded) == ("completed", records)
    assert timed_app.emails() == sorted(emails)
    assert [
        (count, seconds)
        for count, seconds in limited_plugin.RATES
        if narrowest(timed_app.seen, count) < seconds
    ] == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> DrivenClock:
    """Limits are kept by this clock."""
    clock = DrivenClock()
    monkeypatch.setattr(app_limits, "RateLimiter", partial(RateLimiter, clock=clock))
    return clock


def test_a_run_goes_on_where_a_cell_stopped_and_says_what_it_waits_for(
    contacts: Sync, session: DevelopmentSession, project: Project, clock: DrivenClock
) -> None:
    limit(project, "after a cell", "minute")
    scenario = contacts.scenario("first ones")
    requests.get(scenario.parameters["tenant_url"] + "/objects/contact", timeout=60)
    clock.forward(48)

    summary = session.run(contacts.slug)

    log = session.workspace.private / "logs" / f"run-{summary.run}.jsonl"
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    waits = [event for event in events if event["event"] == "waiting"]
    assert [(each["category"], each["rate"], each["seconds"]) for each in waits] == [
        ("after a cell", "1 in 1 minute", 12.0)
    ]
    assert summary.status == "completed"


def test_cells_and_the_method_wait_and_say_so(
    contacts: Sync, project: Project, clock: DrivenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    limit(project, "cells and method", "minute")
    scenario = contacts.scenario("first ones")
    address = scenario.parameters["tenant_url"]

    requests.get(address + "/objects/contact", timeout=60)
    clock.forward(30)
    requests.get(address + "/objects/contact", timeout=60)
    assert scenario.run()

    assert capsys.readouterr().out.splitlines() == [
        "waiting 30 s: cells and method, 1 in 1 minute",
        "waiting 60 s: cells and method, 1 in 1 minute",
    ]


def test_of_many_waits_the_first_are_told(
    contacts: Sync, project: Project, clock: DrivenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    limit(project, "many", "minute")
    address = contacts.scenario("first ones").parameters["tenant_url"]

    for _ in range(12):
        requests.get(address + "/objects/contact", timeout=60)

    told = capsys.readouterr().out.splitlines()
    assert len(told) == 5
    assert told[-1] == "waiting 60 s: many, 1 in 1 minute; further waits are not told"


def test_ctrl_c_ends_the_waits_of_all_threads(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(LOOP, STOPPED + LOOP)
    plugin = project.plugin_file.read_text(encoding="utf-8")
    limits = LIMITS.format(category="stopped", unit="day") + SYNC_OUTBOUND
    project.plugin_file.write_text(plugin.replace(SYNC_OUTBOUND, limits), encoding="utf-8")

    with pytest.raises(RunInterrupted) as stopped:
        session.run(contacts.slug)

    assert stopped.value.summary.status == "interrupted"


def test_what_is_no_list_of_limits_is_refused(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    limits = "    def api_limits(self, parameters):\n        return {'all': 5}\n\n"
    project.edit_plugin(SYNC_OUTBOUND, limits + SYNC_OUTBOUND)

    with pytest.raises(PluginRaisedError, match=r"api_limits\(\) of PracticeCrm returned dict"):
        session.run(contacts.slug)
