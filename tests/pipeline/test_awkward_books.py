"""Awkward workbooks: after ``build`` every cell is published, listed as left out, or in a block that says why not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from awkward import BOOKS, write_book
from locations import DATA
from parts_of_sheets import holders

import meguro_opendata as mo
from meguro_opendata.authoring import draft_dataset
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.sources import propose_source
from meguro_opendata.sources.opening import read_grids
from meguro_opendata.standard.recognition import known_labels

Cell = tuple[str | None, int, int]

PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
LABELS = known_labels()


def cells(path: Path) -> dict[Cell, str]:
    """The cells of all visible sheets that are not blank."""
    return {
        (grid.sheet, row, column): cell
        for grid in read_grids(path)
        for row, record in enumerate(grid.cells.iter_rows(), 1)
        for column, cell in enumerate(record, 1)
        if cell.strip()
    }


def built(path: Path, home: Path) -> Release:
    """The release of a workbook by the recipe that ``new`` drafts, what was to be confirmed being confirmed."""
    home.mkdir()
    (home / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    workspace = mo.open_workspace(home)
    recipe = draft_dataset("sample", path, workspace).recipe
    text = re.sub("(?m)^  confirm: .*\n", "", recipe.read_text(encoding="utf-8"))
    recipe.write_text(re.sub("(?m)^  department: .*$", "  department: 見本部見本課", text), encoding="utf-8")
    return mo.build_release("sample", workspace)


def published(release: Release) -> list[list[str]]:
    """The rows of the published table."""
    path = next(file.path for file in release.files if file.path.name.endswith("_sample.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("name", BOOKS)
def test_the_header_is_right_or_not_sure(name: str, tmp_path: Path) -> None:
    """And the columns have names that are complete and distinct."""
    book = BOOKS[name]
    table = propose_source(write_book(book, tmp_path / "見本.xlsx"), LABELS, keep_all=False)
    assert len(set(table.used)) == len(table.used)
    if book.header:
        top = table.header_row - table.header_rows + 1
        found = next(b.first_row for b in table.coverage.blocks if b.read and b.role == "table")
        assert [min(top, found), table.header_row] == book.header
    if book.names:
        assert list(table.used) == book.names.split(",")


@pytest.mark.parametrize("name", BOOKS)
def test_every_cell_is_accounted_for(name: str, tmp_path: Path) -> None:
    """In exactly one block; one that is read has its rows in the release or among the rejected ones."""
    book, path = BOOKS[name], tmp_path / "見本.xlsx"
    release = built(write_book(book, path), tmp_path / "datasets")
    blocks, there = release.report.coverage.blocks, cells(path)
    assert {cell: holders(blocks, *cell) for cell in there if len(holders(blocks, *cell)) != 1} == {}
    assert [block for block in blocks if not block.read and not block.reason] == []
    assert release.rows_in == release.rows_out + len(release.rejected)
    if not release.published:
        return
    rejected = {(row.sheet, row.row) for row in release.rejected}
    low = release.recipe.source.header_row
    read = [cell for cell in there if holders(blocks, *cell)[0].read and cell[1] > low and cell[:2] not in rejected]
    rows = list(dict.fromkeys(cell[:2] for cell in read))
    released = published(release)
    assert len(rows) == len(released) == (book.rows if book.rows is not None else len(released))
    changed = {(change.sheet, change.row) for change in release.changes}
    lost = [
        (cell, there[cell])
        for cell in read
        if cell[:2] not in changed and not any(there[cell].strip() in v for v in released[rows.index(cell[:2])])
    ]
    assert lost == []
