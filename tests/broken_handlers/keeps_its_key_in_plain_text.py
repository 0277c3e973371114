"""The key of the configuration is plain text"""

from __future__ import annotations

from tests.broken_handlers.good import AcmeConfig, TellOwners

CHECK = "test_its_configuration_is_whole"


class PlainConfig(AcmeConfig):
    """What the handler asks for."""

    signing_secret: str = "none"


class Broken(TellOwners):
    """The good handler, with a secret besides whose type does not say so."""

    Config = PlainConfig
