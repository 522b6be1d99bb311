"""Kinds of cells, derived from their text alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from meguro_opendata.japan.folding import filled, hyphens, plain
from meguro_opendata.packaged import packaged_toml

__all__ = ["TYPED", "CellKind", "cell_kind", "is_aside", "is_unit"]

_KEPT = 65_536  # distinct texts whose kind is remembered: more than the heads of a workbook's sheets have


class CellKind(StrEnum):
    """The kind of a cell, by the form of its text."""

    BLANK = ""
    NUMBER = "number"
    MARK = "mark"
    DATE = "date"
    CODE = "code"
    LINK = "link"
    TEXT = "text"


# Kinds that no label has: in a column of them, labels and values can be distinguished.
TYPED = frozenset({CellKind.NUMBER, CellKind.DATE, CellKind.CODE, CellKind.LINK, CellKind.MARK})


@cache
def _patterns() -> Mapping[CellKind, re.Pattern[str]]:
    cell = _data()["cell"]
    kinds = (CellKind.NUMBER, CellKind.LINK, CellKind.DATE, CellKind.CODE)
    return {kind: re.compile(filled(cell[str(kind)])) for kind in kinds}


@cache
def _marks() -> frozenset[str]:
    return frozenset([*_data()["cell"]["marks"], "-", *hyphens("between_numbers")])


@cache
def _line_pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()["line"][name])


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "blocks.toml")


@lru_cache(_KEPT)
def cell_kind(text: str) -> CellKind:
    """Return the kind of a cell.

    >>> [str(cell_kind(text)) for text in ("1,234", "－", "令和2年4月", "03-5722-9270", "その他", " ")]
    ['number', 'mark', 'date', 'code', 'text', '']
    """
    written = plain(text)
    if not written:
        return CellKind.BLANK
    if written in _marks():
        return CellKind.MARK
    if len(written) > _data()["cell"]["longest"]:
        return CellKind.TEXT
    return next((kind for kind, pattern in _patterns().items() if pattern.fullmatch(written)), CellKind.TEXT)


@lru_cache(_KEPT)
def is_aside(text: str) -> bool:
    """Return whether a text is a remark on a table (a unit, a day or a note) and labels no column.

    >>> is_aside("（単位：人）"), is_aside("令和6年4月1日現在"), is_aside("人口")
    (True, True, False)
    """
    written = plain(text)
    too_long = len(written) > _data()["line"]["longest_label"]
    return too_long or "。" in written or _line_pattern("aside").search(written) is not None


@lru_cache(_KEPT)
def is_unit(text: str) -> bool:
    """Return whether a text is a unit, or a letter by which a formula names its column.

    >>> is_unit("（人）"), is_unit("(A)"), is_unit("その他")
    (True, True, False)
    """
    return _line_pattern("unit").fullmatch(plain(text)) is not None
