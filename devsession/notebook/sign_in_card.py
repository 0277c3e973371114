"""What stands under a cell while a person has to sign in at the app."""

from __future__ import annotations

from html import escape
from typing import Any

from devsession.notebook.kernel import running_cell
from devsession.notebook.markup import code
from devsession.render import html_line, panel

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
            html_line(
                f"The browser comes back to {self.redirect}, and {self.then}.",
                style="margin-top:4px",
            ),
            html_line(
                "Where it does not come back, give the address that it ended at:",
                style="margin-top:8px",
            ),
            code(_PASTE),
        )


def shown_under_cell(card: SignInCard) -> Any:
    """Show it under the running cell: its display, to be updated; None where none runs, as when a
    form's button was clicked."""
    if running_cell() is None:
        return None
    from IPython.display import display

    return display(card, display_id=True)
