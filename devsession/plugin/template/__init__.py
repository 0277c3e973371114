"""Templates of records: compiled once, rendered a row at a time, and harmless whatever they say."""

from devsession.plugin.template.record import RecordTemplate, template_of

__all__ = ["RecordTemplate", "template_of"]
