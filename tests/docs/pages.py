"""The pages that the site is made of, and the code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

CHECKOUT = Path(__file__).parents[2]
PAGES = [*sorted(CHECKOUT.glob("*.md")), *sorted(CHECKOUT.glob("docs/*.md"))]
# Their code but for the first block is that of tests/broken_*, where it runs; tests hold that they
# are what `python -m tests.refresh_troubleshooting` makes.
MADE_PAGES = {"troubleshooting", "metadata-troubleshooting", "events-troubleshooting"}
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block. language: what stands behind its fence; indented ones are lines of a crontab.

    not_run: why, where a comment just before it says so.
    """

    page: Path
    line: int
    language: str
    text: str
    not_run: str = ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


@cache
def blocks() -> tuple[Block, ...]:
    """Every block of every page, in its order."""
    return tuple(block for page in PAGES for block in blocks_of(page))


def blocks_of(page: Path) -> list[Block]:
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    found = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in {"fence", "code_block"} and token.map:
            language = token.info.strip() if token.type == "fence" else "crontab"
            said = (
                NOT_RUN.search(before.content) if before and before.type == "html_block" else None
            )
            why = " ".join(said[1].split()) if said else ""
            found.append(Block(page, token.map[0] + 1, language, token.content, why))
    return found[:1] if page.stem in MADE_PAGES else found


def of(*languages: str) -> list[Block]:
    """Those of these languages that are run."""
    return [block for block in blocks() if block.language in languages and not block.not_run]
