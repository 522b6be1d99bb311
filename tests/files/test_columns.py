"""A frame of very many columns is questioned in pieces, with the answers of the whole."""

from __future__ import annotations

import polars as pl
import pytest

from meguro_opendata.files.columns import column_pieces
from meguro_opendata.privacy.screen import screen


@pytest.mark.parametrize(("width", "pieces"), [(0, []), (1, [1]), (500, [500]), (501, [500, 1]), (1000, [500, 500])])
def test_pieces_have_all_columns_in_order(width: int, pieces: list[int]) -> None:
    """No column is left out or comes twice."""
    frame = pl.DataFrame({str(number): [number] for number in range(width)})
    found = list(column_pieces(frame))
    assert [piece.width for piece in found] == pieces
    assert [name for piece in found for name in piece.columns] == frame.columns


@pytest.mark.parametrize("at", [0, 499, 500, 1200])
def test_personal_data_is_found_in_any_of_many_columns(at: int) -> None:
    """A mobile number in one of 1,201 columns is found, wherever the pieces end."""
    frame = pl.DataFrame(
        {f"備考{number}": ["連絡先 090-1234-5678" if number == at else "なし"] for number in range(1201)}
    )
    assert [(found.column, found.hit.code) for found in screen(frame)] == [(f"備考{at}", "personal-mobile")]
