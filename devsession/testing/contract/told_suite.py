"""What suites of checks are: tests for pytest, or a report without it; some of them left out."""

from __future__ import annotations

from contextlib import suppress
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from devsession.errors import UnknownNameError, did_you_mean
from devsession.testing.contract.telling import NoPartError, NotTriedError
from devsession.testing.examination import Checked, Examination

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from devsession.errors import DevsessionError
    from devsession.testing.examination import State


class ToldSuite:
    """Checks as methods `test_..`, each with the reason why it is there as its docstring.

    bench: where it is tried; it has `plugin_class`, and `redactor`, which finds secrets.
    """

    bench: ClassVar[Any]

    @classmethod
    def checks(cls) -> tuple[str, ...]:
        """The names of all checks, in their order."""
        classes = reversed(cls.__mro__)
        names = dict.fromkeys(name for each in classes for name in vars(each))
        return tuple(name for name in names if name.startswith("test_"))

    @classmethod
    def source_of(cls, check: str) -> str:
        """The sentence that asks for a check: what its docstring has behind `Source:`."""
        return cleandoc(getattr(cls, check).__doc__ or "").partition("\nSource: ")[2].rstrip(".")

    @classmethod
    def report(cls, *, without: Collection[str] = ()) -> Examination:
        """What the checks say, without pytest: a line each, in the order of the class.

        without: names of checks that are left out, such as `"null_records"`.
        """
        told: list[Checked] = []
        for name in (each for each in cls.checks() if each.removeprefix("test_") not in without):
            suite = _Told(cls)
            with suppress(NoPartError):
                getattr(cls, name)(suite)
                source = cls.source_of(name)
                told.append(Checked(_title(name), suite.state, suite.why, source=source))
        return Examination(cls.bench.plugin_class.__name__, tuple(told))

    def _hold(self, check: Callable[[Any], Sequence[DevsessionError]]) -> None:
        """Run a check, and tell its verdict: nothing, why it was not tried, or what is wrong."""
        try:
            told = "\n\n".join(map(str, check(self.bench)))
        except NoPartError as why:
            self._has_no_part(why)
        except NotTriedError as missing:
            self._tell("not tried", self.bench.redactor.text(str(missing)))
        else:
            self._tell("error" if told else "ok", self.bench.redactor.text(told))

    def _has_no_part(self, why: NoPartError) -> None:
        self._tell("not tried", str(why))

    def _tell(self, state: State, why: str) -> None:
        """As pytest has it."""
        import pytest

        if state == "not tried":
            pytest.skip(why)
        if state == "error":
            pytest.fail(why, pytrace=False)


S = TypeVar("S", bound=ToldSuite)


def suite_of(base: type[S], bench: Any, skip: Mapping[str, str]) -> type[S]:
    """The suite for one plugin. skip: name of a check -> why it is left out.

    Raises: UnknownNameError when there is no such check.
    """
    name = bench.plugin_class.__name__
    left_out = {_test(check, base.checks()): reason for check, reason in skip.items()}
    parts = {
        "__doc__": f"The contract, for {name}.",
        "bench": bench,
        **{test: _skipping(getattr(base, test), why) for test, why in left_out.items()},
    }
    return type(f"Test{name}", (base,), parts)


class _Told(ToldSuite):
    """Keeps the verdict of one check of a suite."""

    state: State = "ok"
    why = ""

    def __init__(self, suite: type[ToldSuite]) -> None:
        self.bench = suite.bench  # type: ignore[misc]  # of this one alone

    def _has_no_part(self, why: NoPartError) -> None:
        raise why

    def _tell(self, state: State, why: str) -> None:
        self.state, self.why = state, why


def _test(name: str, tests: Sequence[str]) -> str:
    test = name if name.startswith("test_") else f"test_{name}"
    if test not in tests:
        raise UnknownNameError(
            f"the contract suite has no check {name!r}",
            tried=did_you_mean(test, tests),
            where="SuiteConfig(skip=..)",
            check=name,
        )
    return test


def _skipping(test: Callable[[Any], None], reason: str) -> Callable[[ToldSuite], None]:
    def skipped(suite: ToldSuite) -> None:
        suite._tell("not tried", reason)

    skipped.__doc__ = test.__doc__
    return skipped


def _title(check: str) -> str:
    return check.removeprefix("test_").replace("_", " ")
