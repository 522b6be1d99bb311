"""What the standard's rules and the search for personal data cost beside the check of the same table.

    python tests/benchmarks/meaning.py [ROWS] [TIMES]

A table of the AED standard (36 columns, 100,000 rows) is checked as ``validate`` does, reading and rules included; then
the rules and the search run alone on the same table, in turn. Printed are medians, and the share of the whole check.
The table is clean; a second one has a note in every row that has to be read closely: a name, a phone number, or both.
"""

from __future__ import annotations

import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from reading import table

from meguro_opendata.privacy import screen
from meguro_opendata.sources import propose_source
from meguro_opendata.standard.model import load_standard
from meguro_opendata.validation import validate_file
from meguro_opendata.validation.rules import rule_findings

NOTES = [
    "鍵は{1}{2}様へ {0}",
    "担当：{1}町総務課 03-5722-{0:04}",
    "第{0}集会所 {1} {2} 03-5722-{0:04}",
    "{1}{2}方の隣",
]
SURNAMES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田"]
GIVEN = ["花子", "一郎", "美咲", "翔太", "陽菜", "健", "由美子", "大輔", "結愛", "誠", "恵子", "陽翔"]


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one run."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(title: str, path: Path, frame: pl.DataFrame | None, times: int) -> None:
    """Run the check, the rules and the search in turn and print the medians."""
    standard = load_standard("aed")
    source = propose_source(path, [field.name for field in standard.fields])
    searched = source.frame if frame is None else frame
    kinds = {field.name: field.kind for field in standard.fields}
    whole: list[float] = []
    rules: list[float] = []
    search: list[float] = []
    for _ in range(times + 1):
        whole.append(seconds(lambda: validate_file(path, standard)))
        rules.append(seconds(lambda: rule_findings(source, source.frame, standard.fields, standard=standard)))
        search.append(seconds(lambda: screen(searched, kinds)))
    check, asked, looked = (statistics.median(runs[1:]) for runs in (whole, rules, search))
    print(
        f"{title:28} check {check:6.3f} s   rules {asked:6.3f} s ({asked / check:4.0%})"
        f"   personal data {looked:6.3f} s ({looked / check:4.0%})"
    )


def note(at: int) -> str:
    """A note of a row: some thousands of different ones, but for their numbers."""
    surname, given_name = SURNAMES[at // 4 % len(SURNAMES)], GIVEN[at // 100 % len(GIVEN)]
    return NOTES[at % len(NOTES)].format(at % 10_000, surname, given_name)


def main(rows: int, times: int) -> None:
    """Write the file, time, print."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "aed.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table(rows))
        compare(f"{rows:,} rows", path, None, times)
        frame = propose_source(path, [field.name for field in load_standard("aed").fields]).frame
        noted = [note(at) for at in range(frame.height)]
        compare(f"{rows:,} rows, with notes", path, frame.with_columns(pl.Series("備考", noted)), times)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [100_000, 5][len(given) :]))  # type: ignore[arg-type]
