"""The app refuses a call, and its records count as sent."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_outcomes_of_refused_records"


class Broken(Sender):
    def upsert(self, parameters: Any, part: Any) -> Any:
        results = super().upsert(parameters, part)
        if any("index" not in result for result in results):  # the call was refused
            return [{"status": "skipped", "id": each} for each in part["IDENTIFIER"]]
        return results
