"""How real tables are read: header, rows and names of each file beside the truth, and what was not sure.

    python tests/benchmarks/tables.py FOLDER

FOLDER holds the files and TRUTH.csv (file, sheet, header_top, header_row, rows, rows_sure, standard).
A row is marked where an answer differs; the last lines count the right ones, the wrong ones that were called sure, and
the right ones that were not.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.sources import Table, propose_source
from meguro_opendata.standard.recognition.headernames import spellings


@dataclass(frozen=True)
class Answer:
    """What was found in one file, each part by whether it is right; ``None`` where the truth leaves it open."""

    file: str
    header: bool
    rows: bool | None
    names: bool
    sure: bool
    standard: bool | None


def answer(folder: Path, truth: dict[str, str]) -> Answer:
    """The table of a file as the program proposes it, on the sheet of the truth, beside the truth."""
    table = propose_source(folder / truth["file"], spellings(None), keep_all=False, sheet=truth["sheet"] or None)
    lines = (table.header_row - table.header_rows + 1, table.header_row)
    rows = table.frame.height == int(truth["rows"]) if truth["rows_sure"] == "yes" else None
    match = inspect_file(folder / truth["file"]).standard
    standard = None if match is None else match.id == truth["standard"].split("@")[0]
    sure = table.proposed is not None and table.proposed.sure
    header = lines == (int(truth["header_top"]), int(truth["header_row"]))
    return Answer(truth["file"], header, rows, named(table), sure, standard)


def named(table: Table) -> bool:
    """Whether names are distinct, and each holds the text of every header line over its column."""
    names = table.frame.columns
    lines = [table.grid.record(row) for row in range(table.header_row - table.header_rows, table.header_row)]
    held = (
        "".join(line[at].split("\n")).strip() in name
        for at, name in enumerate(names)
        for line in lines
        if at < len(line)
    )
    return len(set(names)) == len(names) and all(held)


def main(folder: Path) -> None:
    """Print the table and the counts."""
    with (folder / "TRUTH.csv").open(encoding="utf-8-sig", newline="") as file:
        answers = [answer(folder, row) for row in csv.DictReader(file)]
    marks = {True: "ok", False: "WRONG", None: "-"}
    print(f"{'file':56} {'header':6} {'rows':6} {'names':6} {'sure':6} standard")
    for one in answers:
        parts = (marks[one.header], marks[one.rows], marks[one.names], "yes" if one.sure else "no", marks[one.standard])
        print(f"{one.file[:56]:56} " + " ".join(f"{part:6}" for part in parts))
    for name in ("header", "rows", "names", "standard"):
        counts = Counter(getattr(one, name) for one in answers)
        print(f"{name}: right {counts[True]} of {counts[True] + counts[False]}")
    print(f"wrong headers that were sure: {sum(one.sure and not one.header for one in answers)}")
    print(f"right headers that were not sure: {sum(one.header and not one.sure for one in answers)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
