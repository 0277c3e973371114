"""The options of a form: fetched when needed, and anew only when what they depend on changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.plugin.fields import OptionsError, StaticFormOptionsDataSource
from devsession.plugin.form.failure import Failure, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.plugin.fields import FormOption, FormOptionsDataSource
    from devsession.plugin.form.fetching import Asked, Fetcher

    Place = tuple[object, ...]
    """The name of a field, and the answers that its options depend on."""


@dataclass(frozen=True, repr=False)
class Loaded:
    """Options as they were for the answers in `key`, which may hold a secret: no repr.

    While they are `loading`, and after an `error`, `options` has what was chosen before. `asked` is
    the call that brings them; none while they wait for the options of another field.
    """

    key: tuple[object, ...] = ()
    options: tuple[FormOption, ...] = ()
    error: str = ""
    failure: Failure | None = None
    loading: bool = False
    asked: Asked | None = None


NOT_LOADED = Loaded()
_STOPPED = "its options were not loaded: somebody stopped waiting"


@dataclass(repr=False)
class FormOptions:
    """Options by the name of their field: those at hand, and all that were fetched before.

    parameters: makes what an option function is given.
    redact: is applied to what it raised.
    fetcher: calls it.
    arrived: is called where a call beside the form has ended.
    """

    parameters: Callable[[], Any]
    redact: Callable[[str], str]
    fetcher: Fetcher
    arrived: Callable[[], None]
    held: dict[str, Loaded] = field(default_factory=dict)
    fetched: dict[Place, Loaded] = field(default_factory=dict)
    added: dict[Place, tuple[FormOption, ...]] = field(default_factory=dict)
    running: dict[Place, Asked] = field(default_factory=dict)
    seen: dict[str, tuple[FormOption, ...]] = field(default_factory=dict)

    def known(self, name: str) -> Loaded:
        """What is at hand, fetched or not."""
        return self.held.get(name, NOT_LOADED)

    def is_fresh(self, name: str, key: tuple[object, ...]) -> bool:
        """Whether what is at hand, or on its way while nobody waits, is for these answers."""
        loaded = self.held.get(name)
        if loaded is None or loaded.key != key:
            return False
        on_its_way = loaded.asked is not None and not loaded.asked.done()
        return not loaded.loading or (on_its_way and self.fetcher.is_beside)

    def fetch(
        self,
        name: str,
        source: FormOptionsDataSource,
        key: tuple[object, ...],
        chosen: Sequence[FormOption] = (),
    ) -> Loaded:
        """Have the options for these answers at hand, or on their way; an exception becomes text.

        chosen: what is chosen, which waits for them.
        """
        place, beside = (name, *key), self.fetcher.is_beside
        asked = self.running.get(place)
        if place in self.fetched:
            loaded = self.fetched[place]
        elif asked is not None and beside and not asked.done():
            return self.wait(name, key, chosen, asked)
        elif asked is not None:
            loaded = asked.wait()
        elif beside and not isinstance(source, StaticFormOptionsDataSource):
            return self._ask(name, source, key, chosen)
        else:
            loaded = self._call(source, key, self.parameters)
        self.running.pop(place, None)
        self._let_go(name)
        if loaded.error:
            return self._hold(name, replace(loaded, options=self._as_seen(name, chosen)))
        self.fetched[place] = loaded
        return self._hold(name, loaded)

    def wait(
        self,
        name: str,
        key: tuple[object, ...],
        chosen: Sequence[FormOption],
        asked: Asked | None = None,
    ) -> Loaded:
        """Have nothing but what is chosen at hand, until the options come."""
        if self.known(name).asked is not asked:
            self._let_go(name)
        kept = self._as_seen(name, chosen)
        return self._hold(name, Loaded(key, kept, loading=True, asked=asked))

    def forget(self, name: str) -> None:
        """Wait no more for the options of a field that is not asked for, and say nothing of them."""
        loaded = self.known(name)
        if loaded.loading or loaded.error:
            self._let_go(name)
            del self.held[name]

    def stop(self, name: str) -> None:
        """Wait no more for the options of a field; what comes of the call is not used."""
        loaded = self.known(name)
        if loaded.loading:
            self._let_go(name)
            self.running.pop((name, *loaded.key), None)
            told = replace(loaded, error=_STOPPED, failure=Failure(), loading=False, asked=None)
            self.held[name] = told

    def put_away(self) -> None:
        """Keep what has come for answers that are others by now: they may come back."""
        for place, asked in list(self.running.items()):
            if asked.done() and self.known(str(place[0])).asked is not asked:
                del self.running[place]
                loaded = asked.result()
                if not loaded.error:
                    self.fetched[place] = loaded

    def add(self, name: str, options: Sequence[FormOption]) -> Loaded:
        """Offer these too, for the answers that the options at hand were fetched for."""
        loaded = self.known(name)
        place = (name, *loaded.key)
        self.added[place] = (*self.added.get(place, ()), *options)
        return self._hold(name, loaded)

    def forget_failures(self, *names: str) -> None:
        """Let what could not be fetched be tried again, for these fields or for all."""
        self.held = {
            name: loaded
            for name, loaded in self.held.items()
            if not loaded.error or (names and name not in names)
        }

    def clear(self) -> None:
        """Fetch everything anew, because the plugin or what it is given has changed."""
        for name in self.held:
            self._let_go(name)
        self.held = {}
        self.fetched = {}
        self.running = {}

    def copy(self) -> FormOptions:
        """One whose options at hand can be changed without changing these; fetched ones are shared."""
        return replace(self, held=dict(self.held), added=dict(self.added))

    def _hold(self, name: str, loaded: Loaded) -> Loaded:
        """Have options at hand, with those that were added; what the app lists itself goes first."""
        added = {option.value: option for option in self.added.get((name, *loaded.key), ())}
        listed = {option.value for option in loaded.options}
        more = [option for value, option in added.items() if value not in listed]
        self.held[name] = replace(loaded, options=(*loaded.options, *more))
        if not loaded.loading and not loaded.error:
            self.seen[name] = self.held[name].options
        return self.held[name]

    def _as_seen(self, name: str, chosen: Sequence[FormOption]) -> tuple[FormOption, ...]:
        """What is chosen, called what it was called when it was offered."""
        seen = {option.value: option for option in self.seen.get(name, ())}
        return tuple(seen.get(option.value, option) for option in chosen)

    def _let_go(self, name: str) -> None:
        """A call that has not begun, and that nobody waits for, is not made."""
        asked, place = self.known(name).asked, (name, *self.known(name).key)
        # By name nothing is cancelled: where filling fails, the form waits as before.
        if asked is not None and self.fetcher.is_beside and asked.cancel():
            self.running.pop(place, None)

    def _ask(
        self,
        name: str,
        source: FormOptionsDataSource,
        key: tuple[object, ...],
        chosen: Sequence[FormOption],
    ) -> Loaded:
        running = self.running
        try:
            given = self.parameters()
        except DevsessionError as error:
            return self._hold(name, self._not_called(key, error))
        if running is not self.running:  # plugin.py was saved, and the form is another one by now
            return self.known(name)

        def call() -> Loaded:
            try:
                return self._call(source, key, lambda: given)
            except BaseException as error:  # noqa: BLE001 - a field must not load for ever
                kind = type(error).__name__
                return Loaded(key, error=f"its options cannot be loaded: {kind}", failure=Failure())

        asked = self.fetcher.ask(name, call, self.arrived)
        self.running[(name, *key)] = asked
        return self.wait(name, key, chosen, asked)

    def _call(
        self, source: FormOptionsDataSource, key: tuple[object, ...], parameters: Callable[[], Any]
    ) -> Loaded:
        with self.fetcher.heard() as exchange:
            try:
                return Loaded(key, tuple(source.load(parameters)))
            except OptionsError as error:
                failure = failure_of(error.__cause__, exchange(), self.redact)
                return Loaded(key, error=self.redact(str(error)), failure=failure)
            except DevsessionError as error:
                return self._not_called(key, error)

    def _not_called(self, key: tuple[object, ...], error: DevsessionError) -> Loaded:
        text = self.redact(f"its options cannot be loaded: {error.what}")
        return Loaded(key, error=text, failure=Failure())
