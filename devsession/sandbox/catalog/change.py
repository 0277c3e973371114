"""What a write makes of what is there: what stays, what is different, and how much that matters.

Source: OpenMetadata contract: versions move by 0.1, or by 1.0 when a column is gone or has another
type; what people have written is not overwritten by a bot unless it says overrideMetadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.sandbox.catalog.names import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

Content = dict[str, Any]

_SMALL, _GREAT = 1, 10
# What people add to in the catalog itself: what a source says nothing of stays.
_PEOPLES = (
    "description",
    "displayName",
    "owners",
    "tags",
    "domains",
    "dataProducts",
    "extension",
    "lifeCycle",
    "experts",
)
_PEOPLES_OF_COLUMN = ("description", "displayName", "tags")
_NOT_OVERWRITTEN = ("description", "displayName", "owners", "domains")


class Change(NamedTuple):
    """How an entity came to its version: the one place where that is told.

    Args:
        added, updated, deleted: [{name, oldValue, newValue}].
        step: by how many tenths the version moves; 0 when nothing is different.
    """

    added: list[Content]
    updated: list[Content]
    deleted: list[Content]
    step: int

    def as_json(self, previous: int) -> Content:
        """As `changeDescription`. previous: the version before, in tenths."""
        return {
            "fieldsAdded": self.added,
            "fieldsUpdated": self.updated,
            "fieldsDeleted": self.deleted,
            "previousVersion": previous / 10,
        }


def deletion(*, deleted: bool) -> Change:
    """An entity is deleted softly, or there again."""
    told = {"name": "deleted", "oldValue": not deleted, "newValue": deleted}
    return Change([], [told], [], _SMALL)


def merged(old: Content, sent: Content, *, override: bool) -> Content:
    """What is there after a write.

    override: whether what is sent takes the place of what people have written.
    """
    result = _over(old, sent, _PEOPLES, override=override)
    if "columns" in sent:
        result["columns"] = _columns_over(old["columns"], sent["columns"], override=override)
    return result


def difference(old: Content, new: Content) -> Change:
    """From what was to what is."""
    change = Change([], [], [], 0)
    for key in {**old, **new}:
        if key != "columns":
            _note(change, key, old.get(key), new.get(key))
    step = _SMALL if any(change[:3]) else 0
    if "columns" in new:
        step = max(step, _columns(change, "columns", old["columns"], new["columns"]))
    return change._replace(step=step)


def _over(old: Content, sent: Content, peoples: Sequence[str], *, override: bool) -> Content:
    result = {**{key: old[key] for key in peoples if key in old}, **sent}
    if not override:
        result |= {key: old[key] for key in _NOT_OVERWRITTEN if key in peoples and old.get(key)}
        if old.get("tags"):
            result["tags"] = _with_tags(old["tags"], sent.get("tags") or [])
    return result


def _columns_over(old: list[Content], sent: list[Content], *, override: bool) -> list[Content]:
    before = {column["name"]: column for column in old}
    result = []
    for column in sent:
        was = before.get(column["name"])
        if was is None or not _same(was, column):
            result.append(column)
            continue
        merged_column = _over(was, column, _PEOPLES_OF_COLUMN, override=override)
        if column.get("children") and was.get("children"):
            children = _columns_over(was["children"], column["children"], override=override)
            merged_column["children"] = children
        result.append(merged_column)
    return result


def _same(old: Content, new: Content) -> bool:
    """Whether two columns of a name are one; another type makes it another column."""
    return (old["dataType"], old.get("arrayDataType")) == (
        new["dataType"],
        new.get("arrayDataType"),
    )


def _with_tags(old: list[Content], sent: list[Content]) -> list[Content]:
    there = {tag["tagFQN"] for tag in old}
    return [*old, *(tag for tag in sent if tag["tagFQN"] not in there)]


def _note(change: Change, name: str, old: Any, new: Any) -> None:
    if old == new:
        return
    if old in (None, [], {}):
        change.added.append({"name": name, "newValue": new})
    elif new in (None, [], {}):
        change.deleted.append({"name": name, "oldValue": old})
    else:
        change.updated.append({"name": name, "oldValue": old, "newValue": new})


def _columns(change: Change, name: str, old: list[Content], new: list[Content]) -> int:
    """Notes what is different in columns; how much it matters."""
    before = {column["name"]: column for column in old}
    after = {column["name"]: column for column in new}
    stay = {key for key, each in after.items() if key in before and _same(before[key], each)}
    gone = [each for key, each in before.items() if key not in stay]
    come = [each for key, each in after.items() if key not in stay]
    if come:
        change.added.append({"name": name, "newValue": come})
    if gone:
        change.deleted.append({"name": name, "oldValue": gone})
    step = _GREAT if gone else _SMALL if come else 0
    for key, each in after.items():
        was = before.get(key)
        if was is None or was == each or key not in stay:
            continue
        inside = f"{name}.{quoted(key)}"
        step = max(step, _SMALL)
        for part in {**was, **each}:
            if part != "children":
                _note(change, f"{inside}.{part}", was.get(part), each.get(part))
        nested = (was.get("children") or [], each.get("children") or [])
        step = max(step, _columns(change, inside, *nested))
    return step
