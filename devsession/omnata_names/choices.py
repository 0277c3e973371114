"""Choices that the dialect writes as members of a class; each is the text that ours takes."""

from __future__ import annotations

from enum import StrEnum


class ConnectivityOption(StrEnum):
    """How the app is reached. Source: sync contract, `PluginManifest`."""

    DIRECT = "direct"
    NGROK = "ngrok"
    PRIVATELINK = "privatelink"


class InboundStorageBehaviour(StrEnum):
    """What becomes of the records that are stored already. Source: sync contract, inbound."""

    APPEND = "append"
    MERGE = "merge"
    REPLACE = "replace"
