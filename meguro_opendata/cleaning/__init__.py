"""What offices really write → the standard's form; every rewrite is a ``Change``, every uncertainty a ``Doubt``."""

from __future__ import annotations

from meguro_opendata.cleaning.codes import municipality_code
from meguro_opendata.cleaning.rules import NORMALISERS, normalised
from meguro_opendata.cleaning.table import Cleaned, Doubt, clean
from meguro_opendata.cleaning.text import trim

__all__ = ["NORMALISERS", "Cleaned", "Doubt", "clean", "municipality_code", "normalised", "trim"]
