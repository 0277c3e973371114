"""What is tried out before it is promised: shown to those who ask for it, and free to change."""

from __future__ import annotations

import os

VARIABLE = "DEVSESSION_EXPERIMENTAL"
# A plugin's panel in the session's card.
PANELS = "panels"
_ALL = {PANELS}


def experiments() -> set[str]:
    """Those that the environment asks for: `DEVSESSION_EXPERIMENTAL=panels`, several with commas."""
    return _asked() & _ALL


def has_panel(plugin_class: type) -> bool:
    """Whether a plugin brings a panel that is to be shown."""
    return PANELS in experiments() and callable(getattr(plugin_class, "panel", None))


def unknown_experiments() -> list[tuple[str, str]]:
    """What is asked for and is none, as a line of a card."""
    strange = ", ".join(sorted(_asked() - _ALL))
    return [(VARIABLE, f"has no {strange}; there is {', '.join(sorted(_ALL))}")] if strange else []


def _asked() -> set[str]:
    names = os.environ.get(VARIABLE, "").split(",")
    return {name.strip().lower() for name in names if name.strip()}
