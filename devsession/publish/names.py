"""What a published plugin is called in its account, and these names as SQL."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from devsession.errors import UsageError, did_you_mean
from devsession.quoting import quoted

if TYPE_CHECKING:
    from devsession.plugin.contract import PluginManifest

_LONGEST = 255  # characters of an identifier. Source: Snowflake, identifier requirements


@dataclass(frozen=True)
class Names:
    """Each name exactly as it is written, capitals and all.

    database, schema, stage: where the code is uploaded. package, version: the application package
    and its version. application: what is made of it in this account. omnata_app: whom it is
    registered with. Source: sync contract, defaults of publishing.
    """

    database: str
    schema: str
    stage: str
    package: str
    version: str
    application: str
    omnata_app: str

    @classmethod
    def of(cls, manifest: PluginManifest, **given: str | None) -> Names:
        """The usual names of a plugin, but for those that are given.

        Raises: UsageError for what can be no name, or the name of nothing; for one of two things.
        """
        name = manifest.plugin_id.upper()
        usual = {
            "database": "OMNATA_PLUGIN_DEVELOPMENT",
            "schema": name,
            "stage": "PLUGIN_CODE",
            "package": f"{name}_PLUGIN",
            "version": "DEVELOPMENT",
            "application": name,
            "omnata_app": "OMNATA_SYNC_ENGINE",
        }
        chosen = usual | {option: value for option, value in given.items() if value is not None}
        if unknown := sorted(chosen.keys() - usual.keys()):
            raise UsageError(
                f"Nothing that is published has the name {unknown[0]!r}",
                tried=did_you_mean(unknown[0], usual),
                option=unknown[0],
            )
        names = cls(**chosen)
        for option in fields(cls):
            _check(option.name, getattr(names, option.name))
        names._check_apart()
        return names

    def _check_apart(self) -> None:
        """All four stand among the databases of an account."""
        called: dict[str, str] = {}
        for option in ("database", "package", "application", "omnata_app"):
            name = getattr(self, option)
            if name in called:
                raise UsageError(
                    f"The {called[name]} and the {_said(option)} have one name, {name!r}",
                    tried="an account has one set of names for databases, application packages and "
                    "applications",
                    next_step=f"choose another: {_as_option(option)} ANOTHER-NAME",
                    option=option,
                )
            called[name] = _said(option)

    @property
    def schema_sql(self) -> str:
        return f"{quoted(self.database)}.{quoted(self.schema)}"

    @property
    def stage_sql(self) -> str:
        return f"{self.schema_sql}.{quoted(self.stage)}"


def _check(option: str, name: str) -> None:
    if name.strip() and len(name) <= _LONGEST and name.isprintable():
        return
    problem = "is empty" if not name.strip() else "is longer than 255 characters"
    if not name.isprintable():
        problem = "has characters that cannot be printed"
    raise UsageError(
        f"The name of the {_said(option)} {problem}",
        tried=f"{_as_option(option)} {name[:60]!r}",
        next_step="choose another, or leave it out",
        option=option,
    )


def _said(option: str) -> str:
    return {"package": "application package", "omnata_app": "Omnata app"}.get(option, option)


def _as_option(option: str) -> str:
    return f"--{option.replace('_', '-')}"
