"""The standard's meaning as rules: what frictionless cannot see, since it looks at one cell of one schema at a time."""

from __future__ import annotations

from meguro_opendata.validation.rules.data import Rule, rules
from meguro_opendata.validation.rules.expected import copied_tables, expectation_findings, moved_tables
from meguro_opendata.validation.rules.findings import identifier_findings, rule_findings, without_unchecked
from meguro_opendata.validation.rules.places import Place
from meguro_opendata.validation.rules.precedence import settled

__all__ = [
    "Place",
    "Rule",
    "copied_tables",
    "expectation_findings",
    "identifier_findings",
    "moved_tables",
    "rule_findings",
    "rules",
    "settled",
    "without_unchecked",
]
