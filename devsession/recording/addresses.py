"""Stand-ins back to addresses: a recording says `sandbox.test`, the sandbox runs somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_addresses(value: Any, addresses: Mapping[str, str]) -> Any:
    """JSON-like data, text or bytes in which each stand-in is its `host:port` again."""
    if isinstance(value, str):
        for stand_in, address in addresses.items():
            value = value.replace(stand_in, address)
        return value
    if isinstance(value, bytes):
        for stand_in, address in addresses.items():
            value = value.replace(stand_in.encode(), address.encode())
        return value
    if isinstance(value, dict):
        return {name: with_addresses(item, addresses) for name, item in value.items()}
    if isinstance(value, list):
        return [with_addresses(item, addresses) for item in value]
    return value
