"""How the option functions of a plugin's forms are called, and what the app said when one failed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.notebook.failing_cell import FailedExchange
from devsession.notebook.kernel import between_cells
from devsession.plugin.form.fetching import Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.recording.recorder import Recorder


def fetcher_of(recorder: Recorder) -> Fetcher:
    """In a kernel options are fetched beside the form that is clicked; a script waits for them."""
    return Fetcher(between_cells(), lambda: last_exchange(recorder), aside=recorder.aside)


@contextmanager
def last_exchange(recorder: Recorder) -> Iterator[Callable[[], str]]:
    """Inside something is called; what it gives shows the last exchange of that call, if any."""
    with recorder.listening() as heard:

        def shown() -> str:
            exchanges = heard()
            return repr(FailedExchange(exchanges[-1], of=len(exchanges))) if exchanges else ""

        yield shown
