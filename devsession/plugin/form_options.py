"""The options of a form: fetched when needed, and anew only when what they depend on changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.plugin.fields import OptionsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.plugin.fields import FormOption, FormOptionsDataSource


@dataclass(frozen=True, repr=False)
class Loaded:
    """Options as they were for the answers in `key`, which may hold a secret: no repr."""

    key: tuple[object, ...] = ()
    options: tuple[FormOption, ...] = ()
    error: str = ""


NOT_LOADED = Loaded()


@dataclass(repr=False)
class FormOptions:
    """Options by the name of their field: those at hand, and all that were fetched before.

    parameters: makes what an option function is given.
    redact: is applied to what it raised.
    """

    parameters: Callable[[], Any]
    redact: Callable[[str], str]
    held: dict[str, Loaded] = field(default_factory=dict)
    fetched: dict[tuple[object, ...], Loaded] = field(default_factory=dict)
    added: dict[tuple[object, ...], tuple[FormOption, ...]] = field(default_factory=dict)

    def known(self, name: str) -> Loaded:
        """What is at hand, fetched or not."""
        return self.held.get(name, NOT_LOADED)

    def is_fresh(self, name: str, key: tuple[object, ...]) -> bool:
        """Whether what is at hand was fetched for these answers."""
        return name in self.held and self.held[name].key == key

    def fetch(self, name: str, source: FormOptionsDataSource, key: tuple[object, ...]) -> Loaded:
        """Have the options for these answers at hand; what their source raises becomes text."""
        if (name, *key) in self.fetched:
            loaded = self.fetched[(name, *key)]
        else:
            loaded = self._call(source, key)
            if not loaded.error:
                self.fetched[(name, *key)] = loaded
        return self._hold(name, loaded)

    def add(self, name: str, options: Sequence[FormOption]) -> Loaded:
        """Offer these too, for the answers that the options at hand were fetched for."""
        loaded = self.known(name)
        place = (name, *loaded.key)
        self.added[place] = (*self.added.get(place, ()), *options)
        return self._hold(name, loaded)

    def forget_failures(self) -> None:
        """Let what could not be fetched be tried again."""
        self.held = {name: loaded for name, loaded in self.held.items() if not loaded.error}

    def clear(self) -> None:
        """Fetch everything anew, because the plugin or what it is given has changed."""
        self.held = {}
        self.fetched = {}

    def copy(self) -> FormOptions:
        """One whose options at hand can be changed without changing these; fetched ones are shared."""
        return replace(self, held=dict(self.held), added=dict(self.added))

    def _hold(self, name: str, loaded: Loaded) -> Loaded:
        """Have options at hand, with those that were added; what the app lists itself goes first."""
        added = {option.value: option for option in self.added.get((name, *loaded.key), ())}
        listed = {option.value for option in loaded.options}
        more = [option for value, option in added.items() if value not in listed]
        self.held[name] = replace(loaded, options=(*loaded.options, *more))
        return self.held[name]

    def _call(self, source: FormOptionsDataSource, key: tuple[object, ...]) -> Loaded:
        try:
            return Loaded(key, tuple(source.load(self.parameters)))
        except OptionsError as error:
            return Loaded(key, error=self.redact(str(error)))
        except DevsessionError as error:
            return Loaded(key, error=self.redact(f"its options cannot be loaded: {error.what}"))
