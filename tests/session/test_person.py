"""A person signs in to the practice app: beside the cell in a kernel, waited for in a script."""

from __future__ import annotations

import re
import signal
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from devsession import DevelopmentSession, secret
from devsession.errors import ConnectError, NotFilledError, UsageError
from devsession.notebook.form_widget import FormWidget
from devsession.session import person
from devsession.session.plugin_source import load_plugin_class
from tests.notebook.conftest import Page
from tests.session import person_plugin
from tests.session.test_sign_in import wait_until_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion


class Inputs(HTMLParser):
    """The hidden inputs of a page, by their names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden":
            self.found[given["name"]] = given["value"]


class StayHere(HTTPRedirectHandler):
    """Where the browser is sent is looked at, not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Opens the app's page and clicks there."""

    def ends_at(self, address: str, decision: str = "allow") -> str:
        """Where the browser is sent after the click."""
        with self._open(address) as page:
            inputs = Inputs(page.read().decode()).found
        body = urlencode(inputs | {"decision": decision}).encode()
        target = urlsplit(address)._replace(query="").geturl()
        with pytest.raises(HTTPError, match="302") as sent:
            self._open(Request(target, data=body))
        sent.value.close()
        return str(sent.value.headers["Location"])

    def sign_in(self, address: str, decision: str = "allow") -> None:
        """The whole way there and back."""
        with self._open(self.ends_at(address, decision)) as page:
            assert page.status == 200

    def _open(self, address: str | Request) -> Any:
        return build_opener(StayHere()).open(address, timeout=30)


class Loop:
    """The kernel's loop between two cells: it runs when the test says so."""

    def __init__(self) -> None:
        self.called = threading.Semaphore(0)
        self.callbacks: list[Callable[[], None]] = []

    def later(self, callback: Callable[[], None]) -> None:
        self.callbacks.append(callback)
        self.called.release()

    def run(self) -> None:
        """Wait until something is to be done, and do it."""
        assert self.called.acquire(timeout=60)
        self.callbacks.pop(0)()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    """This process is a kernel, for whoever asks."""
    loop = Loop()
    monkeypatch.setattr(person, "between_cells", lambda: loop.later)
    return loop


@pytest.fixture(scope="module")
def project(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project for the practice app."""
    project = Project(tmp_path_factory.mktemp("friendly"))
    yield project
    project.open().shut_down()


class Project:
    """A folder with the plugin."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "plugin.py"
        self._text = Path(person_plugin.__file__).read_text(encoding="utf-8")
        self._plugins = 0
        self.renew()
        with self.open() as session:
            self._text = self._text.replace("http://app.invalid", session.sandbox.url)

    def renew(self) -> None:
        """Another plugin, by its id: nobody has signed in with it before."""
        self._plugins += 1
        text = self._text.replace('"friendly"', f'"friendly_{self._plugins}"')
        self._file.write_text(text, encoding="utf-8")

    def open(self) -> DevelopmentSession:
        """What a new kernel does."""
        folder = self._file.parent
        return DevelopmentSession(load_plugin_class(folder), workspace=folder)


@pytest.fixture
def session(project: Project) -> Iterator[DevelopmentSession]:
    project.renew()
    with project.open() as session:
        yield session


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def page(session: DevelopmentSession, loop: Loop) -> Page:
    """The connection form in a notebook, filled."""
    connection = session.connection
    widget = FormWidget(
        connection.form,
        title="Connect",
        on_test=connection.test,
        on_save=connection.save,
        parts={"sign_in": connection.person},
        fill_call=lambda: ".fill(..)",
    )
    connection.form.fill(**known(session))
    return Page(widget)


def address_of(session: DevelopmentSession) -> str:
    """The address that a person is asked to open."""
    asked = session.connection.person.shown()
    assert asked is not None
    return asked["address"]


def masked(text: object) -> str:
    """Without what is another one each time."""
    text = re.sub(r"127\.0\.0\.1(:|%3A)\d+", r"127.0.0.1\1PORT", str(text))
    text = re.sub(r"-L \d+:127\.0\.0\.1:PORT", "-L PORT:127.0.0.1:PORT", text)
    return re.sub(r"(state|challenge)=[\w-]+", r"\1=..", re.sub(r"friendly_\d+", "friendly", text))


def known(session: DevelopmentSession) -> dict[str, Any]:
    return {
        "method": "Known app",
        "oauth_client_id": session.sandbox.client_id,
        "oauth_client_secret": secret("SANDBOX_CLIENT_SECRET"),
    }


def typed(session: DevelopmentSession) -> dict[str, Any]:
    return {
        "method": "Typed address",
        "url": session.sandbox.url,
        "client": session.sandbox.client_id,
        "oauth_client_secret": secret("SANDBOX_CLIENT_SECRET"),
    }


@pytest.mark.parametrize("answers", [known, typed], ids=["in the form", "from connect()"])
def test_the_connection_is_saved_by_itself_when_the_person_is_back(
    session: DevelopmentSession,
    loop: Loop,
    browser: Browser,
    answers: Callable[[DevelopmentSession], dict[str, Any]],
) -> None:
    session.connection.fill(**answers(session))

    browser.sign_in(address_of(session))
    loop.run()

    assert session.connection.filled
    assert session.connection.parameters.secret("access_token").startswith("sbt_")
    assert session.connection.person.shown() is None


def test_what_fill_says(
    session: DevelopmentSession, loop: Loop, snapshot: SnapshotAssertion
) -> None:
    assert masked(session.connection.fill(**known(session))) == snapshot


def test_what_needs_the_connection_says_to_sign_in_first(
    session: DevelopmentSession, loop: Loop, snapshot: SnapshotAssertion
) -> None:
    session.connection.fill(**known(session))

    with pytest.raises(NotFilledError) as error:
        _ = session.connection.parameters

    assert masked(error.value) == snapshot


def test_what_needs_the_connection_finishes_it_before_the_loop_does(
    session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))
    browser.sign_in(address_of(session))

    assert session.connection.parameters.secret("access_token").startswith("sbt_")
    loop.run()
    assert session.connection.filled


def test_the_address_that_the_browser_ended_at_is_pasted(
    session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))

    note = session.connection.paste(browser.ends_at(address_of(session)))

    assert note.startswith("connection saved")
    assert session.connection.filled


def test_nobody_is_asked_and_an_address_is_pasted(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(ConnectError) as error:
        session.connection.paste("http://127.0.0.1:1/callback?code=c")

    assert str(error.value) == snapshot


def test_a_new_session_needs_no_person(
    session: DevelopmentSession, project: Project, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))
    session.connection.paste(browser.ends_at(address_of(session)))
    first = session.connection.parameters.secret("access_token")
    session.close()

    with project.open() as again:
        assert again.connection.parameters.secret("access_token") != first
        assert again.connection.fill(**known(again)).startswith("connection saved")


def test_a_refresh_token_that_was_used_elsewhere_asks_the_person_again(
    session: DevelopmentSession,
    project: Project,
    loop: Loop,
    browser: Browser,
    snapshot: SnapshotAssertion,
) -> None:
    session.connection.fill(**known(session))
    session.connection.paste(browser.ends_at(address_of(session)))
    name = session.connection.reference_to("oauth_refresh_token").name
    session.vault.keep(name, "sbr_used-elsewhere")
    session.close()

    with project.open() as again:
        with pytest.raises(ConnectError) as error:
            _ = again.connection.parameters
        again.connection.save()
        again.connection.paste(browser.ends_at(address_of(again)))

        assert masked(error.value) == snapshot
        assert again.connection.parameters.secret("access_token").startswith("sbt_")


def test_another_fill_cancels_the_one_before(
    session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))
    before = address_of(session)
    session.connection.fill(**typed(session))

    with pytest.raises(ConnectError, match="not the address"):
        session.connection.paste(browser.ends_at(before))
    session.connection.paste(browser.ends_at(address_of(session)))

    assert session.connection.parameters["url"] == session.sandbox.url


def test_a_form_that_was_changed_meanwhile_is_not_saved_and_needs_no_second_sign_in(
    session: DevelopmentSession, loop: Loop, browser: Browser, snapshot: SnapshotAssertion
) -> None:
    session.connection.fill(**typed(session))
    end = browser.ends_at(address_of(session))
    session.connection.form.set("url", session.sandbox.url + "/")

    with pytest.raises(UsageError) as error:
        session.connection.paste(end)
    assert str(error.value) == snapshot
    assert not session.connection.filled

    session.connection.form.set("url", session.sandbox.url)
    assert session.connection.save().startswith("connection saved")


def test_a_session_that_is_closed_waits_for_nobody(
    session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))
    end = browser.ends_at(address_of(session))

    session.close()

    wait_until_closed(end)


def test_save_in_the_form_shows_the_address_and_says_saved_when_the_person_is_back(
    page: Page, session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    page.send(type="action", name="save")
    assert page.state["message"]["text"] == ""
    assert page.state["sign_in"]["then"] == "the connection is saved by itself"

    browser.sign_in(page.state["sign_in"]["address"])
    loop.run()

    assert page.state["sign_in"] is None
    assert page.state["message"]["text"].startswith("connection saved")
    assert not page.state["message"]["is_error"]


def test_test_in_the_form_saves_nothing_and_save_needs_no_second_sign_in(
    page: Page, session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    page.send(type="action", name="test")
    browser.sign_in(page.state["sign_in"]["address"])
    loop.run()
    assert page.state["message"]["text"] == "connect() succeeded"
    assert not session.connection.filled

    page.send(type="action", name="save")

    assert page.state["sign_in"] is None
    assert session.connection.filled


def test_a_person_who_says_no_is_told_in_the_form(
    page: Page,
    session: DevelopmentSession,
    loop: Loop,
    browser: Browser,
    snapshot: SnapshotAssertion,
) -> None:
    page.send(type="action", name="save")

    browser.sign_in(page.state["sign_in"]["address"], "deny")
    loop.run()

    assert page.state["message"]["is_error"]
    assert masked(page.state["message"]["text"]) == snapshot
    with pytest.raises(NotFilledError, match=r"is not filled\n"):
        _ = session.connection.parameters


def test_a_code_that_the_app_refuses_is_told_in_its_words(
    page: Page, session: DevelopmentSession, browser: Browser, snapshot: SnapshotAssertion
) -> None:
    page.send(type="action", name="save")
    end = browser.ends_at(page.state["sign_in"]["address"])

    page.send(type="paste", address=re.sub("code=[^&]+", "code=sbo_guessed", end))

    assert page.state["message"]["is_error"]
    assert masked(page.state["message"]["text"]) == snapshot


def test_an_address_pasted_in_the_form(page: Page, browser: Browser) -> None:
    page.send(type="action", name="save")
    end = browser.ends_at(page.state["sign_in"]["address"])

    page.send(type="paste", address="http://127.0.0.1:1/callback?code=c")
    assert page.state["message"]["is_error"]
    assert page.state["sign_in"] is not None

    page.send(type="paste", address=end)
    assert page.state["message"]["text"].startswith("connection saved")
    code = re.search("code=([^&]+)", end)
    assert code is not None
    assert code[1] not in str(page.widget.get_state())


def test_cancel_in_the_form(
    page: Page, session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    page.send(type="action", name="save")

    page.send(type="cancel_sign_in")

    assert page.state["sign_in"] is None
    assert page.state["message"] == {"text": snapshot, "is_error": False}
    assert not session.connection.filled


def test_neither_token_nor_code_is_in_a_file_that_is_committed(
    session: DevelopmentSession, loop: Loop, browser: Browser
) -> None:
    session.connection.fill(**known(session))
    end = browser.ends_at(address_of(session))
    note = session.connection.paste(end)
    parameters = session.connection.parameters

    files = [path for path in session.workspace.folder.rglob("*.yaml") if path.is_file()]
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    shown = f"{note} {parameters!r} {parameters.model_dump_json()} {session.connection!r}"
    assert "/account" in written
    assert parameters.secret("access_token") not in written + shown
    assert parameters.secret("oauth_refresh_token") not in written + shown
    assert "sbo_" not in written + shown


def test_a_script_waits(
    session: DevelopmentSession,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    told: list[str] = []

    def print_(text: str) -> None:
        told.append(text)
        address = next(word for word in text.split() if word.startswith("http"))
        threading.Thread(target=browser.sign_in, args=(address,), daemon=True).start()

    monkeypatch.setattr("builtins.print", print_)

    assert session.connection.fill(**known(session)).startswith("connection saved")
    assert masked(told[0]) == snapshot


@pytest.mark.parametrize("in_kernel", [False, True], ids=["script", "kernel"])
def test_somebody_at_the_practice_app_agrees_by_themselves(
    session: DevelopmentSession, request: pytest.FixtureRequest, in_kernel: bool
) -> None:
    if in_kernel:
        request.getfixturevalue("loop")
    session.sandbox.agree()

    assert session.connection.fill(**known(session)).startswith("connection saved")
    assert session.connection.parameters.secret("access_token").startswith("sbt_")


def test_nobody_agrees_for_a_client_that_the_practice_app_does_not_know(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    session.sandbox.agree()

    with pytest.raises(ConnectError) as refused:
        session.connection.fill(**typed(session) | {"client": "another"})
    assert masked(refused.value) == snapshot


def test_a_script_is_stopped_with_control_c(
    session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = threading.get_ident()

    def print_(_text: str) -> None:
        threading.Thread(target=signal.pthread_kill, args=(main, signal.SIGINT)).start()

    monkeypatch.setattr("builtins.print", print_)

    with pytest.raises(KeyboardInterrupt):
        session.connection.fill(**known(session))
    assert not session.connection.filled
