"""Which packages Snowflake has for Python code that runs there, kept for when there is no account."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devsession.secrets.files import write_atomically
from devsession.warehouse.rights import signed_in
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.warehouse.omnata import Statements

FILE_NAME = "channel-packages.json"


@dataclass(frozen=True)
class ChannelPackages:
    """packages: name -> its versions, the oldest first. python: such as 3.11. saved: a date."""

    packages: dict[str, list[str]]
    python: str
    saved: str

    def save(self, file: Path) -> None:
        """Write them as JSON: what `--channel-packages` takes. Raises: OSError."""
        content = {
            "snowflake_channel": self.packages,
            "python": self.python,
            "saved": self.saved,
        }
        write_atomically(file, json.dumps(content, indent=1).encode() + b"\n", mode=0o644)


def channel_packages(account: Statements, *, python: str) -> ChannelPackages:
    """What the account's channel has for this Python.

    Each database says the same; a connection that chooses none asks Snowflake's own.

    Raises: as `Account.rows`.
    Source: Snowflake's documentation, PACKAGES view of the information schema.
    """
    database = signed_in(account).database
    asked = statement("account/packages", of="" if database else "SNOWFLAKE.")
    found: dict[str, set[str]] = {}
    for name, version in account.rows(asked, (python, python)):
        found.setdefault(name, set()).add(version)
    return ChannelPackages(
        {name: sorted(found[name], key=_by_number) for name in sorted(found)},
        python,
        datetime.now(UTC).date().isoformat(),
    )


def _by_number(version: str) -> list[tuple[int, str]]:
    return [(int(part or 0), text) for part, text in re.findall(r"(\d*)([^\d.]*)\.?", version)]
