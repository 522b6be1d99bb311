"""Which standard, and which version of it, a header follows: by name after NFKC and synonyms, never by position."""

from __future__ import annotations

from meguro_opendata.standard.recognition.matching import SURE, Match, field_names, known_labels, recognise

__all__ = ["SURE", "Match", "field_names", "known_labels", "recognise"]
