"""What the cells of a sheet belong to: tables, titles, notes, totals; and where a table's header is."""

from __future__ import annotations

from meguro_opendata.sources.block import Block, Role
from meguro_opendata.sources.blocks.cutting import Cut, cut_at, cut_sheet
from meguro_opendata.sources.blocks.head import Head, head_of
from meguro_opendata.sources.blocks.headers import Header, confidence, find_headers, is_sure

__all__ = [
    "Block",
    "Cut",
    "Head",
    "Header",
    "Role",
    "confidence",
    "cut_at",
    "cut_sheet",
    "find_headers",
    "head_of",
    "is_sure",
]
