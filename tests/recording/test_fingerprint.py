"""A keyed hash tells that a secret changed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import SetupError
from devsession.recording.fingerprint import fingerprint, workspace_key

if TYPE_CHECKING:
    from pathlib import Path


def test_it_depends_on_names_values_and_key_alone() -> None:
    pairs = [("api_key", "one"), ("token", "two")]

    assert fingerprint(b"k", pairs) == fingerprint(b"k", pairs[::-1])
    assert fingerprint(b"k", pairs) != fingerprint(b"other", pairs)
    assert fingerprint(b"k", pairs) != fingerprint(b"k", [("api_key", "onetoken"), ("", "two")])
    assert fingerprint(b"k", []) == ""


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / ".devsession" / "tape.key"

    key = workspace_key(path)

    assert workspace_key(path) == key
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".devsession").write_text("a file")

    with pytest.raises(SetupError, match=r"tape\.key could not be made") as refused:
        workspace_key(tmp_path / ".devsession" / "tape.key")

    assert "make its folder writable" in str(refused.value)
