"""The steps in their order, from where an account stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from devsession.errors import PublishError, UsageError
from devsession.publish.side import AccountSide, Rehearsal
from devsession.publish.steps import deploy, look, register, upload
from devsession.render import GOOD, NEUTRAL, html_line, html_report, html_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from snowflake.snowpark import Session

    from devsession.publish.package import Package
    from devsession.publish.steps import Found

Step = Literal["package", "upload", "deploy", "register"]
STEPS: tuple[Step, ...] = ("package", "upload", "deploy", "register")


@dataclass
class Published:
    """What was done, or in a dry run would be: step -> a line; the statements in their order.

    there: whether there was an account. written: the package's folder.
    """

    package: Package
    dry_run: bool
    there: bool
    written: str = ""
    done: dict[Step, str] = field(default_factory=dict)
    statements: dict[Step, list[str]] = field(default_factory=dict)

    @property
    def next_step(self) -> str:
        """What to do with it; "" when all is done."""
        if self.dry_run and self.done and not self.there:
            return "that is a first publish; --account NAME tells it from where that account stands"
        return "" if self.done or not self.written else "devsession publish --dry-run"

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "package": self.package.to_dict(),
            "dry_run": self.dry_run,
            "written": self.written,
            "done": dict(self.done),
            "statements": {step: list(said) for step, said in self.statements.items()},
        }

    def __str__(self) -> str:
        lines = [str(self.package)]
        for step, told in self.done.items():
            lines.append(f"{step:<9} {told}")
            if self.dry_run:
                lines += [f"  {statement};" for statement in self.statements[step]]
        lines += [f"written   {self.written}"] if self.written else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = list(self.done.items())
        said = [f"{each};" for step in self.statements.values() for each in step]
        title = f"{self.package.plugin}, package {self.package.digest}"
        parts = [html_table(["step", "what"], rows)] if rows else []
        parts += [html_line(f"written: {self.written}")] if self.written else []
        parts += [html_line(f"warning: {each}") for each in self.package.warnings]
        if self.dry_run and said:
            parts.append(f"<pre>{escape(chr(10).join(said))}</pre>")
        return html_report(
            f"Would publish {title}" if self.dry_run else f"Published {title}",
            *parts,
            edge=NEUTRAL if self.dry_run else GOOD,
        )


def publish(
    package: Package,
    session: Session | None,
    *,
    steps: Sequence[Step] = STEPS,
    dry_run: bool = False,
    tell: Callable[[Step], None] = lambda _: None,
) -> Published:
    """Go through these steps behind the package's; what is done already is not done again.

    session: a Snowpark session of the account; in a dry run it is only asked, and without one the
    statements are those of a first publish. tell: is told of each step when it begins.

    Raises: PublishError, which names the step; the next call goes on with it. UsageError without the
        account that a step needs.
    """
    account = AccountSide(session) if session is not None else None
    require_account(steps, there=account is not None, dry_run=dry_run)
    side: AccountSide | Rehearsal = account if account and not dry_run else Rehearsal(account)
    published = Published(package, dry_run, there=account is not None)
    found: Found | None = None
    patch: int | None = None
    for step in [each for each in steps if each != "package"]:
        tell(step)
        if account is not None:
            account.step = step
        begun = len(side.statements)
        found = found or look(side, package.names)
        if step == "upload":
            patch, told = upload(side, package, found)
        elif step == "deploy":
            patch = found.patch_of(package.digest) if patch is None else patch
            if patch is None and account is not None:
                raise _not_uploaded(package)
            told = deploy(side, package.names, found, patch or 0)
        else:
            told = register(side, package.names)
        published.done[step] = told
        published.statements[step] = side.statements[begun:]
    return published


def require_account(steps: Sequence[Step], *, there: bool, dry_run: bool) -> None:
    """Raises: UsageError when one of these steps goes to an account, and none is there."""
    behind = [step for step in steps if step != "package"]
    if behind and not there and not dry_run:
        raise UsageError(
            "Publishing goes to a Snowflake account, and none is named",
            tried=f"the steps {', '.join(behind)}",
            next_step="devsession publish --account NAME; without one: --step package, or --dry-run",
        )


def _not_uploaded(package: Package) -> PublishError:
    names = package.names
    return PublishError(
        f"No patch of version {names.version} of {names.package} is made of this package",
        tried=f"package {package.digest}",
        where="Snowflake",
        next_step="devsession publish --step upload, then this again",
        step="deploy",
    )
