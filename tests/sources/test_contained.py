"""Workbooks read in a process of its own: the same sheets as here, and a sentence where it cannot be done."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from old_workbooks import compound, excel_97, record
from workbooks import workbook_bytes

from meguro_opendata.errors import SourceError
from meguro_opendata.jobs import Ended
from meguro_opendata.sources import contained
from meguro_opendata.sources.contained import answer_for, read_contained, read_contained_here
from meguro_opendata.sources.table import Grid
from meguro_opendata.sources.transfer import received, refused, sent

Command = Any
SHEETS = {"表": [["名称", "数"], ["あ", 1.5], ["い\n", True]], "別": [["x"]], "隠": [["y"]], "空": []}


def alike(one: Grid, other: Grid) -> bool:
    """Whether two grids say the same, columns and numbers too."""
    numbers = [
        {at: rows.to_list() for at, rows in grid.facts.numbers.items()} | {"shown": dict(grid.facts.shown)}
        for grid in (one, other)
    ]
    same = replace(one, cells=None) == replace(other, cells=None)  # type: ignore[arg-type]
    return same and one.cells.equals(other.cells) and numbers[0] == numbers[1]


def book(folder: Path) -> Path:
    """A workbook with numbers, a hidden sheet, a hidden row and an empty sheet."""
    path = folder / "例.xlsx"
    path.write_bytes(workbook_bytes(SHEETS, hidden=["隠"], hidden_rows=[1]))
    return path


def test_sheets_arrive_as_they_were_read(tmp_path: Path) -> None:
    """From one process to another nothing is lost: cells, facts, hidden rows, merged ranges."""
    path = book(tmp_path)
    here = read_contained_here(path, path.read_bytes(), "xlsx", None, every=True)
    there = received(sent(here), path)
    assert [grid.sheet for grid in here] == ["表", "別", "空"]
    assert all(alike(*pair) for pair in zip(here, there, strict=True))


def test_a_large_workbook_is_read_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the process itself, whose limit is set so low that everything goes there."""
    path = book(tmp_path)
    raw = path.read_bytes()
    here = read_contained(path, raw, "xlsx", "別", every=False)
    monkeypatch.setattr(contained, "_heavy_size", lambda *_: 1)
    assert alike(read_contained(path, raw, "xlsx", "別", every=False)[0], here[0])
    with pytest.raises(SourceError) as raised:
        read_contained(path, raw, "xlsx", "無い", every=False)
    assert (raised.value.code, raised.value.params["sheets"]) == ("sheet-missing", ["表", "別", "隠", "空"])
    assert raised.value.params["file"] == str(path)


@pytest.mark.parametrize(
    ("how", "code"),
    [("slow", "workbook-too-slow"), ("memory", "workbook-takes-memory"), ("crashed", "workbook-broken")],
)
def test_how_the_process_ended_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, code: str
) -> None:
    """Each with the file and the limit in it."""
    monkeypatch.setattr(contained, "run_apart", lambda *_: Ended(b"", how))
    path = tmp_path / "古い.xls"
    raw = compound({"Workbook": excel_97(b""), "Other": b""})
    with pytest.raises(SourceError) as raised:
        read_contained(path, raw, "xls", None, every=True)
    assert raised.value.code == code
    assert "古い.xls" in raised.value.text("ja")


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_an_answer_that_is_cut_off_is_no_sheet(tmp_path: Path, cut: int) -> None:
    """Also one of a process that wrote something and then crashed."""
    path = book(tmp_path)
    whole = sent(read_contained_here(path, path.read_bytes(), "xlsx", None, every=True))
    with pytest.raises(SourceError) as raised:
        received(whole[:cut], path)
    assert raised.value.code == "workbook-broken"


def test_a_refusal_arrives_with_what_it_says(tmp_path: Path) -> None:
    """The file is called as the user called it."""
    error = SourceError("sheet-too-large", file="/x", sheet="表", limit=5)
    with pytest.raises(SourceError) as raised:
        received(refused(error), tmp_path / "a.xls")
    assert raised.value.params == {"file": str(tmp_path / "a.xls"), "sheet": "表", "limit": 5}
    assert b"file-missing" in answer_for('{"path": "/nowhere/a.xls", "container": "xls", "sheet": null, "every": true}')


def test_an_old_workbook_that_takes_all_memory_costs_only_itself(tmp_path: Path, command: Command) -> None:
    """It is refused, and the other files of its folder are checked."""
    wide = record(0x200, struct.pack("<IIHHH", 0, 1 << 31, 0, 65535, 0))
    (tmp_path / "悪い.xls").write_bytes(compound({"Workbook": excel_97(wide)}))
    (tmp_path / "良い.csv").write_text("名称,住所\nあ,い\n", encoding="utf-8")
    ran = command("validate", tmp_path, "--standard", "aed", "--format", "json")
    assert ran.code == 2
    assert "良い.csv" in ran.out
    assert "Traceback" not in ran.text
