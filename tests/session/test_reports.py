"""Reports of a session: what would change at the app, whether it drifted, where secrets stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import ScenarioError, UnknownNameError, UsageError
from tests.session.conftest import KEY, KEY_NAME, load_contacts
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


def test_an_app_that_answers_as_it_did_has_not_drifted(contacts: Sync) -> None:
    scenario = contacts.scenario("creates", records=1)
    with pytest.raises(ScenarioError, match="nothing to compare with"):
        scenario.drift()
    scenario.run()
    scenario.run()  # creates nothing any more

    report = scenario.drift()

    assert report
    assert "creates: as recorded" in repr(report)
    assert "creates: as recorded" in report._repr_html_()


def test_an_audit_names_files_from_the_workspace_on(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    clean = session.audit()
    notes = project.folder / "notes" / "key.txt"
    notes.parent.mkdir()
    notes.write_text(f"the key is {KEY}\n", encoding="utf-8")

    found = session.audit()
    notes.unlink()

    assert contacts.filled
    assert clean
    assert [(each.file, each.place, each.name) for each in found.findings] == [
        ("notes/key.txt", "line 1", KEY_NAME)
    ]
    assert KEY not in f"{found!r}{found._repr_html_()}"
