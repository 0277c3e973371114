"""Why a function of the author's failed, for whoever mends it: where in their code, and what the app said."""

from __future__ import annotations

import traceback
from dataclasses import asdict, dataclass
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.form.options import Loaded

_FRAMES = 10
_LENGTH = 4_000  # characters of either text
_HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Failure:
    """Traceback and exchange as text, without secrets, cut where they are long; either may be ""."""

    traceback: str = ""
    exchange: str = ""


def failure_of(error: BaseException | None, exchange: str, redact: Callable[[str], str]) -> Failure:
    """What there is to show of an error that a function of the author's raised; None: it did not."""
    told = _traceback(error) if error is not None else ""
    return Failure(_cut(redact(told)), _cut(redact(exchange)))


def fetching(loaded: Loaded) -> dict[str, Any]:
    """What a widget shows of options besides themselves: that they load, or why they did not."""
    if loaded.loading:
        return {"loading": True}
    return {"failure": asdict(loaded.failure or Failure())} if loaded.error else {}


def _traceback(error: BaseException) -> str:
    """The frames of the author's own files, and the error; libraries are counted."""
    # Ours come first: those that call.
    frames = list(dropwhile(_is_ours, traceback.extract_tb(error.__traceback__)))
    folder = Path(frames[0].filename).parent if frames else None
    own = [frame for frame in frames if Path(frame.filename).parent == folder]
    lines = [
        f"{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}\n    {frame.line}"
        for frame in own[-_FRAMES:]
    ]
    said = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines, said])


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return Path(frame.filename).is_relative_to(_HOUSE)


def _cut(text: str) -> str:
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}\n…"
