"""A policy: a rule of one's own about entities, which allows, warns, denies or masks."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from devsession.errors import DefinitionError
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.processors.masking import Masking

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from devsession.openmetadata.steps.steps import Item

_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_LIKE = '@policy("ACME-01", Table)'
_VERDICTS = "return allow(), warn(..), deny(..), mask(..), or nothing, which allows"

_HIDE = "hide what it has: columns_of(table) gives the paths of its columns"


@dataclass(frozen=True)
class Verdict:
    """What a policy says of one entity; `allow`, `warn`, `deny` and `mask` make it."""

    what: Literal["allow", "warn", "deny", "mask"]
    reason: str = ""
    fix: str = ""
    masking: Masking | None = None


def allow() -> Verdict:
    """Nothing is to be said; a policy that returns nothing says the same."""
    return Verdict("allow")


def warn(reason: str, *, fix: str = "") -> Verdict:
    """The entity is stored, and worth a look. fix: what to do about it."""
    return Verdict("warn", _said("warn", reason), fix)


def deny(reason: str, *, fix: str = "") -> Verdict:
    """The entity is not stored, nor what hangs under it: an error of the run. fix: what to do about it."""
    return Verdict("deny", _said("deny", reason), fix)


def mask(
    reason: str,
    *,
    hide: Collection[str] | str = (),
    columns: Collection[str] | str | None = None,
    tag: str = "",
    leave_out: bool = False,
) -> Verdict:
    """The entity is stored without what nobody is to read.

    hide: fields that are taken away: of the entity any that may be missing, below another one by
    dots, `lineage_details.sql_query`; of columns `description` and `display_name`. columns: the paths of
    those it is about, `address.street`. tag: says how the warehouse has to mask it; the policy declares
    it: `@policy(.., tags=["Masking.Hash"])`. leave_out: the table is told without these
    columns; what else names them, a test or lineage, is judged by itself.

    Raises: DefinitionError for a mask that hides nothing.
    """
    hidden = (hide,) if isinstance(hide, str) else tuple(hide)
    if not (hidden or tag or leave_out) or (leave_out and columns is None):
        raise DefinitionError(
            "This mask hides nothing",
            tried=f"mask({reason!r})",
            next_step='say what: hide=["description"], tag="Masking.Hash"; of columns=[..] also leave_out=True',
        )
    if columns is not None:
        columns = frozenset([columns] if isinstance(columns, str) else columns)
    masking = Masking(hidden, columns, tag, leave_out)
    return Verdict("mask", _said("mask", reason), masking=masking)


@dataclass(frozen=True, repr=False)
class Policy:
    """A function that judges entities, under an id. Called, it gives its verdict, as in a workflow.

    kinds: what it is asked about. tags: those that its masks give.
    """

    id: str
    kinds: tuple[type[Model], ...]
    judges: Callable[[Any], Verdict | None]
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Where it stands: `policies.personal_data_has_an_owner`."""
        return f"{self.judges.__module__}.{self.judges.__qualname__}"

    @property
    def where(self) -> str:
        """Its line: `policies.py, line 7`."""
        code = self.judges.__code__
        return f"{Path(code.co_filename).name}, line {code.co_firstlineno}"

    @property
    def title(self) -> str:
        """What it demands: the first line of its docstring, or else its name in words."""
        said = (self.judges.__doc__ or "").strip().partition("\n")[0]
        return said or self.judges.__name__.replace("_", " ")

    def __call__(self, item: Item) -> Verdict:
        """Its verdict. Raises: what its function raises; DefinitionError for what is no verdict."""
        given: object = self.judges(item)
        verdict = allow() if given is None else given
        if not isinstance(verdict, Verdict):
            raise self._wrong(f"returned {given!r:.60}, which is no verdict", _VERDICTS)
        if verdict.masking is not None:
            if (tag := verdict.masking.tag) and tag not in self.tags:
                declared = f'@policy("{self.id}", .., tags=["{tag}"]): so the catalog has it first'
                raise self._wrong(f"gives the tag {tag}, and does not declare it", declared)
            try:
                verdict.masking.check(item)
            except DefinitionError as error:
                what = f"masks what cannot be: {error.what}"
                raise self._wrong(what, _HIDE, tried=error.tried) from None
        return verdict

    def __repr__(self) -> str:
        kinds = ", ".join(each.__name__ for each in self.kinds)
        return f"{self.id} {self.judges.__name__} ({kinds}): {self.title}"

    def _wrong(self, what: str, next_step: str, tried: str = "") -> DefinitionError:
        where = f"{self.judges.__name__}, {self.where}"
        return DefinitionError(f"{self.id} {what}", tried=tried, where=where, next_step=next_step)


def policy(
    policy_id: str, *kinds: type[Model], tags: Collection[str] = ()
) -> Callable[[Callable[[Any], Verdict | None]], Policy]:
    """Make a policy of a function that takes an entity and returns a verdict, or nothing.

    policy_id: letters, digits and hyphens, `ACME-01`: what reports call it. kinds: what it is asked
    about: `Table`, `Governed` for all that has owners and tags, `LineageEdge`, `TestResult`.. tags: those
    that its masks give, by their full names.

    Raises: DefinitionError for another id, where it names no kinds, and above what is no function.
    """
    if not isinstance(policy_id, str) or not _ID.fullmatch(policy_id):
        raise DefinitionError(
            f"{policy_id!r} is no id of a policy",
            tried="capital letters and digits, with a hyphen: M01 is one of devsession's own rules",
            next_step=_LIKE,
        )
    if not kinds or not all(isinstance(each, type) and issubclass(each, Model) for each in kinds):
        raise DefinitionError(
            f"The policy {policy_id} does not say what it is asked about",
            tried=f"@policy({', '.join([repr(policy_id), *map(repr, kinds)])})",
            next_step=f"name classes of entities, or of facts about them: {_LIKE}",
        )
    given = (tags,) if isinstance(tags, str) else tuple(tags)

    def made(judges: Callable[[Any], Verdict | None]) -> Policy:
        later = inspect.iscoroutinefunction(judges) or inspect.isgeneratorfunction(judges)
        if not inspect.isfunction(judges) or later:
            raise DefinitionError(
                f"The policy {policy_id} is no function that answers at once",
                tried=f"{_LIKE} above {judges!r:.60}",
                next_step="put it above a function: def .., without async and yield",
            )
        return Policy(policy_id, kinds, judges, given)

    return made


def _said(what: str, reason: str) -> str:
    if not isinstance(reason, str) or not reason.strip():
        step = f'{what}("holds personal data, and nobody owns it")'
        raise DefinitionError(f"{what}(..) says no reason", next_step=step)
    return reason
