"""Templates of records: what they render, and how the author learns what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import TemplateError
from devsession.plugin import StoredJinjaTemplate, jinja_filter
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.template import RecordTemplate, template_of

from .acme import AcmeCRM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

ADA = {
    "NAME": "Ada",
    "AGE": 36,
    "CITY": None,
    "JOINED": "2024-05-01",
    "ACTIVE": True,
    "AMOUNT": 12.5,
    "TAGS": ["math", "poetry"],
    "ADDRESS": {"city": "London", "lines": ["12 St James's Square"]},
    "items": "a column",
}


class WithFilters(AcmeCRM):
    """`greeting` is what its filter uses: filters are methods, and know their plugin."""

    greeting = "Dear"

    @jinja_filter
    def dear(self, name: str, end: str = "") -> str:
        return f"{self.greeting} {name}{end}"

    @jinja_filter
    def upper(self, text: str) -> str:
        return f"({text})"

    @jinja_filter
    def letters(self, text: str) -> Iterator[str]:
        yield from text

    @jinja_filter
    def refuses(self, text: str) -> str:
        raise ValueError(f"no {text} with key-5d21c8e07a")


def rendered(template: str, row: dict[str, Any] = ADA) -> str:
    return RecordTemplate(template).render(row, "17")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {{ row.NAME }}", "Hello Ada"),
        ("{{ row['NAME'] | upper }}, {{ row.AGE + 1 }}", "ADA, 37"),
        ("{{ row.CITY }} {{ row.CITY or 'nowhere' }}", "None nowhere"),
        ('{"name": {{ row.NAME | tojson }}, "city": {{ row.CITY | tojson }}}',
         '{"name": "Ada", "city": null}'),
        ("{% for tag in row.TAGS %}{{ loop.index }} {{ tag }}{{ ', ' if not loop.last else '' }}{% endfor %}",
         "1 math, 2 poetry"),
        ("{{ row.ADDRESS.city }}: {{ row.ADDRESS['lines'][0] }}", "London: 12 St James's Square"),
        ("{{ row.items }}", "a column"),
        ("{{ row.keys() | first }} {{ row.get('NOPE', 'none') }}", "NAME none"),
        ("{{ '{:.2f} {:>5}'.format(row.AMOUNT, 'x') }} {{ '%05.1f' % row.AMOUNT }}", "12.50     x 012.5"),
        ("{{ row.NAME ~ '-' ~ row.AGE }} {{ 'ab' * 2 }} {{ 7 // 2 }} {{ 2 ** 10 }}", "Ada-36 abab 3 1024"),
        ("{% if row.ACTIVE and row.AGE is divisibleby(6) and 'math' in row.TAGS %}yes{% endif %}", "yes"),
        ("{% macro b(x) %}<{{ x }}>{% endmacro %}{{ b(row.NAME) }}{{ b(1) }}", "<Ada><1>"),
        ("{% set ns = namespace(n=0) %}{% for t in row.TAGS %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
         "2"),
        ("{{ row.TAGS | map('title') | join('; ') }} {{ row.NAME[:2] }}", "Math; Poetry Ad"),
        ("{{ row.JOINED.replace('-', '/').split('/')[0] }}", "2024"),
        ("{{ '<b>&' }} {{ 'x<' + ('\"' | tojson) }}", '<b>& x<"\\""'),
        ("{{ row.MISSING | default('-') }}{{ ' yes' if row.MISSING is not defined }}", "- yes"),
        ("{% filter upper %}a{{ row.NAME }}{% endfilter %}\nend\n", "AADA\nend"),
        ("ÄÖ {{ row.NAME }} 😀 {# a comment #}", "ÄÖ Ada 😀 "),
        ("{{ '%(a)s-%(b)s' | format(a=1, b='x') }} {{ '%d%%' % 5 }}", "1-x 5%"),
        ("{% for tag in row.TAGS %}{{ tag }}{{ ', ' if not loop.last }}{% endfor %}", "math, poetry"),
        ("{{ dict(row.ADDRESS, city='Paris').city }} {{ '{}+{}'.format(*row.TAGS) }}", "Paris math+poetry"),
        ("no tag at all", "no tag at all"),
    ],
)  # fmt: skip
def test_a_record_is_rendered(template: str, text: str) -> None:
    assert rendered(template) == text


def test_a_large_record_is_rendered() -> None:
    row = {"LINES": [{"sku": f"S{number}", "count": number} for number in range(2_000)]}

    text = rendered("{% for x in row.LINES %}{{ x.sku }}: {{ x.count }}\n{% endfor %}", row)

    assert text.count("\n") == 2_000


LINES = [
    {"sku": f"S{i}", "name": f"Widget {i}", "qty": i % 7, "price": i * 1.5, "active": i % 2 == 0}
    for i in range(5_000)
]
LARGE = {"BODY": "x" * 1_000_000, "BODY5": "é" * 5_000_000, "LINES": LINES}


@pytest.mark.parametrize(
    ("template", "length"),
    [
        ("{{ row.BODY }}", 1_000_000),
        ("{{ row.BODY | upper }}{{ row.BODY | trim }}", 2_000_000),
        ("{{ row.BODY | default('') }}", 1_000_000),
        ("{{ row.BODY | tojson }}", 1_000_002),
        ("{{ 'Body: ' ~ row.BODY }}", 1_000_006),
        ("{{ row.BODY5 }}", 5_000_000),
        ("{{ row.BODY5.replace('é', 'e') }}", 5_000_000),
        ("{{ row.BODY5 | truncate(20, true) }}{{ row.BODY5[:5] }}", 25),
        ("{{ row.LINES | selectattr('active') | map(attribute='sku') | join(',') }}", 14_444),
        ("{{ (row.LINES | sort(attribute='price', reverse=true) | first).sku }}", 5),
        ("{% for k, g in row.LINES | groupby('qty') %}{{ k }}={{ g | length }} {% endfor %}", 42),
        ("{% for x in row.LINES %}{{ '%s %d'|format(x.name, x.qty) }}\n{% endfor %}", 68_890),
    ],
)
def test_long_texts_and_lists_are_rendered(template: str, length: int) -> None:
    assert len(rendered(template, LARGE)) == length


def test_the_row_stays_as_it_is() -> None:
    row = {"TAGS": ["b", "a"]}

    rendered("{{ row.TAGS | sort }}{% set row = 1 %}", row)

    assert row == {"TAGS": ["b", "a"]}


def test_a_template_renders_many_records_alike() -> None:
    template = RecordTemplate("{% for i in range(3_000) %}{{ row.ID }}{% endfor %}")

    lengths = {len(template.render({"ID": number % 10}, str(number))) for number in range(30)}

    assert lengths == {3_000}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ row.NAME | dear }}", "Dear Ada"),
        ("{{ row.NAME | dear(end=',') }}", "Dear Ada,"),
        ("{{ row.NAME | upper }}", "(Ada)"),
        ("{{ row.NAME | letters | join('.') }}", "A.d.a"),
        ("{{ row.TAGS | map('dear') | first }}", "Dear math"),
    ],
)
def test_a_plugins_own_filters(template: str, text: str) -> None:
    own = RecordTemplate(template, filters_of(WithFilters()))

    assert own.render(ADA, "17") == text


def test_a_plugin_without_filters_has_none() -> None:
    assert filters_of(AcmeCRM()) == {}


def test_what_a_filter_raises_is_redacted_and_names_the_record(snapshot: SnapshotAssertion) -> None:
    template = template_of(
        StoredJinjaTemplate(jinja_template="Hello\n{{ row.NAME | refuses }}"),
        WithFilters(),
        redact=lambda text: text.replace("key-5d21c8e07a", "***"),
    )
    assert template is not None

    with pytest.raises(TemplateError) as caught:
        template.render(ADA, "17")

    assert str(caught.value) == snapshot
    assert (caught.value.fields["line"], caught.value.fields["identifier"]) == (2, "17")


def test_a_sync_that_maps_fields_has_no_template() -> None:
    assert template_of(None, WithFilters()) is None


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("Hello {{ row.NAME", id="tag left open"),
        pytest.param("Hello\n{% if row.NAME %}\nyou", id="block left open"),
        pytest.param("one\n  {{ row.NAME | uper }}", id="unknown filter"),
        pytest.param("{{ row.NAME is defind }}", id="unknown test"),
        pytest.param("{{ rwo.NAME }}", id="unknown name"),
        pytest.param("{% include 'other' %}", id="include"),
        pytest.param("{{ " + "row.NAME ~ " * 20 + "nope ~ row.NAME }}", id="long line"),
        pytest.param("x" * 20_001, id="long template"),
    ],
)
def test_a_template_that_can_never_be_rendered(template: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(template)

    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("Hello {{ row.NAM }}", id="column that is not there"),
        pytest.param("Hello {{ row.FIRST.size }}", id="below a column that is not there"),
        pytest.param("{{ row.NAME }}\n{{ row.ADDRESS.town.lat }}", id="below what is not there"),
        pytest.param("{{ row.CITY.name }}", id="below null"),
        pytest.param("{{ row.NAME + row.AGE }}", id="text and number"),
        pytest.param("{{ row.AGE / 0 }}", id="by zero"),
        pytest.param("{{ row.NAME.upper }}", id="brackets forgotten"),
    ],
)
def test_a_record_that_cannot_be_rendered(template: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(TemplateError) as caught:
        rendered(template)

    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    ("template", "column"),
    [
        ('"{{ row["NAME"]" }}', 16),
        ("name: {{ row.NAME }} {{ row. }}", 22),
        ("{{ row.NAME }} {{ row.AGE | }}", 16),
        ("{ {{ row.NAME }} {% if %}", 18),
        ("{{ row.NAME }} {{ row.AGE }", 27),
    ],
)
def test_what_cannot_be_read_is_pointed_at(template: str, column: int) -> None:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(f"{{{{ 1 }}}}\n{template}")

    assert (caught.value.fields["line"], caught.value.fields["column"]) == (2, column)


@pytest.mark.parametrize("template", ["{{ row.NAM }}", "{{ row['NAM'] }}", "{{ row.NAM | upper }}"])
def test_columns_are_checked_before_anything_is_rendered(template: str) -> None:
    (error,) = RecordTemplate(template).column_errors(["NAME", "AGE"])

    assert error.what == "The template cannot be used"
    assert "row has no 'NAM'; did you mean 'NAME'?" in error.tried


def test_every_column_that_is_not_there_is_told_with_its_place() -> None:
    template = "NAM: {{ row.NAM }}, {{ row.NAM }}\n{{ row.NAME }}\n{{ row.TOWN }} {{ row.NAM }}"

    errors = RecordTemplate(template).column_errors(["NAME"])

    places = [(error.fields["line"], error.fields["column"]) for error in errors]
    assert places == [(1, 13), (3, 8), (3, 23)]


@pytest.mark.parametrize(
    "template",
    [
        "{{ row.NAME }}{{ row['AGE'] }}",
        "{{ row.get('NAM') }}{{ row[row.NAME] }}",
        "{% for row in [{'x': 1}] %}{{ row.x }}{% endfor %}",
        "{{ row.NAM | default('x') }}",
        "{% if row.NAM is defined %}{{ row.NAM }}{% endif %}",
    ],
)
def test_columns_that_are_there_or_cannot_be_told(template: str) -> None:
    assert list(RecordTemplate(template).column_errors(["NAME", "AGE"])) == []
