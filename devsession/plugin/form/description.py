"""A form as JSON: what its widget draws, and its static picture for when there is no kernel."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from devsession.plugin.fields import FormJinjaTemplate
from devsession.plugin.form.answers import REQUIRED
from devsession.plugin.form.failure import fetching
from devsession.plugin.form.mapper import MAPPER
from devsession.plugin.form.template import COLUMNS, TEMPLATE
from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.template import filter_help

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.fields import FormOption
    from devsession.plugin.form.reading import FormReading
    from devsession.plugin.mapping import StoredFieldMapping

_HELP = 200  # characters of what an app says about a field of its own


def describe(form: FormReading, *, marks_missing: bool) -> dict[str, Any]:
    """Everything that is shown of a form whose options are loaded. Of a secret, only if it is set.

    `open`: name -> label of all that keeps it from being complete.
    """
    values, notices = form.values, form.notices
    errors = (_missing_errors(form) if marks_missing else {}) | form.errors
    wrong = {*form.missing, *errors}
    open_ = {name: field.label for name, field in form.fields.items() if name in wrong}
    if form.mapper and wrong - form.fields.keys():
        is_template = isinstance(form.mapper, FormJinjaTemplate)
        open_[TEMPLATE if is_template else MAPPER] = form.mapper.label
    return {
        "title": form.title,
        "methods": form.methods,
        "method": form.method,
        "connectivity_options": form.connectivity_options,
        "connectivity_option": form.connectivity_option,
        "description": getattr(form.definition, "description", ""),
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "type": field.type,
                "secret": field.secret,
                "required": field.required,
                "help": field.help_text,
                "depends_on": field.depends_on,
                "waits_for": _waits_for(form, field.depends_on),
                "value": values[field.name].value if field.name in values else None,
                "is_set": form.is_set(field.name),
                "options": [_option(option) for option in form.options(field.name)],
                "error": errors.get(field.name, ""),
                "notice": notices.get(field.name, ""),
                **fetching(form.loaded(field.name)),
                **field.details,
            }
            for field in form.definition.fields
        ],
        "mapper": _mapper(form, errors, notices),
        "open": open_,
    }


def _mapper(
    form: FormReading, errors: dict[str, str], notices: dict[str, str]
) -> dict[str, Any] | None:
    if form.mapper is None:
        return None
    mapping = form.mapping
    if isinstance(form.mapper, FormJinjaTemplate):
        return _template(form, errors)
    fields = mapping.field_mappings if isinstance(mapping, StoredFieldMappings) else []
    offered = form.app_fields()
    return {
        "label": form.mapper.label,
        "depends_on": form.mapper.depends_on,
        "waits_for": _waits_for(form, form.mapper.depends_on),
        "columns": form.columns,
        "app_fields": [_app_field(option) for option in offered],
        "mapping": {
            each.app_field: {"type": each.source_type, "value": each.source_value}
            for each in fields
        },
        "unmapped": _unmapped(form),
        "shared": _shared(fields),
        "suggested": {name: asdict(match) for name, match in form.suggested.items()},
        "error": errors.get(MAPPER, ""),
        **fetching(form.loaded(MAPPER)),
        "errors": _below(MAPPER, errors),
        "notices": _below(MAPPER, notices),
        **({"can_create": True} if _can_create(form) else {}),
    }


def _waits_for(form: FormReading, depends_on: str | None) -> str:
    """What a person has to do before this is asked for; nothing when it is."""
    if depends_on is None or form.is_answered(depends_on):
        return ""
    return f"fill in {form.fields[depends_on].label} first"


def _missing_errors(form: FormReading) -> dict[str, str]:
    """What is said of everything that is required and not answered, once somebody wants to go on."""
    errors = dict.fromkeys(form.missing, REQUIRED)
    if MAPPER in errors and MAPPER not in form.fields:
        unmapped = {f"{MAPPER}.{name}": REQUIRED for name in _unmapped(form)}
        del errors[MAPPER]
        errors |= unmapped or {MAPPER: "map at least one field"}
    return errors


def _unmapped(form: FormReading) -> list[str]:
    """The fields that the app requires, and that are not mapped."""
    mapping = form.mapping
    mapped = mapping.as_dict() if isinstance(mapping, StoredFieldMappings) else {}
    return [each.value for each in form.app_fields() if each.required and each.value not in mapped]


def _can_create(form: FormReading) -> bool:
    """Whether fields of the app can be added; a field called like the mapper hides that."""
    source = None if MAPPER in form.fields else form.source_of(MAPPER)[0]
    return source is not None and source.new_option_creator is not None


def _template(form: FormReading, errors: dict[str, str]) -> dict[str, Any]:
    mapper, written = form.mapper, form.written
    return {
        "label": mapper.label if mapper else "",
        "depends_on": mapper.depends_on if mapper else None,
        "waits_for": _waits_for(form, form.mapper.depends_on if form.mapper else None),
        "columns": form.columns,
        "renders": getattr(mapper, "renders", "text"),
        "filters": filter_help(written.filters) if written else {},
        "template": written.template if written else "",
        "made": {name: each.sql for name, each in written.made.items()} if written else {},
        "error": errors.get(TEMPLATE, ""),
        "problems": [
            {key: problem.fields[key] for key in ("line", "column", "problem")}
            for problem in (written.problems if written else [])
        ],
        "errors": _below(COLUMNS, errors),
    }


def _shared(mapped: Sequence[StoredFieldMapping]) -> dict[str, list[str]]:
    """Each column that fills more than one field of the app -> those fields."""
    filled: dict[str, list[str]] = {}
    for each in mapped:
        if each.source_type == "column_name":
            filled.setdefault(each.source_value, []).append(each.app_field)
    return {column: fields for column, fields in filled.items() if len(fields) > 1}


def _below(name: str, texts: dict[str, str]) -> dict[str, str]:
    start = f"{name}."
    return {
        name.removeprefix(start): text for name, text in texts.items() if name.startswith(start)
    }


def _app_field(option: FormOption) -> dict[str, Any]:
    help_text = option.metadata.get("description")
    return {**_option(option), "help": help_text[:_HELP] if isinstance(help_text, str) else ""}


def _option(option: FormOption) -> dict[str, Any]:
    shown = option.model_dump(exclude={"metadata", "default"})
    return {**shown, "label": option.label or option.value}
