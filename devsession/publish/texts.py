"""The text files of an app's folder: its manifest, its setup script, and the project for `snow`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.publish.channel import PYTHON
from devsession.publish.procedures import handler_path
from devsession.quoting import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import PluginManifest
    from devsession.publish.names import Names
    from devsession.publish.procedures import Procedure

CODE = "code.zip"
SETUP = "scripts/setup_script.sql"
MANIFEST = "manifest.yml"
README = "README.md"
ROLE = "OMNATA_MANAGEMENT"
"""Who may call the procedures. Source: sync contract, publishing."""

_PRIVILEGES = {
    "CREATE EXTERNAL ACCESS INTEGRATION": "To call the app's API.",
    "CREATE SECURITY INTEGRATION": "To sign in to the app with OAuth.",
}


def manifest_text(manifest: PluginManifest, names: Names, digest: str) -> str:
    """`manifest.yml`. The comment says which package it is: SHOW VERSIONS tells it.

    Source: sync contract, publishing.
    """
    return _yaml(
        {
            "manifest_version": 2,
            "version": {
                "name": names.version,
                "label": manifest.plugin_name,
                "comment": comment_of(digest),
            },
            "artifacts": {"setup_script": SETUP, "readme": README},
            "privileges": [{name: {"description": why}} for name, why in _PRIVILEGES.items()],
        }
    )


def comment_of(digest: str) -> str:
    """What a version's comment says of the package that it was made of."""
    return f"devsession package {digest}"


def setup_script(procedures: Sequence[Procedure], packages: Sequence[str]) -> str:
    """What is run where the app is installed or upgraded, each time; it may be run again."""
    listed = ", ".join(map(literal, packages))
    parts = [
        f"create application role if not exists {ROLE};",
        "create or alter versioned schema PLUGIN;",
        f"grant usage on schema PLUGIN to application role {ROLE};",
    ]
    for each in procedures:
        parts += [
            (
                f"create or replace procedure PLUGIN.{each.name}({each.takes})\n"
                "  returns object\n"
                "  language python\n"
                f"  runtime_version = {literal(PYTHON)}\n"
                f"  packages = ({listed})\n"
                f"  imports = ('/{CODE}')\n"
                f"  handler = {literal(handler_path(each))};"
            ),
            f"grant usage on procedure PLUGIN.{each.name}({each.types}) to application role {ROLE};",
        ]
    return "\n\n".join(parts) + "\n"


def snow_project(names: Names, folder: str) -> str:
    """`snowflake.yml`, by which Snowflake's own tool takes the same folder."""
    return _yaml(
        {
            "definition_version": 2,
            "entities": {
                "package": {
                    "type": "application package",
                    "identifier": quoted(names.package),
                    "manifest": f"{folder}/{MANIFEST}",
                    "artifacts": [{"src": f"{folder}/*", "dest": "./"}],
                },
                "app": {
                    "type": "application",
                    "identifier": quoted(names.application),
                    "from": {"target": "package"},
                },
            },
        }
    )


def _yaml(content: dict[str, Any]) -> str:
    import yaml  # type: ignore[import-untyped]

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))
