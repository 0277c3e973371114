"""Where the outputs of a cell differ from those that are stored for it.

What does not count: how streams were cut into pieces, and where they stand between other outputs
(kernels send them as they come, and nbclient, papermill and nbval join them); colours; addresses of
objects; the lines of a traceback; ids of widgets and of HTML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devsession.recording.differences import differing_values, written_place
from devsession.recording.shown_values import NOTHING, short
from devsession.render import counted
from devsession.testing.notebooks.comparison_report import Difference
from devsession.testing.notebooks.html_outputs import html_differences
from devsession.testing.notebooks.images import IMAGES, image_difference
from devsession.testing.notebooks.text_lines import as_seen, difference_lines, plain, uncoloured
from devsession.testing.notebooks.widgets import VIEW, Widget, models_of, widget_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbformat import NotebookNode

    from devsession.testing.notebooks.sanitize import Sanitizer

_MARKUP = {"text/html", "image/svg+xml"}
_PLAIN = "text/plain"
_STATELESS = "the state of a widget is not stored in the notebook, and was not compared"
_PARTIAL = (
    "the state of a widget is stored in part, as JupyterLab does with defaults: traits that only "
    "one side has were not compared"
)
_STREAMS = ("stdout", "stderr")


@dataclass
class OutputComparer:
    """Compares outputs of two notebooks; `notes` gathers what could not be compared."""

    stored: NotebookNode
    executed: NotebookNode
    sanitizer: Sanitizer
    image_tolerance: float
    notes: dict[str, None] = field(default_factory=dict)

    def differences(
        self, stored: Sequence[Any], executed: Sequence[Any], within: str = ""
    ) -> Iterator[Difference]:
        """Streams by name, then errors, then what was displayed, in its order."""
        for name in dict.fromkeys([*_STREAMS, *_stream_names(stored), *_stream_names(executed)]):
            texts = _stream(stored, name), _stream(executed, name)
            yield from self._text(f"{within}{name}", as_seen(texts[0]), as_seen(texts[1]))
        yield from self._errors(within, _errors(stored), _errors(executed))
        yield from self._displays(within, _displays(stored), _displays(executed))

    def _clean(self, text: str) -> str:
        return plain(self.sanitizer.text(uncoloured(text)))

    def _text(self, place: str, stored: str, got: str) -> Iterator[Difference]:
        if stored == got:
            return
        expected, now = self._clean(stored), self._clean(got)
        if expected != now:
            yield Difference(place, expected, now, difference_lines(expected, now))

    def _errors(self, within: str, stored: list[str], executed: list[str]) -> Iterator[Difference]:
        expected, now = [[self._clean(each) for each in errors] for errors in (stored, executed)]
        if expected != now:
            one, other = "\n".join(expected), "\n".join(now)
            yield Difference(f"{within}exception", one, other, difference_lines(one, other))

    def _displays(
        self, within: str, stored: list[Any], executed: list[Any]
    ) -> Iterator[Difference]:
        for number, ours, theirs in _paired(stored, executed):
            several = max(len(stored), len(executed)) > 1
            place = f"{within}output {number}, " if several else within
            if theirs is None:
                yield Difference(f"{place}{_kinds(ours)}", _shown(ours), "")
            elif ours is None:
                yield Difference(f"{place}{_kinds(theirs)}", "", _shown(theirs))
            else:
                yield from self._bundle(place, ours, theirs)

    def _bundle(
        self, place: str, stored: Mapping[str, Any], got: Mapping[str, Any]
    ) -> Iterator[Difference]:
        """What is plain text beside a richer form is told only where that one is the same."""
        mimes = sorted(dict.fromkeys([*stored, *got]), key=lambda mime: mime == _PLAIN)
        told = False
        for mime in mimes:
            for each in [] if told and mime == _PLAIN else self._forms(place, mime, stored, got):
                told = True
                yield each

    def _forms(
        self, place: str, mime: str, stored: Mapping[str, Any], got: Mapping[str, Any]
    ) -> Iterator[Difference]:
        where = f"{place}{mime}"
        if mime == VIEW and mime not in stored:
            self._note_stateless()
        elif mime not in got:
            yield Difference(where, _value_shown(stored[mime]), "")
        elif mime not in stored:
            yield Difference(where, "", _value_shown(got[mime]))
        elif mime == VIEW:
            yield from self._views(place, stored[mime], got[mime])
        else:
            yield from self._values(where, mime, stored[mime], got[mime])

    def _values(self, place: str, mime: str, stored: Any, got: Any) -> Iterator[Difference]:
        if not (isinstance(stored, str) and isinstance(got, str)):
            yield from self._json(place, stored, got)
        elif mime in _MARKUP:
            yield from html_differences(place, self._clean(stored), self._clean(got))
        elif mime in IMAGES:
            found = image_difference(place, stored, got, self.image_tolerance)
            yield from [found] if found else []
        else:
            yield from self._text(place, stored, got)

    def _json(self, place: str, stored: Any, got: Any) -> Iterator[Difference]:
        for path, ours, theirs in differing_values(stored, got, self._is_same):
            where = written_place(place, path)
            if isinstance(ours, list) and isinstance(theirs, list):
                expected, now = (counted(len(each), "item") for each in (ours, theirs))
                yield Difference(where, expected, now)
            elif isinstance(ours, str) and isinstance(theirs, str):
                yield from self._text(where, ours, theirs)
            else:
                expected, now = ("" if each is NOTHING else short(each) for each in (ours, theirs))
                yield Difference(where, expected, now)

    def _is_same(self, ours: Any, theirs: Any) -> bool:
        """Of values that are no containers; Python takes True for 1."""
        if isinstance(ours, dict | list):
            return False
        if isinstance(ours, str) and isinstance(theirs, str):
            return ours == theirs or self._clean(ours) == self._clean(theirs)
        both_nan = ours != ours and theirs != theirs  # noqa: PLR0124
        return both_nan or ((type(ours) is bool) == (type(theirs) is bool) and bool(ours == theirs))

    def _views(self, place: str, stored: Any, got: Any) -> Iterator[Difference]:
        ours = widget_tree(self._stored_models, _model_id(stored))
        theirs = widget_tree(self._executed_models, _model_id(got))
        if ours is None:
            self._note_stateless()
        elif theirs is None:
            yield Difference(f"{place}widget {ours.name}", "its state", "")
        else:
            yield from self._widgets(f"{place}widget ", ours, theirs)

    def _widgets(self, place: str, stored: Widget, got: Widget) -> Iterator[Difference]:
        if stored.name != got.name:
            yield Difference(place.rstrip(), stored.name, got.name)
            return
        here = f"{place}{stored.name}"
        if stored.traits.keys() != got.traits.keys():
            self.notes[_PARTIAL] = None
        for trait, ours in stored.traits.items():
            if trait in got.traits:
                yield from self._trait(f"{here}.{trait}", ours, got.traits[trait])
        yield from self.differences(stored.outputs, got.outputs, f"{here}, ")

    def _trait(self, place: str, stored: Any, got: Any) -> Iterator[Difference]:
        if isinstance(stored, Widget) and isinstance(got, Widget):
            yield from self._widgets(f"{place} ", stored, got)
        elif isinstance(stored, list) and isinstance(got, list):
            if len(stored) != len(got):
                yield Difference(place, _items(stored), _items(got))
            for at, pair in enumerate(zip(stored, got, strict=False)):
                yield from self._trait(f"{place}[{at}]", *pair)
        elif isinstance(stored, dict) and isinstance(got, dict):
            for key in dict.fromkeys([*stored, *got]):
                pair = stored.get(key, NOTHING), got.get(key, NOTHING)
                yield from self._trait(f"{place}.{key}", *pair)
        elif isinstance(stored, Widget) or isinstance(got, Widget):
            yield Difference(place, _items([stored]), _items([got]))
        else:
            yield from self._json(place, stored, got)

    def _note_stateless(self) -> None:
        self.notes[_STATELESS] = None

    @cached_property
    def _stored_models(self) -> Mapping[str, Any]:
        return models_of(self.stored)

    @cached_property
    def _executed_models(self) -> Mapping[str, Any]:
        return models_of(self.executed)


def _stream_names(outputs: Sequence[Any]) -> list[str]:
    return [each["name"] for each in outputs if each["output_type"] == "stream"]


def _stream(outputs: Sequence[Any], name: str) -> str:
    return "".join(
        each["text"] for each in outputs if each["output_type"] == "stream" and each["name"] == name
    )


def _errors(outputs: Sequence[Any]) -> list[str]:
    return [
        f"{each['ename']}: {each['evalue']}" for each in outputs if each["output_type"] == "error"
    ]


def _displays(outputs: Sequence[Any]) -> list[Any]:
    """The bundles of what was displayed; a result is displayed as anything else."""
    return [each["data"] for each in outputs if "data" in each]


def _paired(stored: list[Any], executed: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Outputs that belong together, and their number: with one more or fewer, the same find each
    other."""
    if len(stored) == len(executed):
        yield from ((at, *pair) for at, pair in enumerate(zip(stored, executed, strict=True), 1))
        return
    keys = [[_key(each) for each in outputs] for outputs in (stored, executed)]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        for step in range(max(old_to - old_from, new_to - new_from)):
            old, new = old_from + step, new_from + step
            yield (
                min(old, old_to) + 1 if old_to > old_from else new + 1,
                stored[old] if old < old_to else None,
                executed[new] if new < new_to else None,
            )


def _key(bundle: Mapping[str, Any]) -> str:
    told = {mime: value for mime, value in bundle.items() if mime != VIEW}
    return plain(json.dumps(told, sort_keys=True, default=str))


def _kinds(bundle: Mapping[str, Any]) -> str:
    return " and ".join(bundle)


def _shown(bundle: Mapping[str, Any]) -> str:
    return _value_shown(bundle.get(_PLAIN, next(iter(bundle.values()), "")))


def _value_shown(value: Any) -> str:
    return short(value) if value else "empty"


def _items(values: list[Any]) -> str:
    return ", ".join(each.name if isinstance(each, Widget) else short(each) for each in values)


def _model_id(view: Any) -> str:
    return str(view.get("model_id", "")) if isinstance(view, dict) else ""
