"""Texts that the app signs, so that it knows its own again: tokens and codes, good for a while."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_UNTIL = "until"


class Signed:
    """Makes and reads them. A text says itself what it is good for and until when: nothing has to be
    kept, and it outlives a restart.

    key: an empty one knows no text.
    """

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._clock = clock

    def make(self, kind: str, seconds: float, **said: Any) -> str:
        """A new text, which begins with its kind."""
        until = (self._clock() + timedelta(seconds=seconds)).timestamp()
        content = json.dumps({**said, _UNTIL: until}, separators=(",", ":")).encode()
        encoded = urlsafe_b64encode(content).decode().rstrip("=")
        return f"{kind}{encoded}.{self._signature(kind, content)}"

    def read(self, kind: str, text: str) -> dict[str, Any] | None:
        """What was said when it was made; None when it is none of this kind of ours."""
        encoded, _, signature = text.removeprefix(kind).partition(".")
        try:
            content = urlsafe_b64decode(encoded.encode() + b"==")
        except ValueError:
            return None
        ours = self._signature(kind, content)
        if not self._key or not hmac.compare_digest(ours.encode(), signature.encode()):
            return None
        said: dict[str, Any] = json.loads(content)
        return said

    def is_over(self, said: dict[str, Any]) -> bool:
        """Whether it has had its time."""
        return bool(said[_UNTIL] <= self._clock().timestamp())

    def _signature(self, kind: str, content: bytes) -> str:
        return hmac.new(self._key, kind.encode() + content, "sha256").hexdigest()
