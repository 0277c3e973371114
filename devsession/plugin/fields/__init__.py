"""The fields of a form. A new field type is a class here and an input in the form's widget."""

from devsession.plugin.fields.base import FieldValueError, FormField
from devsession.plugin.fields.choices import FormDropdownField, FormRadioField
from devsession.plugin.fields.information import InformationBoxField, InformationField
from devsession.plugin.fields.keys import FormGpgKeypair, FormSshKeypair, FormX509Certificate
from devsession.plugin.fields.mappers import FormFieldMappingSelector, FormJinjaTemplate, FormMapper
from devsession.plugin.fields.numbers import FormSliderField
from devsession.plugin.fields.options import (
    DynamicFormOptionsDataSource,
    FormOption,
    FormOptionsDataSource,
    NewOptionCreator,
    OptionsError,
    StaticFormOptionsDataSource,
    author_line_of,
    called,
    name_of,
)
from devsession.plugin.fields.stage import FormSnowflakeStageField
from devsession.plugin.fields.text import FormCheckboxField, FormInputField, FormTextAreaField

__all__ = [
    "DynamicFormOptionsDataSource",
    "FieldValueError",
    "FormCheckboxField",
    "FormDropdownField",
    "FormField",
    "FormFieldMappingSelector",
    "FormGpgKeypair",
    "FormInputField",
    "FormJinjaTemplate",
    "FormMapper",
    "FormOption",
    "FormOptionsDataSource",
    "FormRadioField",
    "FormSliderField",
    "FormSnowflakeStageField",
    "FormSshKeypair",
    "FormTextAreaField",
    "FormX509Certificate",
    "InformationBoxField",
    "InformationField",
    "NewOptionCreator",
    "OptionsError",
    "StaticFormOptionsDataSource",
    "author_line_of",
    "called",
    "name_of",
]
