"""What a cell's tags and comment markers ask of a run: nbval's, Jupyter's and papermill's.

Source: nbval 0.11 (`nbval-..` tags, and the same as comments), nbclient 0.11 (`raises-exception`,
`skip-execution`), papermill 2.7 (`parameters`, `injected-parameters`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

_IGNORED, _CHECKED, _RAISES, _SKIPPED = "ignored", "checked", "raises", "skipped"
_NBVAL = {
    "nbval-ignore-output": _IGNORED,
    "nbval-check-output": _CHECKED,
    "nbval-raises-exception": _RAISES,
    "nbval-skip": _SKIPPED,
    # What nbval was called before; it still reads both spellings.
    "pytest-validate-ignore-output": _IGNORED,
}
_JUPYTER = {"raises-exception": _RAISES, "skip-execution": _SKIPPED}
_PREFIX = "nbval-"


@dataclass(frozen=True)
class CellTags:
    """What one cell asks for.

    skipped: it is not run. compared: whether its outputs are, None where the run decides.
    may_raise: an exception is allowed, not asked for. parameters: papermill's defaults stand in it;
    injected: papermill has put it there. by: of each of these, the tag or marker that says so.
    notes: what is wrong with the tags.
    """

    skipped: bool = False
    compared: bool | None = None
    may_raise: bool = False
    parameters: bool = False
    injected: bool = False
    by: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def said_by(self, what: str) -> str:
        """The tag or marker that asks for `skipped`, `compared` or `may_raise`; or nothing."""
        return dict(self.by).get(what, "")


def cell_tags(cell: NotebookNode) -> CellTags:
    """Read the tags of a cell, then the markers in its comments, which count more."""
    notes: list[str] = []
    tags = _listed(cell.metadata.get("tags", []), notes)
    asked: dict[str, tuple[bool, str]] = {}
    for source in (_from_tags(tags), _from_comments(cell.source)):
        own: dict[str, tuple[bool, str]] = {}
        for topic, value, name in source:
            before = own.get(topic)
            if before is not None and before[0] != value:
                notes.append(f"{before[1]} and {name} contradict each other; the last counts")
            own[topic] = value, name
        asked |= own
    notes += [
        f"tag {tag!r} is not known to nbval; {did_you_mean(tag, sorted(_NBVAL))}"
        for tag in tags
        if tag.startswith(_PREFIX) and tag not in _NBVAL
    ]
    return CellTags(
        skipped=_value(asked, "skipped") or False,
        compared=_value(asked, "compared"),
        may_raise=_value(asked, "may_raise") or False,
        parameters="parameters" in tags,
        injected="injected-parameters" in tags,
        by=tuple((topic, name) for topic, (_, name) in asked.items()),
        notes=tuple(notes),
    )


_ASKS = {
    _IGNORED: ("compared", False),
    _CHECKED: ("compared", True),
    _RAISES: ("may_raise", True),
    _SKIPPED: ("skipped", True),
}


def _value(asked: dict[str, tuple[bool, str]], topic: str) -> bool | None:
    return asked[topic][0] if topic in asked else None


def _listed(tags: object, notes: list[str]) -> list[str]:
    if isinstance(tags, list):
        return [tag for tag in tags if isinstance(tag, str)]
    notes.append("its tags are not a list, and were not read")
    return []


def _from_tags(tags: list[str]) -> Iterator[tuple[str, bool, str]]:
    for tag in tags:
        kind = _NBVAL.get(tag) or _JUPYTER.get(tag)
        if kind:
            yield *_ASKS[kind], tag


def _from_comments(source: str) -> Iterator[tuple[str, bool, str]]:
    """A marker is a whole comment: `# NBVAL_SKIP`, and not a sentence that names it."""
    for line in source.splitlines():
        text = line.strip()
        marker = text.lstrip("#").strip()
        kind = _NBVAL.get(marker.lower().replace("_", "-")) if marker.isupper() else None
        if kind and text.startswith("#"):
            yield *_ASKS[kind], f"# {marker}"
