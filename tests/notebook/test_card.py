"""The session's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.card import SessionCard

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_the_card_says_what_is_ready_and_what_is_next(snapshot: SnapshotAssertion) -> None:
    card = SessionCard(plugin="AcmeCRM", next_step="session.connection")
    assert repr(card) == snapshot
    assert card._repr_html_() == snapshot


def test_a_name_is_shown_as_text() -> None:
    card = SessionCard(plugin="<b>Acme</b>", next_step="session.connection")
    assert "<b>" not in card._repr_html_()
