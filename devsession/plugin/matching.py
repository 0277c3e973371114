"""Which column probably fills which field of the app, by how alike their names are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.fields import FormOption
    from devsession.plugin.source_column import SourceColumn

ALIKE = 0.8
"""Names that are less alike than this are no match."""

_WORD = re.compile(r"\d+|[^\W\d_]+")
_SAME = {
    "addr": "address",
    "amt": "amount",
    "descr": "description",
    "dob": "birth date",
    "fname": "first name",
    "identifier": "id",
    "lname": "last name",
    "mail": "email",
    "mobile": "phone",
    "organisation": "organization",
    "postcode": "postal code",
    "qty": "quantity",
    "surname": "last name",
    "tel": "phone",
    "telephone": "phone",
    "zip": "postal code",
}
# What apps and warehouses call their types -> what they have in common.
_FAMILIES = {
    "text": "text string varchar char textarea email phone url picklist select enum",
    "number": "number integer int float double decimal currency percent numeric",
    "boolean": "boolean bool checkbox",
    "date": "date time datetime timestamp zoned",
    "nested": "nested object array json variant",
}
_FAMILY = {word: family for family, words in _FAMILIES.items() for word in words.split()}
_ALL = 100
_TIE = 0.01  # what types that fit, or do not, count for among names that are equally alike


@dataclass(frozen=True)
class Match:
    """A column that may fill a field; `score` is how alike the names are, up to 1."""

    column: str
    score: float


def matches(
    app_fields: Sequence[FormOption],
    columns: Sequence[SourceColumn],
    *,
    refused: frozenset[tuple[str, str]] = frozenset(),
) -> dict[str, Match]:
    """Value of a field of the app -> the column for it; the most alike first, each column once.

    A field is known by its value or its label, whichever is closer. Case, separators, a prefix
    that all columns share, and common short forms make no difference; types decide between names
    that are equally alike.

    refused: pairs of field and column that are not to be suggested.
    """
    if not app_fields or not columns:
        return {}
    import numpy as np

    names = _without_prefix([_words(column.name) for column in columns])
    values = _without_prefix([_words(field.value) for field in app_fields])
    labels = [_words(field.label) for field in app_fields]
    alike = np.maximum(_alike(values, names), _alike(labels, names))
    ranked = alike + _TIE * _types_fit(app_fields, columns)
    rows, places = np.nonzero(alike >= ALIKE)
    order = np.argsort(-ranked[rows, places], kind="stable")
    found: dict[str, Match] = {}
    used: set[str] = set()
    for row, place in zip(rows[order].tolist(), places[order].tolist(), strict=True):
        field, column = app_fields[row].value, columns[place].name
        if field in found or column in used or (field, column) in refused:
            continue
        found[field] = Match(column, round(float(alike[row, place]), 2))
        used.add(column)
    return {field.value: found[field.value] for field in app_fields if field.value in found}


def _words(name: str) -> list[str]:
    """A name in lower-case words: `billingZIPCode`, `BILLING_ZIP_CODE` and `Billing zip code`."""
    around = zip(f" {name}", name, f"{name} "[1:], strict=False)
    humps = "".join(
        f" {each}" if _begins(before, each, after) else each for before, each, after in around
    )
    words = [word.casefold() for word in _WORD.findall(humps)]
    if name.endswith("__c"):  # Salesforce's mark of a field that its user added
        words = words[:-1]
    meant = [each for word in words for each in _SAME.get(word, word).split()]
    return list(dict.fromkeys(meant))


def _begins(before: str, each: str, after: str) -> bool:
    """Whether a word begins at a letter of `firstName` or `billingZIPCode`."""
    return each.isupper() and (before.islower() or (before.isupper() and after.islower()))


def _without_prefix(names: list[list[str]]) -> list[list[str]]:
    """Without the first word, when all of several names begin with it and go on."""
    has_prefix = len(names) > 1 and len({tuple(words[:1]) for words in names}) == 1
    return [words[1:] for words in names] if has_prefix and all(map(_goes_on, names)) else names


def _goes_on(words: list[str]) -> bool:
    return len(words) > 1 and not words[1].isdigit()


def _alike(fields: list[list[str]], columns: list[list[str]]) -> Any:
    """How alike each field is to each column, 0 to 1."""
    import numpy as np
    from rapidfuzz import fuzz
    from rapidfuzz.process import cdist

    joined = cdist(_joined(fields, ""), _joined(columns, ""), scorer=fuzz.ratio)
    spaced, wanted = _joined(fields, " "), _joined(columns, " ")
    in_any_order = cdist(spaced, wanted, scorer=fuzz.token_sort_ratio)
    has_all = cdist(spaced, wanted, scorer=fuzz.token_set_ratio) == _ALL
    # One name has a word more: `email` and `email_address`.
    within = np.where(has_all, 60 + 0.4 * in_any_order, 0)
    score = np.maximum(np.maximum(joined, in_any_order), within) / 100
    # `phone_1` and `phone_2` are alike, and are not the same.
    left, right = _numbers(fields), _numbers(columns)
    other = (left[:, None] != right[None, :]) & (left != "")[:, None] & (right != "")[None, :]
    nameless = np.array([not words for words in fields])[:, None]
    return np.where(other | nameless, 0, score)


def _joined(names: list[list[str]], by: str) -> list[str]:
    return [by.join(words) for words in names]


def _numbers(names: list[list[str]]) -> Any:
    import numpy as np

    return np.array([" ".join(word for word in words if word.isdigit()) for words in names])


def _types_fit(app_fields: Sequence[FormOption], columns: Sequence[SourceColumn]) -> Any:
    """1 where field and column have types that fit, -1 where they do not, 0 where one is unknown."""
    import numpy as np

    left = np.array([_FAMILY.get(field.data_type_icon.lower(), "") for field in app_fields])
    right = np.array([_FAMILY.get(column.kind.lower(), "") for column in columns])
    known = (left != "")[:, None] & (right != "")[None, :]
    return np.where(known, np.where(left[:, None] == right[None, :], 1, -1), 0)
