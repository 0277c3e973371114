"""Templates of JSON: what is none, where in the text, and where in the template that comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import TemplateError
from devsession.plugin.template import RecordTemplate

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ROW = {"NAME": 'Ada "the first"', "AGE": None, "TAGS": ["a", "b"]}


def refusal(template: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(template, renders="json").render(ROW, "17")
    return caught.value


@pytest.mark.parametrize(
    "template",
    [
        '{"name": {{ row.NAME | tojson }}, "age": {{ row.AGE | tojson }}}',
        '[{% for tag in row.TAGS %}"{{ tag }}"{{ "," if not loop.last }}{% endfor %}]',
        '"only text"',
        '{"emoji": "\N{PARTY POPPER}"}',
    ],
)
def test_json_is_rendered_as_it_is(template: str) -> None:
    assert RecordTemplate(template, renders="json").render(ROW, "17") == RecordTemplate(
        template
    ).render(ROW, "17")


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        pytest.param('{\n  "age": {{ row.AGE }}\n}', 2, 10, id="an expression: its brackets"),
        pytest.param('{"a": 1,\n "b" 2}', 2, 6, id="text that is printed as it is"),
        pytest.param('{"a": 1,\r\n "b" 2}', 2, 6, id="lines of Windows"),
        pytest.param(
            '{"t": [{% for t in row.TAGS %}"{{ t }}",{% endfor %}\n]}', 2, 1, id="behind a loop"
        ),
        pytest.param(
            '[\n{%- for t in row.TAGS -%}\n"{{ t }}"\n{%- endfor -%}\n]',
            3,
            1,
            id="blanks taken away",
        ),
        pytest.param(
            '{% macro of(x) %}{"x": {{ x }} }{% endmacro %}\n{{ of(row.AGE) }}', 1, 24, id="a macro"
        ),
        pytest.param("{% raw %}{{ x }}{% endraw %}", 1, 11, id="raw"),
        pytest.param('{# 1 #}[1, "\N{PARTY POPPER}" x]', 1, 16, id="behind wide letters"),
        pytest.param('{"a": 1', 1, 7, id="an end that comes too early"),
        pytest.param('{"n": NaN}', 1, 7, id="no number of JSON"),
    ],
)
def test_the_place_in_the_template(template: str, line: int, column: int) -> None:
    error = refusal(template)

    assert (error.fields["line"], error.fields["column"]) == (line, column)


@pytest.mark.parametrize(
    "template",
    [
        "{% set x %} [{{ row.AGE }}]{% endset %}{{ x | trim }}",
        "{% set x %}[1]{% endset %}{{ x | length }}{{ x }}",
        "",
    ],
    ids=["trimmed", "counted", "empty"],
)
def test_a_place_that_cannot_be_told_is_not(template: str) -> None:
    error = refusal(template)

    assert error.fields["line"] is None
    assert error.where == "template; IDENTIFIER 17"


def test_the_error_shows_the_text_and_the_next_step(snapshot: SnapshotAssertion) -> None:
    error = refusal('{\n  "name": "{{ row.NAME }}"\n}')

    assert str(error) == snapshot
    assert error.fields["problem"] == (
        "line 2, column 12: no JSON: expected `,` or `}`, line 2, column 17 of its text"
    )


def test_a_secret_in_the_text_is_not_in_the_error() -> None:
    template = RecordTemplate(
        '{"key": key-5d21c8e07a}',
        renders="json",
        redact=lambda text: text.replace("key-5d21c8e07a", "REDACTED"),
    )

    with pytest.raises(TemplateError) as caught:
        template.render(ROW, "17")

    assert "key-5d21c8e07a" not in f"{caught.value}{caught.value.fields}"


def test_nesting_without_end_is_no_json() -> None:
    assert "recursion limit" in refusal("{{ '[' * 100_000 }}").tried
