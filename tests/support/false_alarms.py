"""How many cells of real tables the search for personal data stops, at most all of them wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from locations import ROOT, SHARED

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.privacy import BLOCKING, screen
from meguro_opendata.privacy.screen import CellHit, is_of_persons
from meguro_opendata.sources import Table, propose_source

FOLDERS = (SHARED / "corpus", SHARED / "corpus2", ROOT / "datasets")
SUFFIXES = (".csv", ".tsv", ".xlsx", ".xls", ".xlsm", ".ods")


def tables(folders: Sequence[Path]) -> Iterator[Table]:
    """Each table that can be read, of the sheet that is proposed."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                try:
                    yield propose_source(path, [])
                except MeguroOpendataError:
                    continue


@dataclass(frozen=True)
class Stopped:
    """What is stopped of one table: its filled cells outside columns of persons, and a hit for each that is stopped."""

    table: Table
    cells: int
    hits: Sequence[CellHit]


def stopped(folders: Sequence[Path]) -> Iterator[Stopped]:
    """Each table with what is stopped of it; small counts are no alarm about a cell, but about the table."""
    for table in tables(folders):
        frame = table.frame.select(name for name in table.frame.columns if not is_of_persons(name))
        hits = {(hit.column, hit.position): hit for hit in screen(frame) if hit.hit.code in BLOCKING - {"small-count"}}
        yield Stopped(table, int(sum((column != "").sum() for column in frame.iter_columns())), list(hits.values()))
