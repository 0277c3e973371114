"""Freezing the input of a workflow's scenario: the source's configuration, without its secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from devsession.errors import UsageError
from devsession.openmetadata import Patterns
from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.scenario import scenario_folder
from devsession.recording.scenario_input import MetadataScenarioInput
from devsession.session.frozen_folder import frozen_folder
from devsession.session.wanted import Wanted

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession
    from devsession.session.workflow import SessionWorkflow

# Patterns of what entities have, and not of what they are called.
_ASIDE = frozenset({"tags", "projects"})


@dataclass(frozen=True)
class WantedPass:
    """What a workflow's scenario is asked for, by its name."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    since: int | None


def workflow_scenario_of(
    session: DevelopmentSession, workflow: SessionWorkflow, wanted: WantedPass, *, refresh: bool
) -> MetadataScenarioFolder:
    """The folder of a scenario as it was frozen; frozen now when there is none."""
    Wanted(wanted.name, None, None).check()
    scenarios = session.workspace.scenarios
    folder = scenario_folder(scenarios, workflow.slug, wanted.name, MetadataScenarioFolder)
    return frozen_folder(
        folder,
        session.vault,
        refresh=refresh,
        freeze=lambda: _freeze(session, workflow, folder, wanted),
        frozen_with=lambda: _frozen_with(session, workflow, folder, wanted),
    )


def _freeze(
    session: DevelopmentSession,
    workflow: SessionWorkflow,
    folder: MetadataScenarioFolder,
    wanted: WantedPass,
) -> None:
    now = _input(session, workflow, wanted)
    redactor = session.vault.redactor  # with the secrets of the configuration
    with folder.at_once(redactor):
        folder.clear()
        folder.write_input(now, redactor)


def _input(
    session: DevelopmentSession, workflow: SessionWorkflow, wanted: WantedPass
) -> MetadataScenarioInput:
    content, secrets = frozen(_selected(workflow.config, wanted))
    return MetadataScenarioInput(
        name=wanted.name,
        sync=workflow.slug,
        plugin=session.source.name,
        service=workflow.service,
        config=content,
        secrets=sorted(secrets),
        since=wanted.since,
    )


def _frozen_with(
    session: DevelopmentSession,
    workflow: SessionWorkflow,
    folder: MetadataScenarioFolder,
    wanted: WantedPass,
) -> str:
    """What it was frozen with that is otherwise by now."""
    if session.offline or not workflow.is_configured:
        return ""
    was, now = folder.read_input(), _input(session, workflow, wanted)
    clean = session.vault.redactor.value
    chosen = wanted.include or wanted.exclude
    told = []
    if was.config != clean(now.config) and (chosen or _unselected(was) != clean(_unselected(now))):
        told.append("another configuration")
    if wanted.since is not None and was.since != wanted.since:
        told.append(f"since={was.since}")
    return ", ".join(told)


def _unselected(frozen_input: MetadataScenarioInput) -> dict[str, Any]:
    """The configuration without what says what is included: that need not be said again."""
    return {
        name: value
        for name, value in frozen_input.config.items()
        if not (isinstance(value, dict) and value.keys() == {"includes", "excludes"})
    }


def _selected(config: Any, wanted: WantedPass) -> Any:
    """The configuration, with these patterns besides its own.

    Raises: UsageError where it has none for names, or one is no regular expression.
    """
    if not (wanted.include or wanted.exclude):
        return config
    fields = type(config).model_fields if isinstance(config, BaseModel) else {}
    levels = [
        name
        for name in fields
        if name not in _ASIDE and isinstance(getattr(config, name), Patterns)
    ]
    if not levels:
        raise UsageError(
            f"{type(config).__name__} has no patterns to include or exclude by",
            tried=f"scenario({wanted.name!r}, include={list(wanted.include)}, "
            f"exclude={list(wanted.exclude)})",
            next_step="derive it from DatabaseSourceConfig, or give it a field `tables: Patterns = "
            "Patterns()`",
        )
    level = levels[-1]
    own: Patterns = getattr(config, level)
    try:
        made = Patterns(
            includes=list(wanted.include) or own.includes, excludes=[*own.excludes, *wanted.exclude]
        )
    except ValidationError as error:
        raise UsageError(
            "include and exclude are regular expressions",
            tried="\n".join(detail["msg"] for detail in error.errors(include_url=False)),
            next_step='include=["orders", "dim_.*"]',
        ) from None
    return config.model_copy(update={level: made})
