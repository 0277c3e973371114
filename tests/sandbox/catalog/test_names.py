"""Fully qualified names of the catalog: what was put together comes apart again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.sandbox.catalog.names import child, levels, split

NAMES = st.text(st.characters(exclude_characters='"'), min_size=1, max_size=12)


def joined(parts: list[str]) -> str:
    fqn = None
    for part in parts:
        fqn = child(fqn, part)
    assert fqn is not None
    return fqn


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_what_was_put_together_comes_apart(parts: list[str]) -> None:
    assert split(joined(parts)) == parts


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_its_levels_are_those_of_its_parts(parts: list[str]) -> None:
    expected = [joined(parts[: count + 1]) for count in range(len(parts))]

    assert levels(joined(parts)) == expected


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", '"a', 'a"b"', '"a"b', '""'])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no fully qualified name"):
        split(text)
