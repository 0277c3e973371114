"""A plugin is published from where it lies: what the command does, and `session.publish(..)`."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

from devsession.errors import PublishError, UsageError
from devsession.private import private_folder
from devsession.publish.channel import PYTHON, Channel
from devsession.publish.connector import make_connector
from devsession.publish.names import Names
from devsession.publish.package import make_package, manifest_of
from devsession.publish.publishing import STEPS, publish, require_account
from devsession.publish.resolving import OURS
from devsession.publish.wheels import wheel_of
from devsession.secrets.redact import Redactor
from devsession.session.known_secrets import known_secrets
from devsession.session.plugin_source import kind_of
from devsession.session.workspace import OFFLINE_VARIABLE, offline_requested
from devsession.warehouse.channel import FILE_NAME, channel_packages
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from devsession.publish.connector import Connector
    from devsession.publish.publishing import Published, Step
    from devsession.warehouse.account import Account

DIST = "dist"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be published. names: those that are not the usual ones."""

    step: Step | None = None
    dry_run: bool = False
    account: str | None = None
    channel_packages: Path | None = None
    names: Mapping[str, str | None] = field(default_factory=dict)


def publish_plugin(
    plugin_class: type[Any],
    folder: Path,
    wish: Wish,
    *,
    tell: Callable[[Step], None] = lambda _: None,
) -> Published | Connector:
    """Go through the steps. tell: is told of each when it begins.

    Raises:
        PluginRaisedError, DefinitionError: there is no manifest.
        PublishError: a package that cannot be, or a step that was refused.
        SecretLeakError: a file to be packed holds a secret.
        UsageError: a step needs an account, and none is named, or one is while offline; a metadata
            plugin has no such step, one for events none at all.
    """
    kind = kind_of(plugin_class)
    if kind == "metadata":
        return _connector(plugin_class, folder, wish, tell)
    if kind == "events":
        raise UsageError(
            f"{plugin_class.__name__} handles events, which are taken where devsession runs",
            tried="an app on Snowflake receives none",
            next_step="devsession events receive",
        )
    steps = (wish.step,) if wish.step else STEPS
    manifest = manifest_of(plugin_class)
    names = Names.of(manifest, **wish.names)
    require_account(steps, there=wish.account is not None, dry_run=wish.dry_run)
    offline = offline_requested()
    if offline and wish.account is not None:
        raise UsageError(
            "Offline no account is asked",
            tried=f"account {wish.account!r}, {OFFLINE_VARIABLE} is set",
            next_step=f"unset {OFFLINE_VARIABLE}, or publish without an account: step package, or a dry run",
        )
    wheels = partial(wheel_of, index=not offline)
    with _opened(wish.account) as account:
        tell("package")
        channel = _channel(wish, folder, account)
        session = account.snowpark if account else None
        package = make_package(plugin_class, folder, names, channel, wheels=wheels)
        package.check(Redactor(known_secrets([folder])))
        place = folder / DIST / manifest.plugin_id
        if not wish.dry_run:
            package.write(place)
        published = publish(package, session, steps=steps, dry_run=wish.dry_run, tell=tell)
    return published if wish.dry_run else replace(published, written=f"{DIST}/{place.name}")


def _connector(
    source: type[Any], folder: Path, wish: Wish, tell: Callable[[Step], None]
) -> Connector:
    """A metadata plugin: its wheel and its workflow, tried where only what it requires is."""
    if wish.step not in (None, "package"):
        raise UsageError(
            f"A metadata plugin has no step {wish.step}",
            tried="its workflow runs where OpenMetadata's do, not in an app on Snowflake",
            next_step="devsession publish: makes the wheel and the workflow",
        )
    tell("package")
    connector = make_connector(source, folder)
    connector.check(Redactor(known_secrets([folder])))
    if wish.dry_run:
        return connector
    connector.write(folder / DIST)
    return replace(connector, written=DIST)


@contextmanager
def _opened(name: str | None) -> Iterator[Account | None]:
    if name is None:
        yield None
        return
    with closing(snowflake_account(name)) as account:
        yield account


def _channel(wish: Wish, folder: Path, account: Account | None) -> Channel:
    """What a file says that is named, or the account, or what was saved of one.

    Raises: PublishError when there is none of them.
    """
    if wish.channel_packages is not None:
        return Channel.in_file(folder / wish.channel_packages.expanduser())
    if account is not None:
        found = channel_packages(account, python=PYTHON).packages
        listed = ((name, each) for name, versions in found.items() for each in versions)
        return Channel.of(listed, f"account {wish.account}")
    saved = private_folder(folder) / FILE_NAME
    if saved.is_file():
        return Channel.in_file(saved)
    raise PublishError(
        "Nothing says which packages Snowflake's channel has",
        tried=f"--channel-packages, --account: not given\n{saved.parent.name}/{FILE_NAME}: not there",
        next_step="devsession doctor --account NAME, once: saves there what that account's channel has; "
        "without any account --channel-packages FILE, with "
        f'{{"snowflake_channel": {{"requests": ["2.32.3"], ..}}, "python": "{PYTHON}"}}: what '
        f"requirements.txt names, and {', '.join(Requirement(each).name for each in OURS)}",
        step="package",
    )
