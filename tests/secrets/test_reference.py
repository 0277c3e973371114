from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import UsageError
from devsession.secrets.reference import SecretReference, secret

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_a_reference_shows_as_the_call_that_made_it() -> None:
    assert repr(secret("ACME_API_KEY")) == "secret('ACME_API_KEY')"


def test_references_to_one_name_are_equal() -> None:
    assert secret("ACME_API_KEY") == SecretReference("ACME_API_KEY")


@pytest.mark.parametrize("not_a_name", ["", "sk-live-51Hx", "1KEY", "KEY\n", "KÄY", None])
def test_what_is_not_a_name_is_refused(not_a_name: str) -> None:
    with pytest.raises(UsageError):
        secret(not_a_name)


def test_a_value_in_place_of_a_name_is_not_shown(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        secret("sk-live-51Hx")

    assert str(error.value) == snapshot
