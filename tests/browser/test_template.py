"""The template, in JupyterLab itself: what is listed while typing, errors, sample rows, keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

TEMPLATE = "from tests.browser import template_forms\ntemplate_forms.widget"
OVERFLOWING = """(form) => [...form.querySelectorAll('*')]
    .filter((node) => node.scrollWidth > node.clientWidth + 1
        && getComputedStyle(node).display !== 'inline'
        && !['auto', 'scroll', 'hidden'].includes(getComputedStyle(node).overflowX)
        && !node.closest('.dsf-marks'))
    .map((node) => node.outerHTML.slice(0, 120))"""


@pytest.fixture
def notebook(stage: NotebookPage) -> NotebookPage:
    """A notebook that shows a form with a template of JSON over a thousand columns."""
    stage.show(TEMPLATE)
    return stage


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    """The form, live."""
    return notebook.form("Sync messages")


def texts(form: Locator) -> Locator:
    """What the template makes of the sample rows."""
    return form.get_by_role("region", name="Sample records").get_by_role("listitem")


def test_columns_and_filters_are_listed_while_typing(form: Locator, notebook: NotebookPage) -> None:
    text, keyboard = form.get_by_label("Message"), notebook.page.keyboard
    listed, options = form.get_by_role("listbox"), form.get_by_role("option")
    expect(form.get_by_text("row has ID, NAME, E-MAIL, CITY")).to_contain_text("and 992 more")
    text.focus()

    keyboard.type("{{ ")
    expect(options).to_have_count(50)
    expect(form.get_by_text("and 954 more: type on")).to_be_visible()
    expect(form.get_by_text("1,004 columns")).to_have_role("status")
    keyboard.press("ArrowDown")
    expect(form.get_by_role("option", selected=True)).to_contain_text("NAME")
    chosen = form.get_by_role("option", selected=True).get_attribute("id")
    expect(text).to_have_attribute("aria-activedescendant", str(chosen))
    keyboard.press("Enter")
    expect(text).to_have_value("{{ row.NAME")
    expect(listed).to_be_hidden()

    keyboard.type(" | po")
    expect(options).to_have_text(["politeAddress somebody as one should."])
    keyboard.press("Tab")
    keyboard.type(" | up")
    options.get_by_text("upper", exact=True).click()
    keyboard.type(" }} row.na {{ row.mail")
    expect(options).to_have_text(
        ["E-MAILtext · ann@example.com, bob@example.com, cleo@example.com"]
    )
    keyboard.press("Enter")
    keyboard.type(" }}\n{{ row['col")
    expect(form.get_by_text("and 950 more: type on")).to_be_visible()
    keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(text).to_be_focused()
    expect(text).to_have_value(
        '{{ row.NAME | polite | upper }} row.na {{ row["E-MAIL"] }}\n{{ row[\'col'
    )
    keyboard.press("Control+Space")
    expect(listed).to_be_visible()

    # What Lab listens to is text here; Tab leaves, as there is no list any more.
    keyboard.press("Escape")
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "b"):
        keyboard.press(key)
    expect(text).to_have_value(
        '{{ row.NAME | polite | upper }} row.na {{ row["E-MAIL"] }}\n{{ row[\'coladdLb'
    )
    keyboard.press("Escape")
    keyboard.press("Tab")
    expect(form.get_by_role("button", name="line 2, column")).to_be_focused()
    notebook.execute("None")
    expect(notebook.cells).to_have_count(1)


def test_what_is_wrong_is_marked_and_each_row_shown(form: Locator, notebook: NotebookPage) -> None:
    text, caret = form.get_by_label("Message"), "(area) => area.selectionStart"
    written = '{\n  "name": "{{ row.NAME }}",\n  "town": {{ row.TWN }}, "x": {{ row.CTY }}\n}'
    text.fill(written)
    wrong = form.get_by_role("button", name="line 3, column 18: row has no 'TWN'")
    expect(wrong).to_be_visible()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(form.locator(".dsf-gutter b")).to_have_text(["3"])
    wrong.click()
    expect(text).to_be_focused()
    assert text.evaluate(caret) == written.index("TWN")
    text.press("F8")
    assert text.evaluate(caret) == written.index("CTY")

    form.get_by_label("Extra columns").fill("town = NOWHERE")
    text.fill(written.replace("row.TWN", "row.town").replace("row.CTY", "row.ID"))
    expect(form.get_by_text("town: no column is named NOWHERE")).to_be_visible()
    form.get_by_label("Extra columns").fill("town = upper(CITY)")
    text.fill(written.replace("row.TWN", "row.town | tojson").replace("row.CTY", "row.ID"))
    expect(texts(form)).to_have_count(3)
    expect(texts(form).nth(0)).to_contain_text('"name": "Ann",\n  "town": "(upper(CITY))", "x": 1')
    expect(texts(form).nth(2)).to_contain_text("refused, not sent: CITY: no city")
    expect(texts(form).nth(1).locator("mark")).to_have_text("t")
    texts(form).nth(1).get_by_role("button", name="line 2, column 12: no JSON").click()
    assert text.evaluate(caret) == written.index("{{ row.NAME")
    expect(form.locator(".dsf-gutter b")).to_have_text(["2"])
    expect(form.get_by_text("first 3 rows: 1 cannot be made")).to_have_role("status")

    notebook.page.set_viewport_size({"width": 800, "height": 1000})
    text.fill(written[:-1] + "{{ row.NOBODY }}" * 30 + "\n" * 40)
    expect(form.get_by_role("button", name="row has no 'NOBODY'")).to_be_visible()
    assert form.evaluate(OVERFLOWING) == []
    # It scrolls in itself, with its numbers.
    assert text.evaluate("(area) => area.scrollHeight > 2 * area.clientHeight")

    text.fill('{"name": {{ row.NAME | tojson }}}')
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("saved the template")).to_be_visible()
    expect(texts(form).nth(1)).to_contain_text('{"name": "Bob \\"the builder\\""}')
    expect(form.locator(".dsf-gutter b")).to_have_count(0)
