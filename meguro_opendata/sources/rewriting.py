"""Characters removed from a cell when it is read, because they carry no data; every cell where that was done is kept.

Excel shows ``="0001"`` in a CSV file as 0001, and people write it so that the zeros are not lost. No program shows NUL
bytes and byte order marks inside a text.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

__all__ = ["Rewritten", "needs_rewriting", "rewritten_cells"]

_MARK, _NUL = "\ufeff", "\0"
_TOUCHED = r'[\x00\x{feff}]|\A\s*="'
_TEXT_FORMULA = re.compile(r'\s*="((?:[^"]|"")*)"\s*')


@dataclass(frozen=True)
class Rewritten:
    """A cell that was read otherwise than it is written.

    Attributes:
        rule: ``nul``, ``stray_mark`` or ``text_formula``.
        row: Its record, counted from 0.
        column: Its column, counted from 0.
        before: As it is written.
        after: As it was read.
    """

    rule: str
    row: int
    column: int
    before: str
    after: str


def needs_rewriting(block: bytes) -> bool:
    """Return whether a block of UTF-8 may have such a cell.

    >>> needs_rewriting(b'a,="1"'), needs_rewriting(b"a,b")
    (True, False)
    """
    return b"\0" in block or b'="' in block or BOM_UTF8 in block


def rewritten_cells(cells: pl.DataFrame, first_row: int = 0) -> tuple[pl.DataFrame, list[Rewritten]]:
    r"""Return text columns as they are read, and every cell that was rewritten.

    >>> rewritten_cells(pl.DataFrame({"0": ['="01"', "a"]}))[0].to_series().to_list()
    ['01', 'a']
    """
    found: list[Rewritten] = []
    columns = []
    for index, column in enumerate(cells.get_columns()):
        rows = column.str.contains(_TOUCHED).arg_true()
        after = []
        for row, before in zip(rows.to_list(), column.gather(rows).to_list(), strict=True):
            value = before
            for rule, made in _steps(before):
                found.append(Rewritten(rule, first_row + row, index, value, made))
                value = made
            after.append(value)
        columns.append(column.clone().scatter(rows, after) if after else column)
    return (cells if not found else pl.DataFrame(columns)), found


@lru_cache(maxsize=4096)
def _steps(value: str) -> tuple[tuple[str, str], ...]:
    r"""Return each rule that changes a value, and what it makes of it.

    >>> _steps('="0\x00A1"')
    (('nul', '="0A1"'), ('text_formula', '0A1'))
    """
    return tuple(_each_step(value))


def _each_step(value: str) -> Iterator[tuple[str, str]]:
    for rule, sign in (("nul", _NUL), ("stray_mark", _MARK)):
        if sign in value:
            value = value.replace(sign, "")
            yield rule, value
    formula = _TEXT_FORMULA.fullmatch(value)
    if formula:
        yield "text_formula", formula[1].replace('""', '"')
