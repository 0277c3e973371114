"""The practice streams, for plugins that read: what each is like, and how its server behaves.

Each has one thing that inbound plugins have to live with. Their records are made up when a page asks
for them, `generated_stream` says how.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from devsession.sandbox.custom_objects import PROFILE_FIELDS
from devsession.sandbox.fields import Field
from devsession.sandbox.objects import ID, OBJECT_TYPES, TIMES, ObjectType

MOST_RECORDS = 1_000_000


class StreamSettings(BaseModel):
    """What an author sets of a practice stream.

    `records` and `seed`: how many there are in the beginning, and which. `page_seconds`: how long a
    page takes. `fails_at_page`: the n-th page of a pass is answered with 500; with `fails` "once" it
    comes when it is asked for again, with "always" it never does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: Annotated[int, Setting(ge=0, le=MOST_RECORDS)] = 1_000
    seed: int = 0
    page_seconds: Annotated[float, Setting(ge=0, le=60)] = 0
    fails_at_page: Annotated[int, Setting(ge=1)] | None = None
    fails: Literal["once", "always"] = "once"


@dataclass(frozen=True)
class StreamType:
    """What can be said of a stream before it is read.

    Args:
        key: the fields that tell its records apart, or where they stand in others; none has to.
        cursor: the field with the time that `updated_since` goes by.
        parent: the stream whose records these belong to: they are asked for one by one.
        odd: whether its values are the kind that programs stumble over.
        settings: how it is until it is set otherwise.
    """

    object_type: ObjectType
    key: tuple[str | tuple[str, ...], ...] = ("id",)
    cursor: str = "updated_at"
    parent: str | None = None
    odd: bool = False
    settings: StreamSettings = field(default_factory=StreamSettings)

    @property
    def key_fields(self) -> set[str]:
        """The fields that the key is in."""
        return {each if isinstance(each, str) else each[0] for each in self.key}

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return self.object_type.name


def _object_type(name: str, label: str, *fields: Field) -> ObjectType:
    return ObjectType(name, label, name[:3], (ID, *fields, *TIMES))


_PLAIN = (
    Field("name", "Name", required=True),
    Field("email", "Email", "email", required=True),
    Field("visits", "Visits", "integer"),
    Field("active", "Active", "boolean", required=True),
)
_TASK = ObjectType(
    "task",
    "Task",
    "tas",
    (
        Field("project_id", "Project", read_only=True),
        Field("number", "Number", "integer", read_only=True, help="Within its project"),
        Field("title", "Title", required=True),
        Field("done", "Done", "boolean", required=True),
        *TIMES,
    ),
)
_INVOICE = _object_type(
    "invoice",
    "Invoice",
    Field("amount", "Amount", "decimal", required=True),
    Field("tax", "Tax", "decimal"),
    Field("currency_rate", "Currency rate", "number"),
    Field("issued_on", "Issued on", "date", required=True),
    Field("paid_at", "Paid at", "datetime"),
)
_DOCUMENT = ObjectType(
    "document",
    "Document",
    "doc",
    (
        Field(
            "reference",
            "Reference",
            "object",
            read_only=True,
            fields=(
                Field("shelf", "Shelf", required=True),
                Field("number", "Number", "integer", required=True, help="On its shelf"),
            ),
        ),
        Field("title", "Title"),
        Field("size", "Size", "integer"),
        Field("score", "Score", "number"),
        Field("balance", "Balance", "decimal"),
        Field("valid_on", "Valid on", "date"),
        Field("read_at", "Read at", "datetime"),
        Field("tags", "Tags", "texts"),
        Field(
            "author",
            "Author",
            "object",
            fields=(
                Field("name", "Name", required=True),
                Field("nicknames", "Nicknames", "texts"),
                Field(
                    "employer",
                    "Employer",
                    "object",
                    fields=(
                        Field("name", "Name", required=True),
                        Field("founded_on", "Founded on", "date"),
                    ),
                ),
            ),
        ),
        Field(
            "sections",
            "Sections",
            "objects",
            fields=(
                Field("heading", "Heading", required=True),
                Field("words", "Words", "integer"),
                Field("links", "Links", "objects", fields=(Field("url", "URL", required=True),)),
            ),
        ),
        *TIMES,
    ),
)
_CLICK = ObjectType(
    "click",
    "Click",
    "cli",
    (
        Field("page", "Page", required=True),
        Field("referrer", "Referrer"),
        Field("clicked_at", "Clicked at", "datetime", read_only=True),
    ),
)

STREAM_TYPES = {
    stream_type.name: stream_type
    for stream_type in (
        StreamType(_object_type("customer", "Customer", *_PLAIN)),
        StreamType(
            _object_type("project", "Project", Field("title", "Title", required=True)),
            settings=StreamSettings(records=20),
        ),
        StreamType(
            _TASK,
            key=("project_id", "number"),
            parent="project",
            settings=StreamSettings(records=100),
        ),
        StreamType(_INVOICE),
        StreamType(_DOCUMENT, key=(("reference", "shelf"), ("reference", "number")), odd=True),
        StreamType(_object_type("measurement", "Measurement", *PROFILE_FIELDS)),
        StreamType(_CLICK, key=(), cursor="clicked_at"),
        StreamType(
            _object_type("slow", "Slow to answer", *_PLAIN),
            settings=StreamSettings(page_seconds=0.5),
        ),
        StreamType(
            _object_type("flaky", "Fails, and goes on when asked again", *_PLAIN),
            settings=StreamSettings(fails_at_page=2),
        ),
        StreamType(
            _object_type("broken", "Always fails", *_PLAIN),
            settings=StreamSettings(fails_at_page=1, fails="always"),
        ),
    )
}
# What was written to the CRM is read as a stream too.
ALL_STREAM_TYPES = STREAM_TYPES | {
    name: StreamType(object_type) for name, object_type in OBJECT_TYPES.items()
}
