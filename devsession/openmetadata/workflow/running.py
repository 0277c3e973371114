"""One run of a workflow: every step made, prepared, fed and closed, every loss counted."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Any

from devsession.errors import CatalogError, DevsessionError
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.steps.causes import cause_of, name_of
from devsession.openmetadata.steps.configuring import secrets_in
from devsession.openmetadata.steps.either import Either, OMError
from devsession.openmetadata.steps.selection import SourceConfig
from devsession.openmetadata.steps.steps import (
    Planned,
    Processor,
    Sink,
    Source,
    Stage,
    Step,
    WorkflowContext,
    deletes,
    yielded_by,
)
from devsession.openmetadata.workflow.log import log_end, log_loss
from devsession.openmetadata.workflow.parents import Parents
from devsession.openmetadata.workflow.report import WorkflowReport
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from devsession.openmetadata.model.entities import Placed
    from devsession.openmetadata.steps.status import StepStatus
    from devsession.openmetadata.steps.steps import Item
    from devsession.openmetadata.workflow.workflow import StepLike, Workflow


class Run:
    """A workflow's run, once: `go()`."""

    def __init__(
        self,
        workflow: Workflow,
        *,
        dry_run: bool,
        delete_unseen: bool | Collection[type[Placed]],
    ) -> None:
        self._workflow = workflow
        self._delete_unseen = bool(delete_unseen)
        self._deleted_kinds = None if isinstance(delete_unseen, bool) else delete_unseen
        self._dry_run = dry_run
        self.report = WorkflowReport(workflow.service, dry_run=dry_run)
        self._redactor = Redactor(workflow.secrets)
        self._steps: list[Step] = []
        self._parents = Parents(workflow.metadata)

    def go(self) -> WorkflowReport:
        """All of it. Raises: KeyboardInterrupt, with the report as its `report`."""
        watermarks = self._workflow.watermarks
        try:
            with ExitStack() as closing:
                if self._made(closing) and self._ready(closing):
                    self._pass_on()
        except KeyboardInterrupt as stop:
            self._clean()
            self.report.end(stopped=True)
            log_end(self.report)
            stop.report = self.report  # type: ignore[attr-defined]  # for who shows how far it came
            raise
        self._clean()
        self.report.end()
        log_end(self.report)
        if watermarks is not None and self.report and not self._dry_run:
            # Only now has the sink confirmed everything: a kill before this reads it again.
            try:
                watermarks.move(self.report.started_ms)
            except (DevsessionError, OSError) as error:
                what = f"the watermark stays where it is, the next run reads this again: {error}"
                self.report.steps[0].warn(self._redactor.text(what))
        return self.report

    # --- beginning

    def _made(self, closing: ExitStack) -> bool:
        """Make the steps; from then on each is closed, whatever happens."""
        flow = self._workflow
        wanted = [(flow.source, Source), *((each, Processor) for each in flow.processors)]
        wanted += [(flow.stage, Stage)] if flow.stage is not None else []
        wanted.append((self._dry_sink() if self._dry_run else flow.sink, Sink))
        context = WorkflowContext(flow.service, metadata=flow.metadata, warehouse=flow.warehouse)
        if (
            flow.watermarks is not None
            and not self._delete_unseen
            and getattr(step_class(flow.sink), "keeps", True)
        ):
            context.since = flow.watermarks.since()
        self.report.since = context.since
        if self._delete_unseen and not deletes(step_class(flow.sink)):
            # Before anything is read: it would be found out in the end.
            name = _called(flow.sink)
            self._lost(self.report.add(name), OMError("", f"{name} deletes nothing: delete_unseen"))
            return False
        for given, kind in wanted:
            name = _called(given)
            try:
                step = _step(given, context)
                if not isinstance(step, kind):
                    raise TypeError(f"{name} is no {kind.__name__}")  # noqa: TRY301
            except Exception as error:  # noqa: BLE001 - the author's code
                self._failed(self.report.add(name), "", error, "could not be made")
                return False
            if isinstance(step, Source):
                context.sample = step.sample
            self._steps.append(step)
            step.status = self.report.add(name)
            closing.callback(self._close, step)
        found = dict(pair for step in self._steps for pair in secrets_in(step.ctx.config))
        self._redactor = Redactor({**found, **self._workflow.secrets})
        return True

    def _dry_sink(self) -> Sink:
        from devsession.openmetadata.rest.dry_run import DryRun

        return DryRun(self._workflow.metadata)

    def _ready(self, closing: ExitStack) -> bool:
        # The sink first: where it cannot store, nobody has to be read.
        for step in reversed(self._steps):
            for call in (step.prepare, step.test_connection):
                try:
                    call()
                except Exception as error:  # noqa: BLE001 - the author's code
                    self._failed(step.status, "", error, f"{call.__name__}()")
                    return False
            if step is self._steps[-1]:
                closing.push(self._conclude)
        return True

    def _close(self, step: Step) -> None:
        try:
            step.close()
        except Exception as error:  # noqa: BLE001 - the author's code; the others are closed all the same
            self._failed(step.status, "", error, "close()")

    # --- in the middle

    def _pass_on(self) -> None:
        source, sink = self._steps[0], self._steps[-1]
        assert isinstance(source, Source)  # noqa: S101 - _made has seen to it
        assert isinstance(sink, Sink)  # noqa: S101
        processors = [each for each in self._steps if isinstance(each, Processor)]
        stage = next(
            (each for each in self._steps if isinstance(each, Stage) and each is not sink), None
        )
        items = self._read(source)
        items = chain(self._before(processors), self._processed(items, processors))
        into = stage or sink
        try:
            for item in items:
                self._store(into, item)
            self._flush(into)
            if stage is not None and not self.report.errors:
                into = sink
                for item in stage.items():
                    self._store(sink, item)
                self._flush(sink)
            self.report.confirmed = into is sink
            if self._delete_unseen and not self.report.errors:
                for each in sink.delete_unseen(self._deleted_kinds) or ():
                    self._lost(sink.status, each)
        except Exception as error:  # noqa: BLE001 - of the sink; of the rest it is caught where it is
            self._failed(into.status, "", error, "nothing more was stored")

    def _conclude(self, stopped: object, *_: object) -> None:
        """Tell the sink how it went, before it is closed."""
        sink = self._steps[-1]
        self.report.end(stopped=stopped is not None)
        self.report.tally = getattr(sink, "tally", None)
        if self.report.tally is not None:
            sink.status.updated_records = self.report.tally.total("updated")
        conclude = getattr(sink, "conclude", None)
        if conclude is not None:
            try:
                conclude("failed" if stopped is not None else self.report.state)
            except Exception as error:  # noqa: BLE001 - of the sink
                self._failed(sink.status, "", error, "conclude()")

    def _read(self, source: Source) -> Iterator[Item]:
        """What the source yields, unwrapped and selected, each under its service."""
        status, service = source.status, self._workflow.service
        config = source.ctx.config
        leaves_out = config.decider(status.matched) if isinstance(config, SourceConfig) else None
        missing = self._parents.missing
        given = self._generated(source)
        for yielded in given:
            item = yielded if isinstance(yielded, Model) else self._right(source, yielded)
            if item is None:
                continue
            status.records += 1
            if service and item.__dict__.get("service") == "":
                # Not by assignment, which would validate all of the entity again.
                item.__dict__["service"] = service
            if leaves_out is not None and (rule := leaves_out(item)):
                status.filter(rule)
                continue
            if above := missing(item):
                for each in above:
                    name = name_of(each)
                    self.report.supplied.append(name)
                    yield each
            yield item
        # What an incremental run, or one that ended early, did not see may well match.
        if isinstance(config, SourceConfig) and source.ctx.since is None and not status.errors:
            for said in config.unmatched(status.matched, status.filtered):
                status.warn(said)

    def _generated(self, source: Source) -> Iterator[Any]:
        try:
            yield from yielded_by(source.generate)
        except Exception as error:  # noqa: BLE001 - the author's code
            self._failed(source.status, "", error, "generate() ended early")

    def _right(self, step: Step, yielded: object) -> Item | None:
        """The item in what a step gave; None where it is an error, which is counted."""
        if isinstance(yielded, Model):
            return yielded
        inner = yielded.right if isinstance(yielded, Either) else yielded
        error = yielded.left if isinstance(yielded, Either) else yielded
        if isinstance(inner, Model):
            return inner
        if not isinstance(error, OMError):
            what = "None" if inner is None else type(inner).__name__
            said = f"{what} is no entity, no Either and no OMError"
            told = isinstance(yielded, Either) and inner is None
            error = OMError("", str(error) if told else said)
        self._lost(step.status, error)
        return None

    def _before(self, processors: list[Processor]) -> Iterator[Item]:
        for processor in processors:
            yield from processor.beforehand()

    def _processed(self, items: Iterable[Item], processors: list[Processor]) -> Iterator[Item]:
        if not processors:
            yield from items
            return
        for item in items:
            now: Item | None = item
            for processor in processors:
                assert now is not None  # noqa: S101 - left below where it is
                left_out = processor.status.filtered.total()
                try:
                    given = processor.process(now)
                except Exception as error:  # noqa: BLE001 - the author's code
                    self._failed(processor.status, name_of(now), error)
                    now = None
                    break
                processor.status.records += 1
                if given is None and processor.status.filtered.total() == left_out:
                    processor.status.filter("left out")  # it has not said itself by which rule
                now = None if given is None else self._right(processor, given)
                if now is None:
                    break
            if now is not None:
                yield now
            elif (name := name_of(item)) in self.report.supplied:
                self.report.supplied.remove(name)  # it was added by its name, and is not stored

    def _store(self, sink: Sink, item: Item) -> None:
        try:
            lost = sink.write(item)
        except CatalogError:
            raise  # it is gone for all of them
        except Exception as error:  # noqa: BLE001 - the author's code
            self._failed(sink.status, name_of(item), error)
            return
        sink.status.records += 1
        for each in lost or ():
            sink.status.records -= 1
            self._lost(sink.status, each)

    def _flush(self, sink: Sink) -> None:
        for each in sink.flush() or ():
            sink.status.records -= 1
            self._lost(sink.status, each)

    # --- what goes wrong

    def _clean(self) -> None:
        """Take secrets out of what the steps told."""
        for step in self.report.steps:
            step.clean(self._redactor.text)

    def _failed(self, status: StepStatus, name: str, error: Exception, during: str = "") -> None:
        said = cause_of(error)
        self._lost(status, OMError(name, f"{during}: {said}" if during else said))

    def _lost(self, status: StepStatus, error: OMError) -> None:
        clean = self._redactor.text
        told = OMError(clean(error.name), clean(error.error), step=error.step or status.name)
        status.fail(told)
        log_loss(told)


def step_class(step: StepLike) -> Any:
    """The class of a step that may be one, planned or made."""
    if isinstance(step, Planned):
        return step.step
    return step if isinstance(step, type) else type(step)


def _called(step: StepLike) -> str:
    return str(step_class(step).__name__)


def _step(given: StepLike, context: WorkflowContext) -> Step:
    """The step, made with its context; one that is made already is told what it did not know."""
    if isinstance(given, type):
        given = given.using()
    if isinstance(given, Planned):
        return given.made(context)
    own = given.ctx
    own.service, own.since = own.service or context.service, context.since
    own.sample = context.sample
    own.warehouse = own.warehouse or context.warehouse
    own.metadata = own.metadata if own.metadata is not None else context.metadata
    return given
