"""Deletes what the catalog has and a run did not see."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from devsession.errors import CatalogError
from devsession.openmetadata.model import fqn
from devsession.openmetadata.rest.comparing import UNDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.openmetadata.model.entities import Placed
    from devsession.openmetadata.model.facts import Reference
    from devsession.openmetadata.rest.client import OpenMetadata
    from devsession.openmetadata.rest.comparing import Comparison

_KINDS = {kind.entity_type: kind for kind in UNDER}


def delete_unseen(
    metadata: OpenMetadata, comparison: Comparison, unseen: Sequence[Reference]
) -> Iterator[tuple[Reference, str]]:
    """Delete these, softly, with all under them; each with what went wrong, or "".

    In one call for each scope; one by one on a server that does not know the call.
    """
    for (entity_type, parent), group in groupby(
        unseen, key=lambda each: (each.type, fqn.parent(each.fqn))
    ):
        kind = _KINDS[entity_type]
        scope = (UNDER[kind].entity_type, parent)
        references = list(group)
        answer = metadata.delete_stale(kind, scope, comparison.seen(kind, parent))
        if answer is None:
            for each in references:
                yield each, _deleted(metadata, kind, each.fqn)
            continue
        failed = {
            str(each.get("request")): str(each.get("message"))
            for each in answer.get("failedRequest") or ()
        }
        for each in references:
            yield each, failed.get(each.fqn, "")


def _deleted(metadata: OpenMetadata, kind: type[Placed], name: str) -> str:
    try:
        found = metadata.answer_by_name(kind, name)
        if found is not None:
            metadata.delete(kind, found["id"], recursive=True)
    except CatalogError as error:
        if "status" not in error.fields:
            raise
        return error.said
    return ""
