"""The session: what an author holds in a notebook; it ties the rooms together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession as DevelopmentSession

__all__ = ["DevelopmentSession"]


def __getattr__(name: str) -> Any:
    if name == "DevelopmentSession":  # loaded when asked for: a command may need one module here
        from devsession.session.development import DevelopmentSession

        return DevelopmentSession
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
