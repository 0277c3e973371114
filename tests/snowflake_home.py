"""A folder with the connections of a made-up person: no test reads anybody's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class SnowflakeHome:
    """`folder` is ~/.snowflake of a person whose home is its parent."""

    folder: Path
    variables: pytest.MonkeyPatch

    def write(self, text: str, *, name: str = "connections.toml", mode: int = 0o600) -> Path:
        self.folder.mkdir(exist_ok=True)
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def without_paths(self, text: object) -> str:
        return str(text).replace(str(self.folder.parent), "<home>")


@pytest.fixture
def snowflake_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SnowflakeHome:
    for name in [name for name in os.environ if name.startswith(("SNOWFLAKE_", "SF_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return SnowflakeHome(tmp_path / ".snowflake", monkeypatch)
