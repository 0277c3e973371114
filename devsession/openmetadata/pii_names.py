"""Which columns look like personal data by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.openmetadata.parts import Column

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_PERSONAL = (
    "email", "e mail", "mail address", "phone", "mobile", "fax", "first name", "last name",
    "full name", "surname", "birthday", "birth date", "date of birth", "dob", "ssn",
    "social security", "passport", "iban", "credit card", "card number", "tax id",
    "ip address", "street", "home address", "gender", "salary",
)  # fmt: skip


def looks_personal(name: str) -> bool:
    """Whether a column's name says that a person's data stand in it: `customerEmail`, `BIRTH_DATE`."""
    words = f" {' '.join(word.lower() for word in _WORDS.findall(name))} "
    return any(f" {each} " in words for each in _PERSONAL)


def personal_columns(columns: Iterable[Column], above: str = "") -> Iterator[str]:
    """The paths of those that look so and have no tag, nor has what they stand in."""
    for each in columns:
        if each.tags:
            continue
        path = f"{above}{each.name}"
        if looks_personal(each.name) and not each.children:
            yield path
        yield from personal_columns(each.children, f"{path}.")
