"""What holds for every secret and every text around it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNS = "/+=\"'&é %\\<\n-_.😀"
LETTERS = "abcxyzRED0123456789"

secret_values = st.text(LETTERS + SIGNS, min_size=6, max_size=20)
surroundings = st.text(LETTERS + SIGNS, max_size=12)
encodings = st.sampled_from(
    [
        str,
        quote,
        lambda text: quote(text, safe=""),
        quote_plus,
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("/", r"\/"),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(b"u:" + text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(b"a" + text.encode() + b"more").decode(),
    ]
)
nested = st.recursive(
    surroundings | st.none() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(surroundings, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(secret_values, encodings, surroundings, surroundings)
def test_nothing_is_found_after_redaction(
    value: str, encode: Callable[[str], str], before: str, after: str
) -> None:
    redactor = Redactor({"api_key": value})
    text = f"{before} {encode(value)} {after}"

    clean = redactor.text(text)

    assert redactor.find(text) != []
    assert redactor.find(clean) == []
    assert value not in clean
    assert encode(value) not in clean


@settings(deadline=None)
@given(st.lists(secret_values, min_size=1, max_size=4), st.data())
def test_redacting_twice_is_redacting_once(values: list[str], data: st.DataObject) -> None:
    redactor = Redactor({f"secret_{number}": value for number, value in enumerate(values)})
    parts = st.one_of(
        surroundings,
        st.builds(lambda encode, value: encode(value), encodings, st.sampled_from(values)),
    )
    text = "".join(data.draw(st.lists(parts, max_size=6)))

    clean = redactor.text(text)

    assert redactor.text(clean) == clean
    assert redactor.find(clean) == []


@settings(deadline=None)
@given(nested, secret_values)
def test_data_is_cleaned_wherever_the_secret_stands(data: object, value: str) -> None:
    redactor = Redactor({"api_key": value})

    clean = redactor.value([data, {f"a {value}": [data, f"{value} b"]}])

    assert redactor.find(repr(clean)) == []
    assert redactor.value(clean) == clean


@settings(deadline=None)
@given(st.binary(max_size=40), secret_values, st.binary(max_size=40))
def test_bytes_around_a_secret_stay(before: bytes, value: str, after: bytes) -> None:
    redactor = Redactor({"api_key": value})

    clean = redactor.data(before + b" " + value.encode() + b" " + after)

    assert redactor.find(clean) == []
    assert b"REDACTED-api-key" in clean
    assert clean.startswith(before) or redactor.find(before)
