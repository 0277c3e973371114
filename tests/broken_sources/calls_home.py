"""It calls what nobody declared"""

from __future__ import annotations

from tests.broken_sources.good import AcmeSource

CHECK = "test_addresses_are_declared"


class Broken(AcmeSource):
    """The good source, which counts its users."""

    def close(self) -> None:
        self.http.get("https://telemetry.acme.example/used", timeout=10)
        super().close()
