"""The objects of the practice app and their fields."""

from __future__ import annotations

from dataclasses import dataclass

from devsession.sandbox.custom_objects import ORDER_FIELDS, PROFILE_FIELDS
from devsession.sandbox.fields import Field

ID = Field("id", "ID", read_only=True, help="Given by the app")
TIMES = (
    Field("created_at", "Created at", "datetime", read_only=True),
    Field("updated_at", "Updated at", "datetime", read_only=True),
)


@dataclass(frozen=True)
class ObjectType:
    """One kind of record; its record ids begin with `prefix`. `custom`: listed only on request."""

    name: str
    label: str
    prefix: str
    fields: tuple[Field, ...]
    custom: bool = False

    def as_json(self) -> dict[str, object]:
        """Its description, field by field."""
        return {**self.summary(), "fields": [field.as_json() for field in self.fields]}

    def summary(self) -> dict[str, object]:
        """Its entry in the list of objects."""
        return {"name": self.name, "label": self.label}


def _object_type(name: str, label: str, *fields: Field, custom: bool = False) -> ObjectType:
    """With the fields that every object has: the app's own, and the key of its upserts."""
    return ObjectType(
        name,
        label,
        name[:3],
        (
            ID,
            Field(
                "external_id",
                "External ID",
                unique=True,
                help="Your own key for the record; upserts find it by this",
            ),
            *fields,
            *TIMES,
        ),
        custom,
    )


OBJECT_TYPES = {
    object_type.name: object_type
    for object_type in (
        _object_type(
            "contact",
            "Contact",
            Field(
                "email",
                "Email",
                "email",
                required=True,
                unique=True,
                help="Two that differ only in upper and lower case are the same",
            ),
            Field("first_name", "First name"),
            Field("last_name", "Last name"),
            Field("phone", "Phone"),
            Field("company", "Company", help="Its name, as text"),
            Field("birthday", "Birthday", "date"),
            Field("score", "Score", "integer", help="How promising the contact is"),
            Field("lifetime_value", "Lifetime value", "number"),
            Field("active", "Active", "boolean"),
            Field("last_seen_at", "Last seen at", "datetime"),
        ),
        _object_type(
            "company",
            "Company",
            Field("name", "Name", required=True),
            Field("domain", "Domain", unique=True, help="Such as example.com"),
            Field("industry", "Industry"),
            Field("employees", "Employees", "integer"),
            Field("annual_revenue", "Annual revenue", "number"),
            Field("customer_since", "Customer since", "date"),
        ),
        _object_type(
            "deal",
            "Deal",
            Field("name", "Name", required=True),
            Field("amount", "Amount", "number"),
            Field("stage", "Stage"),
            Field("close_date", "Close date", "date"),
            Field("won", "Won", "boolean"),
        ),
        _object_type("order", "Order", *ORDER_FIELDS, custom=True),
        _object_type("profile", "Profile", *PROFILE_FIELDS, custom=True),
    )
}
