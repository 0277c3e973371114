"""It expects a text where a table has an empty cell."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_outcomes_of_null_records"


class Broken(Sender):
    def upsert(self, parameters: Any, part: Any) -> Any:
        for record in part["TRANSFORMED_RECORD"]:
            record["email"] = record["email"].lower()
        return super().upsert(parameters, part)
