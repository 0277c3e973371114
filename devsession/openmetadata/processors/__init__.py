"""Processors that ship: tags and domains by rule, names, redaction, personal data, masks, policies."""

from devsession.openmetadata.processors.by_rule import DomainByRule, TagByRule
from devsession.openmetadata.processors.changing import columns_of, tags_of
from devsession.openmetadata.processors.classify_pii import ClassifyPii
from devsession.openmetadata.processors.mask_by_tag import MaskByTag
from devsession.openmetadata.processors.normalise_names import NormaliseNames
from devsession.openmetadata.processors.policies import Policies
from devsession.openmetadata.processors.redact import Redact
from devsession.openmetadata.processors.verdicts import (
    Policy,
    Verdict,
    allow,
    deny,
    mask,
    policy,
    warn,
)

__all__ = [
    "ClassifyPii",
    "DomainByRule",
    "MaskByTag",
    "NormaliseNames",
    "Policies",
    "Policy",
    "Redact",
    "TagByRule",
    "Verdict",
    "allow",
    "columns_of",
    "deny",
    "mask",
    "policy",
    "tags_of",
    "warn",
]
