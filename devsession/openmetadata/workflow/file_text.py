"""A file in YAML as text, a workflow's or a handler's: its content, and the line of each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import WorkflowError
from devsession.openmetadata.steps.references import Path, dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath


def read_yaml(path: FilePath) -> tuple[Any, Callable[[Path], str]]:
    """The content, and what says where in the file a key stands: `acme.yaml, line 7`.

    Raises: WorkflowError for a file that is not there, is no YAML, or has a key twice.
    """
    import yaml  # type: ignore[import-untyped]

    try:
        text = path.read_text(encoding="utf-8")
        content, node = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise WorkflowError(
            "The file cannot be read",
            said=getattr(error, "strerror", None) or "it is no UTF-8",
            where=str(path.resolve()),
            next_step="name a file that can be read, in YAML and UTF-8",
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise WorkflowError(
            "The file is no YAML",
            said=str(getattr(error, "problem", "") or error),
            where=f"{path}, line {mark.line + 1}" if mark else str(path),
        ) from None
    lines = dict(_lines(node, (), path)) if node is not None else {}

    def where(at: Path) -> str:
        while at and at not in lines:
            at = at[:-1]
        return f"{path}, line {lines[at]}" if at in lines else str(path)

    return content, where


def _lines(node: Any, at: Path, file: FilePath) -> Iterator[tuple[Path, int]]:
    """Each place below a node, with its line."""
    if node.id == "sequence":
        for number, each in enumerate(node.value):
            yield (*at, number), each.start_mark.line + 1
            yield from _lines(each, (*at, number), file)
    if node.id == "mapping":
        seen: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                raise WorkflowError(
                    f"{dotted((*at, name))} stands twice in the file",
                    where=f"{file}, lines {seen[name]} and {line}",
                    next_step="leave one of them",
                )
            seen[name] = line
            yield (*at, name), line
            yield from _lines(value, (*at, name), file)
