"""What staff reads about a wrong value is right when it is followed to the letter, or sends to the original."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from locations import DATA, ROOT

from meguro_opendata import messages
from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Finding
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.sources import Table, propose_source
from meguro_opendata.standard.recognition import recognise
from meguro_opendata.validation import validate_file
from meguro_opendata.validation.onetable import validate_table

ADVICE = tomllib.loads((DATA / "advice.toml").read_text(encoding="utf-8"))
# How advice points to where the right value is.
SENDS = {
    "ja": "元の資料|元の座標|担当課|確かめ|書いてください|1つだけを残し|入れるか",
    "en": "original|department|[Cc]heck|[Ww]rite|Enter|Keep one|See wh",
}


class Line(NamedTuple):
    """One wrong value of the table."""

    entry: Mapping[str, Any]
    value: str

    @property
    def field(self) -> str:
        """The field that the wrong value is in."""
        return str(self.entry.get("field", "値"))

    def cells(self, value: str) -> dict[str, str]:
        """The row with a value in the field."""
        return {**self.entry.get("cells", {}), self.field: value}


def lines() -> Iterator[Line]:
    """Each value of each entry."""
    for entry in ADVICE["line"]:
        field = entry.get("field", "値")
        for value in entry.get("values", [entry.get("cells", {}).get(field)]):
            yield Line(entry, value)


def found(line: Line, cells: Mapping[str, str], folder: Path) -> list[Finding]:
    """The findings on the last row of a table with these cells."""
    above: Sequence[str] = line.entry.get("rows", [])
    records = [[first if name == line.field else "" for name in cells] for first in above]
    path = folder / "見本.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(cells), *records, list(cells.values())])
    standard = line.entry.get("standard", "aed")
    match line.entry.get("by", "validate"):
        case "schema":
            field = {
                "name": "値",
                **{key: line.entry[key] for key in ("type", "constraints", "itemType") if key in line.entry},
            }
            findings = validate_table(path, {"fields": [field]}).findings
        case "convert":
            findings = convert_file(path, standard, folder / "out").report.findings
        case _:
            findings = validate_file(path, standard).findings
    return [one for one in findings if one.row == len(above) + 2]


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.entry['code']}-{line.value}")
def test_advice_is_right_when_followed(line: Line, tmp_path: Path) -> None:
    """The finding has the suggestion; the cell that follows it is in order, or the advice sends to the original."""
    entry = line.entry
    first = found(line, line.cells(line.value), tmp_path)
    wanted = entry.get("only", [entry["code"]])
    told = [one for one in first if line.field in (one.field, one.column) and one.code in wanted]
    assert told, [(one.code, one.field) for one in first]
    assert {one.suggestion for one in told} == {entry.get("suggestion")}
    if entry["verdict"] == "source":
        assert "suggestion" not in entry
        for lang, form in SENDS.items():
            assert re.search(form, told[0].text("advice", lang)), told[0].text("advice", lang)
        return
    after = {**line.cells(entry.get("followed", entry.get("suggestion"))), **entry.get("also", {})}
    second = found(line, after, tmp_path)
    assert [one.code for one in second if one.field == line.field and one.code in wanted] == []
    before = {(one.code, one.field) for one in first if one.severity == "error"}
    assert {(one.code, one.field) for one in second if one.severity == "error"} <= before


def test_every_finding_that_shows_a_value_has_a_line() -> None:
    """A new finding on a cell's value needs a line, which says what comes of its advice, or the reason why not."""
    catalogue = tomllib.loads((ROOT / "meguro_opendata" / "messages" / "ja.toml").read_text(encoding="utf-8"))[
        "findings"
    ]
    showing = {code for code, entry in catalogue.items() if "{value}" in entry["message"]}
    told = {entry["code"] for entry in ADVICE["line"]}
    elsewhere = {code for codes in ADVICE["elsewhere"].values() for code in codes}
    assert showing - told - elsewhere == set()
    assert (told | elsewhere) - set(messages.codes("findings")) == set()
    assert told & elsewhere == set()


def corpus_tables(shared: Path) -> Iterator[tuple[Table, str]]:
    """Each given table that is near a standard, with that standard."""
    for path in sorted((shared / "corpus").rglob("*")):
        if path.suffix.lower() not in (".csv", ".xlsx", ".xls"):
            continue
        try:
            table = propose_source(path, [])
        except SourceError:
            continue
        matches = [match for match in recognise(table.labels) if match.near]
        if matches and table.frame.height <= 1000:
            yield table, f"{matches[0].id}@{matches[0].version}"


def written(frame: pl.DataFrame, path: Path) -> Path:
    """A table as a text file."""
    path.write_text(frame.write_csv(), encoding="utf-8")
    return path


def test_every_suggestion_on_a_real_file_passes(shared: Path, tmp_path: Path) -> None:
    """After all suggestions are put into the cells, no finding that gave one is left there, and no error is new."""
    given = 0
    for table, standard in corpus_tables(shared):
        path = written(table.frame, tmp_path / "見本.csv")
        first = validate_file(path, standard)
        names = {one.column: one for one in first.findings if one.column in table.frame.columns}
        cells = {
            (one.row - 2, str(one.column)): (one.code, one.suggestion)
            for one in first.findings
            if one.suggestion is not None and one.row is not None and one.row > 1 and one.column in names
        }
        if not cells:
            continue
        given += len(cells)
        changed = {
            name: [cells[at, name][1] if (at, name) in cells else value for at, value in enumerate(table.frame[name])]
            for name in table.frame.columns
        }
        second = validate_file(written(pl.DataFrame(changed), path), standard)
        left = {(one.row - 2, one.column, one.code) for one in second.findings if one.row is not None}
        assert [(at, name, code) for (at, name), (code, _) in cells.items() if (at, name, code) in left] == []
        errors = [
            {(one.row, one.column, one.code) for one in report.findings if one.check} for report in (first, second)
        ]
        assert errors[1] <= errors[0], (table.path.name, errors[1] - errors[0])
    assert given > 100
