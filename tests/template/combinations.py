"""Every combination of answers to the template's questions, and a choice of them with every pair."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from devsession.cli.answers import questions
from devsession.cli.project import create_project

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Answers = dict[str, str]

# Of a sync: a metadata project has one form only.
_ASKED = [each for each in questions() if each.name not in {"name", "kind"}]
_CHOICES = {each.name: list(each.choices) for each in _ASKED}
QUESTIONS = {**_CHOICES, "rate_limit": ["none", "100/second"]}


def _asked(given: Iterable[str]) -> Answers:
    """The answers to those questions that are asked after the ones before."""
    answers = dict(zip(QUESTIONS, given, strict=True))
    return {each.name: answers[each.name] for each in _ASKED if each.applies(answers)}


ALL: list[Answers] = [_asked(answers) for answers in product(*QUESTIONS.values())]
ALL = [answers for at, answers in enumerate(ALL) if answers not in ALL[:at]]
_PAIRWISE = (
    "outbound record api-key http none fields",
    "both event api-key package 100/second template",
    "both record oauth http 100/second template",
    "outbound event oauth package none fields",
    "both record sign-in package none template",
    "outbound event sign-in http 100/second fields",
    "inbound - password package none -",
    "both record password http none fields",
    "outbound event password package 100/second template",
    "inbound - api-key http 100/second -",
    "inbound - oauth http none -",
    "inbound - sign-in package 100/second -",
)
PAIRWISE: list[Answers] = [_asked(line.split()) for line in _PAIRWISE]


def named(answers: Answers) -> str:
    """A name that is a module's as well."""
    return "_".join(answers.values()).replace("-", "_").replace("/", "_")


def generate(answers: Answers, place: Path) -> Path:
    """The project acme with these answers, in a folder of its own."""
    folder = place / named(answers)
    create_project("acme", folder, **answers)
    return folder


def pairs(answers: Answers) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """Each two of the answers, with their questions."""
    each = sorted(answers.items())
    return {(one, other) for one in each for other in each if one < other}
