"""`contacts.changes()`: what a run would send, beside what the app took last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import UnknownNameError, UsageError
from tests.session.conftest import KEY, load_contacts
from tests.session.test_validator import NO_GRACE, validating

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project


def test_before_and_after(
    contacts: Sync,
    session: DevelopmentSession,
    project: Project,
    app: App,
    snapshot: SnapshotAssertion,
) -> None:
    before = contacts.changes(rows=1)
    session.run(contacts.slug)
    load_contacts(session, contacts.slug, ada="Ada Lovelace", grace="Grace", mary=KEY)
    validating(project, NO_GRACE)
    app.sent()

    after = contacts.changes()

    assert repr(before) == snapshot(name="before")
    assert repr(after) == snapshot(name="after")
    assert repr(contacts.changes(2, "1")) == snapshot(name="by name")
    assert KEY not in f"{after!r}{after._repr_html_()}{after.to_frame()}"
    assert app.sent() == []


def test_a_run_that_would_send_nothing(contacts: Sync, session: DevelopmentSession) -> None:
    session.run(contacts.slug)

    assert repr(contacts.changes()).endswith(": a run would send nothing")


def test_what_cannot_be_shown_says_so(contacts: Sync) -> None:
    with pytest.raises(UnknownNameError, match="No record has the identifier 'ID-9'"):
        contacts.changes("ID-9")
    with pytest.raises(UsageError, match="a number of rows, not 0"):
        contacts.changes(rows=0)
