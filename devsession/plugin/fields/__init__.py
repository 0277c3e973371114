"""The fields of a form. A new field type is a class here and an input in the form's widget."""

from devsession.plugin.fields.base import FieldValueError, FormField
from devsession.plugin.fields.choices import FormDropdownField
from devsession.plugin.fields.mappers import FormFieldMappingSelector, FormJinjaTemplate, FormMapper
from devsession.plugin.fields.options import (
    DynamicFormOptionsDataSource,
    FormOption,
    FormOptionsDataSource,
    OptionsError,
    StaticFormOptionsDataSource,
    author_line_of,
    check_options,
)
from devsession.plugin.fields.text import FormCheckboxField, FormInputField, FormTextAreaField

__all__ = [
    "DynamicFormOptionsDataSource",
    "FieldValueError",
    "FormCheckboxField",
    "FormDropdownField",
    "FormField",
    "FormFieldMappingSelector",
    "FormInputField",
    "FormJinjaTemplate",
    "FormMapper",
    "FormOption",
    "FormOptionsDataSource",
    "FormTextAreaField",
    "OptionsError",
    "StaticFormOptionsDataSource",
    "author_line_of",
    "check_options",
]
