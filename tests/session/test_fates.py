"""What has become of very many records, in few bytes each."""

from __future__ import annotations

from collections import Counter
from random import Random

from devsession.session.fates import Fate, Fates

NEW = Fate("Create")
TAKEN = Fate("Create", answered=True)
REFUSED = Fate("Create", answered=True, error="has this email")


def test_a_record_that_was_never_read_has_none() -> None:
    fates = Fates()
    fates.become(["1"], [NEW])

    assert fates.of(["1", "2"]) == [NEW, None]


def test_the_last_fate_of_a_record_counts() -> None:
    fates = Fates()
    fates.become(["1", "2"], [NEW, NEW])
    fates.become(["2", "1"], [REFUSED, TAKEN])
    fates.become(["2"], [TAKEN])

    assert fates.of(["1", "2"]) == [TAKEN, TAKEN]
    assert fates.counts == {TAKEN: 2}


def test_very_many_records_are_as_a_dict_would_have_them() -> None:
    random, expected, fates = Random(7), dict[str, Fate](), Fates()
    for _ in range(200):
        names = random.sample([f"record-{number}" for number in range(70_000)], 1_000)
        chosen = random.choices([NEW, TAKEN, REFUSED], k=len(names))
        fates.become(names, chosen)
        expected |= zip(names, chosen, strict=True)

    assert len(expected) > 60_000
    assert fates.of(list(expected)) == list(expected.values())
    assert fates.counts == Counter(expected.values())
