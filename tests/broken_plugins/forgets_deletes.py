"""The manifest offers Mirror, and the plugin asks for no record to delete."""

from typing import Any

from devsession.plugin import MIRROR, UPSERT
from tests.broken_plugins.good import Sender

CHECK = "test_each_strategy_is_handled"


class Broken(Sender):
    def get_manifest(self) -> Any:
        both = {"supported_outbound_strategies": [UPSERT, MIRROR]}
        return super().get_manifest().model_copy(update=both)

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        super().sync_outbound(parameters, Written(outbound_sync_request))


class Written:
    def __init__(self, request: Any) -> None:
        self.request = request
        self.enqueue_results = request.enqueue_results

    def get_records(self, **options: Any) -> Any:
        return self.request.get_records(sync_actions=["Create", "Update"], **options)
