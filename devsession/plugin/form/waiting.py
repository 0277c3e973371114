"""The side of a form whose options are fetched while a person goes on filling it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.plugin.form.matching import FormMatching

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from devsession.plugin.form.fetching import Fetcher


class FormWaiting(FormMatching):
    """What is clicked waits for no option function; what is called by name waits for all it needs."""

    _fetcher: Fetcher

    def fetch_by(self, fetcher: Fetcher) -> None:
        """Say who calls option functions."""
        self._fetcher = self._state.answers.options.fetcher = fetcher

    def without_waiting(self) -> AbstractContextManager[None]:
        """Inside, a click is dealt with: options that are not at hand come later, by themselves.

        A choice that is made meanwhile is taken, or refused, once they are there.
        """
        return self._fetcher.beside()

    def retry(self, name: str) -> None:
        """Fetch a field's options once more, which could not be had; `mapping` is the mapper's.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        self._state.answers.options.forget_failures(self._held_as(name))
        self._state.load()
        self._changed()

    def stop(self, name: str) -> None:
        """Wait no more for a field's options; `retry` asks for them again.

        Python cannot end the plugin's function: it runs to its end, and nothing comes of it.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        self._state.answers.options.stop(self._held_as(name))
        self._state.load()
        self._changed()

    def settle(self) -> None:
        """Wait for what is on its way, and take or refuse what was chosen meanwhile."""
        if self._state.is_loading:
            with self._fetcher.beside(False):
                self._state.load()
            self._changed()

    def _arrived(self) -> None:
        """A call beside the form has ended."""
        with self.without_waiting():
            self._state.load()
            self._state.answers.options.put_away()
            self._changed()
