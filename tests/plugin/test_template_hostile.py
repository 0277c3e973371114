"""Templates that want out, or never end: each ends in an error of its own, and nothing else.

The figure aimed at is a second; what is asserted is that they end at all, on a loaded machine.
"""

from __future__ import annotations

import faulthandler
from concurrent.futures import ThreadPoolExecutor
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
    "comparing":
        "{% set a = range(90000) | list %}{% for i in range(9999) %}{% if a != a[:] %}{% endif %}{% endfor %}",
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
TEXT = "{% set s = 'a' * 1500000 %}{% for i in range(9999) %}EACH{% endfor %}"
LISTS = "{% set L = [range(3000) | list] * 40000 %}"
LOOPS = "{% set r = range(99999) %}{% for i in r %}{% for j in r %}{% endfor %}{% endfor %}"
FOUND = {
    "measuring, by map": "{{ [-(10**60)] | map('tick ') | list }}" + LOOPS,
    "long attribute of sort": "{{ ('a'*2000) | list | sort(attribute='0,'*20000~'0') }}",
    "long attribute of map": "{{ ('a'*2000) | list | map(attribute='0.'*20000~'0') | list }}",
    "long attribute of groupby": "{{ ('a'*2000) | list | groupby('0.'*20000~'0') }}",
    "long attribute of unique": "{{ ('a'*2000) | list | unique(attribute='0.'*20000~'0') | list }}",
    "text as tojson's indent": "{{ range(9999) | list | tojson(indent='x'*900000) }}",
    "indent of \\v": "{{ ('a\\x0b'*10000) | indent(900000, blank=true) }}",
    "indent of \\v, narrow": "{{ ('a\\x0b'*1000000) | indent(900, blank=true) }}",
    "brackets in a key of %": "{{ '%(a(b)c)999999999s' % {'a(b)c': 1} }}",
    "long list, is lower": LISTS + "{{ L is lower }}",
    "long text in a list, is upper": "{% set L = ['x'*90000]*9000 %}{{ L is upper }}",
    "long list, count": LISTS + "{{ L.count(L[0]) }}",
    "long list, by tests of select": LISTS + "{{ [L] | select('lower') | list }}",
    "is lower": TEXT.replace("EACH", "{% if s is lower %}{% endif %}"),
    "islower": TEXT.replace("EACH", "{% set x = s.islower() %}"),
    "find": TEXT.replace("EACH", "{% set x = s.find('ab') %}"),
    "splatting": "{% macro m() %}{{ varargs[0] }}{% endmacro %}" + TEXT.replace("EACH", "{{ m(*s) }}"),
    "splatting a list": "{% macro m() %}{{ varargs[0] }}{% endmacro %}{% set s = [1] * 40000 %}"
        "{% for i in range(9999) %}{{ m(*s) }}{% endfor %}",
    "names like a long one": "{% set k = 'abcdefghij'*10000 %}{{ {k: 1}['x'~k] }}",
    "percent signs": "{{ ('%%'*9500000) % () }}",
    "wordwrap of many lines": "{{ ('a\\n'*4500000) | wordwrap(1000000) }}",
    "long missing name": "{{ row['a'*1900000] }}",
    "long missing item": "{{ [1].index('a'*1900000) }}",
    "test that formats": "{{ '%999999999s' is divisibleby(1) }}",
    "test that formats, by select": "{{ ['%999999999s'] | select('odd') | list }}",
    "round of text": "{{ 'ab' | round(9, 'ceil') }}",
    "keys of one hash":
        "{% set n = 2305843009213693951 %}{{ dict(range(0, n * 90000, n) | batch(2) | list) }}",
    "long number, divided": "{% set b = ('f'*900000) | int(base=16) %}{{ b is divisibleby(7) }}",
    "nested tuples as a key": "{{ {((((0,) * 9999,) * 9999,) * 9999): 1} }}",
    "strip of many": "{{ ('a'*6000000).strip('b'*6000000 ~ 'a') }}",
    "many texts": "{% set ns = namespace(l=[]) %}{% for i in range(999) %}"
        "{% set ns.l = ns.l + ['x' ~ 'y' * 1000000] %}{% endfor %}",
    "search backwards": "{{ ('a'*9000000).rfind('a'*5000 ~ 'b' ~ 'a'*5000) }}",
    "split backwards": "{{ ('a'*9000000).rsplit('a'*5000 ~ 'b' ~ 'a'*5000) }}",
    "half a character": "{{ row.NAME }} \ud83d",
    "half a character, spelled out": "{{ row.NAME ~ '\\ud83d' }}",
}  # fmt: skip
WRONG = {
    "a chain that takes long to compile": "{{ 1" + "<2" * 9_900 + " }}",
    "a sum that is nested without a bracket": "{{ 1" + "+2" * 9_900 + " }}",
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
    for group, templates in {
        "out": OUT,
        "endless": ENDLESS,
        "found": FOUND,
        "wrong": WRONG,
    }.items()
    for name, template in templates.items()
}


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """No thread can interrupt one operation in C: what hangs ends the process, with a traceback."""
    faulthandler.dump_traceback_later(60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


# What stops a render may come while Python collects garbage, which reports and drops it; it comes
# again a second later.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "template", [pytest.param(each, id=name) for name, each in HOSTILE.items()]
)
def test_a_hostile_template_ends_in_an_error_that_says_where(template: str) -> None:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(template).render(ROW, "17")

    assert caught.value.fields["line"] == 1 or "\n" in template
    assert "^" in caught.value.tried
    assert len(str(caught.value)) < 1_500
    assert ROW == {"NAME": "Ada", "CITY": None, "TAGS": ["a", "b"], "ADDRESS": {"city": "x"}}


@pytest.mark.parametrize("text", ["a\u2028b\n{{ row.NOPE }}", "a\x0cb\r\n{{ row.NOPE }}"])
def test_the_line_shown_is_the_one_that_jinja_counts(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        RecordTemplate(text).render(ROW, "17")

    assert caught.value.fields["line"] == 2
    assert caught.value.tried.endswith("{{ row.NOPE }}\n       ^")


def test_what_was_stopped_leaves_nothing_behind() -> None:
    endless = RecordTemplate(LOOPS)
    harmless = RecordTemplate("{% for i in range(1_000) %}{{ i }}{% endfor %}")

    with pytest.raises(TemplateError, match="cannot render"):
        endless.render(ROW, "17")
    lengths = {len(harmless.render(ROW, str(number))) for number in range(10)}

    assert lengths == {2_890}


def test_several_threads_are_stopped_each_for_itself() -> None:
    endless, harmless = RecordTemplate(LOOPS), RecordTemplate("{{ row.NAME }}")

    def problem(number: int) -> str:
        try:
            return (harmless if number % 2 else endless).render(ROW, str(number))
        except TemplateError as error:
            return error.tried.splitlines()[0]

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(problem, range(4)))

    assert said == ["it takes longer than one record may", "Ada"] * 2
