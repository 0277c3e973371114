"""What a recorder knows: the live secrets that it was told, and the tokens that arrived since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.secrets.redact import Hit, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

# A client that was given a new cookie sends the old one no more, but for threads under way.
_OF_EACH_COOKIE = 5
_COOKIES = 50
_OF_EACH_TOKEN = 50
_COOKIE = "cookie-"

Token = tuple[str, str]
"""A name and a value."""


class Known:
    """Live secrets and addresses, told all at once, and tokens, which come one by one.

    A token is compiled by itself, once, so that one more costs the same however many there are.
    The newest 50 of each name are known; of cookies the newest 5 of each, and 50 in all.

    redactor: hides all of it. shown: the same but for addresses, which a reader can use. Both
    know at each use what is known by then: whoever holds one need not ask again.
    """

    def __init__(self) -> None:
        self._told: tuple[dict[str, list[str]], dict[str, str], set[str]] = ({}, {}, set())
        self._tokens: dict[Token, Redactor] = {}
        self._secrets = self._in_files = Redactor({})
        self._layers: tuple[Redactor, ...] = ()
        self.redactor = Redactors(lambda: (self._in_files, *self._layers))
        self.shown = Redactors(lambda: (self._secrets, *self._layers))

    def tell(
        self,
        secrets: Mapping[str, str | Collection[str]],
        addresses: Mapping[str, str],
        not_secret: Collection[str] = (),
    ) -> bool:
        """Take these for all there are, the newest value of a name last; False when it knew."""
        given = {
            name: [held] if isinstance(held, str) else list(held) for name, held in secrets.items()
        }
        told = given, dict(addresses), set(not_secret)
        if told == self._told:
            return False
        self._told = told
        self._secrets = Redactor(given, not_secret=not_secret)
        self._in_files = (
            Redactor(given, addresses, not_secret=not_secret) if addresses else self._secrets
        )
        for token in [token for token in self._tokens if token[1] in not_secret]:
            del self._tokens[token]
        self._layers = tuple(self._tokens.values())
        return True

    def take(self, tokens: Iterable[Token]) -> list[Token]:
        """Know these tokens too; those that are new."""
        new = []
        for token in tokens:
            if token[1] in self._told[2]:
                continue
            redactor = self._tokens.pop(token, None)
            if redactor is None:
                redactor = Redactor(dict([token]))
                new.append(token)
            self._tokens[token] = redactor  # the newest stands last
            self._forget(token[0])
        self._layers = tuple(self._tokens.values())
        return new

    def redactor_of(self, tokens: Iterable[Token]) -> Redactor:
        """For many texts at once: a redactor of these tokens alone, of those that it still knows."""
        values: dict[str, list[str]] = {}
        for name, value in (token for token in tokens if token in self._tokens):
            values.setdefault(name, []).append(value)
        return Redactor(values)

    def used_in(self, data: bytes) -> list[tuple[str, str]]:
        """Name and newest value of each secret in it; a token is another one in every run."""
        names = {hit.name for hit in self._secrets.find(data)}
        return [(name, self._told[0][name][-1]) for name in names]

    @property
    def newest(self) -> dict[str, str]:
        """Name -> its newest value; of a name that is told and arrived, what arrived."""
        told = {name: values[-1] for name, values in self._told[0].items() if values}
        return told | self.tokens

    @property
    def tokens(self) -> dict[str, str]:
        """Name -> the newest that arrived."""
        return dict(self._tokens.keys())

    def _forget(self, name: str) -> None:
        is_cookie = name.startswith(_COOKIE)
        self._keep_newest(_OF_EACH_COOKIE if is_cookie else _OF_EACH_TOKEN, name)
        if is_cookie:
            self._keep_newest(
                _COOKIES, *{held for held, _ in self._tokens if held.startswith(_COOKIE)}
            )

    def _keep_newest(self, most: int, *names: str) -> None:
        held = [token for token in self._tokens if token[0] in names]
        for old in held[: max(len(held) - most, 0)]:
            del self._tokens[old]


class Redactors(Redactor):
    """Several redactors as one, asked for at each use: each looks at what those before it left."""

    def __init__(self, layers: Callable[[], tuple[Redactor, ...]]) -> None:
        super().__init__({})
        self._now = layers

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for each in self._now() for name in each.names))

    @property
    def reach(self) -> int:
        return max((each.reach for each in self._now()), default=0)

    def data(self, data: bytes) -> bytes:
        for each in self._now():
            data = each.data(data)
        return data

    def find(self, content: str | bytes) -> list[Hit]:
        hits = [hit for each in self._now() for hit in each.find(content)]
        return sorted(hits, key=lambda hit: hit.at)
