"""`session.publish(..)`: what the command does, as a report in a notebook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession
from devsession.errors import PublishError, UsageError
from devsession.openmetadata import EventHandler
from devsession.plugin import Plugin, PluginManifest
from devsession.session.plugin_source import load_plugin_class
from devsession.session.publishing import Wish, publish_plugin
from tests.publish.projects import CHANNEL, write_channel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = """
from devsession.plugin import Plugin, PluginManifest


class Acme(Plugin):
    def get_manifest(self):
        return PluginManifest(
            plugin_id="acme", plugin_name="Acme", developer_id="me", developer_name="Me"
        )
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DevelopmentSession]:
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    with DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path) as session:
        yield session


def test_a_dry_run_is_a_report(session: DevelopmentSession) -> None:
    write_channel(session.workspace.folder / "channel.json")

    report: Any = session.publish(dry_run=True, channel_packages="channel.json", version="V2")

    assert 'add version "V2"' in str(report)
    assert repr(report) == str(report)
    assert re.search(r"<pre>.*create application &quot;ACME&quot;", report._repr_html_(), re.DOTALL)
    assert not (session.workspace.folder / "dist").exists()


def test_what_was_saved_of_the_channel_is_used(session: DevelopmentSession) -> None:
    """`devsession doctor --account NAME` leaves it there."""
    write_channel(session.workspace.private / "channel-packages.json")

    report: Any = session.publish(step="package")

    assert report.written == "dist/acme"
    assert f"pandas=={CHANNEL['pandas'][-1]}" in report.package.resolved.packages


def test_without_a_list_it_says_how_to_get_one(session: DevelopmentSession) -> None:
    with pytest.raises(PublishError, match="channel-packages"):
        session.publish(step="package")


def test_a_plugin_of_a_cell_has_no_file(tmp_path: Path) -> None:
    write_channel(tmp_path / "channel.json")

    class Acme(Plugin):
        __module__ = "__main__"

        def get_manifest(self) -> PluginManifest:
            return PluginManifest(
                plugin_id="acme", plugin_name="Acme", developer_id="me", developer_name="Me"
            )

    with (
        DevelopmentSession(Acme, workspace=tmp_path) as session,
        pytest.raises(PublishError, match="stands in no file of the project"),
    ):
        session.publish(step="package", channel_packages="channel.json")


def test_a_handler_of_events_is_not_published(tmp_path: Path) -> None:
    class Acme(EventHandler):
        def handle(self, event: object) -> None: ...

    with pytest.raises(UsageError, match="handles events"):
        publish_plugin(Acme, tmp_path, Wish())


def test_a_name_of_nothing(session: DevelopmentSession) -> None:
    with pytest.raises(UsageError, match="did you mean 'database'"):
        session.publish(dry_run=True, databse="X")
