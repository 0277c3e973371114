"""A plugin file of a workspace, with syncs of both directions."""

from __future__ import annotations

from devsession.plugin import PluginManifest
from tests.testing.inbound_kinds import Reader
from tests.testing.kinds import RecordAtATime


class AcmeBoth(Reader, RecordAtATime):
    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="tests",
            developer_name="Tests",
            supports_inbound=True,
        )
