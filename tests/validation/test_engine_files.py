"""Both engines on whole files: the same findings, every row checked, and no more loaded than is needed."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import meguro_opendata as mo
from meguro_opendata.findings import Report
from meguro_opendata.sources.text import blocks as textblocks
from meguro_opendata.sources.text import textfile as text
from meguro_opendata.validation import validate_table
from meguro_opendata.validation.engine.fast import FastCheck
from meguro_opendata.validation.engine.frictionless import TextTable

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ID", "type": "string", "constraints": {"unique": True, "pattern": "[0-9]+"}},
        {"name": "名称", "type": "string", "constraints": {"required": True}},
        {"name": "定員", "type": "integer", "constraints": {"minimum": 1}},
    ]
}
NOT_NEEDED = (
    *("frictionless", "numpy", "pydantic", "rich", "jinja2", "pandas", "geopandas", "pyproj", "ckanapi", "MeCab"),
    *("openpyxl", "xlsxwriter", "python_calamine", "requests", "dateutil", "jsonschema"),
)


def standards_of(shared: Path) -> list[tuple[str, str]]:
    """The files of the corpus that carry a standard's header, with that standard."""
    with (shared / "corpus" / "EXPECTED.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    versions = {"2020": "@2020", "current": ""}
    return [(row["path"], row["schema_id"] + versions[row["schema_version"]]) for row in rows if row["schema_id"]]


def test_both_engines_agree_on_every_real_file(shared: Path) -> None:
    """On each file of the corpus that a standard fits, the reports are equal in every finding."""
    files = standards_of(shared)
    differing = []
    for name, standard in files:
        fast, judge = (mo.validate_file(shared / "corpus" / name, standard, engine=e) for e in ("fast", "frictionless"))
        if fast != judge or fast.rows != fast.rows_checked:
            differing.append(name)
    assert differing == []
    assert len(files) >= 30


def both(path: Path, schema: dict[str, Any] = SCHEMA) -> Report:
    """The report of a file, which must be the same from both engines."""
    fast, judge = validate_table(path, schema, engine="fast"), validate_table(path, schema, engine="frictionless")
    assert fast == judge
    return fast


@pytest.mark.parametrize("piece", [50, 1000, 1 << 23])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"], ids=["UTF-8", "CP932", "UTF-16"])
def test_a_file_in_blocks_is_checked_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, piece: int
) -> None:
    """Wherever its blocks end: repeats over blocks, a wide and a short record, line breaks in cells, the last row."""
    monkeypatch.setattr(textblocks, "_PIECE", piece)
    monkeypatch.setattr(text, "SMALL", 0)
    rows = [[str(number), f"名\n{number}" if number % 7 == 0 else "名", str(number % 5)] for number in range(300)]
    rows[250][0] = "3"
    rows[150] = ["150", "名", "1", "余り"]
    rows[151] = ["151"]
    rows[152] = ["", "", ""]
    path = tmp_path / "blocks.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["ID", "名称", "定員"], *rows, ["x", "名", "1"]])
    report = both(path)
    assert (report.rows, report.rows_checked, report.encoding) == (301, 301, encoding)
    checks = [(found.check, found.row) for found in report.findings]
    assert ("unique-error", 252) in checks
    assert checks[-1] == ("constraint-error", 302)
    last = report.findings[-1]
    assert last.line == 302 + sum(number % 7 == 0 for number in range(300) if number != 150)


def test_no_limit_cuts_the_findings(tmp_path: Path) -> None:
    """Tens of thousands of errors, more than any engine's own limit, are all told, one for each bad row."""
    path = tmp_path / "bad.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ID", "名称", "定員"], *([str(n), "名", "多数"] for n in range(40_000))])
    report = validate_table(path, SCHEMA)
    assert (report.rows, report.rows_checked, report.counts["error"]) == (40_000, 40_000, 40_000)
    assert [found.row for found in report.findings] == list(range(2, 40_002))


def test_what_only_frictionless_can_check_is_checked_whole(tmp_path: Path) -> None:
    """A header that ends the check sends the whole file to frictionless; a file that turns out CP932 begins anew."""
    path = tmp_path / "other.csv"
    path.write_text("ID\n1\n", encoding="utf-8")
    assert [found.check for found in both(path, {"fields": []}).findings] == ["extra-label"]
    lines = [f"{number},name,1" for number in range(5000)]
    path.write_bytes(("ID,名称,定員\n" + "\n".join(lines) + "\n5000,目黒,0\n").encode("cp932"))
    report = both(path)
    assert (report.encoding, report.rows, [found.row for found in report.findings]) == ("cp932", 5001, [5002])


def test_rows_that_were_not_checked_are_not_counted(tmp_path: Path) -> None:
    """A header of which no label fits ends frictionless's check: no row was checked, and a finding says why."""
    path = tmp_path / "other.csv"
    path.write_text("番号,題\n1,a\n2,b\n", encoding="utf-8")
    for report in (both(path, {**SCHEMA, "fieldsMatch": "partial"}), mo.validate_file(path, "aed")):
        assert (report.rows, report.rows_checked) == (2, 0)
        assert "unmatched-header" in {found.code for found in report.findings}


def clean_file(folder: Path) -> tuple[Path, Path]:
    """A small table without faults, and its schema."""
    table, schema = folder / "clean.csv", folder / "schema.json"
    table.write_text("ID,名称,定員\n" + "".join(f"{n},公園{n},{n + 1}\n" for n in range(50)), encoding="utf-8")
    schema.write_text(json.dumps(SCHEMA, ensure_ascii=False), encoding="utf-8")
    return table, schema


@pytest.mark.parametrize("cell", ["5", "多数"], ids=["clean", "bad"])
def test_a_small_file_loads_nothing_heavy(tmp_path: Path, cell: str) -> None:
    """``validate`` of a text file against a schema of plain fields needs only polars, whatever it finds."""
    table, schema = clean_file(tmp_path)
    table.write_text(table.read_text(encoding="utf-8") + f"50,公園50,{cell}\n", encoding="utf-8")
    code = (
        "import sys; from click.testing import CliRunner; from meguro_opendata.cli.main import cli;"
        f"done = CliRunner().invoke(cli, ['validate', {str(table)!r}, '--schema', {str(schema)!r}]);"
        f"assert done.exit_code == {int(cell != '5')}, done.output;"
        f"print(*[name for name in {NOT_NEEDED!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_only_what_no_column_test_proves_is_read_value_by_value() -> None:
    """A column is proved as a whole, but for some values, or not at all where it has no test."""
    day = {"name": "日", "type": "date", "format": "any"}
    rows = [["1", "公園", "１２", "2023/04/01"], ["2", "公園", "x", "2023/4/31"], ["3", "公園", "x", "2023/04/01"]]
    header = ["ID", "名称", "定員", "日"]
    check = FastCheck(header, {"fields": [*SCHEMA["fields"], day]}, by_name=False)
    check.add(TextTable(header, pl.DataFrame(dict(zip("0123", zip(*rows, strict=True), strict=True)))))
    seen = {judge.expected.name: (judge.proof.test is not None, len(judge.verdicts)) for judge in check.judges}
    assert seen == {"ID": (True, 0), "名称": (True, 0), "定員": (True, 2), "日": (False, 2)}


@pytest.mark.parametrize(
    ("header", "schema"),
    [(["番号"], {**SCHEMA, "fieldsMatch": "partial"}), ([], {"fields": []})],
    ids=["header", "fields"],
)
def test_a_table_that_only_frictionless_can_check_is_left_to_it(header: list[str], schema: dict[str, Any]) -> None:
    """A header with an error that ends the check, or no field to check."""
    assert FastCheck(header, schema, by_name=False).needs_whole
    assert not FastCheck(["ID", "名称", "定員"], SCHEMA, by_name=False).needs_whole
