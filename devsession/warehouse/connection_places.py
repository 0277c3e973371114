"""The places where Snowflake's own tools keep connections, and what each of them holds."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import AccountError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = "SNOWFLAKE_HOME"
ALL = "SNOWFLAKE_CONNECTIONS"
"""All connections as TOML: no file counts beside it."""
DEFAULT = "SNOWFLAKE_DEFAULT_CONNECTION_NAME"
UNCHECKED = "SF_SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION"
"""Set to true, files that others can read are taken: a container mounts them so."""
_OTHERS = 0o077
_NAMED = re.compile(rf"{ALL}_(.+)_ACCOUNT")


@dataclass(frozen=True)
class Place:
    """connections: by name, what each is; secrets too. note: why not all of it counts, if so."""

    name: str
    connections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    note: str = ""

    @property
    def told(self) -> str:
        """What is here, for people."""
        held = ", ".join(self.connections)
        return f"{self.name}: {'; '.join(filter(None, [held, self.note])) or 'no connection'}"


def places() -> tuple[Place, ...]:
    """All of them, in the order in which they are looked in.

    Source: Snowflake's documentation, Configure connections; its connector for Python.

    Raises:
        AccountError: a file that counts can be read by others, or cannot be read by us.
    """
    variables = Place(
        f"the environment, {ALL}_<NAME>_<KEY>",
        {name: environment_of(name) for name in _named_in_environment()},
    )
    if (text := os.environ.get(ALL)) is not None:
        return variables, Place(f"the environment, {ALL}", _sections(_parsed(text, ALL)))
    folder, elsewhere = _homes()
    file, config = folder / "connections.toml", folder / "config.toml"
    if file.is_file():
        found = _parsed(_private_text(file), str(file))
        misnamed = isinstance(found.get("connections"), dict)
        hint = "in this file a section is [NAME], not [connections.NAME]" if misnamed else ""
        beside = "does not count beside connections.toml" if config.is_file() else "is not there"
        sections = {name: of for name, of in _sections(found).items() if name != "connections"}
        first = Place(str(file), sections, hint)
        return variables, first, Place(str(config), note=beside), *elsewhere
    second = Place(str(config), note="is not there")
    if config.is_file():
        sections = _parsed(_private_text(config), str(config)).get("connections", {})
        second = Place(str(config), _sections(sections))
    return variables, Place(str(file), note="is not there"), second, *elsewhere


def default_name() -> str:
    """The connection that is meant where `default` is asked for. Raises: as `places`."""
    if chosen := os.environ.get(DEFAULT):
        return chosen
    config = _homes()[0] / "config.toml"
    found = _parsed(_text(config), str(config)) if config.is_file() else {}
    return str(found.get("default_connection_name", "default"))


def environment_of(name: str) -> dict[str, Any]:
    """What variables say of a connection: SNOWFLAKE_CONNECTIONS_PROD_ROLE is the role of `prod`."""
    prefix = f"{ALL}_{name.upper()}_"
    found = {
        variable.removeprefix(prefix).lower(): value
        for variable, value in os.environ.items()
        if variable.startswith(prefix) and value
    }
    return {key: _typed(key, value) for key, value in found.items()}


def file_to_write() -> Path:
    """Where a new connection belongs."""
    folder, elsewhere = _homes()
    config, file = folder / "config.toml", folder / "connections.toml"
    if file.is_file() or not config.is_file():
        # Without any, in the home that people know; once it is there, it counts.
        return file if folder.is_dir() or not elsewhere else Path(elsewhere[0].name) / file.name
    return config


def check_private(file: Path) -> None:
    """Refuses a file that others than its owner can read or change.

    Raises:
        AccountError: with the command that mends it.
    """
    if os.name == "nt" or os.environ.get(UNCHECKED, "").lower() == "true":
        return
    try:
        status = file.stat()
    except OSError as error:
        raise unreadable(file, error) from None
    if status.st_uid not in {0, os.getuid()}:
        tried, command = "its owner is another user", f"chown \"$USER\" '{file}'"
    elif status.st_mode & _OTHERS:
        tried = f"its mode is {status.st_mode & 0o777:04o}, and has to be 0600"
        command = f"chmod 600 '{file}'"
    else:
        return
    raise AccountError(
        "A file that signs in to Snowflake can be read or changed by other users of this machine",
        tried=tried,
        where=str(file),
        next_step=f"{command}; if others had access, replace its secrets too. In a container that "
        f"mounts it so: export {UNCHECKED}=true",
    )


def unreadable(file: Path, error: OSError | ValueError) -> AccountError:
    """The error for a file that is named and cannot be read; ValueError: that is no name of a file."""
    missing = isinstance(error, FileNotFoundError | ValueError)
    return AccountError(
        "A file that signs in to Snowflake " + ("is not there" if missing else "cannot be read"),
        tried=getattr(error, "strerror", None) or str(error),
        where=repr(str(file)) if isinstance(error, ValueError) else str(file),
        next_step="correct its name in the connection, or put it there"
        if missing
        else f"make it yours: chown \"$USER\" '{file}' && chmod 600 '{file}'",
    )


def _homes() -> tuple[Path, tuple[Place, ...]]:
    """The folder that counts, and what lies in the other one in vain."""
    from platformdirs import user_config_path

    home = Path(os.environ.get(HOME) or "~/.snowflake").expanduser()
    system = user_config_path("snowflake", appauthor=False)
    if not home.is_dir():
        named = f"{HOME} names it, and it " if os.environ.get(HOME) else ""
        return system, (Place(str(home), note=f"{named}is not there"),)
    files = [system / name for name in ("connections.toml", "config.toml")]
    note = f"does not count, as there is {home}"
    return home, tuple(Place(str(each), note=note) for each in files if each.is_file())


def _named_in_environment() -> list[str]:
    found = (_NAMED.fullmatch(variable) for variable in sorted(os.environ))
    return [match[1].lower() for match in found if match]


def _private_text(file: Path) -> str:
    check_private(file)
    return _text(file)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise unreadable(file, error) from None
    except UnicodeDecodeError:
        pass  # it carries the content, and would go along with an error that is raised here
    raise _damaged(str(file), "it is not text in UTF-8")


def _parsed(text: str, where: str) -> dict[str, Any]:
    problem = ""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = str(error)
    raise _damaged(where, problem)  # outside: the parser's error carries the content


def _damaged(where: str, problem: str) -> AccountError:
    return AccountError(
        "The connections of Snowflake accounts cannot be read",
        tried=f"{problem} (the content is not shown)",
        where=where,
        next_step="correct it: a section for each connection, [prod], and lines such as "
        'account = "org-name"',
    )


def _sections(found: object) -> dict[str, Mapping[str, Any]]:
    tables = found.items() if isinstance(found, dict) else ()
    return {str(name): table for name, table in tables if isinstance(table, dict)}


def _typed(key: str, value: str) -> Any:
    if (key == "port" or key.endswith("_timeout")) and value.isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value.lower(), value)
