"""Policies by where they stand: a function, a module, or the name of either."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import did_you_mean
from devsession.openmetadata.processors.verdicts import Policy
from devsession.openmetadata.steps.causes import cause_of

if TYPE_CHECKING:
    from types import ModuleType

_SHORT = 12


def policies_in(given: object) -> list[Policy]:
    """The policies of a list; each once. Raises: ValueError, which says what is wrong."""
    if not isinstance(given, list | tuple) or not given:
        raise ValueError('a list of policies, or of their names: ["policies"]')
    found: dict[str, Policy] = {}
    for each in (policy for one in given for policy in _each(one)):
        other = found.setdefault(each.id, each)
        if other is not each:
            places = " and ".join(f"{one.judges.__name__} ({one.where})" for one in (other, each))
            raise ValueError(f"{each.id} is the id of two policies: {places}")
    return list(found.values())


def spelled(rules: list[object]) -> list[str]:
    """Policies by their names; with what tells one text of their file from another.

    What an incremental run has left out was judged by the policies of then: with others, as with
    another configuration, everything is read.
    """
    return [f"{each.name} {_digest(each)}" for each in policies_in(rules)]


def _digest(policy: Policy) -> str:
    try:
        text = inspect.getsource(sys.modules[policy.judges.__module__])
    except (KeyError, OSError, TypeError):
        text = policy.judges.__code__.co_code.hex()  # written in a cell
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def _each(given: object) -> list[Policy]:
    found = _imported(given) if isinstance(given, str) else given
    if isinstance(found, Policy):
        return [found]
    if inspect.ismodule(found) and (there := _in_module(found)):
        return list(there.values())
    none = "has no policy" if inspect.ismodule(found) else "is no policy"
    called = getattr(found, "__qualname__", None) or getattr(found, "__name__", f"{found!r:.60}")
    raise ValueError(f'{called} {none}: put @policy("ACME-01", Table) above a function')


def _in_module(module: ModuleType) -> dict[str, Policy]:
    """Name -> policy."""
    return {name: each for name, each in vars(module).items() if isinstance(each, Policy)}


def _imported(name: str) -> Any:
    """The module of this name, or what a module has under its last part."""
    importlib.invalidate_caches()
    try:
        return _module(name)
    except ModuleNotFoundError:
        above, _, called = name.rpartition(".")
    try:
        module = _module(above) if above else None
    except ModuleNotFoundError:
        module = None
    if module is None:
        wanted = above or name
        near = did_you_mean(wanted, [each.stem for each in Path.cwd().glob("*.py")])
        meant = f"; {near}" if near.startswith("did") else ""
        raise ValueError(
            f"there is no module {wanted!r} in {Path.cwd()} or what is installed{meant}"
        )
    if not hasattr(module, called):
        raise ValueError(
            f"{above} has no policy {called!r}; {did_you_mean(called, _in_module(module))}"
        )
    return getattr(module, called)


def _module(name: str) -> ModuleType:
    """Raises: ModuleNotFoundError where there is none; ValueError where it cannot be imported."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise ValueError(f"{name} cannot be imported: {cause_of(error)}") from None
    except Exception as error:  # noqa: BLE001 - the author's module
        raise ValueError(f"{name} cannot be imported: {cause_of(error)}") from None
