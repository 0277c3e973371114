"""The steps behind the package: upload, deploy, register. Each looks first at what there is.

So a step that failed is begun again where it stood, and one that is done is done no second time: an
account says itself which package a version was made of. Nothing is kept here about that.

Source: sync contract, publishing as SQL.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import PublishError
from devsession.publish.texts import MANIFEST, ROLE, comment_of
from devsession.quoting import literal, quoted

if TYPE_CHECKING:
    from devsession.publish.names import Names
    from devsession.publish.package import Package
    from devsession.publish.side import Side

_PATCHES, _VERSIONS = 130, 2
NAMED_BY_THE_APP = "<the role that REGISTER_PLUGIN names>"


@dataclass(frozen=True)
class Found:
    """What an account has of a plugin.

    packaged: whether there is its application package. patches: patch -> its comment, of the
    version. application: its row of SHOW APPLICATIONS, if there is one. versions: all by name.
    """

    packaged: bool
    patches: dict[int, str]
    application: dict[str, Any] | None
    versions: tuple[str, ...] = ()

    def patch_of(self, digest: str) -> int | None:
        """The newest patch that was made of this package."""
        made = [patch for patch, said in self.patches.items() if said == comment_of(digest)]
        return max(made, default=None)

    @property
    def next_patch(self) -> int:
        """The number of the one that is added next; a version begins with 0."""
        return max(self.patches, default=-1) + 1

    def room_for(self, names: Names) -> str:
        """How to make room for another patch or version; "" where there is some.

        Source: Snowflake, versions and patches of an app.
        """
        if self.patches and self.next_patch >= _PATCHES:
            return (
                f"a version takes {_PATCHES} patches, and {names.version} has them: "
                "devsession publish --version ANOTHER-NAME"
            )
        if not self.patches and len(self.versions) >= _VERSIONS:
            listed = ", ".join(self.versions)
            return (
                f"a package takes {_VERSIONS} versions, and has {listed}: --version with one of them; "
                f"or in Snowflake alter application package {quoted(names.package)} drop version "
                f"{quoted(self.versions[0])}, where no application is at that"
            )
        return ""


def look(side: Side, names: Names) -> Found:
    """Ask the account; changes nothing. Raises: PublishError when it refuses to tell."""
    packaged = _named(side, "application packages", names.package) is not None
    rows = (
        side.ask(f"show versions in application package {quoted(names.package)}")
        if packaged
        else []
    )
    patches = {
        int(row["patch"]): str(row.get("comment") or "")
        for row in rows
        if row.get("version") == names.version and row.get("patch") is not None
    }
    versions = tuple(dict.fromkeys(str(row["version"]) for row in rows if row.get("version")))
    return Found(packaged, patches, _named(side, "applications", names.application), versions)


def upload(side: Side, package: Package, found: Found) -> tuple[int, str]:
    """Put the files on the stage and make a version, or its next patch, of them.

    They lie in a folder of their own, named by the package: one that breaks off midway disturbs
    nothing. Gives the patch, and what was done.
    """
    names = package.names
    patch = found.patch_of(package.digest)
    if patch is not None:
        return patch, f"{names.package}: version {names.version} has it as patch {patch}"
    folder = f"@{names.stage_sql}/{package.digest}"
    side.do(f"create database if not exists {quoted(names.database)}")
    side.do(f"create schema if not exists {names.schema_sql}")
    side.do(f"create stage if not exists {names.stage_sql}")
    for path in sorted(package.files, key=lambda path: (path == MANIFEST, path)):
        directory, _, name = path.rpartition("/")
        place = literal(f"{folder}/{directory}".rstrip("/") + "/")
        put = f"put {literal(f'file://{name}')} {place} auto_compress = false overwrite = true"
        side.put(put, package.files[path])
    if not found.packaged:
        # With release channels a version could not be added. Source: Snowflake, release channels.
        side.do(
            f"create application package {quoted(names.package)} "
            "distribution = internal enable_release_channels = false"
        )
    what = "add patch for version" if found.patches else "add version"
    try:
        side.do(
            f"alter application package {quoted(names.package)} {what} {quoted(names.version)} "
            f"using {literal(folder)}"
        )
    except PublishError as refused:
        refused.next_step = found.room_for(names) or refused.next_step
        raise
    made = look(side, names).patch_of(package.digest)
    patch = found.next_patch if made is None else made
    where = f"{names.database}.{names.schema}.{names.stage}"
    return patch, f"{where}, {names.package}: version {names.version} patch {patch}"


def deploy(side: Side, names: Names, found: Found, patch: int) -> str:
    """Make the application of this patch, or upgrade it to that. Gives what was done.

    Raises: PublishError when another package's application has the name.
    """
    application, version = quoted(names.application), quoted(names.version)
    there = found.application
    if there is None:
        side.do(
            f"create application {application} from application package {quoted(names.package)} "
            f"using version {version} patch {patch}"
        )
        return f"{names.application}: made of version {names.version} patch {patch}"
    source = there.get("source")
    if source is not None and source != names.package:
        raise PublishError(
            f"The application {names.application} is made of another package, {source}",
            where="Snowflake",
            next_step="publish with --application ANOTHER-NAME, or with --package as that is called",
            step="deploy",
        )
    if there.get("version") == names.version and str(there.get("patch")) == str(patch):
        return f"{names.application}: is at version {names.version} patch {patch}"
    side.do(f"alter application {application} upgrade using version {version} patch {patch}")
    return f"{names.application}: upgraded to version {names.version} patch {patch}"


def register(side: Side, names: Names) -> str:
    """Let the Omnata app and the plugin's know each other; once more changes nothing.

    Raises: PublishError when the Omnata app refuses, or its answer cannot be read.
    """
    application, omnata = quoted(names.application), quoted(names.omnata_app)
    side.do(f"grant application role {application}.{quoted(ROLE)} to application {omnata}")
    answer = side.do(f"call {omnata}.API.REGISTER_PLUGIN({literal(names.application)})")
    role = _role(answer) if side.answers else NAMED_BY_THE_APP
    side.do(f"grant application role {omnata}.{quoted(role)} to application {application}")
    return f"{names.omnata_app} knows {names.application}"


def _named(side: Side, things: str, name: str) -> dict[str, Any] | None:
    """The row of the one that has exactly this name."""
    # A pattern, in which an underscore is any sign: what it finds besides is left out.
    pattern = literal(name.replace("\\", "_"))
    return next(
        (row for row in side.ask(f"show {things} like {pattern}") if row.get("name") == name), None
    )


def _role(answer: list[tuple[Any, ...]]) -> str:
    problem = "its answer names no application_role"
    with suppress(ValueError, LookupError, TypeError, AttributeError):  # it is something else
        content: Any = answer[0][0]
        content = json.loads(content) if isinstance(content, str) else content
        if content.get("success") is False:
            problem = str(content.get("error") or "it does not say why")
        else:
            role = content["data"]["application_role"]
            if isinstance(role, str) and role:
                return role
    raise PublishError(
        f"The step register was refused: {problem}",
        tried="REGISTER_PLUGIN",
        where="Snowflake",
        next_step="mend that, then the same command again: it goes on with register",
        step="register",
    )
