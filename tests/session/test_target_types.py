"""The target type of a sync: one of the manifest's, given to the plugin and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import UnknownNameError
from tests.session.conftest import load_contacts

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession

    Declares = Callable[[list[str] | None], None]


@pytest.fixture
def manifest_has(session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch) -> Declares:
    """Gives the plugin's manifest these target types."""
    plugin, manifest = session.source.plugin_class, session.plugin.get_manifest()

    def has(types: list[str] | None) -> None:
        changed = manifest.model_copy(update={"outbound_target_types": types})
        monkeypatch.setattr(plugin, "get_manifest", lambda _: changed)

    return has


def declare(session: DevelopmentSession, slug: str, target_type: str | None = None) -> str | None:
    source = load_contacts(session, slug)
    sync = session.sync(slug, source=source, identifier="ID", target_type=target_type)
    sync.fill(object="contact", mapping={"email": "EMAIL"})
    return sync.parameters.target_type


def test_the_plugin_is_given_the_target_type(
    session: DevelopmentSession, manifest_has: Declares, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest_has(["lead", "customer"])

    assert declare(session, "targets", "lead") == "lead"
    assert declare(session, "targets", "customer") == "customer"
    assert session.sync("targets").record.target_type == "customer"
    assert "sync targets saved, changed: target type" in capsys.readouterr().out


def test_the_only_target_type_is_the_usual_one(
    session: DevelopmentSession, manifest_has: Declares
) -> None:
    manifest_has(["lead"])

    assert declare(session, "only_target") == "lead"


def test_a_plugin_without_target_types_is_given_none(session: DevelopmentSession) -> None:
    assert declare(session, "no_target") is None


@pytest.mark.parametrize(
    ("types", "given"), [(["lead", "customer"], None), (["lead", "customer"], "led"), (None, "led")]
)
def test_a_target_type_that_the_manifest_does_not_have(
    session: DevelopmentSession,
    manifest_has: Declares,
    types: list[str] | None,
    given: str | None,
    snapshot: SnapshotAssertion,
) -> None:
    manifest_has(types)

    with pytest.raises(UnknownNameError) as error:
        declare(session, "wrong_target", given)

    assert str(error.value) == snapshot


def test_a_strategy_that_the_manifest_does_not_have(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    source = load_contacts(session, "wrong_strategy")

    with pytest.raises(UnknownNameError) as error:
        session.sync("wrong_strategy", source=source, identifier="ID", strategy="Upset")

    assert str(error.value) == snapshot


def test_a_query_is_filled_previewed_and_run(session: DevelopmentSession) -> None:
    source = load_contacts(session, "queried")
    query = f"select ID, upper(FIRST_NAME) as NAME, EMAIL from {source.upper()} where ID < 3 -- two"

    sync = session.sync("queried", source=query, identifier="ID")
    sync.fill(object="contact", mapping={"email": "EMAIL", "first_name": "NAME"})

    assert sync.preview()["first_name"].tolist() == ["ADA", "GRACE"]
    assert session.run("queried").succeeded == 2
