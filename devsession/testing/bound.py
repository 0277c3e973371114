"""Values that an app gives anew each time: ids, moments, tokens. They differ, and nothing drifted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.recording.volatile import EPOCH, HTTP_DATE, MOMENT, UUID, words_of
from devsession.secrets.spellings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DATE = r"\d{4}-\d\d-\d\d"
_MIXED = r"(?=\S*\d)(?=\S*[A-Za-z])[\w.+/=~:-]{16,}"
_KINDS = [re.compile(kind) for kind in (UUID, f"{MOMENT}|{HTTP_DATE}", _DATE, EPOCH, _MIXED)]
_INSIDE = re.compile(rf"{UUID}|{MOMENT}|\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{{16,}}\b")
# Names whose values are made up by the app, one of them with digits in it or without.
_ID = re.compile(r"(?:.*_)?(?:ids?|uuid|guid|uid|number|key|ref|reference|sequence)")
_OPAQUE = re.compile(r"(?:.*_)?(?:cursor|token|etag|nonce|hash|digest|signature)")
_CLOCK = re.compile(r"(?:.*_)?(?:duration|elapsed|took|latency|uptime|retry_after)(?:_.*)?")


def bound_to_differ(name: str, recorded: Any, live: Any) -> bool:
    """Whether two different values under a name are of one kind that is another one each time."""
    words = words_of(name)
    if _is_number(recorded) and _is_number(live):
        both = str(recorded), str(live)
        return bool(_ID.fullmatch(words) or _CLOCK.fullmatch(words)) or _one_kind(*both)
    if not (isinstance(recorded, str) and isinstance(live, str) and recorded and live):
        return False
    if is_hidden(recorded) or is_hidden(live):
        return True
    if _is_address(recorded) and _is_address(live):
        return _one_address(recorded, live)
    if _one_kind(recorded, live) or _named(words, recorded, live):
        return True
    return _INSIDE.sub("", recorded) == _INSIDE.sub("", live)


def bare_ids(path: Sequence[str | int | None], recorded: Any, live: Any, *, reads: bool) -> bool:
    """Whether two different whole numbers, each all of an answer or an item of a list, are ids.

    path: where they stand in the answer. reads: whether that is of a request that changes nothing;
    a number in such a one is rather a count or an amount, but for a list of nothing else.
    """
    if not (_is_whole(recorded) and _is_whole(live)):
        return False
    listed = bool(path) and isinstance(path[-1], int)
    if reads:
        return listed and len(path) == 1
    return listed or not path


def is_hidden(value: object) -> bool:
    """Whether it stands for a secret: what the app answers there now is one too."""
    return isinstance(value, str) and STAND_IN in value


def is_identifier(segment: str) -> bool:
    """Whether a part of a path may be something's id; `v2` is a version, `contacts` a word."""
    return bool(re.search(r"\d", segment)) and not re.fullmatch(r"v\d+(?:\.\d+)*", segment)


def _one_kind(recorded: str, live: str) -> bool:
    return any(kind.fullmatch(recorded) and kind.fullmatch(live) for kind in _KINDS)


def _named(words: str, recorded: str, live: str) -> bool:
    one_word = not re.search(r"\s", recorded + live)
    if _OPAQUE.fullmatch(words) or _CLOCK.fullmatch(words):
        return one_word
    made = is_identifier(recorded) and is_identifier(live)
    return one_word and made and bool(_ID.fullmatch(words))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_address(text: str) -> bool:
    return bool(re.match(r"(?:https?:/)?/\S*$", text))


def _one_address(recorded: str, live: str) -> bool:
    """The same place but for ids in it."""
    if urlsplit(recorded)[:2] != urlsplit(live)[:2]:
        return False
    ours, theirs = re.split(r"([/?&=#])", recorded), re.split(r"([/?&=#])", live)
    return len(ours) == len(theirs) and all(
        one == other or _one_kind(one, other) or (is_identifier(one) and is_identifier(other))
        for one, other in zip(ours, theirs, strict=True)
    )
