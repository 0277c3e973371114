"""An option function swallows the error: the field only looks empty."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_options_fail_at_their_field"


class Broken(Sender):
    def objects(self, parameters: Any) -> Any:
        try:
            return super().objects(parameters)
        except RuntimeError:
            return []
