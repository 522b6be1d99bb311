"""The limit of the csv module: as high as any read needs, and afterwards what it was."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.files.csvrows import plain_csv_bytes, read_csv_rows
from meguro_opendata.sources import read_grid
from meguro_opendata.sources.feed import csv_records

LONG = "a" * 200_000


def test_overlapping_reads_keep_the_limit_that_each_needs() -> None:
    """Whichever ends first, the others go on; the last one restores what was there."""
    before = csv.field_size_limit()
    first, second = longest_cell(2**20), longest_cell(2**21)
    first.__enter__()
    second.__enter__()
    assert csv.field_size_limit() == 2**21
    first.__exit__(None, None, None)
    assert csv.field_size_limit() == 2**21
    second.__exit__(None, None, None)
    assert csv.field_size_limit() == before


def test_a_read_leaves_the_limit_as_it_was(tmp_path: Path) -> None:
    """Cells beyond the usual limit are read by each reader; the process's limit is untouched, also after an error."""
    before = csv.field_size_limit()
    assert read_csv_rows(plain_csv_bytes(["名称"], [[LONG]])) == (["名称"], [[LONG]])
    assert csv.field_size_limit() == before
    (tmp_path / "a.csv").write_text(f'名称,題\n"{LONG}",a\n', encoding="utf-8")
    assert read_grid(tmp_path / "a.csv").record(1) == [LONG, "a"]
    assert csv.field_size_limit() == before
    with pytest.raises(ValueError, match="x"), longest_cell(2**20):
        raise ValueError("x")
    assert csv.field_size_limit() == before


def test_records_that_are_read_by_turns_do_not_disturb_each_other() -> None:
    """One text is read to its end while another is half read, and a third is given up."""
    before = csv.field_size_limit()
    texts = [f"a\n{LONG}\n{LONG}\n"] * 3
    slow, quick, dropped = (csv_records(text, "x.txt") for text in texts)
    assert [next(records).cells for records in (slow, dropped, quick)] == [["a"]] * 3
    assert len(list(quick)) == 2
    dropped.close()  # type: ignore[attr-defined]
    assert [record.cells for record in slow] == [[LONG], [LONG]]
    assert csv.field_size_limit() == before
