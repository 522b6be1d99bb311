"""Checking by the specification, Data Package 2, instead of by what frictionless makes of it."""

from __future__ import annotations

from meguro_opendata.validation.specification.demands import engine_gaps, unknown_words
from meguro_opendata.validation.specification.faults import refuse_faults, refuse_unknown_references
from meguro_opendata.validation.specification.judge import Judgement, judged, merged

__all__ = [
    "Judgement",
    "engine_gaps",
    "judged",
    "merged",
    "refuse_faults",
    "refuse_unknown_references",
    "unknown_words",
]
