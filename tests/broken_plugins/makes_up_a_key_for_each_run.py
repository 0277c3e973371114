"""Each run sends a record under another key, so that the app takes it for another record."""

from typing import Any
from uuid import uuid4

from tests.broken_plugins.good import Sender

CHECK = "test_a_second_run_is_safe"


class Broken(Sender):
    def upsert(self, parameters: Any, part: Any) -> Any:
        for record in part["TRANSFORMED_RECORD"]:
            record["idempotency_key"] = str(uuid4())
        return super().upsert(parameters, part)
