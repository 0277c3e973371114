"""plugin.py is saved in an editor: the forms that are shown follow, without a cell or a click."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING
from weakref import ref

from devsession.errors import DevsessionError
from devsession.notebook.form_parts import FormPart
from devsession.notebook.kernel import between_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.session.development import DevelopmentSession

_PAUSE = 0.4  # seconds between two looks; a file that is still being written changes again


class Saving(FormPart):
    """Looks whether the plugin's files were saved, as long as its session lives.

    It is a part of every form's page, which is told what is wrong with what was saved.
    """

    def __init__(
        self,
        session: DevelopmentSession,
        *,
        later: Callable[[Callable[[], None]], None] | None = None,
        pause: float = _PAUSE,
    ) -> None:
        self._session = ref(session)
        self._later = later or between_cells()
        self._pause = pause
        self._ended = Event()
        self._tell: list[Callable[[str, bool], None]] = []
        self._told = ""

    def __repr__(self) -> str:
        return f"<Saving: {self._told or 'nothing is wrong'}>"

    def start(self) -> None:
        """Look from now on. A script is shown no form that could follow."""
        if self._later is not None:
            known = self._saved()
            Thread(target=self._look, args=(known,), name="saved plugin", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def standing(self) -> str:
        """Why the forms cannot follow; "" when they can."""
        return self._told

    def on_change(self, tell: Callable[[str, bool], None]) -> None:
        """Call `tell(text, is_error)` when the forms cannot follow, and when they can again."""
        self._tell.append(tell)

    def follow(self) -> None:
        """Let the forms be as plugin.py has them now, and say on them why they cannot."""
        session = self._session()
        if session is None:
            return
        told = ""
        try:
            session.follow()
        except DevsessionError as error:
            told = str(error)
        if told != self._told:
            self._told = told
            for tell in self._tell:
                tell(told, bool(told))

    def _look(self, known: object) -> None:
        before = known
        while not self._ended.wait(self._pause):
            now = self._saved()
            if now is None:
                return
            if now == before and now != known and self._later is not None:
                known = now
                self._later(self.follow)
            before = now

    def _saved(self) -> object:
        session = self._session()
        return None if session is None else session.source.saved
