"""Every combination of answers to the template's questions, and a choice of them with every pair."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from devsession.cli.answers import questions
from devsession.cli.project import create_project

if TYPE_CHECKING:
    from pathlib import Path

Answers = dict[str, str]

_CHOICES = {each.name: list(each.choices) for each in questions() if each.name != "name"}
QUESTIONS = {**_CHOICES, "rate_limit": ["none", "100/second"]}
ALL: list[Answers] = [
    dict(zip(QUESTIONS, answers, strict=True)) for answers in product(*QUESTIONS.values())
]
_PAIRWISE = (
    "record api-key http none fields",
    "event api-key package 100/second template",
    "record oauth http 100/second template",
    "event oauth package none fields",
    "record sign-in package none template",
    "event sign-in http 100/second fields",
    "event password package none template",
    "record password http 100/second fields",
)
PAIRWISE: list[Answers] = [dict(zip(QUESTIONS, line.split(), strict=True)) for line in _PAIRWISE]


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
