"""Published tables as workbooks."""

import io

import polars as pl
import pytest
from openpyxl import load_workbook

from meguro_opendata.files.tables import xlsx_bytes

FRAME = pl.DataFrame({"ID": ["001", "002"], "備考": ["", "=1+1"]})


def test_a_workbook_has_the_table_as_text_and_the_descriptions_in_a_second_sheet() -> None:
    """Codes keep their zeros, a formula is text, an empty cell stays empty, each column is explained once."""
    book = load_workbook(io.BytesIO(xlsx_bytes(FRAME, [("ID", "番号"), ("備考", "")])))
    table, meaning = book.worksheets
    assert [table.title, meaning.title] == ["データ", "項目の説明"]
    assert list(table.values) == [("ID", "備考"), ("001", None), ("002", "=1+1")]
    assert {cell.data_type for row in table.iter_rows() for cell in row if cell.value} == {"s"}
    assert list(meaning.values) == [("項目", "説明"), ("ID", "番号"), ("備考", None)]


@pytest.mark.parametrize("described", [[], [("ID", "番号")]])
def test_a_workbook_has_the_same_bytes_every_time(described: list[tuple[str, str]]) -> None:
    """No clock and no random name is in the file, and descriptions may be given once only, by an iterator."""
    assert xlsx_bytes(FRAME, described) == xlsx_bytes(FRAME, iter(described))
