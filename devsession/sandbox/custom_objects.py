"""Objects of another shape than a plain CRM's: nested values, and more fields than a form shows."""

from __future__ import annotations

from devsession.sandbox.fields import Field

ORDER_FIELDS = (
    Field("number", "Number", required=True, unique=True),
    Field(
        "customer",
        "Customer",
        "object",
        required=True,
        fields=(Field("name", "Name", required=True), Field("email", "Email", "email")),
    ),
    Field(
        "shipping_address",
        "Shipping address",
        "object",
        help="Written as a whole: what is left out of it is empty",
        fields=(
            Field("street", "Street"),
            Field("city", "City", required=True),
            Field("postal_code", "Postal code"),
            Field(
                "location",
                "Location",
                "object",
                fields=(
                    Field("latitude", "Latitude", "number", required=True),
                    Field("longitude", "Longitude", "number", required=True),
                ),
            ),
        ),
    ),
    Field(
        "lines",
        "Lines",
        "objects",
        fields=(
            Field("product", "Product", required=True),
            Field("quantity", "Quantity", "integer", required=True),
            Field("price", "Price", "number"),
        ),
    ),
    Field("tags", "Tags", "texts"),
    Field("paid", "Paid", "boolean"),
)

_TYPES_OF_ATTRIBUTES = ("text", "integer", "number", "boolean", "date", "datetime")
ATTRIBUTES = 210

PROFILE_FIELDS = (
    Field("name", "Name", required=True),
    *(
        Field(
            f"attribute_{number:03}",
            f"Attribute {number}",
            _TYPES_OF_ATTRIBUTES[number % len(_TYPES_OF_ATTRIBUTES)],
        )
        for number in range(1, ATTRIBUTES + 1)
    ),
)
