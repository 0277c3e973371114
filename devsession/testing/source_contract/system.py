"""The recorded system with something else in it: nothing, other names, many more of a thing.

Only what can be read off the recording is changed: in answers that are JSON, lists of objects, and
the texts that are names of recorded entities. A request for what has another name is answered as
for the recorded one, and the answer speaks of the other.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from devsession.recording.exchange import Exchange

UNICODE = "_Żółć漢字🙂"
_NUMBER = re.compile(r"_no\d{4}")


@dataclass(frozen=True)
class Altered:
    """How requests are taken back to the recorded ones, and what the answers become.

    answer: the JSON of a recorded answer, and what was asked -> the JSON of this system's.
    """

    request: Callable[[str], str]
    answer: Callable[[Any, str], Any]

    def asked(self, request: Exchange) -> Exchange:
        """The request as it was recorded."""
        body = request.request_body
        with contextlib.suppress(UnicodeDecodeError):
            body = self.request(body.decode()).encode()
        return replace(request, url=self.request(request.url), request_body=body)

    def answered(self, answer: Exchange, request: Exchange) -> Exchange:
        """The recorded answer as this system gives it."""
        try:
            content = json.loads(answer.response_body)
        except ValueError:
            return answer
        body = json.dumps(self.answer(content, unquote(request.url))).encode()
        headers = {
            name: [str(len(body))] if name.lower() == "content-length" else values
            for name, values in answer.response_headers.items()
        }
        return replace(answer, url=request.url, response_body=body, response_headers=headers)


def empty() -> Altered:
    """Nothing is in it."""
    return Altered(lambda text: text, lambda content, _: _emptied(content))


def unicode_names(names: Collection[str]) -> Altered:
    """These names have letters of other scripts behind them."""
    return Altered(
        lambda text: (
            text.replace(quote(UNICODE), "").replace(UNICODE, "").replace(_escaped(UNICODE), "")
        ),
        lambda content, _: _renamed(content, names, UNICODE),
    )


def many(names: Collection[str], times: int) -> Altered:
    """The first item of a list that bears one of these names is there that often."""

    def answer(content: Any, url: str) -> Any:
        of_one = _NUMBER.search(url)
        return _renamed(content, names, of_one[0]) if of_one else _multiplied(content, names, times)

    return Altered(lambda text: _NUMBER.sub("", text), answer)


def numbered(name: str, number: int) -> str:
    """What the copies of a name are called."""
    return f"{name}_no{number:04}"


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _emptied(content: Any) -> Any:
    if isinstance(content, list):
        return []
    if isinstance(content, dict):
        return {name: _emptied(value) for name, value in content.items()}
    return content


def _renamed(content: Any, names: Collection[str], suffix: str) -> Any:
    if isinstance(content, str):
        parts = content.split(".")
        return ".".join(f"{part}{suffix}" if part in names else part for part in parts)
    if isinstance(content, list):
        return [_renamed(each, names, suffix) for each in content]
    if isinstance(content, dict):
        return {name: _renamed(value, names, suffix) for name, value in content.items()}
    return content


def _multiplied(content: Any, names: Collection[str], times: int) -> Any:
    if isinstance(content, dict):
        return {name: _multiplied(value, names, times) for name, value in content.items()}
    if not isinstance(content, list):
        return content
    for place, each in enumerate(content):
        fields = each.values() if isinstance(each, dict) else [each]
        if found := [value for value in fields if isinstance(value, str) and value in names]:
            copies = [
                _renamed(each, {found[0]}, numbered("", number)) for number in range(1, times)
            ]
            return [*content[: place + 1], *copies, *content[place + 1 :]]
    return content
