"""Opening a scenario of this workspace: as it was frozen, or frozen now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from devsession.recording.origin import check_origin, write_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.recording.scenario_files import ScenarioFiles
    from devsession.session.vault import Vault

F = TypeVar("F", bound="ScenarioFiles[Any]")


def frozen_folder(
    folder: F,
    vault: Vault,
    *,
    refresh: bool,
    freeze: Callable[[], None],
    frozen_with: Callable[[], str],
) -> F:
    """The folder as it was frozen; frozen now when there is none, or it is asked for anew.

    frozen_with: what it was frozen with that is otherwise by now; the author's cell shows it.

    Raises: ScenarioError for one that was frozen from somewhere else; what `freeze` raises.
    """
    if refresh or not folder.exists:
        freeze()
    elif told := frozen_with():
        name = folder.read_input().name
        print(f"scenario {name!r}: frozen with {told}: refresh=True takes it anew")  # noqa: T201
    if refresh:
        write_origin(folder, None, vault.redactor)
    check_origin(folder, None)
    return folder
