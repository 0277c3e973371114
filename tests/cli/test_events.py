"""`devsession events`: a receiver of a project, what it is sent, and what is in its inbox."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from devsession import DevelopmentSession
from devsession.openmetadata.events.samples import sample_event
from devsession.openmetadata.model.change_event import EVENT_TYPES
from devsession.sandbox import stop_sandbox, subscriptions
from devsession.session.plugin_source import load_plugin_class
from devsession.warehouse import embedded_service
from tests.cli.command import environment
from tests.sandbox.catalog.subscriber import listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

PLUGIN = """
from pathlib import Path

from pydantic import BaseModel, SecretStr
from devsession.openmetadata import ChangeEvent, EventHandler


class AuditConfig(BaseModel):
    api_key: SecretStr
    path: str = "audit.txt"


class AuditLog(EventHandler):
    Config = AuditConfig
    entity_types = ("table",)

    def handle(self, event: ChangeEvent) -> str:
        if event.event_type == "entityDeleted" and not Path("mended").exists():
            raise RuntimeError(f"401 for {self.config.api_key.get_secret_value()}")
        with Path(self.config.path).open("a") as audit:
            audit.write(event.id + "\\n")
        return f"{', '.join(event.changed) or 'nothing'} noted"
"""
KEY, SECRET = "sesame-audit-1", "sesame-of-events"


@dataclass
class Served:
    folder: Path
    url: str
    process: subprocess.Popen[str]
    first_lines: str


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", KEY)
    monkeypatch.setenv("EVENTS_SECRET", SECRET)


@pytest.fixture
def folder(tmp_path: Path, keys: None) -> Path:
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "audit.yaml").write_text("api_key: ${AUDIT_KEY}\n", encoding="utf-8")
    return tmp_path


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "audit.yaml").write_text("api_key: ${AUDIT_KEY}\n", encoding="utf-8")
    command = ["events", "receive", "--config", "audit.yaml", "--port", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "devsession", *command],
        cwd=folder,
        env=environment(folder, AUDIT_KEY=KEY, EVENTS_SECRET=SECRET),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    lines = "".join(process.stdout.readline() for _ in range(6))
    url = re.search(r"http://\S+", lines)
    assert url, lines
    yield Served(folder, url[0], process, lines)
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("events")) as found:
        yield found


def settled(cli: CommandLine, folder: Path) -> list[dict[str, object]]:
    """The inbox when only what fails, and what comes after it, still waits."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        kept = json.loads(cli(folder, "events", "list", "--json").out)
        waiting = [each["event_type"] for each in kept if each["state"] == "waiting"]
        if waiting == ["entityDeleted", "entityRestored"] and kept[5]["attempts"]:
            return kept  # type: ignore[no-any-return]
        time.sleep(0.02)
    raise TimeoutError(kept)


def plain(text: str) -> str:
    """Without what is another one each time."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "12:00:00", text)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


def test_what_a_receiver_says_first(served: Served, snapshot: SnapshotAssertion) -> None:
    assert plain(served.first_lines) == snapshot


@pytest.mark.usefixtures("keys")
def test_every_type_is_sent_and_handled(
    served: Served, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    said = cli(served.folder, "events", "send", "--url", served.url)
    assert (said.code, said.out, said.err) == snapshot
    kept = settled(cli, served.folder)
    assert [each["event_type"] for each in kept] == list(EVENT_TYPES)
    assert {each["state"] for each in kept if each["entity_type"] != "table"} == {"left out"}
    assert [each["outcome"] for each in kept[:2]] == [
        {"done": "nothing noted"},
        {"done": "description, displayName noted"},
    ]
    assert (served.folder / "audit.txt").read_text().splitlines()[0] == kept[0]["id"]


@pytest.mark.usefixtures("keys")
def test_a_file_is_sent_as_it_stands(served: Served, cli: CommandLine, tmp_path: Path) -> None:
    event = sample_event("entityCreated", "dashboard")
    lines = [event, event, event | {"userName": "eve"}, {"id": "a"}]
    text = "\n".join(map(json.dumps, lines)) + "\n\n"
    (served.folder / "events.jsonl").write_text(text, encoding="utf-8")
    said = cli(served.folder, "events", "send", "--file", "events.jsonl", "--url", served.url)
    assert said.code == 1
    assert said.out.splitlines()[:2] == [
        "4 events sent: 1 stored, 1 known, 1 refused with 409, 1 refused with 400",
        f"  409  an event with this id and another content was taken before  {event['id']}",
    ]


@pytest.mark.usefixtures("keys")
def test_another_secret_is_refused(
    served: Served, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_SECRET", "another")
    said = cli(
        *(served.folder, "events", "send", "--type", "userLogin", "--url", served.url, "--json")
    )
    told = json.loads(said.out)
    assert (said.code, told["sent"], told["answers"]) == (1, 1, {"refused with 401": 1})


def test_token_and_signature_go_to_this_address_alone_and_no_netrc_takes_their_place(
    cli: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "netrc").write_text("machine 127.0.0.1 login ann password of-ann\n")
    monkeypatch.setenv("NETRC", str(folder / "netrc"))
    monkeypatch.setenv("EVENTS_TOKEN", "bearer-of-news")
    with listening() as there:
        there.answers = [307]
        said = cli(folder, "events", "send", "--type", "userLogin", "--url", there.url, "--json")
        (delivery,) = there.arrived()
        assert there.nothing_more()
    assert json.loads(said.out)["answers"] == {"refused with 307": 1}
    assert delivery.headers["authorization"] == "Bearer bearer-of-news"


def test_a_second_receiver_is_refused(
    served: Served, cli: CommandLine, snapshot: SnapshotAssertion, keys: None
) -> None:
    said = cli(served.folder, "events", "receive", "--config", "audit.yaml", "--port", "0")
    assert said.code == 1
    assert said.err.replace(str(served.folder), "<folder>") == snapshot


def test_ctrl_c_ends_it_calmly_and_the_log_has_no_secret(
    served: Served, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    served.process.send_signal(signal.SIGINT)
    out, _ = served.process.communicate(timeout=30)
    assert served.process.returncode == 130
    assert plain(out).splitlines()[-2:] == snapshot
    log = (served.folder / ".devsession" / "logs" / "events.jsonl").read_text(encoding="utf-8")
    failed = next(each for each in map(json.loads, log.splitlines()) if each["level"] == "ERROR")
    assert (failed["step"], failed["entity"], failed["state"]) == (
        *("AuditLog", "acme.sales.public.orders", "failed"),
    )
    assert failed["cause"].startswith("RuntimeError: 401 for REDACTED-api-key (plugin.py:")
    assert KEY not in log + out
    waits = cli(served.folder, "events", "list")
    assert waits.out.startswith("22 events: 2 waiting, ")
    assert KEY not in waits.out


def test_the_catalog_forgets_a_receiver_whose_port_was_any(tmp_path: Path) -> None:
    try:
        with serving(tmp_path, "--catalog") as found:
            (told,) = subscriptions(tmp_path)
            assert told["endpoint"] == found.url
            requests.get(found.url, timeout=20)  # it serves, so that Ctrl-C is for the server
            found.process.send_signal(signal.SIGINT)
            found.process.communicate(timeout=30)
            assert found.process.returncode == 130
        assert subscriptions(tmp_path) == []
    finally:
        stop_sandbox(tmp_path)


def test_an_inbox_that_is_empty(folder: Path, cli: CommandLine) -> None:
    said = [
        cli(folder, "events", *command.split()).out
        for command in ("list", "list --failed", "list --json", "again --failed")
    ]
    nothing = "no event has come yet; devsession events receive\n"
    assert said == [nothing, nothing, "[]\n", "no event has failed\n"]
    assert not (folder / ".devsession").exists()


@pytest.fixture
def failed(folder: Path) -> str:
    """The id of an event that has failed in the folder's inbox, behind many that are done."""
    from devsession.openmetadata.events.inbox import Inbox, Outcome
    from devsession.openmetadata.events.lanes import Lanes
    from devsession.openmetadata.events.limits import Limits
    from tests.openmetadata.events.test_inbox import arrival

    (folder / ".devsession").mkdir()
    inbox = Inbox(folder / ".devsession" / "events.db", Limits(), Lanes().add)
    for number in range(1, 42):
        inbox.put(arrival(f"a{number}"))
        inbox.end(number, Outcome("done", 1)).result()
    inbox.put(arrival("bad"))
    inbox.end(42, Outcome("failed", 6, '{"error": "LookupError: no such owner"}')).result()
    inbox.close()
    return "bad"


def test_the_failed_ones_are_listed_and_wait_again(
    folder: Path, failed: str, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    assert len(cli(folder, "events", "list").out.splitlines()) == 36
    assert cli(folder, "events", "list", "--failed").out == snapshot
    said = [
        cli(folder, "events", "again", *command.split())
        for command in (failed, failed, "a1", "missing", "", "--failed")
    ]
    assert [
        (each.code, (each.out + each.err).replace(str(folder), "<folder>")) for each in said
    ] == (snapshot)


WRONG = {
    "no handler": ("x = 1\n", None, ""),
    "several": (PLUGIN + "class Other(EventHandler): pass\n", None, ""),
    "broken": ("import nothing_of_this_name\n", None, ""),
    "not configured": (PLUGIN, None, ""),
    "another name": (PLUGIN, "api_key: ${AUDIT_KEY}\n", "--handler plugin.Audit"),
    "no such key": (PLUGIN, "api_key: ${AUDIT_KEY}\npaht: a.txt\n", ""),
    "a secret in the file": (PLUGIN, "api_key: sesame-audit-1\n", ""),
    "no such secret": (PLUGIN, "api_key: ${AUDIT_KEY_2}\n", ""),
    "no keys": (PLUGIN, "[]\n", ""),
    "a wrong type": (PLUGIN, "api_key: ${AUDIT_KEY}\npath: 3\n", ""),
    "no YAML": (PLUGIN, "api_key: [\n", ""),
    "a key twice": (PLUGIN, "path: a\npath: b\n", ""),
    "no such module": (PLUGIN, None, "--handler plugn.AuditLog"),
    "no module": (PLUGIN, None, "--handler AuditLog"),
    "no such file": (PLUGIN, None, "--config missing.yaml"),
    "no network": (PLUGIN, "api_key: ${AUDIT_KEY}\n", "--allow 10.0.0.1/8"),
    "no address": (PLUGIN, "api_key: ${AUDIT_KEY}\n", "--host 192.0.2.1"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_received_with(
    wrong: str, tmp_path: Path, cli: CommandLine, keys: None, snapshot: SnapshotAssertion
) -> None:
    plugin, config, options = WRONG[wrong]
    (tmp_path / "plugin.py").write_text(plugin, encoding="utf-8")
    given = []
    if config is not None:
        (tmp_path / "c.yaml").write_text(config, encoding="utf-8")
        given = ["--config", "c.yaml"]
    said = cli(tmp_path, "events", "receive", *given, *options.split())
    assert said.code in {1, 2}
    assert said.err.replace(str(tmp_path), "<folder>") == snapshot
    assert KEY not in said.err


def test_a_slug_that_nobody_has_filled(
    folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    (folder / "plugin.py").write_text(PLUGIN.replace("api_key: SecretStr", "note: str"), "utf-8")
    empty = cli(folder, "events", "receive", "audit")
    with DevelopmentSession(load_plugin_class(folder), workspace=folder) as session:
        session.events("audit").fill(note="a")
    near = cli(folder, "events", "receive", "audti")
    embedded_service(folder).stop()
    assert (empty.code, near.code) == (2, 2)
    assert (empty.err, near.err) == snapshot


def test_a_host_of_which_nobody_knows(
    folder: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = cli(folder, "events", "receive", "--config", "audit.yaml", "--host", "nohost.invalid")
    assert said.code == 2
    assert said.err == snapshot


def test_a_port_that_somebody_has(
    folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = cli(folder, "events", "receive", "--config", "audit.yaml", "--port", port)
    assert said.code == 2
    assert said.err.replace(port, "PORT") == snapshot


@pytest.mark.parametrize(
    "command",
    [
        "--type entityUpdatd",
        "--file missing.jsonl",
        "--entity tabel",
        "--url foo",
        "--url http://[",
        "--url http://127.0.0.1:9/events",
    ],
)
def test_what_cannot_be_sent(
    command: str, folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    said = cli(folder, "events", "send", *command.split())
    assert said.code in {1, 2}
    assert re.sub(r"0x[0-9a-f]+", "0x0", said.err) == snapshot


def test_without_a_secret_nothing_can_be_sent(
    folder: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.delenv("EVENTS_SECRET")
    assert cli(folder, "events", "send").err == snapshot
