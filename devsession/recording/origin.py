"""From which Omnata app a scenario was frozen: `omnata.json` of its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from devsession.errors import ScenarioError
from devsession.recording.scenario_files import damaged
from devsession.secrets.audit import guarded_write

if TYPE_CHECKING:
    from devsession.recording.scenario_files import ScenarioFiles
    from devsession.secrets.redact import Redactor

_FILE = "omnata.json"


class Origin(BaseModel):
    """The app, and under which names it keeps the connection's secrets: no secret."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    omnata_app: str
    plugin_app_name: str
    oauth_secret_name: str | None = None
    other_secrets_name: str | None = None


def read_origin(folder: ScenarioFiles[Any]) -> Origin | None:
    """None for a scenario of this workspace's own sync. Raises: ScenarioError for a damaged file."""
    file = folder.path / _FILE
    if not file.is_file():
        return None
    try:
        return Origin.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise damaged(file, error) from None


def write_origin(folder: ScenarioFiles[Any], origin: Origin | None, redactor: Redactor) -> None:
    """Keep it; None for this workspace. Raises: SecretLeakError."""
    file = folder.path / _FILE
    if origin is None:
        file.unlink(missing_ok=True)
    else:
        text = origin.model_dump_json(indent=2, exclude_none=True) + "\n"
        guarded_write(file, text.encode("utf-8"), redactor)


def check_origin(folder: ScenarioFiles[Any], app: str | None) -> None:
    """Raises: ScenarioError for a scenario that was frozen from somewhere else."""
    origin = read_origin(folder)
    frozen_from = origin.omnata_app if origin else None
    if frozen_from != app:
        raise ScenarioError(
            f"The scenario {folder.read_input().name!r} was frozen from {_place(frozen_from)}, "
            f"and syncs of this session come from {_place(app)}",
            where=str(folder.path),
            next_step="give another name, or refresh=True to replace it",
            scenario=folder.read_input().name,
        )


def _place(app: str | None) -> str:
    return f"the Omnata app {app}" if app else "this workspace"
