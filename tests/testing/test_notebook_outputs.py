"""What counts in an output, and what does not: streams, HTML, images, JSON, widgets."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from devsession.testing.notebooks.comparison import Rules, compare
from devsession.testing.notebooks.sanitize import read_sanitizer
from devsession.testing.notebooks.text_lines import difference_lines
from devsession.testing.notebooks.widgets import STATE, VIEW

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

ROW = (
    "<table><tr><th></th><th>a</th><th>b</th></tr><tr><th>x</th><td>1</td><td>{}</td></tr></table>"
)


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def shown(mime: str, value: Any, **more: Any) -> NotebookNode:
    return new_output("display_data", {mime: value, **more})


def notebook(*outputs: NotebookNode, models: dict[str, Any] | None = None) -> NotebookNode:
    cell = new_code_cell("x", id="only", execution_count=1, outputs=list(outputs))
    made = new_notebook(cells=[cell])
    if models is not None:
        made.metadata.widgets = from_dict({STATE: {"state": models}})
    return made


def told(stored: Any, got: Any, rules: Rules | None = None) -> list[str]:
    """Each difference as text; outputs, or whole notebooks."""
    pair = [each if "cells" in each else notebook(each) for each in (stored, got)]
    (cell,) = compare(*pair, rules or Rules()).cells
    return [str(each) for each in cell.differences]


PIECES = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.text("ab\n", max_size=3)), max_size=5
)


@given(PIECES, PIECES)
def test_how_streams_are_cut_and_mixed_does_not_count(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    pieces = [stream(text, name) for name, text in one]
    texts = {n: "".join(text for name, text in one if name == n) for n in ("stdout", "stderr")}
    merged = [stream(text, name) for name, text in texts.items() if text]
    assert compare(notebook(*pieces), notebook(*merged), Rules())
    other_texts = {n: "".join(t for name, t in other if name == n) for n in ("stdout", "stderr")}
    others = [stream(text, name) for name, text in other]
    same = bool(compare(notebook(*pieces), notebook(*others), Rules()))
    assert same == (texts == other_texts)


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        ("100%\n", "  0%\r 50%\r100%\n"),
        ("100%", "  0%\r 50%\r100%"),
        ("done\n", "done\r\n"),
        ("ab\n", "ax\x08b\n"),
        ("red\n", "\x1b[31mred\x1b[0m\n"),
        ("<object object at 0x7f01>\n", "<object object at 0xABCDEF>\n"),
        ("/tmp/ipykernel_1/22.py:1: W\n", "/var/tmp/ipykernel_99/3.py:1: W\n"),
    ],
)
def test_what_a_stream_shows_counts_and_not_how_it_came_to_it(stored: str, got: str) -> None:
    assert told(stream(stored), stream(got)) == []


@pytest.mark.parametrize(
    ("stored", "got"),
    [("99%", "0%\r98%"), ("a\n", "a\n\n"), ("0x1\n", "0x2\n"), ("é\n", "e\u0301\n"), ("", " ")],
)
def test_other_text_in_a_stream_is_told(stored: str, got: str) -> None:
    assert len(told(stream(stored), stream(got))) == 1


def test_an_error_counts_by_name_and_message_not_by_traceback() -> None:
    one = new_output("error", ename="E", evalue="no \x1b[1mplan\x1b[0m", traceback=["line 1"])
    other = new_output("error", ename="E", evalue="no plan", traceback=["/elsewhere, line 9"])
    pair = [notebook(each) for each in (one, other)]
    for each in pair:
        each.cells[0].metadata.tags = ["raises-exception"]
    assert told(*pair) == []
    pair[1].cells[0].outputs[0].evalue = "no plane"
    assert told(*pair) == ["exception:\n  - E: no plan\n  + E: no plane"]


def test_sanitizers_are_applied_to_every_text(tmp_path: Path) -> None:
    file = tmp_path / "sanitize.cfg"
    file.write_text("regex: \\d+ s\nreplace: TIME", encoding="utf-8")
    rules = Rules(sanitizer=read_sanitizer(file))
    for make in (
        stream,
        lambda text: shown("text/plain", text),
        lambda text: shown("text/html", f"<b>{text}</b>"),
        lambda text: shown("text/latex", text),
        lambda text: shown("application/json", {"took": [text]}),
    ):
        assert told(make("took 3 s"), make("took 14 s"), rules) == []
        assert told(make("took 3 s"), make("lost 3 s"), rules) != []


def test_a_changed_cell_of_a_table_is_told_by_row_and_column() -> None:
    assert told(shown("text/html", ROW.format(2)), shown("text/html", ROW.format(3))) == [
        "text/html, row 1 ('x'), column 'b': '3', expected '2'"
    ]


def test_a_table_over_several_rows_and_columns_keeps_its_columns() -> None:
    table = (
        "<table><thead><tr><th></th><th></th><th colspan=2>p</th></tr>"
        "<tr><th></th><th></th><th>q</th><th>r</th></tr></thead>"
        "<tr><th rowspan=2>x</th><th>1</th><td>a</td><td>b</td></tr>"
        "<tr><th>2</th><td>c</td><td>{}</td></tr></table>"
    )
    assert told(shown("text/html", table.format("d")), shown("text/html", table.format("e"))) == [
        "text/html, row 2 ('x'), column 'p / r': 'e', expected 'd'"
    ]


def test_one_more_row_is_told_once_and_whole() -> None:
    more = ROW.format(2).replace("</table>", "<tr><th>y</th><td>5</td><td>6</td></tr></table>")
    (difference,) = told(shown("text/html", ROW.format(2)), shown("text/html", more))
    assert difference.startswith("text/html, 2 rows of 3 columns, expected 1 row of 3 columns:")
    assert "+ y | 5 | 6" in difference


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        (
            "<div id='T_1'><style>#T_1 {x}</style></div>",
            "<div id='T_2'><style>#T_2 {x}</style></div>",
        ),
        ("<b class='x' title='y'>a</b>", "<b title='y'\n  class='x'>a</b>"),
        ("<p>one\n  two</p>", "<p>one two</p>"),
        ("<p>caf&eacute;</p>", "<p>café</p>"),
        (f"<script>show('{'ab' * 16}')</script>", f"<script>show('{'cd' * 16}')</script>"),
        ("<p>a <!-- 1 --></p>", "<p>a <!-- 2 --></p>"),
    ],
)
def test_ids_and_white_space_of_markup_do_not_count(stored: str, got: str) -> None:
    assert told(shown("text/html", stored), shown("text/html", got)) == []


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        ("<b>a</b>", "<i>a</i>"),
        ("<b style='color:red'>a</b>", "<b style='color:blue'>a</b>"),
        ("<p>one</p>", "<p>two</p>"),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
        ("<b id='x'>a</b>", "<b>a</b>"),
        ("<table><tr><td style='x'>a</td></tr></table>", "<table><tr><td>a</td></tr></table>"),
        ("<table><tr><td>a</td></tr></table>", "<p>a</p>"),
        ("not <closed", "not <open"),
    ],
)
def test_other_markup_is_told(stored: str, got: str) -> None:
    (difference,) = told(shown("text/html", stored), shown("text/html", got))
    assert difference.startswith("text/html, markup:")


def test_an_svg_counts_without_its_ids_and_its_date() -> None:
    svg = (
        '<svg><metadata><date>{0}</date></metadata><defs><clipPath id="p{0}"/></defs>'
        '<path clip-path="url(#p{0})" d="{1}"/></svg>'
    )
    stored, got = (shown("image/svg+xml", svg.format(at, "M 0 1")) for at in ("11", "22"))
    assert told(stored, got) == []
    assert told(stored, shown("image/svg+xml", svg.format("11", "M 0 2"))) != []


def picture(
    *dots: tuple[int, int], color: str = "teal", size: tuple[int, int] = (10, 10), kind: str = "png"
) -> str:
    image = Image.new("RGBA" if kind == "png" else "RGB", size, color)
    for dot in dots:
        image.putpixel(dot, (255, 0, 0))
    file = io.BytesIO()
    image.save(file, kind)
    return base64.encodebytes(file.getvalue()).decode()


def test_a_changed_image_is_told_with_its_pixels() -> None:
    got = shown("image/png", picture((2, 3), (4, 7)))
    assert told(shown("image/png", picture()), got) == [
        "image/png: 2 of 100 pixels are others, within x 2 to 4, y 3 to 7, expected the same image"
    ]
    assert told(shown("image/png", picture()), got, Rules(image_tolerance=0.02)) == []
    assert told(shown("image/png", picture()), got, Rules(image_tolerance=0.01)) != []


@pytest.mark.parametrize(
    ("stored", "got", "same"),
    [
        (picture(color="#008080"), picture(color="#058480"), True),
        (picture(color="#008080"), picture(color="#408080"), False),
        (picture(color="#00808000"), picture(color="#ff00ff00"), True),
        (picture(color="#008080ff"), picture(color="#00808080"), False),
        (picture(), picture(size=(10, 11)), False),
        (picture(), picture().replace("\n", ""), True),
        (picture(), "not base64", False),
        (picture(), base64.b64encode(b"no picture").decode(), False),
    ],
)
def test_images_count_by_what_is_seen_of_them(stored: str, got: str, same: bool) -> None:
    assert (told(shown("image/png", stored), shown("image/png", got)) == []) == same


def test_a_jpeg_counts_by_its_pixels() -> None:
    one, other = (picture(color=color, kind="jpeg") for color in ("teal", "navy"))
    assert told(shown("image/jpeg", one), shown("image/jpeg", other))[0].startswith(
        "image/jpeg: 100"
    )


@pytest.mark.parametrize("mime", ["application/json", "application/vnd.plotly.v1+json"])
def test_json_counts_by_value(mime: str) -> None:
    stored = {"data": [{"x": [1, 2.0, float("nan")], "name": "a at 0x12"}], "on": True}
    same = {"on": True, "data": [{"name": "a at 0xff", "x": [1.0, 2, float("nan")]}]}
    assert told(shown(mime, stored), shown(mime, same)) == []
    other = {"data": [{"x": [1, 3, float("nan")], "name": "a at 0x12"}], "on": 1}
    assert told(shown(mime, stored), shown(mime, other)) == [
        f"{mime}.data[0].x[1]: 3, expected 2.0",
        f"{mime}.on: 1, expected True",
    ]


@pytest.mark.parametrize("mime", ["text/latex", "text/markdown", "text/plain", "x/unknown"])
def test_other_text_counts_as_it_is(mime: str) -> None:
    assert told(shown(mime, "a"), shown(mime, "a")) == []
    assert told(shown(mime, "a"), shown(mime, "b")) == [f"{mime}:\n  - a\n  + b"]


def test_a_form_that_is_gone_or_new_is_told() -> None:
    plain, rich = shown("text/plain", "x"), shown("text/plain", "x", **{"text/html": "<b>x</b>"})
    assert told(plain, rich) == ["text/html: '<b>x</b>', expected nothing"]
    assert told(rich, plain) == ["text/html: nothing, expected '<b>x</b>'"]


def test_plain_text_beside_html_counts_where_the_html_is_the_same() -> None:
    one, other = (shown("text/plain", text, **{"text/html": "<b>x</b>"}) for text in "xy")
    assert told(one, other) == ["text/plain:\n  - x\n  + y"]


def test_one_output_more_among_others_is_told_alone() -> None:
    outputs = [shown("text/plain", text) for text in "abc"]
    assert told(notebook(outputs[0], outputs[2]), notebook(*outputs)) == [
        "output 2, text/plain: 'b', expected nothing"
    ]
    assert told(notebook(*outputs), notebook(*outputs[1:])) == [
        "output 1, text/plain: nothing, expected 'a'"
    ]


def view(model_id: str) -> NotebookNode:
    return shown(VIEW, {"model_id": model_id, "version_major": 2})


def model(name: str, **state: Any) -> dict[str, Any]:
    return {"model_name": name, "state": {"_model_name": name, "layout": "IPY_MODEL_no", **state}}


def form(start: str, **changed: Any) -> NotebookNode:
    """A box with a text and a drop-down, whose ids begin with `start`."""
    models = {
        f"{start}1": model("VBoxModel", children=[f"IPY_MODEL_{start}2", f"IPY_MODEL_{start}3"]),
        f"{start}2": model("TextModel", value=changed.get("value", "hello")),
        f"{start}3": model("DropdownModel", _options_labels=changed.get("options", ["a", "b"])),
        f"{start}4": model("PasswordModel", value=start),
    }
    return notebook(view(f"{start}1"), models=models)


def test_widgets_count_by_their_tree_and_not_by_ids() -> None:
    assert told(form("x"), form("y")) == []
    assert told(form("x"), form("y", value="hallo")) == [
        "widget VBox.children[0] Text.value:\n  - hello\n  + hallo"
    ]
    assert told(form("x"), form("y", options=["a"])) == [
        "widget VBox.children[1] Dropdown._options_labels: 'a', expected 'a', 'b'"
    ]


def test_another_or_a_missing_widget_is_told() -> None:
    one = notebook(view("x"), models={"x": model("TextModel", value="")})
    other = notebook(view("y"), models={"y": model("LabelModel", value="")})
    assert told(one, other) == ["widget: Label, expected Text"]
    assert told(one, notebook(view("y"), models={})) == ["widget Text: nothing, expected its state"]


def test_a_widget_that_holds_itself_ends() -> None:
    ring = {"x": model("BoxModel", children=["IPY_MODEL_x"])}
    assert told(notebook(view("x"), models=ring), notebook(view("x"), models=ring)) == []


@pytest.mark.parametrize(
    ("stored", "note"),
    [
        (notebook(view("x")), "is not stored in the notebook"),
        (notebook(view("x"), models={"x": model("TextModel")}), "is stored in part"),
    ],
)
def test_what_of_a_widget_is_not_stored_is_said(stored: NotebookNode, note: str) -> None:
    got = notebook(view("y"), models={"y": model("TextModel", value="hello")})
    report = compare(stored, got, Rules())
    assert report
    assert any(note in each for each in report.notes)


def test_a_long_text_is_shown_where_it_differs() -> None:
    old = "\n".join(map(str, range(50_000)))
    shown_lines = difference_lines(old, old.replace("\n40000\n", "\n40000!\n"))
    assert "- 40000" in shown_lines
    assert "+ 40000!" in shown_lines
    assert len(shown_lines) < 12
    long = "x" * 10_000
    assert max(map(len, difference_lines(f"{long}a", f"{long}b"))) < 300
