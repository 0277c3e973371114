"""Practice Crm for a metadata catalog: its objects as tables, their fields as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.http import retrying_session
from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    Either,
    OMError,
    Patterns,
    Source,
    SourceConfig,
    Table,
    WorkflowContext,
)
from pydantic import Field, SecretStr
from requests import HTTPError

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "practice_crm"
SCHEMA = "objects"
TIMEOUT_SECONDS = 30
# The app's types, as the catalog calls them; UNKNOWN stands for any other.
TYPES = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMPZ",
    "decimal": "DECIMAL",
    "email": "STRING",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "text": "STRING",
}


class PracticeCrmConfig(SourceConfig):
    """Where the app is, its key, and which of its objects are read."""

    base_url: str = Field(description="Of the app's API, such as https://api.example.com")
    api_key: SecretStr = Field(description="A key that may read objects; no more is needed")
    tables: Patterns = Field(default_factory=Patterns, description="Objects, by name")


class PracticeCrmSource(Source):
    """Reads which objects the app has, and their fields."""

    Config = PracticeCrmConfig
    permissions = ("read objects", "read its own account")

    def __init__(self, ctx: WorkflowContext) -> None:
        super().__init__(ctx)
        self.http = retrying_session()

    def prepare(self) -> None:
        """Signs in: the key goes along with each request."""
        self.http.headers["Authorization"] = f"Bearer {self.config.api_key.get_secret_value()}"

    def test_connection(self) -> None:
        """Whose key it is; the app refuses a wrong one."""
        self._get("account")

    def generate(self) -> Iterator[Any]:
        """The app, then each object; one that cannot be read does not stop the others."""
        yield DatabaseService(name=self.ctx.service, service_type="CustomDatabase")
        yield Database(name=DATABASE)
        yield DatabaseSchema(name=SCHEMA, database=DATABASE)
        for listed in self._get("objects")["objects"]:
            name = listed["name"]
            if not self.takes("tables", DATABASE, SCHEMA, name):
                continue
            try:
                yield self._table(self._get(f"objects/{name}"))
            except HTTPError as error:
                yield Either(left=OMError(name, str(error)))

    def close(self) -> None:
        """Lets go of the connections."""
        self.http.close()

    def _table(self, described: dict[str, Any]) -> Table:
        return Table(
            name=described["name"],
            database=DATABASE,
            schema=SCHEMA,
            display_name=described["label"],
            columns=[_column(field) for field in described["fields"]],
        )

    def _get(self, path: str) -> Any:
        answer = self.http.get(f"{self.config.base_url}/{path}", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()


def _column(field: dict[str, Any]) -> Column:
    """A field of the app; one with fields of its own is a struct, `objects` an array of them."""
    within = [_column(each) for each in field.get("fields", [])]
    many = field["type"] in {"texts", "objects"}
    single = "STRUCT" if within else "STRING" if field["type"] == "texts" else ""
    return Column.model_validate(
        {
            "name": field["name"],
            "displayName": field["label"],
            "description": field.get("help") or None,
            "dataType": "ARRAY" if many else single or TYPES.get(field["type"], "UNKNOWN"),
            "arrayDataType": single if many else None,
            "constraint": "NOT_NULL" if field["required"] else None,
            "children": within,
        }
    )
