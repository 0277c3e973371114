"""What stands under a cell while a person has to sign in at the app."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from devsession.notebook.markup import code, line, panel

_PASTE = 'session.connection.paste("..")'


class SignInCard:
    """What is opened, where the browser comes back to, and what happens then.

    then: `the connection is saved by itself`.
    """

    def __init__(self, address: str, redirect: str, then: str) -> None:
        self.address = address
        self.redirect = redirect
        self.then = then

    def __repr__(self) -> str:
        return (
            f"Sign in at the app: {self.address}\n"
            f"The browser comes back to {self.redirect}, and {self.then}.\n"
            f"Where it does not come back, give the address that it ended at: {_PASTE}"
        )

    def _repr_html_(self) -> str:
        link = (
            f'<a href="{escape(self.address)}" target="_blank" rel="noopener noreferrer">'
            "Open the app to sign in</a>"
        )
        return panel(
            "Sign in at the app",
            f"<div>{link}</div>",
            line(
                f"The browser comes back to {self.redirect}, and {self.then}.",
                style="margin-top:4px",
            ),
            line(
                "Where it does not come back, give the address that it ended at:",
                style="margin-top:8px",
            ),
            code(_PASTE),
        )


def shown_under_cell(card: SignInCard) -> Any:
    """Show it under the running cell: its display, to be updated; None where none runs, as when a
    form's button was clicked."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    if parent.get("header", {}).get("msg_type") != "execute_request":
        return None
    from IPython.display import display

    return display(card, display_id=True)
