"""What stands in plugin.py of a project: a plugin that has a manifest, as features need one."""

from devsession.plugin import PluginManifest
from tests.testing.kinds import RecordAtATime


class AcmeCRM(RecordAtATime):
    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="acme",
            developer_name="Acme",
            supported_outbound_strategies=["Create"],
        )
