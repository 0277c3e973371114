"""Every exchange with the app: recorded once, redacted, and played again.

`tape` holds what a session said to the app, `recorder` hooks the HTTP libraries of this process,
`replay` plays the cassette of one scenario, `scenario` is the folder that a test is made of.
`VCR` is vcrpy's own class for tests without a session, on our cassette.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.recording.vcr_class import VCR as VCR

__all__ = ["VCR"]


def __getattr__(name: str) -> Any:
    if name == "VCR":  # loaded when asked for: with it come vcrpy and every HTTP library
        from devsession.recording.vcr_class import VCR

        return VCR
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
