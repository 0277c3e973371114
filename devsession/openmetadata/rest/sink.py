"""The sink that stores in a catalog over REST, and loses nothing.

Entities are held back, and sent in bulks by a few threads; what hangs under something goes after
that is stored. What is unchanged is not sent. Each item that came has its place in `tally` in the
end. Source: OpenMetadata contract, "REST" and "Weak there, measured".
"""

from __future__ import annotations

import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devsession.errors import CatalogError, EntityError, UsageError, WorkflowError
from devsession.http import Deadline, until
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.entities import Placed
from devsession.openmetadata.model.facts import LineageEdge, PipelineStatus, TestResult
from devsession.openmetadata.rest.buffers import kind_of
from devsession.openmetadata.rest.bulks import Bulks
from devsession.openmetadata.rest.client import OpenMetadata
from devsession.openmetadata.rest.comparing import Comparison
from devsession.openmetadata.rest.counts import Tally
from devsession.openmetadata.rest.outbox import Outbox
from devsession.openmetadata.rest.owners import Owners
from devsession.openmetadata.rest.pieces import Piece
from devsession.openmetadata.rest.unseen import delete_unseen
from devsession.openmetadata.steps.steps import Sink

if TYPE_CHECKING:
    from collections.abc import Collection

    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.model.facts import Reference
    from devsession.openmetadata.steps.either import OMError
    from devsession.openmetadata.steps.steps import Item, WorkflowContext

# For the last word to the catalog, when a run is stopped.
_LAST_SECONDS = 5.0


class RestSinkConfig(BaseModel):
    """How the sink stores.

    batch_size: entities in the first bulk of each kind; the next ones follow the server's answers.
    most_entities: in any bulk. concurrency: bulks at the same time. override_metadata: take the
    place of what people have written in the catalog. pipeline: the ingestion pipeline that is told
    how the run stands, by its fully qualified name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    batch_size: int = Field(default=100, ge=1)
    most_entities: int = Field(default=1_000, ge=1)
    concurrency: int = Field(default=4, ge=1, le=32)
    override_metadata: bool = False
    pipeline: str = ""


class RestSink(Sink):
    """Stores what arrives in `ctx.metadata`, an `OpenMetadata`.

    `flush` stores all that is held; `close` without it gives up the rest, and counts that as not
    sent. `tally` has the counts, `ok` whether nothing was lost.

    Raises: CatalogError from `write` and `flush` when the catalog is gone, or its token no good.
    """

    Config: ClassVar[type[BaseModel] | None] = RestSinkConfig

    def __init__(self, ctx: WorkflowContext) -> None:
        super().__init__(ctx)
        if not isinstance(ctx.metadata, OpenMetadata):
            raise UsageError(
                "The sink has no catalog to store in",
                next_step="WorkflowContext(metadata=OpenMetadata(host_port, token=..))",
            )
        self._metadata = ctx.metadata
        self._settings = _configured(ctx.config)
        self.tally = Tally()
        self.comparison = Comparison(self._metadata)
        self._owners = Owners(self._metadata)
        bulks = Bulks(self._metadata.calls, override=self._settings.override_metadata)
        self._outbox = Outbox(
            bulks.store,
            self.tally,
            first=self._settings.batch_size,
            most=self._settings.most_entities,
            concurrency=self._settings.concurrency,
        )
        self._run_id, self._started = str(uuid.uuid4()), _milliseconds()
        self._concluded = False
        self._metadata.before_reading(self._settle)

    @property
    def ok(self) -> bool:
        """Whether nothing was lost."""
        return self.tally.ok and self._outbox.gone is None

    def prepare(self) -> None:
        """Raises: CatalogError when the catalog is not there, or does not let in."""
        self._metadata.check_version()
        self._tell("running")

    def test_connection(self) -> None:
        """Raises: as `prepare`."""
        self._metadata.version()

    def write(self, item: Item) -> list[OMError]:
        """Hold an item, and send when there are enough; what was refused meanwhile, as errors.

        Raises: CatalogError when the catalog is gone; nothing more can be stored.
        """
        kind = kind_of(item)
        self.tally.add(kind, "scanned")
        try:
            self._outbox.go_on()
            self._hold(kind, item)
        except EntityError as error:
            self.tally.add(kind, "failed")
            self._outbox.tell(str(getattr(item, "name", kind)), error.what)
        except BaseException as error:
            # It came, and is neither held nor stored.
            self.tally.add(kind, "not sent")
            if isinstance(error, CatalogError):
                self._outbox.gone = error
            raise
        self._outbox.send_full(kind)
        return self._outbox.told()

    def flush(self) -> list[OMError]:
        """Store all that is held; what was refused, as errors.

        Raises: CatalogError when the catalog is gone.
        """
        self._outbox.settle()
        self._outbox.go_on()
        return self._outbox.told()

    def close(self) -> None:
        """The end: what is held still is not sent any more; the pipeline is told how it ended."""
        try:
            self._outbox.close()
            if not self._concluded:
                self.conclude(self.tally.state)
        finally:
            self._metadata.before_reading(None)

    def conclude(self, state: Literal["success", "partialSuccess", "failed"]) -> None:
        """Tell the pipeline, when the configuration has one, how the run ended.

        A workflow whose source failed knows better than the counts, by which `close` goes.
        """
        self._concluded = True
        if self._outbox.gone is None:
            with until(Deadline(_LAST_SECONDS)):
                self._tell(state)

    def unseen(self, kinds: Collection[type[Placed]] | None = None) -> list[Reference]:
        """What the catalog has, and did not come, below what came; the outermost of it.

        kinds: None: of those of which something came, for of others the source may know nothing.

        Raises: UsageError after an incremental run, or one that was stopped; CatalogError.
        """
        if self.ctx.since is not None or self.tally.total("not sent"):
            raise UsageError(
                "What did not come in this run may still be there: it was no whole run",
                next_step="run it to its end, without a watermark; then delete what was not seen",
            )
        self._outbox.settle()
        self._outbox.go_on()
        return list(self.comparison.unseen(kinds))

    def delete_unseen(self, kinds: Collection[type[Placed]] | None = None) -> list[OMError]:
        """Delete what `unseen` gives, softly, with all under it; what was refused, as errors.

        Only after all of a source was read: what an error kept from coming is not gone.

        Raises: as `unseen`.
        """
        for reference, problem in delete_unseen(
            self._metadata, self.comparison, self.unseen(kinds)
        ):
            self.tally.add(reference.type, "failed" if problem else "deleted")
            if problem:
                self._outbox.tell(reference.fqn, problem)
        return self._outbox.told()

    def _hold(self, kind: str, item: Item) -> None:
        item, unknown = self._owners.resolved(item)
        piece = self._piece(kind, item)
        for owner in unknown:
            text = f"its owner, {owner}, is not in the catalog; it is stored without"
            self._outbox.tell(piece.name, text)
        if piece.state == "unchanged":
            self.tally.add(kind, "unchanged")
        else:
            self._outbox.add(type(item), kind, piece)

    def _piece(self, kind: str, item: Model) -> Piece:
        metadata = self._metadata
        if isinstance(item, LineageEdge):
            name = f"{item.from_entity.fqn} -> {item.to_entity.fqn}"
            state = self.comparison.of_edge(item)
            return Piece(name, state, put=partial(metadata.put_lineage, item))
        if isinstance(item, TestResult):
            return Piece(item.test_case, "created", put=partial(metadata.put_result, item))
        if isinstance(item, PipelineStatus):
            return Piece(item.pipeline, "created", put=partial(metadata.put_status, item))
        if not isinstance(item, Entity):
            raise EntityError(f"a {type(item).__name__} is nothing that a catalog stores")
        compared = self.comparison.of(item)
        if compared.again and self._outbox.holds(kind, item.fqn):
            self._outbox.settle(kind)  # what came last has to arrive last
        if isinstance(item, Placed):
            return Piece(item.fqn, compared.state, compared.body)
        return Piece(item.fqn, compared.state, put=partial(metadata.put, item, compared.body))

    def _settle(self, kind: type[Entity], name: str) -> None:
        """Store what is held of an entity that is about to be looked up; "" for all of its kind."""
        if self._outbox.holds(kind.entity_type, name):
            self._outbox.settle(kind.entity_type)
            self._outbox.go_on()

    def _tell(self, state: Literal["running", "success", "partialSuccess", "failed"]) -> None:
        if self._settings.pipeline:
            now = _milliseconds()
            ended = None if state == "running" else now
            self._metadata.put_status(
                PipelineStatus(
                    pipeline=self._settings.pipeline,
                    run_id=self._run_id,
                    pipeline_state=state,
                    start_date=self._started,
                    timestamp=self._started,
                    end_date=ended,
                )
            )


def _configured(config: object) -> RestSinkConfig:
    if isinstance(config, RestSinkConfig):
        return config
    try:
        return RestSinkConfig.model_validate(config or {})
    except ValidationError as error:
        said = {str(each["loc"][0]): each["msg"] for each in error.errors(include_url=False)}
        raise WorkflowError(
            "The sink's configuration cannot be",
            tried="\n".join(f"{key}: {problem}" for key, problem in said.items()),
            next_step=f"it has {', '.join(RestSinkConfig.model_fields)}",
            errors=said,
        ) from None


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000
