"""papermill's parameters: read from a file, checked against the notebook, injected as it does."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import NotebookError, UsageError, did_you_mean
from devsession.render import counted, shortened
from devsession.testing.notebooks.parameter_types import Parameter, parameters_of
from devsession.testing.notebooks.tags import cell_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from nbformat import NotebookNode


@dataclass(frozen=True)
class ParameterSet:
    """Values for one run of a notebook. name: what the run is called, where there are several."""

    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


class Injected(NamedTuple):
    """A notebook with its parameters set. added: the cell that was put in, counted from 0.

    usual: whether these are the values that its outputs are stored with. notes: what was not
    checked.
    """

    notebook: NotebookNode
    added: int | None
    usual: bool
    notes: tuple[str, ...] = ()


def read_parameter_sets(path: Path) -> tuple[ParameterSet, ...]:
    """One set, or several, each a run of its own: a YAML or JSON file.

    A mapping whose values are all mappings names its sets; a list of mappings numbers them; any
    other mapping is one set. Dates stay text, as papermill reads them.

    Raises: UsageError when the file cannot be read, or holds something else.
    """
    import yaml  # type: ignore[import-untyped]  # comes with papermill
    from papermill.iorw import NoDatesSafeLoader

    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=NoDatesSafeLoader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(path, getattr(error, "strerror", None) or str(error)) from None
    except yaml.YAMLError as error:
        raise _refused(path, " ".join(str(error).split())) from None
    if isinstance(content, dict) and content and all(isinstance(v, dict) for v in content.values()):
        sets = [(str(name), values) for name, values in content.items()]
    elif isinstance(content, list) and content:
        sets = [(str(number), values) for number, values in enumerate(content, 1)]
    else:
        sets = [("", content)]
    for name, values in sets:
        if not (isinstance(values, dict) and values and all(isinstance(key, str) for key in values)):
            which = f"its set {name}" if name else "what it holds"
            raise _refused(path, f"{which} is no mapping of names to values: {shortened(repr(values))}")
    return tuple(ParameterSet(values, name) for name, values in sets)


def inject(notebook: NotebookNode, values: Mapping[str, Any], *, where: str) -> Injected:
    """A copy of a notebook with these parameters, in a cell right after its own, as papermill.

    A cell that papermill injected before is replaced. where: the notebook, for errors.

    Raises: NotebookError for a parameter that the notebook does not have, or of a wrong type.
    """
    if not values:
        return Injected(deepcopy(notebook), None, usual=True)
    own = _tagged(notebook, "parameters")
    before = _tagged(notebook, "injected")
    known, notes = check(notebook, values, where=where)
    copy = deepcopy(notebook)
    usual = _usual(notebook, values, known, before)
    cell = _cell(notebook, values)
    place = before if before is not None else (own + 1 if own is not None else 0)
    copy.cells[place : place + (before is not None)] = [cell]
    return Injected(copy, None if before is not None else place, usual, notes)


def check(
    notebook: NotebookNode, values: Mapping[str, Any], *, where: str
) -> tuple[list[Parameter], tuple[str, ...]]:
    """The parameters of a notebook, and what of these values cannot be checked.

    Raises: NotebookError for a parameter that the notebook does not have, or of a wrong type.
    """
    own = _tagged(notebook, "parameters")
    if own is None:
        raise NotebookError(
            "The notebook takes no parameters: no cell has the tag 'parameters'",
            tried=f"setting {', '.join(sorted(values))}",
            where=where,
            next_step="in JupyterLab, give the cell with the defaults this tag, or leave them out",
        )
    if _language(notebook) != "python":
        return [], (f"parameters are not checked: the notebook is in {_language(notebook)}",)
    try:
        known = parameters_of(notebook.cells[own].source)
    except SyntaxError as error:
        raise NotebookError(
            f"The parameters of cell {own + 1} cannot be read: {error.msg}",
            where=where,
            next_step=f"mend line {error.lineno} of the cell",
        ) from None
    by_name = {each.name: each for each in known}
    if unknown := [name for name in values if name not in by_name]:
        raise NotebookError(
            f"The notebook has no parameter {unknown[0]!r}; {did_you_mean(unknown[0], by_name)}",
            tried=f"the names that cell {own + 1} assigns: {', '.join(by_name) or 'none'}",
            where=where,
            next_step="correct the name, or give it a default in that cell",
            parameter=unknown[0],
        )
    if faults := [fault for name in values if (fault := by_name[name].fault(values[name]))]:
        raise NotebookError(
            f"{counted(len(faults), 'parameter')} cannot be set: the type is wrong",
            tried="\n".join(faults),
            where=where,
            next_step="give a value of that type, or annotate the default with what is meant",
        )
    unchecked = [by_name[name] for name in values if by_name[name].type is None]
    return known, tuple(f"{each.name} is not checked: {each.unchecked}" for each in unchecked)


def _usual(
    notebook: NotebookNode,
    values: Mapping[str, Any],
    known: Iterable[Parameter],
    before: int | None,
) -> bool:
    """Whether the stored outputs were made with these values: by papermill, or by the defaults."""
    import ast

    stored = {each.name: each.default for each in known}
    if before is not None:
        stored |= {each.name: each.default for each in parameters_of(notebook.cells[before].source)}
    try:
        return all(ast.literal_eval(stored[name]) == value for name, value in values.items())
    except (KeyError, ValueError, SyntaxError):
        return False


def _cell(notebook: NotebookNode, values: Mapping[str, Any]) -> NotebookNode:
    import nbformat
    from papermill.translators import translate_parameters

    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    source = translate_parameters(kernel, _language(notebook), dict(values), "Parameters")
    cell: NotebookNode = nbformat.v4.new_code_cell(source)
    cell.metadata.tags = ["injected-parameters"]
    return cell


def _tagged(notebook: NotebookNode, what: str) -> int | None:
    """The first cell with papermill's tag, counted from 0."""
    tags = [cell.cell_type == "code" and getattr(cell_tags(cell), what) for cell in notebook.cells]
    return tags.index(True) if True in tags else None


def _language(notebook: NotebookNode) -> str:
    """In lower case; a notebook that does not say it is in Python."""
    told = notebook.metadata.get("kernelspec", {}).get("language")
    told = told or notebook.metadata.get("language_info", {}).get("name")
    return str(told or "python").lower()


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        "The file of parameters cannot be used",
        tried=why,
        where=str(path),
        next_step="one mapping (region: eu), or several sets (small: {region: eu})",
    )
