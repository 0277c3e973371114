"""A metadata workflow: a source, processors and a sink, and what they are given.

Workflow(AcmeSource.using(host=.., api_key=..), JsonLinesSink("acme.jsonl"), service="acme").run()
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from devsession.openmetadata.steps.steps import Planned, Step
from devsession.openmetadata.workflow.running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from devsession.openmetadata.model.entities import Placed
    from devsession.openmetadata.workflow.report import WorkflowReport
    from devsession.openmetadata.workflow.watermarks import Watermarks

# A class is made with its configuration's defaults, `Step.using(..)` with another one.
StepLike: TypeAlias = type[Step] | Planned | Step


@dataclass
class Workflow:
    """A source, processors and a sink: `run()` passes on what the source yields.

    stage: holds everything until the source has ended; where that went wrong, nothing is stored.
    service: whose metadata it is; entities that name no service get it. metadata: the catalog, for
    steps that look things up in it, and for what entities hang under. watermarks: makes it
    incremental. warehouse: opens one, for steps that work on it; see `WorkflowContext`. secrets: name -> value of those that are in no step's configuration; they stand in
    no error and no log.
    """

    source: StepLike
    sink: StepLike
    processors: Sequence[StepLike] = ()
    stage: StepLike | None = None
    service: str = ""
    metadata: Any = None
    watermarks: Watermarks | None = None
    warehouse: Callable[[str | None], Any] | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def run(
        self,
        *,
        dry_run: bool = False,
        delete_unseen: bool | Collection[type[Placed]] = False,
        watch: Callable[[WorkflowReport], AbstractContextManager[object]] = nullcontext,
    ) -> WorkflowReport:
        """Make the steps, read, store, close; the report is true when nothing was lost.

        dry_run: store nothing, and count what would be created, updated and deleted in
        `metadata`. delete_unseen: in the end the sink deletes what the catalog has and the source did not
        yield, of these kinds or of those that came; everything is read then, and nothing deleted
        where an entity was lost. watch: entered with the report while it fills.

        Raises: KeyboardInterrupt, after all steps are closed; `report` in it says how far it came.
        """
        run = Run(self, dry_run=dry_run, delete_unseen=delete_unseen)
        with watch(run.report):
            return run.go()
