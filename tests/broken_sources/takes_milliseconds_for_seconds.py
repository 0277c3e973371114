"""It takes milliseconds for seconds"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.broken_sources.good import AcmeSource

CHECK = "test_an_incremental_run"


class Broken(AcmeSource):
    """The good source, with another idea of `since`."""

    def since(self) -> dict[str, str]:
        if self.ctx.since is None:
            return {}
        return {"since": datetime.fromtimestamp(self.ctx.since, tz=UTC).isoformat()}
