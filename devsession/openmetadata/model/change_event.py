"""What the catalog tells of a change: a ChangeEvent.

Source: OpenMetadata contract, "Framework": ChangeEvent.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import from_json

from devsession.openmetadata.model.base import Model, listed

EVENT_TYPES = (
    "entityCreated",
    "entityUpdated",
    "entityFieldsChanged",
    "entityNoChange",
    "entitySoftDeleted",
    "entityDeleted",
    "entityRestored",
    "threadCreated",
    "threadUpdated",
    "postCreated",
    "postUpdated",
    "taskResolved",
    "taskClosed",
    "logicalTestCaseAdded",
    "suggestionCreated",
    "suggestionUpdated",
    "suggestionAccepted",
    "suggestionRejected",
    "suggestionDeleted",
    "userLogin",
    "userLogout",
)
"""Those of the server whose contract this is; a newer one may have more, and those are taken too."""
ENTITY_TYPES = (
    *("databaseService", "database", "databaseSchema", "table", "storedProcedure", "query"),
    *("dashboardService", "dashboard", "dashboardDataModel", "chart", "report"),
    *("messagingService", "topic", "pipelineService", "pipeline", "ingestionPipeline"),
    *("mlmodelService", "mlmodel", "storageService", "container", "searchService", "searchIndex"),
    *("apiService", "apiCollection", "apiEndpoint", "metadataService"),
    *("domain", "dataProduct", "glossary", "glossaryTerm", "classification", "tag", "metric"),
    *("testSuite", "testDefinition", "testCase", "kpi", "dataInsightChart", "type"),
    *("user", "team", "role", "policy", "bot", "persona", "app", "eventsubscription", "THREAD"),
    "suggestion",
)
"""What made-up events may be about; a catalog may have more, and those are taken too."""
_YEAR_10000 = 253_402_300_800_000


class _Told(Model):
    """What a server says: a newer one may say more, which is kept."""

    model_config = ConfigDict(extra="allow")


class FieldChange(_Told):
    """One field: what it was, what it is. name: `columns`, `columns.email.tags`."""

    name: str
    old_value: Any = None
    new_value: Any = None

    @field_validator("old_value", "new_value")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return _of_json(value)


class ChangeDescription(_Told):
    """How an entity came to its version."""

    fields_added: list[FieldChange] = listed()
    fields_updated: list[FieldChange] = listed()
    fields_deleted: list[FieldChange] = listed()
    previous_version: float | None = None


class ChangeEvent(_Told):
    """One change in the catalog. timestamp: milliseconds since 1970. entity: as it is since then."""

    id: str = Field(min_length=1, max_length=100)
    event_type: str = Field(min_length=1, max_length=100)
    entity_type: str = Field(min_length=1, max_length=100)
    entity_id: str | None = None
    fqn: str | None = Field(default=None, alias="entityFullyQualifiedName")
    previous_version: float | None = None
    current_version: float | None = None
    user_name: str | None = None
    timestamp: int = Field(ge=0, lt=_YEAR_10000)
    change_description: ChangeDescription | None = None
    entity: dict[str, Any] | None = None

    @field_validator("entity", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return _of_json(value)

    @property
    def changed(self) -> list[str]:
        """The names of the fields that were added, updated or deleted, each once."""
        change = self.change_description
        if change is None:
            return []
        every = (*change.fields_added, *change.fields_updated, *change.fields_deleted)
        return list(dict.fromkeys(each.name for each in every))


def _of_json(value: Any) -> Any:
    """A server tells an entity, and lists in fields, as JSON in a text, or plainly."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            # As bodies are read: what is nested too deep, NaN or half a letter stays a text.
            return from_json(value, allow_inf_nan=False)
        except ValueError:
            return value
    return value
