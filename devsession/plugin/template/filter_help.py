"""Which filters a template may use, with a line about each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SENTENCE = re.compile(r"(?<=\.)\s")


def filter_help(own: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    """Name -> the first sentence of its description: a plugin's own, then Jinja's."""
    from jinja2.filters import FILTERS as OF_JINJA

    from devsession.plugin.template.filters import FILTERS

    given = {name: OF_JINJA[name] for name in sorted(FILTERS) if name not in own}
    return {name: _first_sentence(each) for name, each in {**own, **given}.items()}


def _first_sentence(function: Callable[..., Any]) -> str:
    paragraph = (function.__doc__ or "").strip().partition("\n\n")[0]
    return _SENTENCE.split(" ".join(paragraph.split()), maxsplit=1)[0]
