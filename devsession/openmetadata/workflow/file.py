"""A workflow from a YAML file of OpenMetadata's own shape; its keys are in `file_keys`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from devsession.errors import WorkflowError
from devsession.openmetadata.model import fqn
from devsession.openmetadata.processors.policies import PoliciesConfig
from devsession.openmetadata.steps.configuring import problems_of, secrets_in
from devsession.openmetadata.steps.references import dotted, resolve
from devsession.openmetadata.steps.selection import SourceConfig
from devsession.openmetadata.steps.steps import (
    Planned,
    Processor,
    Sink,
    Source,
    Stage,
    Step,
    deletes,
)
from devsession.openmetadata.workflow.file_auth import BotToken, Security
from devsession.openmetadata.workflow.file_keys import SERVICES, WorkflowKeys
from devsession.openmetadata.workflow.file_steps import (
    StepReader,
    all_wrong,
    refuse_literals,
    variable,
    wrong,
)
from devsession.openmetadata.workflow.file_text import read_yaml
from devsession.openmetadata.workflow.own_auth import SECURITY, own_auth, own_secrets
from devsession.openmetadata.workflow.watermarks import Watermarks
from devsession.openmetadata.workflow.workflow import Workflow
from devsession.private import private_folder
from devsession.secrets.managers import SecretStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.openmetadata.model.entities import Placed
    from devsession.openmetadata.processors import Policy
    from devsession.openmetadata.steps.references import Path as KeyPath
    from devsession.openmetadata.steps.references import Resolved
    from devsession.openmetadata.workflow.file_auth import Server

_CONNECTION: KeyPath = ("source", "serviceConnection", "config")
_OPTIONS: KeyPath = (*_CONNECTION, "connectionOptions")
_SELECTION: KeyPath = ("source", "sourceConfig", "config")


@dataclass(frozen=True)
class WorkflowFile:
    """A workflow as its file says it.

    delete_unseen: of which kinds what the source does not yield any more is deleted.
    """

    path: Path
    keys: WorkflowKeys = field(repr=False)  # with the values of what it refers to
    workflow: Workflow
    delete_unseen: tuple[type[Placed], ...] = ()

    @property
    def policies(self) -> Iterator[Policy]:
        """Those that its processors ask."""
        for each in self.workflow.processors:
            config = getattr(each, "config", None)
            if isinstance(config, PoliciesConfig):
                yield from config.policies


def read_workflow(
    path: Path, folder: Path | None = None, *, warehouse: Callable[[str | None], Any] | None = None
) -> WorkflowFile:
    """The workflow of a file, ready to run; nothing is called yet.

    folder: the workspace, where classes are imported from, secrets looked up and watermarks kept;
    by default the current one. warehouse: opens one, for steps that work on it.

    Raises: WorkflowError for what cannot be run, with the key and its line; SecretMissingError for a
        reference to a secret that is nowhere.
    """
    try:
        return _read(path, (folder or Path.cwd()).resolve(), warehouse)
    except WorkflowError as error:
        error.next_step = error.next_step or f"mend it, then: devsession workflow check {path}"
        raise


def _read(path: Path, folder: Path, warehouse: Callable[[str | None], Any] | None) -> WorkflowFile:
    content, where = read_yaml(path)
    if not isinstance(content, dict):
        raise wrong("It has no keys: a workflow has a source and a sink", where(()))
    found = resolve(content, SecretStore(folder).lookup)
    _refuse_written(found, where)
    keys = _keys(found.content, where)
    reading = StepReader(found, where, folder)
    connection = keys.source.service_connection.config
    source = reading.step(
        connection.source_python_class, Source, (*_CONNECTION, "sourcePythonClass")
    )
    given = _with_selection(source, keys, where)
    planned = reading.planned(source, given, _OPTIONS)
    processors = [
        reading.of(each, Processor, ("processors", at)) for at, each in enumerate(keys.processors)
    ]
    stage = reading.of(keys.stage, Stage, ("stage",)) if keys.stage is not None else None
    server = keys.workflow_config.open_metadata_server_config
    sink_keys = keys.sink
    if keys.ingestion_pipeline_fqn and sink_keys.type == "metadata-rest":
        sink_keys = sink_keys.model_copy(
            update={"config": {"pipeline": keys.ingestion_pipeline_fqn, **sink_keys.config}}
        )
    if sink_keys.type == "metadata-rest" and server is None:
        raise wrong(
            "workflowConfig.openMetadataServerConfig is missing: the sink metadata-rest stores there",
            where(("workflowConfig",)),
        )
    sink = reading.of(sink_keys, Sink, ("sink",))
    metadata = _metadata(server, reading) if server is not None else None
    secrets = dict(found.secrets)
    if server is not None:
        secrets |= _shown_to(server, reading)
    workflow = Workflow(
        planned,
        sink,
        processors,
        stage=stage,
        service=keys.source.service_name,
        metadata=metadata,
        watermarks=_watermarks(keys, folder, [planned, *processors, sink], metadata),
        warehouse=warehouse,
        secrets=secrets,
    )
    kinds = keys.source.source_config.config.deleted_kinds()
    if kinds and not deletes(sink.step):
        at = next(key for key, set_ in _selected(keys).items() if set_)
        raise wrong(
            f"{dotted((*_SELECTION, at))}: the sink {sink.step.__name__} deletes nothing",
            where((*_SELECTION, at)),
            next_step="leave it out, or store in a sink that deletes: metadata-rest, warehouse-table",
        )
    return WorkflowFile(path, keys, workflow, kinds)


def _keys(content: dict[str, Any], where: Callable[[KeyPath], str]) -> WorkflowKeys:
    try:
        return WorkflowKeys.model_validate(content)
    except ValidationError as error:
        raise all_wrong(problems_of(WorkflowKeys, error), where) from None


def _with_selection(
    source: type[Step], keys: WorkflowKeys, where: Callable[[KeyPath], str]
) -> dict[str, Any]:
    """The connection's options, with the patterns as fields of the source's `Config`."""
    options = dict(keys.source.service_connection.config.connection_options)
    config = source.Config
    for name, (key, value) in keys.source.source_config.config.fields().items():
        if (
            config is None
            or not issubclass(config, SourceConfig)
            or name not in config.model_fields
        ):
            raise wrong(
                f"{dotted((*_SELECTION, key))}: {source.__name__} has nothing of this kind",
                where((*_SELECTION, key)),
                f"its Config has no field {name!r}",
                next_step=f"leave it out, or give the class's Config: {name}: Patterns = Patterns()",
            )
        options[name] = value
    return options


def _selected(keys: WorkflowKeys) -> dict[str, bool]:
    """Each key that asks for deleting, and whether it does."""
    said = keys.source.source_config.config.model_dump(by_alias=True)
    return {key: bool(value) for key, value in said.items() if key.startswith("markDeleted")}


def _refuse_written(found: Resolved, where: Callable[[KeyPath], str]) -> None:
    """Raises: WorkflowError where a secret itself stands in the file; it is not shown."""
    if found.written:
        at = found.written[0]
        raise wrong(
            f"{dotted(at)}: a secret has no place in a file; what stands here looks like one",
            where(at),
            next_step="put its value into the environment, .env or the keyring, and here its name: "
             "${" + variable(at) + "}",
        )  # fmt: skip


def _metadata(server: Server, reading: StepReader) -> Any:
    from devsession.openmetadata.rest.auth import TokenAuth
    from devsession.openmetadata.rest.client import OpenMetadata

    security = server.security_config
    if isinstance(security, Security):
        given = security.model_dump(by_alias=True)
        refuse_literals(type(security), given, SECURITY, reading)
        auth = security.auth()
    elif server.auth_provider == BotToken.provider:
        auth = TokenAuth("")  # a server that lets in everybody
    else:
        auth = own_auth(server.auth_provider, security or {}, reading)
    return OpenMetadata(server.host_port, auth=auth)


def _shown_to(server: Server, reading: StepReader) -> dict[str, str]:
    """Name -> value of the secrets by which the catalog lets in."""
    security = server.security_config
    if isinstance(security, dict):
        return own_secrets(security, reading)
    return {name.replace("_", "-"): value for name, value in secrets_in(security)}


def _watermarks(
    keys: WorkflowKeys, folder: Path, steps: list[Planned], metadata: Any
) -> Watermarks | None:
    incremental = keys.source.source_config.config.incremental
    if not incremental.enabled:
        return None
    service = keys.source.service_name

    def made_of() -> Any:
        """Also which service it is in the catalog: one that was set up anew has nothing yet."""
        kind = SERVICES[keys.source.service_connection.config.type]
        if metadata:
            metadata.version()  # nobody waits long for a catalog that is not there
        there = metadata and metadata.answer_by_name(kind, fqn.build(service))
        return [
            metadata and metadata.address,
            there and there["id"],
            [[each.step.__module__, each.step.__name__, _plain(each.config)] for each in steps],
        ]

    path = private_folder(folder) / "watermarks.json"
    return Watermarks(path, service, made_of, incremental.lookback)


def _plain(config: Any) -> Any:
    """A configuration without what only says how fast it is; secrets stand as stars."""
    if isinstance(config, SourceConfig):
        return config.model_dump(mode="json", exclude=set(config.SPEED))
    return config.model_dump(mode="json") if hasattr(config, "model_dump") else config
