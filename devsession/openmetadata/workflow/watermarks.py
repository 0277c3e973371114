"""How far an incremental workflow has come; it moves only after the sink has confirmed.

It lies in a file of the workspace, not in the catalog's pipeline status: that needs a pipeline that
somebody has registered, and says nothing about other sinks. A file can be older than the catalog
or belong to another configuration, and a watermark of those would skip what was never stored: so
it counts only for the destination and the configuration that it was made with. Where there is
none, everything is read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from devsession.errors import SetupError
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

_MODE = 0o644


@dataclass(frozen=True)
class Watermarks:
    """The watermark of one workflow, in a file that may hold several.

    made_of: what has to be the same for it to count: destination, configuration; no secrets. Or
    what says so when it is asked.
    lookback: how much before it a run reads again, for clocks that differ and what was written late.
    """

    path: Path
    workflow: str
    made_of: Any = None
    lookback: timedelta = timedelta(days=1)

    def since(self) -> int | None:
        """Where to read from, milliseconds since 1970; None: everything.

        Raises: SetupError for a file that cannot be read.
        """
        found = self._all().get(self.workflow)
        if found is None or found["made_of"] != self._fingerprint:
            return None
        return max(0, int(found["moved_to"]) - int(self.lookback.total_seconds() * 1000))

    def move(self, to: int) -> None:
        """Everything up to this moment is stored. to: milliseconds since 1970."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            entry = {"moved_to": to, "made_of": self._fingerprint}
            content = json.dumps(self._all() | {self.workflow: entry}, indent=1, sort_keys=True)
            write_atomically(self.path, content.encode() + b"\n", mode=_MODE)

    @property
    def _fingerprint(self) -> str:
        made_of = self.made_of() if callable(self.made_of) else self.made_of
        made_of = json.dumps(made_of, sort_keys=True, default=str)
        return hashlib.sha256(made_of.encode()).hexdigest()

    def _all(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if not all({"moved_to", "made_of"} <= each.keys() for each in found.values()):
                raise ValueError("not what was written")  # noqa: TRY301
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise SetupError(
                "The watermarks cannot be read",
                said=str(error),
                where=str(self.path),
                next_step="remove the file: the next run reads everything",
            ) from None
        return dict(found)
