"""The blocks of a sheet (tables, titles, notes, totals) and the header of its table."""

from __future__ import annotations

from meguro_opendata.sources.blocks.cutting import Cut, cut_at, cut_declared, cut_sheet
from meguro_opendata.sources.blocks.head import Head, head_of
from meguro_opendata.sources.blocks.headers import Header, confidence, find_headers, is_sure
from meguro_opendata.sources.blocks.layout import captioned_line, is_doubtful, translated_line
from meguro_opendata.sources.blocks.masking import Part, filled_lines, without
from meguro_opendata.sources.blocks.roles import sum_names

__all__ = [
    "Cut",
    "Head",
    "Header",
    "Part",
    "captioned_line",
    "confidence",
    "cut_at",
    "cut_declared",
    "cut_sheet",
    "filled_lines",
    "find_headers",
    "head_of",
    "is_doubtful",
    "is_sure",
    "sum_names",
    "translated_line",
    "without",
]
