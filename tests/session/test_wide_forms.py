"""Forms of all that there is to ask for, filled, saved and opened again by a new session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.errors import FormError
from devsession.plugin.key_pairs import is_same, public_half
from devsession.session.views import fill_call
from tests.keys import ENCRYPTED_PEM, RSA_PEM
from tests.keys import SSH_PRIVATE as PRIVATE
from tests.keys import SSH_PUBLIC as PUBLIC
from tests.session.wide_plugin import Wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.notebook.form_widget import FormWidget
    from devsession.session.sync import Sync

SECRET_BODY = PRIVATE.splitlines()[-2]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("wide")
    yield folder
    DevelopmentSession(Wide, workspace=folder).shut_down()


@pytest.fixture
def session(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DevelopmentSession]:
    """Connected through ngrok, with a pair of keys."""
    monkeypatch.setenv("WIDE_KEY", PRIVATE)
    monkeypatch.setattr(Wide, "connected", [])
    session = DevelopmentSession(Wide, workspace=workspace)
    session.connection.fill(
        connectivity_option="ngrok",
        tunnel="t1",
        ssh_key={"private": secret("WIDE_KEY"), "public": PUBLIC},
    )
    yield session
    session.close()


@pytest.fixture
def things(session: DevelopmentSession, request: pytest.FixtureRequest) -> Sync:
    """A sync that is not filled, named after the test."""
    name = request.node.name
    source = session.load_table(name, DataFrame({"ID": [1]})).name
    return session.sync(name, source=source, identifier="ID", strategy="Upsert")


def restarted(session: DevelopmentSession, workspace: Path) -> DevelopmentSession:
    """What a new kernel has."""
    session.close()
    return DevelopmentSession(Wide, workspace=workspace)


def test_connect_is_given_the_connectivity_and_both_keys(session: DevelopmentSession) -> None:
    parameters = Wide.connected[-1]
    assert parameters.connectivity_option == "ngrok"
    assert parameters["ssh_key"] == PUBLIC
    assert parameters.secret("ssh_key") == PRIVATE


def test_a_new_session_opens_the_form_of_the_saved_connectivity(
    session: DevelopmentSession, workspace: Path
) -> None:
    fresh = restarted(session, workspace).connection
    assert fresh.form.connectivity_option == "ngrok"
    assert fresh.form.complete
    assert fresh.form.plain("ssh_key") == {"public": PUBLIC}
    assert fresh.parameters.connectivity_option == "ngrok"
    assert fresh.parameters.secret("ssh_key") == PRIVATE


def test_another_connectivity_is_another_connection(session: DevelopmentSession) -> None:
    session.connection.fill(connectivity_option="direct")
    assert [each.connectivity_option for each in Wide.connected] == ["ngrok", "direct"]
    assert session.connection.parameters.connectivity_option == "direct"


def test_the_fill_call_does_the_same_again(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    call = fill_call("session.connection", session.connection.form, session.connection.reference_to)
    assert SECRET_BODY not in call
    assert call == snapshot
    exec(call, {"session": session, "secret": secret})
    assert len(Wide.connected) == 1


def test_a_typed_private_key_is_kept_as_a_secret(session: DevelopmentSession) -> None:
    session.connection.fill(ssh_key=RSA_PEM)
    assert session.connection.parameters.secret("ssh_key") == RSA_PEM
    assert session.connection.parameters["ssh_key"].startswith("ssh-rsa ")
    assert session.connection.form.secrets == {"ssh_key": secret("WIDE_SSH_KEY")}


def test_a_pair_that_is_made_here_is_kept_with_the_secrets(session: DevelopmentSession) -> None:
    public = session.connection.generate("ssh_key", replace=True)
    assert session.connection.generate("ssh_key") == public
    session.connection.save()
    assert session.connection.parameters["ssh_key"] == public
    assert is_same(public_half(session.connection.parameters.secret("ssh_key")), public)
    assert session.connection.form.secrets == {"ssh_key": secret("WIDE_SSH_KEY")}


@pytest.mark.parametrize(
    "found", ["hush", PUBLIC, PRIVATE[:-20], ENCRYPTED_PEM], ids=["text", "public", "cut", "locked"]
)
def test_a_reference_to_what_is_no_private_key_is_refused_at_its_field(
    session: DevelopmentSession,
    monkeypatch: pytest.MonkeyPatch,
    found: str,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setenv("WIDE_OTHER_KEY", found)
    with pytest.raises(FormError) as error:
        session.connection.fill(ssh_key=secret("WIDE_OTHER_KEY"))
    assert found not in str(error.value)
    assert str(error.value) == snapshot
    assert len(Wide.connected) == 1
    assert session.connection.parameters.secret("ssh_key") == PRIVATE


def test_the_form_of_a_sync_grows_with_its_answers(
    things: Sync, session: DevelopmentSession, workspace: Path, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(FormError) as error:
        things.fill(kind="box", size=11, mapping={"id": "ID"})
    assert error.value.errors == snapshot(name="refused")
    things.fill(kind="box", size=7, mapping={"id": "ID"})
    assert things.parameters["size"] == "7"
    assert fill_call("things", things.form) == snapshot(name="call")
    again = restarted(session, workspace).sync(things.slug)
    assert again.form.plain("size") == 7
    assert again.form.complete


def test_clicks_make_a_pair_of_keys_and_an_option(
    session: DevelopmentSession, things: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[FormWidget] = []
    monkeypatch.setattr("IPython.display.display", pages.append)
    session.connection._ipython_display_()
    things._ipython_display_()
    made = {"type": "generate", "name": "ssh_key", "algorithm": "rsa", "replace": True, "id": "1"}
    pages[0]._handle_custom_msg(made, [])
    for message in (
        {"type": "new_option", "name": "kind"},
        {"type": "fill_option", "name": "label", "value": "Parcel"},
        {"type": "add_option"},
    ):
        pages[1]._handle_custom_msg({**message, "id": "1"}, [])
    assert session.connection.form.plain("ssh_key")["public"].startswith("ssh-rsa ")  # type: ignore[index]
    assert things.form.plain("kind") == "parcel"
    assert "kind='parcel'" in pages[1].state["fill_call"]


def test_a_form_that_is_shown_again_is_the_same_page(
    session: DevelopmentSession, things: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[FormWidget] = []
    monkeypatch.setattr("IPython.display.display", pages.append)
    for shown in (session.connection, session.connection, things, session.sync(things.slug)):
        shown._ipython_display_()
    assert pages[0] is pages[1]
    assert pages[2] is pages[3]


def test_an_option_that_was_added_is_saved(
    things: Sync, session: DevelopmentSession, workspace: Path
) -> None:
    things.create_option("kind", label="Parcel")
    things.fill(mapping={"id": "ID"})
    again = restarted(session, workspace).sync(things.slug)
    again.form.describe()
    assert again.parameters["kind"] == "parcel"
    assert again.form.plain("kind") == "parcel"
