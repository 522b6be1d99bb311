"""Cleaning: values as offices write them → the standard's form.

Every rewrite is a ``Change``; every value that has no certain meaning is left unchanged and becomes a ``Doubt``.
"""

from __future__ import annotations

from meguro_opendata.cleaning.codes import municipality_code
from meguro_opendata.cleaning.damage import CAUSES
from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.cleaning.rules import NORMALISERS, damage_doubts, doubts_of, normalised
from meguro_opendata.cleaning.table import Cleaned, Doubt, clean
from meguro_opendata.cleaning.text import trim

__all__ = [
    "CAUSES",
    "NORMALISERS",
    "Cleaned",
    "Doubt",
    "Unsure",
    "clean",
    "damage_doubts",
    "doubts_of",
    "municipality_code",
    "normalised",
    "trim",
]
