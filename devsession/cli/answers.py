"""What the plugin template asks: which answers there are, and asking for those not given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from devsession.cli.shipped import shipped
from devsession.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]{0,48}[A-Za-z0-9])?")
_TAKEN = ("None", "True", "False", "Any", "AppClient", "AppRefusedError", "DevelopmentSession")
_RATE = re.compile(r"none|[1-9][0-9]{0,8}/(second|minute|hour|day)")


def check_name(name: str) -> None:
    """A name has to make a folder, an id and a class that plugin.py has no other use for.

    Raises: UsageError.
    """
    from devsession import plugin

    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a plugin's name",
            tried="letters, digits, and hyphens or underscores between them; a letter first; at most 50",
            next_step="devsession init acme, or in this folder: devsession init . --name acme",
        )
    class_name = re.sub("[-_]", "", name).casefold()
    taken = {each.casefold(): each for each in (*_TAKEN, *plugin.__all__)}
    if class_name in taken:
        raise UsageError(
            f"{name!r} cannot be a plugin's name: its class would hide {taken[class_name]}",
            next_step=f"devsession init {name}-app",
        )


def _check_rate_limit(rate_limit: str) -> None:
    if not _RATE.fullmatch(rate_limit):
        raise UsageError(
            f"{rate_limit!r} is not a rate limit",
            tried="none, or how many requests per second, minute, hour or day, such as 100/minute",
            next_step="the same again with --rate-limit 5/second",
        )


_CHECKS: dict[str, Callable[[str], None]] = {"name": check_name, "rate_limit": _check_rate_limit}


def check_answers(answers: Mapping[str, str]) -> None:
    """Raises: UsageError for a name or a rate limit that cannot be, and for what has no use."""
    for name in _CHECKS.keys() & answers.keys():
        _CHECKS[name](answers[name])
    for question in questions():
        if question.name in answers and not question.applies(answers):
            raise _useless(question.name.replace("_", "-"), answers)


def _useless(option: str, answers: Mapping[str, str]) -> UsageError:
    if answers.get("kind") == "metadata":
        return UsageError(
            f"--{option} is about a sync, and a metadata plugin has none",
            next_step=f"leave --{option} out, or --kind sync",
        )
    return UsageError(
        f"--{option} says how rows are sent, and an inbound plugin sends none",
        next_step=f"leave --{option} out, or --direction both",
    )


@dataclass(frozen=True)
class Question:
    """One question of the template; choices: answer -> what it means, none when it is free text.

    default, when: may hang on the answers before; it is asked where `when` comes to True.
    """

    name: str
    help: str
    choices: Mapping[str, str]
    default: str
    when: str = "True"

    def ask(self, answers: Mapping[str, str]) -> str:
        """Ask until there is an answer that can be."""
        lines = [f"  {answer:<9} {meaning}" for answer, meaning in self.choices.items()]
        typer.echo("\n".join(["", self.help, *lines]))
        answer: str = typer.prompt(
            self.name.replace("_", " "), default=self.usual(answers), value_proc=self._checked
        )
        return answer

    def usual(self, answers: Mapping[str, str]) -> str:
        """The default."""
        return _rendered(self.default, answers)

    def applies(self, answers: Mapping[str, str]) -> bool:
        """Whether it is a question at all, after these answers."""
        return _rendered(self.when, answers) == "True"

    def _checked(self, answer: str) -> str:
        check = _CHECKS.get(self.name, self._check_choice)
        try:
            check(answer)
        except UsageError as error:
            raise typer.BadParameter(f"{error.what}: {error.tried}".rstrip(": ")) from None
        return answer

    def _check_choice(self, answer: str) -> None:
        if answer not in self.choices:
            raise UsageError(f"{answer!r} is none of them", tried=", ".join(self.choices))


def _rendered(text: str, answers: Mapping[str, str]) -> str:
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment().from_string(text).render(answers)


def questions() -> list[Question]:
    """The template's questions, in their order."""
    import yaml  # type: ignore[import-untyped]  # comes with copier

    file = shipped("plugin_template") / "copier.yml"
    entries: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Question(
            name,
            entry["help"],
            {answer: meaning for meaning, answer in entry.get("choices", {}).items()},
            entry["default"],
            entry.get("when", "True"),
        )
        for name, entry in entries.items()
        if not name.startswith("_") and "help" in entry
    ]


def ask(given: Mapping[str, str]) -> dict[str, str]:
    """All answers: those given, and what a person says to the other questions.

    Where the input ends, as in a script, the defaults are taken, and told.

    Raises: UsageError when there is no name, or for Ctrl-C.
    """
    answers, ended = dict(given), False
    if answers.keys() - {"name", "kind"}:
        answers.setdefault("kind", "sync")  # only a sync has any of them
    for question in questions():
        if question.name in answers or not question.applies(answers):
            continue
        try:
            answers[question.name] = question.usual(answers) if ended else question.ask(answers)
        except typer.Abort as stopped:
            if not (answers and isinstance(stopped.__context__, EOFError)):
                raise UsageError(
                    "Not every question was answered; nothing was written",
                    next_step="devsession init acme --defaults (its options answer, see -h)",
                ) from None
            ended = True
            answers[question.name] = question.usual(answers)
    if ended:
        taken = [f"{name} {answer}" for name, answer in answers.items() if name not in given]
        typer.echo(f"\nthe input has ended; taken: {', '.join(taken)}")
    return answers
