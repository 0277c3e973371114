"""The step `package`: the folder of a Snowflake Native App, made of a plugin's project."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import packages_distributions
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from packaging.utils import canonicalize_name

from devsession.errors import DevsessionError, PluginRaisedError, PublishError
from devsession.plugin.contract import PluginManifest
from devsession.publish.archive import digest_of, not_written, refuse_secrets, zipped
from devsession.publish.imports import imported_packages, places_used
from devsession.publish.procedures import handlers_module, missing_methods, procedures_of
from devsession.publish.requirements import requirements_in
from devsession.publish.resolving import OURS, OURS_INBOUND, resolve
from devsession.publish.sources import HANDLERS, content_of, own_files, plugin_files
from devsession.publish.texts import (
    CODE,
    MANIFEST,
    README,
    SETUP,
    manifest_text,
    setup_script,
    snow_project,
)
from devsession.publish.wheels import unpacked, wheel_of
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from packaging.requirements import Requirement

    from devsession.plugin.contract import Plugin
    from devsession.publish.channel import Channel
    from devsession.publish.names import Names
    from devsession.publish.resolving import Resolved
    from devsession.publish.wheels import Wheel
    from devsession.secrets.redact import Redactor

APP = "app"
"""The folder in it that is uploaded."""
_OPTIONAL = {"icon": ("icon.svg", "icon.png"), "licence": ("LICENSE", "LICENSE.txt", "LICENSE.md")}
_OMNATA = "omnata_plugin_runtime"


@dataclass(frozen=True)
class Package:
    """A Native App's folder in memory: path -> content, of what is uploaded.

    digest: names the content, of the manifest all but the line that names the digest.
    """

    plugin: str
    names: Names
    files: Mapping[str, bytes]
    digest: str
    procedures: tuple[str, ...]
    resolved: Resolved
    warnings: tuple[str, ...] = ()

    def check(self, redactor: Redactor) -> None:
        """Raises: SecretLeakError when a file of the project, or of what is bundled, holds a secret."""
        with ZipFile(BytesIO(self.files[CODE])) as code:
            names = [name for name in code.namelist() if not name.startswith("devsession/")]
            packed = {name: code.read(name) for name in names}
        beside = {path: content for path, content in self.files.items() if path != CODE}
        refuse_secrets(packed | beside, redactor)

    def write(self, folder: Path) -> None:
        """Put it into a folder that is only ours: what was there is gone, or stays when this fails.

        Raises: PublishError when the folder cannot be written, or holds something else.
        """
        marker = folder / "snowflake.yml"
        if folder.exists() and not marker.is_file():
            raise PublishError(
                "The folder for the package holds something else",
                where=str(folder),
                next_step="move that away, then publish again",
                step="package",
            )
        fresh = folder.with_name(f".{folder.name}-{os.getpid()}")
        try:
            for path, content in self.files.items():
                file = fresh / APP / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            project = snow_project(self.names, APP)
            (fresh / marker.name).write_text(project, encoding="utf-8", newline="\n")
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
        except OSError as error:
            raise not_written(folder, error) from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)  # what broke off leaves nothing

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        bundled = self.resolved.bundled.values()
        return {
            "plugin": self.plugin,
            "digest": self.digest,
            "names": asdict(self.names),
            "files": {path: len(content) for path, content in sorted(self.files.items())},
            "procedures": list(self.procedures),
            "channel": self.resolved.packages,
            "bundled": [f"{each.name}=={each.version}" for each in bundled],
            "warnings": list(self.warnings),
        }

    def __str__(self) -> str:
        bundled = [f"{each.name} {each.version}" for each in self.resolved.bundled.values()]
        size = len(self.files[CODE]) / 1024
        lines = [
            (
                f"package   {self.plugin}: {counted(len(self.procedures), 'procedure')}, "
                f"{CODE} {size:,.0f} kB, package {self.digest}"
            ),
            f"  channel  {', '.join(self.resolved.packages)}",
            *([f"  bundled  {', '.join(bundled)}"] if bundled else []),
            *(f"  warning  {each}" for each in self.warnings),
        ]
        return "\n".join(lines)


def manifest_of(plugin_class: type[Plugin]) -> PluginManifest:
    """What the plugin says of itself.

    Raises: PluginRaisedError when it says nothing, or raises.
    """
    name = plugin_class.__name__
    try:
        manifest: object = plugin_class().get_manifest()
    except DevsessionError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the author's code raises
        raise PluginRaisedError(
            f"get_manifest() of {name} raised {type(error).__name__}: {error}",
            next_step="mend it: nothing can be published without a manifest",
            plugin=name,
        ) from None
    if not isinstance(manifest, PluginManifest):
        raise PluginRaisedError(
            f"get_manifest() of {name} returned a {type(manifest).__name__}",
            next_step="return a PluginManifest: nothing can be published without one",
            plugin=name,
        )
    return manifest


def make_package(
    plugin_class: type[Plugin],
    folder: Path,
    names: Names,
    channel: Channel,
    *,
    wheels: Callable[[Requirement], Wheel] = wheel_of,
) -> Package:
    """The package of a project; nothing is written. The same project gives the same bytes.

    wheels: gets what is bundled.

    Raises:
        PluginRaisedError: there is no manifest.
        PublishError: a requirement cannot be had there, or an import.
    """
    manifest = manifest_of(plugin_class)
    ours = [*OURS, *(OURS_INBOUND if manifest.supports_inbound else ())]
    required = requirements_in(folder / "requirements.txt")
    resolved = resolve(required, channel, wheels, ours=ours)
    procedures = procedures_of(plugin_class)
    plugin = plugin_files(folder, plugin_class.__module__)
    code = plugin | own_files()
    code[f"{HANDLERS}.py"] = handlers_module(plugin_class, procedures).encode()
    bundled, twice = unpacked(resolved.bundled.values(), code)
    code |= bundled
    files, absent = _beside(folder, manifest)
    files[CODE] = zipped(code)
    files[SETUP] = setup_script(procedures, resolved.packages).encode()
    # Of what is in the zip: how it is compressed depends on the machine's library.
    packed = {f"{CODE}/{path}": content for path, content in code.items()}
    packed |= {path: content for path, content in files.items() if path != CODE}
    digest = digest_of(packed | {MANIFEST: manifest_text(manifest, names, "").encode()})
    files[MANIFEST] = manifest_text(manifest, names, digest).encode()
    missing = missing_methods(plugin_class, manifest)
    warnings = [f"{name} is not written: its procedure answers so" for name in missing]
    warnings += [f"there is no {thing}: {' or '.join(_OPTIONAL[thing])}" for thing in absent]
    warnings += [*twice, *resolved.warnings]
    warnings += _not_required(plugin, required, resolved)
    warnings += [
        f"{place} uses __file__, which is in a zip there: importlib.resources reads a package's data"
        for place in places_used(plugin)
    ]
    return Package(
        plugin=plugin_class.__name__,
        names=names,
        files=files,
        digest=digest,
        procedures=tuple(each.name for each in procedures),
        resolved=resolved,
        warnings=tuple(warnings),
    )


def _beside(folder: Path, manifest: PluginManifest) -> tuple[dict[str, bytes], list[str]]:
    """README, icon and licence of the project; which of the last two are not there."""
    readme = folder / README
    title = f"# {manifest.plugin_name}\n\n{manifest.docs_url}\n".encode()
    files = {README: content_of(readme, README) if readme.is_file() else title}
    absent = []
    for thing, names in _OPTIONAL.items():
        found = next((folder / name for name in names if (folder / name).is_file()), None)
        if found is None:
            absent.append(thing)
        else:
            files[found.name] = content_of(found, found.name)
    return files, absent


def _not_required(
    plugin: dict[str, bytes], required: list[Requirement], resolved: Resolved
) -> list[str]:
    """What the plugin imports and nothing brings, as far as can be told here."""
    named = {canonicalize_name(each.name) for each in required} | set(resolved.references)
    brought = {path.partition("/")[0].removesuffix(".py") for path in plugin} | {
        path.partition("/")[0].removesuffix(".py")
        for wheel in resolved.bundled.values()
        for path in wheel.files
    }
    brought |= {"devsession", _OMNATA, "snowflake", *sys.stdlib_module_names}
    makers = packages_distributions()
    lacking = [
        (module, path)
        for module, path in imported_packages(plugin).items()
        if module not in brought
        and not named & {canonicalize_name(each) for each in makers.get(module, [module])}
    ]
    return [
        f"{path} imports {module}, which requirements.txt does not name" for module, path in lacking
    ]
