"""Addresses: what a plugin declares is held against what it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import PluginRaisedError
from devsession.recording.exchange import Exchange
from devsession.session.addresses import called_elsewhere

if TYPE_CHECKING:
    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project

DECLARES = '[urlsplit(parameters["tenant_url"]).netloc]'


class NoSecrets:
    """The practice app's address is the only thing that it hides."""

    def text(self, text: str) -> str:
        return text.replace("127.0.0.1:4711", "sandbox.test")


@pytest.mark.parametrize(
    ("url", "declared", "elsewhere"),
    [
        ("https://api.acme.com/v1?key=1", ["api.acme.com"], []),
        ("https://API.acme.com:443/", ["api.acme.com:443"], []),
        ("http://api.acme.com/", ["api.acme.com:80"], []),
        ("https://eu.acme.com/", ["*.acme.com"], []),
        ("https://user:word@api.acme.com:8443/", ["api.acme.com:8443"], []),
        ("https://api.acme.com:8443/", ["api.acme.com"], ["api.acme.com:8443"]),
        ("https://acme.com/", ["api.acme.com"], ["acme.com"]),
        ("https://acme.com/", [], ["acme.com"]),
        ("http://sandbox.test/objects", ["127.0.0.1:4711"], []),
        ("http://[::1]:5000/", ["[::1]:5001"], ["[::1]:5000"]),
    ],
)
def test_a_call_elsewhere_is_one_that_no_declared_address_stands_for(
    url: str, declared: list[str], elsewhere: list[str]
) -> None:
    vault: Any = NoSecrets()

    assert called_elsewhere([Exchange("GET", url)] * 2, declared, vault) == elsewhere


def test_what_is_declared_is_not_talked_about(contacts: Sync) -> None:
    report = contacts.scenario("declared", records=1).run()

    assert [finding.rule for finding in report.findings] == []


def test_a_run_that_calls_elsewhere_is_warned_about(
    contacts: Sync, project: Project, app: App
) -> None:
    project.edit_plugin(DECLARES, '["api.acme.com"]')

    report = contacts.scenario("elsewhere", records=1).run()

    found = {finding.rule: finding for finding in report.findings}
    assert found["N01"].text == f"called, and not declared by network_addresses(): {app.netloc}"
    assert report


def test_the_test_of_a_connection_names_what_is_not_declared(
    session: DevelopmentSession, project: Project, app: App
) -> None:
    project.edit_plugin(DECLARES, '["api.acme.com"]')

    assert session.connection.test() == (
        "connect() succeeded\n"
        f"connect() called what network_addresses() does not declare: {app.netloc}"
    )


def test_nothing_declared_at_all_is_a_list_to_paste(
    session: DevelopmentSession, project: Project, app: App
) -> None:
    project.edit_plugin(DECLARES, "[]")

    assert session.connection.test() == (
        "connect() succeeded\n"
        f"no addresses are declared; connect() called these: network_addresses = ['{app.netloc}']"
    )


def test_something_else_than_a_list_is_the_plugins_mistake(
    contacts: Sync, project: Project
) -> None:
    project.edit_plugin(DECLARES, '"api.acme.com"')

    with pytest.raises(PluginRaisedError, match="returned str"):
        contacts.scenario("no list", records=1).run()
