"""The first part of a sync's form: source, identifier, strategy and target type, as JSON to draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, SetupError, UnknownNameError
from devsession.notebook.form_parts import FormPart
from devsession.plugin.strategies import STATES
from devsession.quoting import quoted
from devsession.render import counted, shortened
from devsession.session.declaring import QUERY_SHOWN
from devsession.warehouse.columns import SIMPLE_NAME
from devsession.warehouse.identifiers import held_by_app, identified
from devsession.warehouse.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.identifiers import Identified

QUERY = "= query"
"""The option of the source that is no table."""


class SourcePart(FormPart):
    """What a page shows of a sync's declaration. The warehouse is asked once for each choice.

    Messages: `declare` (name, value); `look_at_source`, for tables and rows as they are now.
    """

    messages = ("declare", "look_at_source")

    def __init__(self, session: DevelopmentSession, sync: Sync) -> None:
        self._session = session
        self._sync = sync
        self._asked: dict[tuple[object, ...], tuple[Any, DevsessionError | None]] = {}

    def shown(self) -> dict[str, Any]:
        """Fields, as a form has them; `at` is what the sample below depends on."""
        declared = self._sync.declaration
        tables, problem = self._tables()
        fields = [
            self._source(tables),
            *([self._query()] if declared.is_query else ()),
            self._identifier(),
            self._strategy(),
        ]
        if declared.target_types or "target_type" in declared.problems:
            fields.append(self._target_type())
        return {
            "at": f"{declared.record.source}\n{declared.record.identifier}",
            "problem": self._unreachable(problem),
            "offered": {field["name"]: field.pop("options") for field in fields},
            "fields": fields,
        }

    def receive(self, message: dict[str, Any]) -> str:
        """Choose, or look again."""
        match message:
            case {"type": "declare", "name": "source", "value": value} if value == QUERY:
                source = self._sync.declaration.record.source
                self._sync.choose(source=_as_query(source, self._tables()[0]))
            case {"type": "declare", "name": "query", "value": value}:
                self._sync.choose(source=value)
            case {"type": "declare", "name": name, "value": value}:
                self._sync.choose(**{name: value})
            case _:
                self._asked.clear()
                self._sync.look()
        return ""

    def facts(self) -> list[tuple[str, str]]:
        """Label and value of what is declared, for a static picture."""
        declared = self._sync.declaration
        said = {
            name: ": ".join(
                filter(
                    None,
                    (shortened(value or "", QUERY_SHOWN), self._text(declared.problems.get(name))),
                )
            )
            for name, value in declared.values.items()
        }
        return [(name.replace("_", " "), text) for name, text in said.items() if text]

    def _tables(self) -> tuple[list[str], DevsessionError | None]:
        """Tables and views, and why they cannot be told."""
        return self._ask(("tables",), lambda: list(tables_of(self._session.account)), [])

    def _field(self, name: str, label: str, value: str | None, **about: Any) -> dict[str, Any]:
        """A field as a form describes it."""
        problems = self._sync.declaration.problems
        return {
            "name": name,
            "label": label,
            "type": "dropdown",
            "secret": False,
            "required": True,
            "help": "",
            "depends_on": None,
            "waits_for": "",
            "value": value or "",
            "is_set": bool(value),
            "options": [],
            "error": self._text(problems.get(name)),
            "notice": "",
            **about,
        }

    def _source(self, tables: list[str]) -> dict[str, Any]:
        declared, lost = self._sync.declaration, self._sync.form.lost_columns
        value = QUERY if declared.is_query else declared.values["source"]
        about = {
            "options": [*_options(tables), {"value": QUERY, "label": "A query", "disabled": False}],
            "notice": f"it has no {', '.join(lost)}: not mapped any more" if lost else "",
            "help": self._held("source"),
        }
        if declared.is_query:  # what is wrong stands at the query
            about["error"] = ""
        return self._field("source", "Source", value, **about)

    def _query(self) -> dict[str, Any]:
        about = {
            "type": "textarea",
            "error": self._text(self._sync.declaration.problems.get("source")),
            "help": "One SELECT, or WITH .. SELECT, over tables of the warehouse",
        }
        return self._field("query", "Query", self._sync.declaration.values["source"], **about)

    def _identifier(self) -> dict[str, Any]:
        declared = self._sync.declaration
        kinds, _ = self._ask(
            ("kinds", declared.record.source, *declared.columns),
            lambda: {each.name: each.kind for each in self._sync.form.source_columns()},
            {},
        )
        labels = {
            name: f"{name} · {kinds[name]}" if kinds.get(name) else name
            for name in declared.columns
        }
        about = {"options": _options(labels), "help": self._held("identifier")}
        source, column = declared.source, declared.record.identifier
        if source is not None and not {"source", "identifier"} & declared.problems.keys():
            found, problem = self._ask(
                ("identified", source.sql, column),
                lambda: identified(self._session.account, source, column),
                None,
            )
            about |= _told_of(found) if found else {"error": self._text(problem)}
        return self._field("identifier", "Identifier", declared.values["identifier"], **about)

    def _strategy(self) -> dict[str, Any]:
        declared = self._sync.declaration
        known = declared.strategies
        about = {
            "options": _options({name: _labelled(each) for name, each in known.items()}),
            "help": _acts(declared.strategy) if "strategy" not in declared.problems else "",
        }
        return self._field("strategy", "Strategy", declared.values["strategy"], **about)

    def _target_type(self) -> dict[str, Any]:
        declared = self._sync.declaration
        # The only one there is need not be chosen.
        value = declared.values["target_type"] or declared.record.target_type
        options = _options(declared.target_types)
        return self._field("target_type", "Target type", value, options=options)

    def _held(self, name: str) -> str:
        """What the engine will make of the records that the app holds, once another one is chosen."""
        declared = self._sync.declaration
        if name not in declared.unsaved:
            return ""
        held, _ = self._ask(
            ("held",), lambda: held_by_app(self._session.account, declared.saved), 0
        )
        if not held:
            return ""
        changed, gone = (_done(declared.strategy, state) for state in ("changed", "gone"))
        known = f"The app holds {counted(held, 'record')} of this sync, known by the identifier"
        if name == "source":
            return (
                f"{known}. A row with the same identifier is the same record: {changed} when its "
                f"values differ. A record that the source does not have is gone: {gone}."
            )
        return (
            f"{known} as text. A row that another column names otherwise is a new record: "
            f"{_done(declared.strategy, 'new')}. The one before is gone then: {gone}."
        )

    def _ask(
        self, what: tuple[object, ...], ask: Callable[[], Any], empty: Any
    ) -> tuple[Any, DevsessionError | None]:
        """What the warehouse answered, once; or what stands for it, and why there is no answer."""
        if what not in self._asked:
            try:
                self._asked[what] = ask(), None
            except DevsessionError as error:
                self._asked[what] = empty, error
        return self._asked[what]

    def _unreachable(self, of_tables: DevsessionError | None) -> str:
        """Why nothing can be asked of the warehouse, and what to do."""
        problems = (of_tables, self._sync.declaration.problems.get("source"))
        found = next((each for each in problems if isinstance(each, SetupError)), None)
        return self._session.vault.text(f"{found.what}\nnext: {found.next_step}") if found else ""

    def _text(self, problem: DevsessionError | None) -> str:
        """What is wrong, in the room that a field has."""
        if problem is None:
            return ""
        if problem is self._sync.declaration.problems.get("source") and isinstance(
            problem, SetupError
        ):
            return "cannot be looked at now"
        known = problem.tried if isinstance(problem, UnknownNameError) else ""
        return self._session.vault.text("; ".join(filter(None, (problem.what, known))))


def _as_query(source: str, tables: list[str]) -> str:
    """The query that reads a table whole; a query as it is."""
    if source not in tables:
        return source
    return f"select *\nfrom {source if SIMPLE_NAME.match(source) else quoted(source)}"


def _options(labels: Mapping[str, str] | Iterable[str]) -> list[dict[str, Any]]:
    """Options as a form describes them."""
    pairs = labels.items() if isinstance(labels, Mapping) else ((each, each) for each in labels)
    return [{"value": value, "label": label, "disabled": False} for value, label in pairs]


def _told_of(found: Identified) -> dict[str, str]:
    """Whether a run can tell the rows apart by their identifier."""
    if not found.rows:
        return {"notice": "the source has no rows now"}
    wrong = []
    if found.without:
        wrong.append(f"{counted(found.without, 'row')} of {found.rows:,} without a value")
    if found.repeated:
        wrong.append(f"{counted(found.repeated, 'row')} of {found.rows:,} with that of another")
    if wrong:
        return {
            "error": f"{', '.join(wrong)}: a run needs one for each row, different from all others"
        }
    return {"notice": f"{counted(found.rows, 'row')}, each with a value of its own"}


def _labelled(strategy: OutboundSyncStrategy) -> str:
    """A strategy with its actions, where its name is not all that is to say."""
    actions = ", ".join(dict.fromkeys(strategy.actions.values())) or "no action"
    return strategy.name if strategy.name == actions else f"{strategy.name} · {actions}"


def _acts(strategy: OutboundSyncStrategy) -> str:
    """What a strategy does with each state of a record."""
    left = [state for state in STATES if state not in strategy.actions]
    told = [f"{state}: {action}" for state, action in strategy.actions.items()]
    return "; ".join([*told, f"{', '.join(left)}: left alone"] if left else told)


def _done(strategy: OutboundSyncStrategy, state: str) -> str:
    return strategy.actions.get(state, "left alone")
