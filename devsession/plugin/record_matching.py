"""What does not count when records of two inbound passes are compared, and what names them."""

from typing import Any

from pydantic import Field, field_validator

from devsession.plugin.definition import Definition
from devsession.plugin.request_matching import JsonPath, parsed_path


class RecordMatching(Definition):
    """How the records of this plugin's streams are compared with those that a scenario expects.

    What is stored is unchanged by it. ignore_fields: stream -> paths of fields that do not count:
    `read_at`, `owner.etag`, `items[*].rank`. keys: stream -> path of the field that names a record,
    where the key itself is another one each time. ignore_records: stream -> field -> value: records
    that have one of these values do not count.
    """

    ignore_fields: dict[str, list[str]] = Field(default_factory=dict)
    keys: dict[str, str] = Field(default_factory=dict)
    ignore_records: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("ignore_fields")
    @classmethod
    def _are_paths(cls, paths: dict[str, list[str]]) -> dict[str, list[str]]:
        for path in [each for of_stream in paths.values() for each in of_stream]:
            parsed_path(path)
        return paths

    @field_validator("keys")
    @classmethod
    def _is_a_path(cls, keys: dict[str, str]) -> dict[str, str]:
        for path in keys.values():
            if not all(isinstance(step, str) for step in parsed_path(path)):
                raise ValueError(f"{path!r} leads into a list, which names no record")
        return keys

    def ignored(self, stream: str) -> list[JsonPath]:
        """The paths that do not count, in steps."""
        return [parsed_path(path) for path in self.ignore_fields.get(stream, [])]

    def key(self, stream: str) -> tuple[str, ...]:
        """Where the field stands that names a record; empty for the key itself."""
        path = self.keys.get(stream)
        return tuple(map(str, parsed_path(path))) if path else ()

    def counts(self, stream: str, record: dict[str, Any]) -> bool:
        """Whether a record counts."""
        left_out = self.ignore_records.get(stream, {})
        return not any(name in record and record[name] == value for name, value in left_out.items())
