"""A text whose lines grow wider far below its header is cut into blocks by the width of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from meguro_opendata.sources import propose_source
from meguro_opendata.sources.blocks.head import head_of
from meguro_opendata.sources.table import Grid
from meguro_opendata.standard.recognition.headernames import spellings

SHALLOW, LARGE = 40, 2000


@pytest.mark.parametrize("wide", [SHALLOW + 500, LARGE + 100])
@pytest.mark.parametrize("gap", [False, True])
def test_a_wide_line_below_the_head_is_no_fault(tmp_path: Path, wide: int, *, gap: bool) -> None:
    """The header's columns are read, with or without a gap above the wide line in a table of more than 2,000 rows."""
    rows = ["名称,住所,定員", *(f"施設{number},目黒区,{number}" for number in range(LARGE + 200))]
    rows[wide] = ",".join(["施設", "目黒区", "1", *"abcdefgh"])
    if gap:
        rows.insert(wide, ",,")
    file = tmp_path / "一覧.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    table = propose_source(file, spellings(None), keep_all=False)
    assert table.labels[:3] == ("名称", "住所", "定員")


def test_the_head_is_as_wide_as_its_grid() -> None:
    """Lines of the head are filled up to the width of the widest line of all."""
    records = [["名称", "住所"], *([["a", "b"]] * 5000), ["a", "b", "c", "d"]]
    head = head_of(Grid.of_records(Path("見本.csv"), "csv", records))
    assert head.width == 4
    assert {len(line) for line in head.lines} == {4}
    assert len(head.lines) < len(records)
