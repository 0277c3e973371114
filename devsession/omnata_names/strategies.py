"""Strategies and actions as the dialect writes them: `CreateSyncStrategy()`, `CreateSyncAction()`."""

from __future__ import annotations

from devsession.plugin.strategies import STRATEGIES, SyncAction


class _Named(type):
    """A class whose call gives what it names, and whose instances are what equals that."""

    named: object

    def __call__(cls) -> object:
        return cls.named

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, type(cls.named)) and value == cls.named


def _classes(kind: str, named: dict[str, object]) -> dict[str, type]:
    return {
        f"{name}{kind}": _Named(f"{name}{kind}", (), {"named": value, "__module__": __name__})
        for name, value in named.items()
    }


_ALL = _classes("SyncStrategy", dict(STRATEGIES)) | _classes(
    "SyncAction", {action.value: action for action in SyncAction}
)


def __getattr__(name: str) -> type:
    if name not in _ALL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _ALL[name]
