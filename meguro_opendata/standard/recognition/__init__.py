"""Recognition of the standard and version that a header follows: by name (NFKC, synonyms), never by position."""

from __future__ import annotations

from meguro_opendata.standard.recognition.matching import SURE, Match, field_names, known_labels, recognise

__all__ = ["SURE", "Match", "field_names", "known_labels", "recognise"]
