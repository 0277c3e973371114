"""Templates that want out, or never end: each ends in an error of its own, and nothing else.

The figure aimed at is a second; what is asserted is that they end at all, on a loaded machine.
"""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import TemplateError
from devsession.plugin.template import RecordTemplate

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW: dict[str, Any] = {"NAME": "Ada", "CITY": None, "TAGS": ["a", "b"], "ADDRESS": {"city": "x"}}
DOUBLE = (
    "{% set ns = namespace(x=START) %}{% for i in range(99) %}{% set ns.x = NEXT %}{% endfor %}"
)


def doubled(start: str, after: str) -> str:
    """A template that puts a value into itself again and again."""
    return DOUBLE.replace("START", start).replace("NEXT", after) + "{{ ns.x }}"


OUT = {
    "class of text": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "class by item": "{{ row['__class__'] }}",
    "class by attr": "{{ row | attr('__class__') }}",
    "class by map": "{{ [row] | map(attribute='__class__') | list }}",
    "class by sort": "{{ [row] | sort(attribute='__class__.__mro__') }}",
    "class by groupby": "{{ [row] | groupby('__class__') }}",
    "globals of a method": "{{ row.NAME.upper.__self__ }}",
    "globals of a function": "{{ range.__globals__ }}",
    "globals of a class": "{{ cycler.__init__.__globals__ }}",
    "globals of a macro": "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
    "format": "{{ '{0.__class__}'.format(row) }}",
    "format_map": "{{ '{x.__class__.__mro__}'.format_map({'x': row}) }}",
    "format by map": "{{ ['{0.__class__}'] | map('format', row) | list | first.format(row) }}",
    "self": "{{ self._TemplateReference__context }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}{{ os }}",
    "from import": "{% from 'os' import environ %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block b %}{{ self.b() }}{% endblock %}",
    "clear the row": "{{ row.clear() }}",
    "change the row": "{{ row.update({'NAME': 'Eve'}) }}",
    "change a list": "{{ row.TAGS.append('c') }}",
    "a namespace in itself": "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns.x }}",
}  # fmt: skip
ENDLESS = {
    "huge range": "{% for i in range(10**9) %}x{% endfor %}",
    "nested ranges": "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "nested ranges, nothing printed":
        "{% for i in range(99999) %}{% for j in range(99999) if false %}{% endfor %}{% endfor %}",
    "text": "{{ 'a' * 10**9 }}",
    "text by steps": "{{ 'a' * 99999 * 99999 }}",
    "list": "{{ [0] * 10**9 }}",
    "power": "{{ 10**10**10 }}",
    "power of powers": doubled("7", "ns.x ** 9"),
    "product": doubled("7", "ns.x * ns.x"),
    "number in another base": "{{ ('f' * 999999) | int(0, 16) * 3 }}",
    "text that doubles": doubled("'a'", "ns.x ~ ns.x"),
    "text that doubles by format": doubled("'a'", "'{0}{0}'.format(ns.x)"),
    "text that doubles by %": doubled("'a'", "'%s%s' % (ns.x, ns.x)"),
    "text that doubles by replace": doubled("'a'", "ns.x.replace('a', 'aa')"),
    "list that doubles": doubled("[1]", "[ns.x, ns.x]"),
    "dict that doubles": doubled("{}", "{'a': ns.x, 'b': ns.x}"),
    "tuple of arguments":
        "{% macro m() %}{% set ns = namespace(x=varargs) %}{{ m(ns.x, ns.x) }}{% endmacro %}{{ m(1) }}",
    "comparing": "{% set a = range(90000) | list %}{{ a == a[:]" + " or a != a[:]" * 99 + " }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "macro twice": "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "recursive loop": "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "big pieces": "{% for i in range(99999) %}" + "x" * 9_999 + "{% endfor %}",
    "big pieces, kept": "{% set s %}{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}{% endset %}",
    "center": "{{ 'a' | center(10**9) }}",
    "center, written out": "{{ 'a' | center(1000000000) }}",
    "ljust": "{{ 'a'.ljust(10**9) }}",
    "zfill": "{{ 'a'.zfill(10**9) }}",
    "expandtabs": "{{ '\t'.expandtabs(10**9) }}",
    "to_bytes": "{{ (1).to_bytes(10**9) }}",
    "indent": "{{ 'a\nb' | indent(10**9) }}",
    "batch": "{{ [1] | batch(10**9, 'x') | list }}",
    "slice": "{{ [1] | slice(10**9) | list }}",
    "wordwrap": "{{ ('a' * 99999) | wordwrap(1, wrapstring='b' * 999) }}",
    "wordwrap of one word": "{{ ('a' * 999999) | wordwrap(1) }}",
    "replace of nothing": "{{ ('a' * 9999) | replace('', 'b' * 9999) }}",
    "join": "{{ range(9999) | join('x' * 9999) }}",
    "round": "{{ 1.5 | round(10**9, 'ceil') }}",
    "tojson": "{{ row | tojson(indent=10**9) }}",
    "sum of lists": "{{ ([[1]] * 40000) | sum(start=[]) }}",
    "select": "{{ range(99999) | select('in', range(99999) | list) | list }}",
    "width of {}": "{{ '{:999999999}'.format(1) }}",
    "width of {} from a value": "{{ '{:{w}}'.format(1, w=10**9) }}",
    "width of %": "{{ '%999999999s' % 'a' }}",
    "width of % from a value": "{{ '%*d' % (10**9, 1) }}",
    "precision of the format filter": "{{ '%.999999999f' | format(1.5) }}",
    "cycler": "{% set c = cycler(*range(99999)) %}{% for i in range(99999) %}{{ c.next() }}{% endfor %}",
    "lipsum": "{{ lipsum(n=10**6) }}",
    "many loops in loops": "{% for a in range(9) %}" * 30 + "{% endfor %}" * 30,
    "brackets": "{{ " + "(" * 9_990 + ")" * 9_990 + " }}",
    "sum of ones": "{{ 1" + "+1" * 9_900 + " }}",
    "digits": "{{ " + "9" * 9_999 + " }}",
    "filters in a row": "{{ row.NAME" + "|upper" * 3_200 + " }}",
    "many expressions": "{{ row.NAME|upper }}" * 940 + "{{ row.NOPE }}",
}  # fmt: skip
WRONG = {
    "unknown name": "{{ nothing }}",
    "unknown column": "{{ row.NOPE }}",
    "below unknown": "{{ row.ADDRESS.street.number }}",
    "below null": "{{ row.CITY.name }}",
    "open tag": "{{ row.NAME",
    "open block": "{% for x in row.TAGS %}",
    "empty condition": "{% if %}{% endif %}",
    "unknown tag": "{% shell ls %}",
    "unknown filter": "{{ row.NAME | shell }}",
    "unknown test": "{{ row.NAME is shell }}",
}
HOSTILE = {
    f"{group}: {name}": template
    for group, templates in {"out": OUT, "endless": ENDLESS, "wrong": WRONG}.items()
    for name, template in templates.items()
}


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """No thread can interrupt one operation in C: what hangs ends the process, with a traceback."""
    faulthandler.dump_traceback_later(60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize(
    "template", [pytest.param(each, id=name) for name, each in HOSTILE.items()]
)
def test_a_hostile_template_ends_in_an_error_that_says_where(template: str) -> None:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(template).render(ROW, "17")

    assert caught.value.fields["line"] == 1 or "\n" in template
    assert "^" in caught.value.tried
    assert ROW == {"NAME": "Ada", "CITY": None, "TAGS": ["a", "b"], "ADDRESS": {"city": "x"}}
