"""It does not say what its key must be allowed to do"""

from __future__ import annotations

from tests.broken_sources.good import AcmeSource

CHECK = "test_its_permissions_are_listed"


class Broken(AcmeSource):
    """The good source, which takes what it is given."""

    permissions = ()
