"""vcrpy's format, version 1: what a tape and a scenario's cassette are on disk."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from devsession.errors import CassetteError
from devsession.recording.cassette_text import HEADER, parse_cassette, split_items
from devsession.recording.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NO_INTERACTIONS = "version: 1\ninteractions: []\n"


def dump_item(interaction: dict[str, Any]) -> str:
    """One item of the list of interactions, as YAML text."""
    import yaml  # type: ignore[import-untyped]  # comes with vcrpy

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    # Unfolded and unescaped, so that a body can be read and searched as it was sent.
    text: str = yaml.dump(
        [interaction], Dumper=dumper, allow_unicode=True, width=2**31 - 1, sort_keys=False
    )
    return text


def join_items(items: list[str]) -> str:
    """A whole file of items."""
    return HEADER + "".join(items) if items else _NO_INTERACTIONS


def dump_exchanges(exchanges: Iterable[Exchange]) -> str:
    """A whole file of exchanges."""
    return join_items([dump_item(exchange.interaction()) for exchange in exchanges])


def is_appendable(path: Path) -> bool:
    """Whether text at the end of the file becomes its last item; not so in stock vcrpy's files."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER.encode()


def load_content(path: Path) -> tuple[dict[str, Any], bytes]:
    """What stands in a file, in YAML or in JSON, and its bytes; stock vcrpy's files are read as well.

    Raises: CassetteError when the file is empty, cut off, badly encoded, or no cassette.
    """
    try:
        content = path.read_bytes()
        cassette = parse_cassette(content)
        _check(cassette)
    except Exception as cause:  # noqa: BLE001  YAML, encoding and shape each have errors of their own
        raise unreadable(path, cause) from None
    return cassette, content


def load_items(path: Path) -> list[tuple[dict[str, Any], str]]:
    """Each interaction of a file with its own text.

    Raises: CassetteError as `load_content` does.
    """
    cassette, content = load_content(path)
    interactions = cassette["interactions"]
    items = [item.decode("utf-8") for item in split_items(content)]
    if len(items) != len(interactions):
        items = [dump_item(interaction) for interaction in interactions]
    return list(zip(interactions, items, strict=True))


def load_exchanges(path: Path) -> list[Exchange]:
    """The exchanges of a file, in their order.

    Raises: CassetteError as `load_content` does.
    """
    interactions = load_content(path)[0]["interactions"]
    try:
        return [Exchange.from_interaction(interaction) for interaction in interactions]
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise unreadable(path, cause) from None


def _check(cassette: Any) -> None:
    """Raises: ValueError that says what a cassette lacks."""
    interactions = cassette.get("interactions") if isinstance(cassette, dict) else None
    if not isinstance(interactions, list):
        raise ValueError("it holds no list of interactions")  # noqa: TRY004  nobody's wrong type
    for number, interaction in enumerate(interactions, 1):
        try:
            interaction["request"]["uri"], interaction["response"]
        except (KeyError, TypeError):
            raise ValueError(f"interaction {number} lacks its request or response") from None
    if "version" not in cassette:  # which stands last in stock vcrpy's files
        raise ValueError("its end is missing: it says no version")


def restoring(path: Path) -> str:
    """The command that brings a committed file back, wherever it is typed."""
    return f"git -C {shlex.quote(str(path.parent))} checkout -- {path.name}"


def unreadable(path: Path, cause: Exception) -> CassetteError:
    """The error for a file that is no whole cassette."""
    said = str(cause) if type(cause) is ValueError else f"{type(cause).__name__}: {cause}"
    reason = " ".join(said.split())
    return CassetteError(
        f"{path.name} cannot be read as a cassette",
        tried=f"reading vcrpy's format, version 1: {reason[:300]}",
        where=str(path),
        next_step=f"restore it: {restoring(path)}; or run it live and record it again",
        path=str(path),
    )
