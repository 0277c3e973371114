"""What every server of this kind has from its start: people, tags, definitions of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.sandbox.bot_token import USER
from devsession.sandbox.catalog.kinds import KIND_OF

if TYPE_CHECKING:
    from devsession.sandbox.catalog.store import Store
    from devsession.sandbox.catalog.telling import Telling
    from devsession.sandbox.catalog.writing import Writer

_TAGS = {
    "PII": ("Sensitive", "NonSensitive", "None"),
    "PersonalData": ("Personal", "SpecialCategory"),
    "Tier": ("Tier1", "Tier2", "Tier3", "Tier4", "Tier5"),
}
_TESTS = {
    "TABLE": (
        "tableRowCountToEqual",
        "tableRowCountToBeBetween",
        "tableColumnCountToEqual",
        "tableColumnCountToBeBetween",
        "tableColumnNameToExist",
        "tableColumnToMatchSet",
        "tableCustomSQLQuery",
        "tableRowInsertedCountToBeBetween",
        "tableDiff",
    ),
    "COLUMN": (
        "columnValuesToBeNotNull",
        "columnValuesToBeUnique",
        "columnValuesToBeBetween",
        "columnValuesToBeInSet",
        "columnValuesToBeNotInSet",
        "columnValuesToMatchRegex",
        "columnValuesToNotMatchRegex",
        "columnValuesMissingCount",
        "columnValueLengthsToBeBetween",
        "columnValueMaxToBeBetween",
        "columnValueMinToBeBetween",
        "columnValueMeanToBeBetween",
        "columnValueMedianToBeBetween",
        "columnValueStdDevToBeBetween",
        "columnValuesSumToBeBetween",
    ),
}


def plant(store: Store, writer: Writer, telling: Telling) -> None:
    """Puts them into a new catalog; one that has them is left as it is."""
    if store.named("testDefinition", _TESTS["COLUMN"][-1]) is not None:
        return
    system = {"provider": "system"}
    sent: dict[str, list[dict[str, Any]]] = {
        "user": [
            {"name": "admin", "email": "admin@example.com", "isAdmin": True},
            {"name": USER, "email": f"{USER}@example.com", "isBot": True},
        ],
        "team": [{"name": "Organization", "teamType": "Organization"}],
        "classification": [{"name": name, "description": name, **system} for name in _TAGS],
        "tag": [
            {"name": tag, "description": tag, "classification": name, **system}
            for name, tags in _TAGS.items()
            for tag in tags
        ],
        "testDefinition": [
            {
                "name": name,
                "description": name,
                "entityType": entity_type,
                "testPlatforms": ["OpenMetadata"],
                **system,
            }
            for entity_type, names in _TESTS.items()
            for name in names
        ],
    }
    for entity_type, bodies in sent.items():
        with telling.changing("") as changes:  # nobody has subscribed yet
            writer.write(KIND_OF[entity_type], bodies, changes=changes)
