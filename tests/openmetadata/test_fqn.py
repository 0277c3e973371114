"""Fully qualified names: what is built is split again, whatever the parts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import EntityError
from devsession.openmetadata import fqn

PART = st.text(st.characters(exclude_characters='"'), min_size=1) | st.sampled_from([".", "a.b"])


@given(st.lists(PART, min_size=1))
def test_what_is_built_is_split_again(parts: list[str]) -> None:
    assert fqn.split(fqn.build(*parts)) == parts


def test_only_a_part_with_a_dot_is_quoted() -> None:
    assert fqn.build("crm", "sales.eu", "public") == 'crm."sales.eu".public'
    assert fqn.parent('crm."sales.eu".public') == 'crm."sales.eu"'
    assert fqn.parent("crm") == ""


@pytest.mark.parametrize("part", ["", 'a"b', '"'])
def test_a_part_that_cannot_be(part: str) -> None:
    with pytest.raises(EntityError, match="cannot be part of a fully qualified name"):
        fqn.build("crm", part)


@pytest.mark.parametrize(
    "name", ["", ".", "a.", ".a", "a..b", '"a', 'a"b', '"a"b', '""', '"a".', '"a.b"."c', '"']
)
def test_a_text_that_is_no_name(name: str) -> None:
    with pytest.raises(EntityError, match="is no fully qualified name"):
        fqn.split(name)
