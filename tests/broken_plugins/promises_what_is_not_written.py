"""The manifest promises streams, and nobody wrote them."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_the_manifest_is_whole"


class Broken(Sender):
    def get_manifest(self) -> Any:
        return super().get_manifest().model_copy(update={"supports_inbound": True})
