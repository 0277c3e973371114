"""Canaries in every encoding and place, looked for afterwards by a search that is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.secrets.redact import Redactor
from tests.secrets.brute_force import holds
from tests.secrets.placements import (
    BASE_ENCODINGS,
    PACKED,
    PLACES,
    TEXT_ENCODINGS,
    UNMARKED,
)

if TYPE_CHECKING:
    from tests.secrets.placements import Encode

CANARIES = ["Canary0123456789", 'ca/na+ry="&é0815']
TEXT = {"raw": bytes, **TEXT_ENCODINGS, **BASE_ENCODINGS}
EACH = {**TEXT, **PLACES, **PACKED, **UNMARKED}

canaries = st.sampled_from(CANARIES)
places = st.sampled_from(list(PLACES))
texts = st.sampled_from(list(TEXT))
in_text = st.sampled_from(list(BASE_ENCODINGS))


def redacted(data: bytes, canary: str) -> bytes:
    redactor = Redactor({"canary": canary})
    clean = redactor.data(data)
    assert redactor.find(data) != []
    assert redactor.find(clean) == []
    assert redactor.data(clean) == clean
    return clean


@pytest.mark.parametrize("encode", TEXT.values(), ids=TEXT.keys())
@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_is_left_in_any_encoding_at_any_place(canary: str, encode: Encode) -> None:
    data = {name: place(encode(canary.encode())) for name, place in PLACES.items()}

    clean = {name: redacted(each, canary) for name, each in data.items()}

    assert [name for name, each in clean.items() if holds(each, canary)] == []


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("pack", [*PACKED.values(), *UNMARKED.values()], ids=[*PACKED, *UNMARKED])
def test_no_canary_is_left_in_what_is_compressed(pack: Encode, canary: str) -> None:
    data = {name: pack(encode(canary.encode())) for name, encode in TEXT.items()}

    clean = {name: redacted(each, canary) for name, each in data.items()}

    assert [name for name, each in clean.items() if holds(each, canary)] == []


@settings(deadline=None)
@given(canaries, st.lists(texts, min_size=2, max_size=3), places)
def test_no_canary_is_left_in_encodings_of_encodings(
    canary: str, names: list[str], place: str
) -> None:
    data = canary.encode()
    for name in names:
        data = TEXT[name](data)

    clean = redacted(PLACES[place](data), canary)

    assert not holds(clean, canary)


@settings(deadline=None)
@given(canaries, texts, st.sampled_from(list(PACKED)), in_text, texts, places)
def test_no_canary_is_left_in_compressed_data_inside_text(
    canary: str, first: str, pack: str, base: str, last: str, place: str
) -> None:
    packed = PACKED[pack](TEXT[first](canary.encode()))
    data = PLACES[place](TEXT[last](BASE_ENCODINGS[base](packed)))

    clean = redacted(data, canary)

    assert not holds(clean, canary)


@pytest.mark.parametrize("change", EACH.values(), ids=EACH.keys())
@pytest.mark.parametrize("canary", CANARIES)
def test_the_other_search_finds_what_is_not_redacted(canary: str, change: Encode) -> None:
    assert holds(change(canary.encode()), canary)
