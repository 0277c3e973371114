"""Templates of records: compiled once, rendered a row at a time, and harmless whatever they say."""

from devsession.plugin.template.filter_help import filter_help
from devsession.plugin.template.record import RecordTemplate, template_of

__all__ = ["RecordTemplate", "filter_help", "template_of"]
