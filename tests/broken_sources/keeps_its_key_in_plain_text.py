"""The key of the configuration is plain text"""

from __future__ import annotations

from tests.broken_sources.good import AcmeConfig, AcmeSource

CHECK = "test_its_configuration_is_whole"


class PlainConfig(AcmeConfig):
    """What the source asks for."""

    admin_token: str = "none"


class Broken(AcmeSource):
    """The good source, with a token besides whose type does not say that it is secret."""

    Config = PlainConfig
