"""Which sheet and which records are taken for the header of a file that nobody described."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from locations import DATA

from meguro_opendata.sources import Grid, propose_source
from meguro_opendata.sources.choice import choices
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.recognition.headernames import spellings

# Every table of the real files, looked at by hand: its sheet, the record of its lowest header line, its header's lines.
LOOKED_AT = DATA / "corpus_headers.csv"
PROMISED = 0.95
TABLES = (".csv", ".xls", ".xlsx")

TITLE = ["見本の施設一覧", "", "", ""]
DATED = ["", "", "", "令和7年4月1日現在"]
LABELS = ["番号", "名称", "住所", "電話番号"]
ROW = ["1", "見本館", "上目黒2-19-15", "03-5722-9270"]
GROUPS = ["施設", "施設", "連絡先", "連絡先"]


def grid(records: list[list[str]], **more: Any) -> Grid:
    """A sheet of a workbook."""
    return Grid.of_records(Path("見本.xlsx"), "xlsx", records, **more)


def expected() -> list[tuple[str, str, int, int]]:
    """The table that was made by hand."""
    with LOOKED_AT.open(encoding="utf-8", newline="") as file:
        return [(r["path"], r["sheet"], int(r["header_row"]), int(r["header_rows"])) for r in csv.DictReader(file)]


def test_real_headers_are_found(shared: Path) -> None:
    """Sheet, header row and number of header lines are right on at least 95 % of the real tables."""
    wrong = []
    for path, *wanted in expected():
        table = propose_source(shared / "corpus" / path, spellings(None), keep_all=False)
        found = [table.grid.sheet or "", table.header_row, table.header_rows]
        if found != wanted:
            wrong.append((path, wanted, found))
    assert len(wrong) <= (1 - PROMISED) * len(expected()), wrong


def test_the_table_agrees_with_what_was_given(shared: Path) -> None:
    """The list made by hand names every table of the corpus, with the header rows that its manifest gives."""
    with (shared / "corpus" / "MANIFEST.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {r["path"]: r["header_row"] for r in csv.DictReader(file) if Path(r["path"]).suffix in TABLES}
    made = {path: str(row) for path, _, row, _ in expected()}
    assert made.keys() == listed.keys()
    assert {path for path, row in listed.items() if row and made[path] != row} == set()


@pytest.mark.parametrize(
    ("records", "merged", "row", "lines"),
    [
        pytest.param([LABELS, ROW], (), 1, 1, id="first record"),
        pytest.param([TITLE, DATED, [""] * 4, LABELS, ROW, ROW], (), 4, 1, id="title, date and a blank row above"),
        pytest.param(
            [["番号", "場所", "", "電話番号"], ["", "名称", "住所", ""], ROW],
            (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (1, 3))),
            2,
            1,
            id="two lines, merged down and sideways, of which the lower one says enough",
        ),
        pytest.param(
            [["番号", "場所", "", "電話番号"], ["", "い", "ろ", ""], ROW],
            (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (1, 3))),
            2,
            2,
            id="two lines, merged down and sideways",
        ),
        pytest.param(
            [["施設", "", "管理者", ""], ["名称", "住所", "名称", "電話番号"], ROW],
            (((0, 0), (0, 1)), ((0, 2), (0, 3))),
            2,
            2,
            id="names that repeat need their groups",
        ),
        pytest.param([GROUPS, LABELS, ROW], (), 2, 1, id="known names below groups stand for themselves"),
        pytest.param(
            [GROUPS, ["い", "ろ", "は", "に"], ROW], (), 2, 2, id="groups written over each column are joined"
        ),
        pytest.param(
            [TITLE, ["い", "ろ", "は", "に"], ROW, ROW], (((0, 0), (0, 3)),), 2, 1, id="a merged title is no header"
        ),
        pytest.param([["い", "ろ"], *[["1", "2"]] * 60, LABELS], (), 1, 1, id="labels far below are not looked for"),
        pytest.param([[""] * 4] * 50 + [LABELS, ROW], (), 51, 1, id="only blank rows above"),
    ],
)
def test_the_header_is_chosen(records: list[list[str]], merged: tuple[Any, ...], row: int, lines: int) -> None:
    """Titles, dates and blank rows above are passed over; lines that group columns belong to the header."""
    (found,) = choices([grid(records, merged=merged)], spellings(None))
    assert (found.header_row, found.header_rows) == (row, lines)


def test_the_sheet_with_the_most_known_names_comes_first() -> None:
    """The other sheets follow in their own order; one without any filled cell is none."""
    sheets = [
        grid([["い", "ろ"]], sheet="表紙"),
        grid([LABELS, ROW], sheet="一覧"),
        grid([[""]], sheet="空"),
        grid([["は", "に"]], sheet="別"),
    ]
    assert [found.grid.sheet for found in choices(sheets, spellings(None))] == ["一覧", "表紙", "別"]


BODY = [[str(number), "見本館", "住所", "電話"] for number in range(1, 7)]


@pytest.mark.parametrize(
    ("tail", "rejected"),
    [
        pytest.param([["", "増0件", "", ""]], [(8, "footer")], id="a line of text"),
        pytest.param([["", "", "", ""], ["", "", "", "資料：見本課"]], [(8, "blank"), (9, "note")], id="a note"),
        pytest.param([["7", "", "", ""]], [], id="a record with its key alone is a record"),
        pytest.param([["", "見本館", "住所", ""]], [], id="a record without its key but with values is a record"),
        pytest.param([LABELS, BODY[0]], [(8, "header")], id="the header once more"),
    ],
)
def test_what_follows_a_table_is_no_row(tail: list[list[str]], rejected: list[tuple[int, str]]) -> None:
    """Text below the table and a header repeated for printing are left out with a reason, records never."""
    table = cut_table(grid([LABELS, *BODY, *tail]), 1)
    assert [(record.row, record.reason) for record in table.rejected] == rejected
    assert table.rows_in == len(BODY) + len(tail)
