"""Which cells are filled: hold anything but spaces. Asked of every cell of a file, and so done by whole columns."""

from __future__ import annotations

import polars as pl

__all__ = ["filled", "filled_cells"]

# Text that begins with these is no space; the few cells that begin otherwise are looked at closely.
_PLAIN = ("!", "\x7f")
_PLAIN_FROM = "\u3001"  # the sign after the ideographic space; kana, kanji and full-width signs follow


def filled(column: pl.Series) -> pl.Series:
    r"""For each cell of a column of text whether it holds anything but spaces.

    >>> filled(pl.Series(["a", " ", "", "\u3000", " b", "é"])).to_list()
    [True, False, False, False, True, True]
    """
    plain = ((column >= _PLAIN[0]) & (column < _PLAIN[1])) | (column >= _PLAIN_FROM)
    if plain.all():
        return plain
    others = (~plain & (column != "")).arg_true()
    if not len(others):
        return plain
    return plain.scatter(others, column.gather(others).str.strip_chars() != "")


def filled_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the same for each column of a frame.

    >>> filled_cells(pl.DataFrame({"0": ["a", " "], "1": ["", "b"]})).rows()
    [(True, False), (False, True)]
    """
    return cells.select(filled(column) for column in cells.get_columns())
