"""Calls with arguments that cannot be: refused in our words, before anything is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession
from devsession.errors import DevsessionError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.session.sync import Sync
    from tests.session.conftest import Project


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("", {}),
        (5, {}),
        ("wrong", {"records": 0}),
        ("wrong", {"records": "10"}),
        ("wrong", {"records": 1.5}),
        ("wrong", {"records": True}),
        ("wrong", {"after": 5}),
        ("wrong", {"after": " "}),
    ],
)
def test_a_scenario_that_cannot_be(
    name: Any, asked: dict[str, Any], contacts: Sync, project: Project
) -> None:
    with pytest.raises(UsageError, match="has a name, and at least one record") as error:
        contacts.scenario(name, **asked)

    assert error.value.next_step
    assert not (project.session.workspace.scenarios / "wrong").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"slug": 5},
        {"slug": ""},
        {"slug": "wrong", "source": 5, "identifier": "ID"},
        {"slug": "wrong", "source": "CONTACTS"},
        {"slug": "wrong", "identifier": "ID"},
        {"slug": "wrong", "source": "NOPE", "identifier": "ID"},
        {"slug": "wrong", "source": "ID", "identifier": "ID", "strategy": ["Upsert"]},
    ],
)
def test_a_sync_that_cannot_be(arguments: dict[str, Any], project: Project) -> None:
    with pytest.raises(UsageError) as error:
        project.session.sync(**arguments)

    assert error.value.next_step
    assert "wrong" not in [sync.slug for sync in project.session.store.syncs()]


@pytest.mark.parametrize(("name", "data"), [(5, []), ("A", [1, 2]), ("A", None), ("A", 5)])
def test_a_table_that_cannot_be(name: Any, data: Any, project: Project) -> None:
    with pytest.raises(DevsessionError) as error:
        project.session.load_table(name, data)

    assert error.value.next_step


def test_a_preview_that_cannot_be(contacts: Sync) -> None:
    with pytest.raises(UsageError, match="takes a number of rows"):
        contacts.preview("x")  # type: ignore[arg-type]


def test_a_workspace_that_is_not_there(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder that is there"):
        DevelopmentSession(project.session.source.plugin_class, workspace=tmp_path / "typo")

    assert not (tmp_path / "typo").exists()
