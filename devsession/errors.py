"""Every error of devsession, grouped by what the author should do next.

DevsessionError
├── UsageError               change the call
│   ├── UnknownNameError     a table, sync, scenario, field .. that does not exist
│   ├── FormError            a form's values are wrong, field by field
│   ├── NotFilledError       a form that a later step needs has no values yet
│   └── WorkflowError        a metadata workflow's file that cannot be run; names the key
├── PluginError              change plugin.py
│   ├── PluginLoadError      plugin.py does not import, or holds no plugin
│   │   └── NotCarriedOverError  a name of the Omnata dialect that devsession does not have
│   ├── DefinitionError      a manifest, form, field or mapper that cannot be
│   ├── PluginRaisedError    a plugin method raised, or returned the wrong thing
│   ├── OutcomesError        outcomes that break a rule; carries the report
│   ├── StreamError          records or a state that break a rule; carries the report
│   └── EntityError          an entity of a metadata catalog that cannot be; names it and the field
├── DataError                change the data
│   ├── SourceError          the source cannot be synced: null or duplicate identifiers ..
│   ├── TableExistsError     a table of this name holds other content
│   ├── TableFileError       a file or frame that cannot be loaded as a table
│   └── TemplateError        a template that cannot be, or cannot render this record
├── AppError                 check the app: its address, its key, whether it runs
│   ├── ConnectError         connect() refused, or the app could not be reached
│   └── CatalogError         the metadata catalog refused, or could not be reached
├── NotebookError            change the notebook: it cannot be read or run, or a parameter is wrong
├── DeadlineError            give it more time: a time limit has passed, or it was cancelled
│   └── LimitError           a rate limit of the app leaves no room before that
├── RecordingError           record again
│   ├── CassetteError        a tape or cassette that cannot be read
│   ├── ScenarioError        a scenario folder that cannot be read or completed
│   ├── MissError            offline, and the tape has no answer to this request
│   └── NetworkShutError     a live call while the network is shut
└── SetupError               change the set-up of this machine or workspace
    ├── SecretMissingError   a secret that is in none of the places looked in
    ├── SecretLeakError      a write refused, because it would hold a secret
    ├── ServiceError         a local process (warehouse, sandbox) does not start or answer
    ├── LedgerError          the file that counts requests cannot be read or written
    ├── InboxError           the file that keeps received events cannot be used, or is in use
    ├── AccountError         a Snowflake account: its connection, key or sign-in, or it is out of reach
    ├── WarehouseError       the warehouse refused a statement, or is gone
    ├── PublishError         a package that cannot be, or a step of publishing that was refused
    └── OmnataError          the Omnata app on Snowflake refused, or answered what cannot be read
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_NAMES_SHOWN = 12


class DevsessionError(Exception):
    """What every error of devsession is: what failed, what was tried, where, and the next step.

    said: what the author's own code said when it raised.

    `fields` carries the same facts for programs (`sync`, `field`, `table` ..). No text or field
    of an error may hold a secret: whoever raises with foreign text redacts it first.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        said: str = "",
        tried: str = "",
        where: str = "",
        next_step: str = "",
        **fields: object,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.said = said
        self.tried = tried
        self.where = where
        self.next_step = next_step
        self.fields = fields

    def __str__(self) -> str:
        facts = {
            "said": self.said,
            "tried": self.tried,
            "where": self.where,
            "next": self.next_step,
        }
        lines = [f"  {label + ':':<6} {_indented(text)}" for label, text in facts.items() if text]
        return "\n".join([self.what, *lines])

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: a user's mistake needs the way out only."""
        return f"{type(self).__name__}: {self}".splitlines()


class UsageError(DevsessionError):
    """The call was wrong; nothing was changed."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that does not exist. Its text offers the nearest names that do."""


class FormError(UsageError):
    """Values that a form refuses; `errors` maps each field to its message."""

    def __init__(
        self, what: str, *, errors: dict[str, str], where: str = "", next_step: str = ""
    ) -> None:
        tried = "\n".join(f"{name}: {message}" for name, message in errors.items())
        super().__init__(what, tried=tried, where=where, next_step=next_step, errors=errors)
        self.errors = errors


class NotFilledError(UsageError):
    """A form that this step needs has not been filled."""


class WorkflowError(UsageError):
    """A metadata workflow's file, or its configuration, that cannot be run; names the key."""


class PluginError(DevsessionError):
    """The plugin's code has to change."""


class PluginLoadError(PluginError):
    """plugin.py does not import, or holds no plugin class."""


class NotCarriedOverError(PluginLoadError, ImportError):
    """A name of the Omnata dialect that devsession does not have; an ImportError for plugins."""


class DefinitionError(PluginError):
    """A manifest, form, field or mapper that cannot be; names plugin, form and field."""


class PluginRaisedError(PluginError):
    """A plugin method raised, or returned what its contract does not allow."""


class OutcomesError(PluginError):
    """Outcomes that break a rule; `fields["report"]` is the report."""


class StreamError(PluginError):
    """Records of a stream, or its state, that break a rule; `fields["report"]` is the report."""


class EntityError(PluginError):
    """An entity of a metadata catalog that cannot be: `entity`, and `errors` by field."""


class DataError(DevsessionError):
    """The data has to change; nothing was changed by us."""


class SourceError(DataError):
    """A source that cannot be synced; the rows are in the text."""


class TableExistsError(DataError):
    """A table of this name holds other content."""


class TableFileError(DataError):
    """A file or frame that cannot be loaded as a table."""


class TemplateError(DataError):
    """A template that cannot be, or cannot render a record; names line and record."""


class AppError(DevsessionError):
    """The app has to be looked at: its address, its key, whether it runs."""


class ConnectError(AppError):
    """connect() refused, or the app could not be reached."""


class CatalogError(AppError):
    """The metadata catalog refused a call or could not be reached; `status` when it answered."""


class NotebookError(DevsessionError):
    """The notebook has to change: it cannot be read or run, or a parameter that it gets is wrong."""


class DeadlineError(DevsessionError):
    """A time limit has passed, or somebody cancelled; what was done until then stays."""


class LimitError(DeadlineError):
    """A rate limit of the app leaves no room for a request before the deadline."""


class RecordingError(DevsessionError):
    """A recording has to be made again."""


class CassetteError(RecordingError):
    """A tape or cassette that cannot be read; it is never overwritten silently."""


class ScenarioError(RecordingError):
    """A scenario folder that cannot be read, run or completed."""


class MissError(RecordingError):
    """The tape has no answer to a request, and calling the app is not allowed."""


class NetworkShutError(RecordingError):
    """A live call while the network is shut."""


class SetupError(DevsessionError):
    """The set-up of this machine or workspace has to change."""


class SecretMissingError(SetupError):
    """A secret that is in none of the places looked in; the text lists them in order."""


class SecretLeakError(SetupError):
    """A write was refused because it would have put a secret into a file."""


class ServiceError(SetupError):
    """A local process (warehouse, sandbox) does not start or does not answer."""


class LedgerError(SetupError):
    """The file that counts requests for rate limits cannot be read or written."""


class InboxError(SetupError):
    """The file that keeps received events cannot be used, or another receiver has it."""


class AccountError(SetupError):
    """A Snowflake account that cannot be used: its connection, a file or key, the sign-in."""


class WarehouseError(SetupError):
    """The warehouse refused a statement, or is gone."""


class PublishError(SetupError):
    """A package that cannot be made, or a step of publishing that Snowflake refused; `step` says which."""


class OmnataError(SetupError):
    """The Omnata app on Snowflake refused a call, or answered what cannot be read."""


def did_you_mean(
    name: object, known: Iterable[str], labels: Mapping[str, str] | None = None
) -> str:
    """A half sentence that offers the nearest known names, or lists them all when few.

    labels: what people call a name that tells them nothing.
    """
    called, names = labels or {}, sorted(known)

    def shown(each: str) -> str:
        return f"{called[each]} ({each!r})" if each in called else repr(each)

    folded = {known.casefold(): known for known in names}
    near = [
        folded[match] for match in get_close_matches(str(name).casefold(), folded, n=3, cutoff=0.6)
    ]
    if near:
        return "did you mean " + " or ".join(map(shown, near)) + "?"
    if not names:
        return "there is none yet"
    listed = ", ".join(map(shown, names[:_NAMES_SHOWN]))
    more = len(names) - _NAMES_SHOWN
    return f"there is {listed}" + (f" and {more} more" if more > 0 else "")


def _indented(text: str) -> str:
    return text.replace("\n", "\n         ")
