"""``docs/oddities.md`` holds: each of its lines has an example, which goes the whole way and shows what it says."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml
from locations import DATA, ROOT

from meguro_opendata import messages
from meguro_opendata.cleaning import clean
from meguro_opendata.inspection.profiler import Inspection, inspect_file
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.standard.model import Field
from meguro_opendata.validation import validate_file

DOCUMENT = ROOT / "docs" / "oddities.md"
ADDRESS = "所在地_連結表記"
# What every small example gives: it leaves most items of its standard out, and no boundary is known to it.
COMMANDS = {"inspect", "convert", "new", "ids:"}
ALWAYS = {
    "gis-rows-unplaced",
    "column-absent",
    "constraint-required",
    "missing-label",
    "place-checked",
    "place-unchecked",
}


def lines_of_document() -> dict[str, tuple[str, ...]]:
    """The codes that each line names, by oddity."""
    found: dict[str, tuple[str, ...]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in ("oddity", "---"):
            assert cells[0] not in found, cells[0]
            found[cells[0]] = tuple(code for code in re.findall("`([^`]+)`", cells[1]) if code not in COMMANDS)
    return found


LINES = lines_of_document()
EXAMPLES: dict[str, list[dict[str, Any]]] = yaml.safe_load((DATA / "oddity_examples.yaml").read_text(encoding="utf-8"))
TABLE = [["名称", ADDRESS, "備考"], ["見本館", "目黒区", "x"], ["見本園", "目黒区", "y"]]


def as_csv(rows: list[list[str]]) -> str:
    """The text of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def text_of(example: Mapping[str, Any]) -> str:
    """The CSV file of an example."""
    if "text" in example:
        return str(example["text"])
    if "table" in example:
        return as_csv(example["table"])
    columns = {name: value if isinstance(value, list) else [value] for name, value in example["in"].items()}
    height = max(map(len, columns.values()))
    if ADDRESS not in columns:
        same = repeats(columns, height)
        columns[ADDRESS] = ["東京都目黒区" if same else f"目黒区{number}" for number in "一二三四五六七八"[:height]]
    rows = [[values[at] if at < len(values) else "" for values in columns.values()] for at in range(height)]
    return as_csv([list(columns), *rows])


def repeats(columns: Mapping[str, list[str]], height: int) -> bool:
    """Whether the rows of an example are meant to be the same."""
    rows = [tuple(values[at] for values in columns.values()) for at in range(height)]
    return height > 1 and len(set(rows)) == 1 and len(columns) > 1


@dataclass
class Seen:
    """The result of an example: every code, the rows, and the suggestions, or what a doubtful value may mean."""

    codes: set[str]
    rows: list[dict[str, str]]
    suggestions: set[str | None]


def converted(path: Path, standard: str, out: Path) -> Seen:
    """A file, converted."""
    release = convert_file(path, standard, out)
    names = {"changes.csv", "rejected.csv"}
    (made,) = (file.path for file in release.files if file.path.suffix == ".csv" and file.path.name not in names)
    rows = list(csv.DictReader(io.StringIO(made.read_text(encoding="utf-8-sig"), newline="")))
    codes = {change.rule for change in release.changes} | {found.code for found in release.report.findings}
    codes |= {rejected.reason for rejected in release.rejected}
    codes |= {f"reason-{reason}" for reason in release.mapped.reasons.values()}
    proposed = {found.suggestion or found.params.get("readings") for found in release.report.findings}
    return Seen(codes, rows, proposed)


def looked_at(path: Path) -> tuple[Inspection, set[str]]:
    """A file, inspected: the items of the national rule at fault, a refusal, a name that does not fit."""
    seen = inspect_file(path)
    codes = {judgement.item for judgement in seen.judgements if judgement.ok is False}
    codes |= {seen.refusal.code} if seen.refusal else set()
    codes |= set() if seen.extension_matches else {"extension-differs"}
    return seen, codes | ({"readability-header"} if seen.header_is_late else set())


def outcome(example: Mapping[str, Any], folder: Path) -> Seen:
    """What comes of an example of cells: converted, inspected, and if it says so checked unchanged."""
    path = folder / str(example.get("name", "見本.csv"))
    path.write_bytes(text_of(example).encode())
    standard = example.get("standard", "public_facility")
    seen = converted(path, standard, folder / "out")
    seen.codes |= looked_at(path)[1]
    if example.get("validate"):
        seen.codes |= {found.code for found in validate_file(path, standard).findings}
    return seen


@pytest.mark.parametrize("oddity", EXAMPLES)
def test_an_oddity_of_cells_is_met_as_the_document_says(oddity: str, tmp_path: Path) -> None:
    """The codes of the line occur and nothing unnamed does where it names none; the values come out as reported."""
    codes: set[str] = set()
    for number, example in enumerate(EXAMPLES[oddity]):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen = outcome(example, folder)
        codes |= seen.codes
        for name, wanted in example.get("out", {}).items():
            values = wanted if isinstance(wanted, list) else [wanted]
            assert [row[name] for row in seen.rows] == values
        assert "suggestion" not in example or example["suggestion"] in seen.suggestions
    assert set(LINES[oddity]) <= codes
    if not LINES[oddity]:
        plain = {code for code in codes if not code.startswith("reason-") and not re.fullmatch(r"\d-\d+", code)}
        assert plain <= ALWAYS


def csv_in(encoding: str) -> bytes:
    """The sample table as a text file."""
    return as_csv(TABLE).encode(encoding)


def as_workbook(change: Callable[[openpyxl.Workbook], object] = lambda book: None) -> bytes:
    """The sample table as a workbook, changed."""
    book = openpyxl.Workbook()
    for row in TABLE:
        book.worksheets[0].append(row)
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def as_archive() -> bytes:
    """A ZIP archive with a CSV file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.csv", csv_in("utf-8"))
    return written.getvalue()


def more_sheets(book: openpyxl.Workbook) -> None:
    """A second sheet, and a hidden one before it."""
    book.create_sheet("集計").append(["計", 2])
    book.create_sheet("作業", 0).append(["名称", ADDRESS])
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1


def merge(book: openpyxl.Workbook) -> None:
    """A header cell over two columns."""
    book.worksheets[0].insert_rows(1)
    book.worksheets[0]["A1"] = "施設"
    book.worksheets[0].merge_cells("A1:C1")


def hide(book: openpyxl.Workbook) -> None:
    """A row and a column that Excel does not show."""
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["C"].hidden = True


def calculate(book: openpyxl.Workbook) -> None:
    """A formula, saved without its value."""
    book.worksheets[0]["C2"] = "=1+1"


def add_dates(book: openpyxl.Workbook) -> None:
    """A column of true dates."""
    for row, value in enumerate(("開始日", date(2023, 4, 1), date(2023, 4, 2)), start=1):
        book.worksheets[0].cell(row, 4, value)


SHEET = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表"><Table>'
    + "".join(
        "<Row>" + "".join(f"<Cell><Data ss:Type='String'>{cell}</Data></Cell>" for cell in row) + "</Row>"
        for row in TABLE
    )
    + "</Table></Worksheet></Workbook>"
)
PAGE = "<html><table>" + "".join("<tr><td>" + "<td>".join(row) + "</tr>" for row in TABLE) + "</table></html>"
NO_TABLE = "<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"

# By oddity: the file's name, its bytes, and what `inspect` states about it.
FILES: dict[str, list[tuple[str, bytes, dict[str, Any]]]] = {
    "UTF-8 with or without mark, ASCII": [
        ("a.csv", csv_in("utf-8"), {"encoding": "utf-8", "rows": 2}),
        ("a.csv", csv_in("utf-8-sig"), {"encoding": "utf-8-sig", "rows": 2}),
        ("a.csv", b"ID,NO\n1,2\n", {"rows": 1}),
    ],
    "CP932": [("a.csv", csv_in("cp932"), {"encoding": "cp932", "columns": TABLE[0]})],
    "UTF-16 with tabs": [("a.tsv", as_csv(TABLE).replace(",", "\t").encode("utf-16"), {"columns": TABLE[0]})],
    "Neither UTF-8 nor CP932": [("a.csv", b"a,b\n\x80\xff,\xfe\n", {})],
    ".csv that is a web page": [
        ("a.csv", PAGE.encode(), {"container": "html", "columns": TABLE[0]}),
        ("a.csv", NO_TABLE.encode(), {"container": "html", "rows": 0}),
    ],
    ".csv that is a workbook": [("a.csv", as_workbook(), {"container": "xlsx", "columns": TABLE[0]})],
    ".xls that is XML Spreadsheet 2003": [("a.xls", SHEET.encode(), {"container": "spreadsheetml", "rows": 2})],
    ".xls that is XLSX, .xlsx that is an old workbook": [("a.xls", as_workbook(), {"container": "xlsx", "rows": 2})],
    ".xlsx that is text": [("a.xlsx", csv_in("cp932"), {"container": "csv", "columns": TABLE[0]})],
    "Declared table that is a ZIP archive": [("a.csv", as_archive(), {"container": "zip"})],
    "Quotation mark that never ends": [("a.csv", b'a,b\n1,"2\n' + b"3,4\n" * 60000, {})],
    "Several sheets": [("a.xlsx", as_workbook(more_sheets), {"sheet": "Sheet", "sheets": ["作業", "Sheet", "集計"]})],
    "Hidden sheet": [("a.xlsx", as_workbook(more_sheets), {"sheet": "Sheet", "columns": TABLE[0]})],
    "Merged cells": [("a.xlsx", as_workbook(merge), {"rows": 2})],
    "Hidden rows or columns": [
        ("a.xlsx", as_workbook(hide), {"rows": 2, "hidden": {"sheets": [], "rows": [3], "columns": ["C"]}})
    ],
}
# By oddity: a workbook that is converted, and values that come out.
WORKBOOKS = {
    "True date and time cells": (add_dates, "event", {"開始日": ["2023-04-01", "2023-04-02"]}),
    "Formula cells": (calculate, "public_facility", {"名称": ["見本館", "見本園"]}),
}
OF_OTHER_TESTS = {"Old .xls workbook", "Era year for a year"}


@pytest.mark.parametrize("oddity", FILES)
def test_an_oddity_of_a_file_is_met_as_the_document_says(oddity: str, tmp_path: Path) -> None:
    """What the file is, what is refused and what is reported is what the line names."""
    codes: set[str] = set()
    for name, content, wanted in FILES[oddity]:
        path = tmp_path / name
        path.write_bytes(content)
        seen, found = looked_at(path)
        codes |= found
        described = seen.to_dict()
        assert {key: described[key] for key in wanted} == wanted
    assert set(LINES[oddity]) <= codes
    assert "extension-differs" not in codes - set(LINES[oddity]) or any(
        code in messages.codes("errors") for code in codes
    )


@pytest.mark.parametrize("oddity", WORKBOOKS)
def test_an_oddity_of_a_workbook_is_met_as_the_document_says(oddity: str, tmp_path: Path) -> None:
    """Cells that are more than text come out as the line says."""
    change, standard, wanted = WORKBOOKS[oddity]
    path = tmp_path / "見本.xlsx"
    path.write_bytes(as_workbook(change))
    seen = converted(path, standard, tmp_path / "out")
    assert {name: [row[name] for row in seen.rows] for name in wanted} == wanted
    assert set(LINES[oddity]) <= seen.codes


def test_an_old_workbook_is_read(shared: Path) -> None:
    """One of the given files is an Excel 97 workbook."""
    seen = inspect_file(shared / "corpus" / "sabae" / "R4jinnkousuii.xls")
    assert (seen.container, seen.refusal) == ("xls", None)


def test_an_era_year_becomes_a_western_one() -> None:
    """No standard has an item of a year alone; a column of one's own may be one."""
    item = Field("設置年", "year", "optional", "見本。", {})
    done = clean(pl.DataFrame({"設置年": ["R3", "平成三十年"]}), [item], {}, [2, 3])
    assert done.frame["設置年"].to_list() == ["2021", "2018"]
    assert {change.rule for change in done.changes} == set(LINES["Era year for a year"])


def test_every_line_of_the_document_has_an_example() -> None:
    """And no example is of a line that is not there any more."""
    examples = [*EXAMPLES, *FILES, *WORKBOOKS, *OF_OTHER_TESTS]
    assert sorted(examples) == sorted(LINES)


def test_every_code_of_the_document_exists() -> None:
    """A code is a finding, rule, refusal, word or sentence of the catalogue, or an item of the national rule."""
    items = ROOT / "meguro_opendata" / "inspection" / "readability" / "machine_readability.toml"
    rule = tomllib.loads(items.read_text(encoding="utf-8"))
    known = {entry["id"] for entry in rule["item"]}
    known = known.union(*map(messages.codes, ("findings", "rules", "errors", "words", "says")))
    assert {code for codes in LINES.values() for code in codes} - known == set()


def test_every_place_of_the_document_exists() -> None:
    """The last cell of each line names a module of the library."""
    places = re.findall(r"\| `([^`|]+)` \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert [place for place in places if not (ROOT / "meguro_opendata" / place).exists()] == []
