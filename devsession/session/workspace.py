"""The workspace: the folder with plugin.py, scenarios/ (committed) and .devsession/ (not)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devsession.errors import UsageError
from devsession.private import private_folder

OFFLINE_VARIABLE = "DEVSESSION_OFFLINE"


@dataclass(frozen=True)
class Workspace:
    """Where everything of one project lies. Nothing is created before it is needed.

    account: the connection to the Snowflake account that is its warehouse; None: the embedded one.
    """

    folder: Path
    account: str | None = None

    @classmethod
    def at(cls, folder: str | Path | None = None, *, account: str | None = None) -> Workspace:
        """The workspace in `folder`, by default the current one (a notebook's own).

        Offline there is no account: the embedded warehouse stands in for it.

        Raises: UsageError when the folder is not there.
        """
        place = Path(folder or Path.cwd()).resolve()
        if not place.is_dir():
            raise UsageError(
                "A workspace is a folder that is there",
                where=str(place),
                next_step="make it: devsession init NAME; or leave workspace= out, for this folder",
            )
        return cls(place, None if offline_requested() else account)

    @property
    def scenarios(self) -> Path:
        return self.folder / "scenarios"

    @property
    def tape(self) -> Path:
        return self.scenarios / "tape.yaml"

    @property
    def private(self) -> Path:
        """`.devsession/`, unless the environment says otherwise: the warehouse, port files and the secret file."""
        return private_folder(self.folder)

    @property
    def runs(self) -> Path:
        """What is kept here of the runs in its warehouse, whose numbers are that warehouse's."""
        if self.account is None:
            return self.private
        return self.private / "accounts" / quote(self.account, safe="").replace(".", "%2E")

    @property
    def exists(self) -> bool:
        return self.private.is_dir()

    @property
    def has_warehouse(self) -> bool:
        """Whether there can be something in it: an account, or an embedded one that was ever started."""
        return self.account is not None or (self.private / "warehouse").is_dir()

    def prepare(self) -> None:
        """Create `.devsession/`, for this user only, and keep it out of version control."""
        self.private.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = self.private / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")


def offline_requested() -> bool:
    """Whether the environment asks for no calls at all (`DEVSESSION_OFFLINE=1`)."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() in {"1", "true", "yes"}
