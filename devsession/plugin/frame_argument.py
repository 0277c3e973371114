"""Which argument of a call is the frame to cut, and how the call is made again for a part of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pandas import DataFrame

# Source: sync contract, managed processing; plugins are written with either name.
_NAMES = ("data_frame", "dataframe")


@dataclass(frozen=True)
class FrameCall:
    """A call that was given a frame or an iterator of frames; `function(*args, **kwargs)` in all.

    place: where it stands, in `args` when a number, in `kwargs` when a name.
    """

    function: Callable[..., object]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    place: int | str

    @property
    def name(self) -> str:
        """What the author calls the function."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def given(self) -> DataFrame | Iterator[DataFrame]:
        """The frame or frames, as given."""
        found: DataFrame | Iterator[DataFrame] = (
            self.args[self.place] if isinstance(self.place, int) else self.kwargs[self.place]
        )
        return found

    def on(self, frame: DataFrame) -> object:
        """Call it with this frame instead."""
        if isinstance(self.place, int):
            args = (*self.args[: self.place], frame, *self.args[self.place + 1 :])
            return self.function(*args, **self.kwargs)
        others = {name: value for name, value in self.kwargs.items() if name != self.place}
        taken = _taken_as(self.function, self.place)
        if taken is None:
            return self.function(*self.args, frame, **others)
        return self.function(*self.args, **{taken: frame}, **others)


def frame_call(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> FrameCall:
    """Find it: `data_frame=` or `dataframe=`, else the first frame, else the first iterator.

    Raises:
        UsageError: there is none.
    """
    from pandas import DataFrame

    for name in _NAMES:
        if name in kwargs:
            if not isinstance(kwargs[name], (DataFrame, Iterator)):
                raise _without_frame(function, f"{name}=", [kwargs[name]])
            return FrameCall(function, args, kwargs, name)
    arguments: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for kind in (DataFrame, Iterator):
        for place, value in arguments:
            if isinstance(value, kind):
                return FrameCall(function, args, kwargs, place)
    raise _without_frame(function, "arguments: ", [value for _, value in arguments])


def _without_frame(
    function: Callable[..., object], before: str, given: Sequence[object]
) -> UsageError:
    name = getattr(function, "__name__", type(function).__name__)
    next_step = (
        "give it the DataFrame of request.get_records(), or the iterator of "
        "request.get_records(batched=True)"
    )
    if name == "sync_outbound":  # which is not called by its author
        next_step = (
            "write the decorator over a method of your own that takes a frame, such as send, and in "
            "sync_outbound: return self.send(parameters, outbound_sync_request.get_records(batched=True))"
        )
    return UsageError(
        f"{name}() was called without a frame of records",
        tried=before + (", ".join(type(value).__name__ for value in given) or "none"),
        where=f"{name}(), under @managed_outbound_processing",
        next_step=next_step,
        function=name,
    )


def _taken_as(function: Callable[..., object], name: str) -> str | None:
    """The name under which a function takes what was given as `name`; None: by its place."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return name
    by_name = {
        each.name
        for each in parameters.values()
        if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    }
    for each in (name, *_NAMES):
        if each in by_name:
            return each
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return name if takes_any else None
