"""Processors that ship: tags and domains by rule, names, redaction, personal data, masks."""

from devsession.openmetadata.processors.by_rule import DomainByRule, TagByRule
from devsession.openmetadata.processors.classify_pii import ClassifyPii
from devsession.openmetadata.processors.mask_by_tag import MaskByTag
from devsession.openmetadata.processors.normalise_names import NormaliseNames
from devsession.openmetadata.processors.redact import Redact

__all__ = [
    "ClassifyPii",
    "DomainByRule",
    "MaskByTag",
    "NormaliseNames",
    "Redact",
    "TagByRule",
]
