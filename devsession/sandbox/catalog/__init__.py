"""A local metadata catalog, which speaks OpenMetadata's REST contract. `app` is its manual.

Everything here is made from the contract and stands on shapes of its own, never on those of the
client that it is to test: what both had wrong would pass.
"""

from __future__ import annotations

from devsession.sandbox.catalog.app import create_catalog

__all__ = ["create_catalog"]
