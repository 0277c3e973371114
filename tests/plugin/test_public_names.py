"""What a plugin author imports."""

from __future__ import annotations

import pytest

import devsession.plugin


@pytest.mark.parametrize("name", devsession.plugin.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(devsession.plugin, name) is not None


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Outcome'"):
        devsession.plugin.Outcome  # noqa: B018
