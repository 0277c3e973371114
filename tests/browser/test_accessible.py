"""Forms and reports for everybody: checked by axe-core, and filled without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

# Outputs and no more: the page round them is JupyterLab's.
OURS = {"include": [[".jp-OutputArea-output"]]}


def serious(violations: list[dict[str, Any]]) -> list[str]:
    """What keeps somebody from using it, each with where it is."""
    return [
        f"{each['id']} ({each['impact']}) {node['target'][0]}: {node['html'][:120]} {node['failureSummary']}"
        for each in violations
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious(gallery: NotebookPage, theme: str) -> None:
    gallery.use_theme(theme)

    found = Axe().run(gallery.page, context=OURS)

    assert serious(found.response["violations"]) == []
