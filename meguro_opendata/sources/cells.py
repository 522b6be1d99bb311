"""The test for filled cells, which have a character other than a space.

Every cell of a file is tested, so whole columns are tested at once.
"""

from __future__ import annotations

import polars as pl

__all__ = ["filled", "filled_cells"]

# Text that begins with these is no space; the few cells that begin otherwise are looked at closely.
_PLAIN = ("!", "\x7f")
_PLAIN_FROM = "\u3001"  # the sign after the ideographic space; kana, kanji and full-width signs follow


def filled(column: pl.Series) -> pl.Series:
    r"""Return, for each cell of a text column, whether it has a character other than a space.

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
