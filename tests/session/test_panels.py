"""The panel of a plugin in the session's card: behind a flag, live, and no harm where it fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets.widgets.widget import _instances

from devsession import DevelopmentSession
from devsession.session.plugin_source import load_plugin_class
from tests.in_process import warehouses_in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SOURCE = """
import ipywidgets
from devsession.openmetadata import Source

class Acme(Source):
    def panel(self, session):
        {}
"""
PLUGIN = SOURCE.replace("openmetadata import Source", "plugin import Plugin").replace(
    "(Source)", "(Plugin)"
)
BOLD = 'return ipywidgets.HTML("<b>3 schemas</b>")'
HANDLER = SOURCE.replace("Source", "EventHandler")
KINDS = pytest.mark.parametrize(
    "kind", [SOURCE, PLUGIN, HANDLER], ids=["source", "plugin", "handler"]
)


@pytest.fixture(scope="module", autouse=True)
def without_services() -> Iterator[None]:
    """What a card tells of stands without a process of its own."""
    with pytest.MonkeyPatch.context() as patch, warehouses_in_process():
        patch.setenv("DEVSESSION_OFFLINE", "1")
        patch.setattr(sys, "path", [*sys.path])
        yield


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Saves plugin.py and shows the session's card, as a cell does: what is displayed."""
    outputs: list[Any] = []
    opened: list[DevelopmentSession] = []
    monkeypatch.setattr("IPython.display.display", outputs.append)
    monkeypatch.delitem(sys.modules, "plugin", raising=False)

    def saved(code: str, asked_for: str = "panels") -> Any:
        monkeypatch.setenv("DEVSESSION_EXPERIMENTAL", asked_for)
        (tmp_path / "plugin.py").write_text(code, encoding="utf-8")
        if not opened:
            opened.append(DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path))
        opened[0]._ipython_display_()
        return outputs[-1]

    yield saved
    for session in opened:
        session.shut_down()


@KINDS
def test_it_is_live_in_the_card_and_the_text_says_so(
    kind: str, show: Callable[..., Any], snapshot: SnapshotAssertion
) -> None:
    card = show(kind.format(BOLD))

    data = card._repr_mimebundle_()
    assert repr(card) == data["text/plain"] == snapshot
    assert "HTML (experimental: may change)" in data["text/html"]
    box = _instances[data["application/vnd.jupyter.widget-view+json"]["model_id"]]
    assert card.widget in box.children
    assert card.widget.value == "<b>3 schemas</b>"


@KINDS
def test_without_the_flag_nothing_of_it_is_called(
    kind: str, show: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "devsession.session.panels", raising=False)

    card = show(kind.format("raise SystemExit"), "")

    assert "panel" not in repr(card)
    assert "devsession.session.panels" not in sys.modules


def test_the_session_is_at_hand(show: Callable[..., Any], tmp_path: Path) -> None:
    card = show(
        SOURCE.format("return ipywidgets.Text(f'{session.workspace.folder.name}: {session}')")
    )

    assert card.widget.value == f"{tmp_path.name}: <DevelopmentSession of Acme, with a panel>"


@KINDS
@pytest.mark.parametrize(
    "body",
    ['return {}["schemas"]', 'return "<b>3 schemas</b>"', "return ipywidgets.Layout()"],
    ids=["raises", "a text", "not shown"],
)
def test_what_is_wrong_stands_in_the_card_and_the_rest_is_there(
    kind: str, body: str, show: Callable[..., Any], snapshot: SnapshotAssertion
) -> None:
    card = show(kind.replace("{}", body))

    assert repr(card) == snapshot
    assert "plugin.py, line " in card._repr_html_()
    assert "next: session." in card._repr_html_()


def test_a_mended_panel_is_shown_when_the_card_is_shown_again(show: Callable[..., Any]) -> None:
    broken = [show(SOURCE.format("return 1 / 0")), show("class Acme(")]

    mended = show(SOURCE.format(BOLD))

    assert ["ZeroDivisionError" in repr(card) for card in broken] == [True, False]
    assert "plugin.py does not import" in repr(broken[1])
    assert mended.widget.value == "<b>3 schemas</b>"


def test_an_error_is_told_without_secrets(show: Callable[..., Any]) -> None:
    said = 'self.register_secret("token", "tok-5d0e7b91"); raise ValueError("tok-5d0e7b91")'

    card = show(PLUGIN.format(said))

    assert "ValueError" in repr(card)
    assert "tok-5d0e7b91" not in repr(card) + card._repr_html_()


def test_a_plugin_without_one_has_the_card_of_ever(show: Callable[..., Any]) -> None:
    assert "panel" not in repr(show(SOURCE.replace("def panel", "def other")))


def test_an_experiment_that_is_none_is_told(show: Callable[..., Any]) -> None:
    card = show(SOURCE.format(BOLD), "panel, Panels")

    assert "DEVSESSION_EXPERIMENTAL  has no panel; there is panels" in repr(card)
    assert card.widget.value == "<b>3 schemas</b>"
