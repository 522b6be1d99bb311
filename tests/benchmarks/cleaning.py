"""How long cleaning takes beside reading: an AED table with one dirty cell in a hundred.

    python tests/benchmarks/cleaning.py [ROWS]

The table has all items of the current standard, filled from its own valid sample with names, numbers, places and phones
that differ from row to row. One cell in a hundred is written as offices write it (full-width, hyphens, ○, 月～金, …).
Prints the time that polars takes to read the CSV from memory, the time that `read_source` takes to read the file, the
time that `clean` takes, its ratio to both (at most 3 is the aim), and how many cells were rewritten. The shortest of
five runs counts for each.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from meguro_opendata.cleaning import clean
from meguro_opendata.sources import read_source
from meguro_opendata.standard.model import Field, load_standard

ROWS = 100_000
DIRTY = 0.01
RUNS = 5
SAMPLE = Path(__file__).resolve().parent.parent.parent / "standard_schemas" / "aed"
FULL = str.maketrans("0123456789-:.()", "０１２３４５６７８９－：．（）")
VARIED: dict[str, Callable[[int], str]] = {
    "ID": lambda row: f"A{row:07}",
    "名称": lambda row: f"見本第{row}小学校",
    "名称_カナ": lambda row: f"ミホンダイ{row}ショウガッコウ",
    "緯度": lambda row: f"{35 + row % 9973 / 10000:.6f}",
    "経度": lambda row: f"{139 + row % 9967 / 10000:.6f}",
    "電話番号": lambda row: f"(03){5000 + row % 4000}-{row % 10000:04}",
    "所在地_連結表記": lambda row: f"東京都目黒区上目黒{1 + row % 5}丁目{1 + row % 97}番{1 + row % 53}号",
    "所在地_番地以下": lambda row: f"{1 + row % 97}-{1 + row % 53}",
}
MUTATIONS: dict[str, Callable[[str], str]] = {
    "phone": lambda value: value.replace("(", "").replace(")", "-"),
    "umu": lambda _: "○",
    "weekdays": lambda _: "月～金（祝日除く）",
    "time": lambda value: f"{value.split(':')[0]}時",
    "kana": lambda value: value.replace("ミホン", "ﾐﾎﾝ"),
    "latitude": lambda value: f"{value}000000000001",
    "longitude": lambda value: f"{value}000000000001",
    "lgcode6": lambda value: value[:5],
    "uri": lambda value: f"{value}　",
    "text": lambda value: f"　{value} ",
}


def table(rows: int) -> tuple[bytes, tuple[Field, ...]]:
    """The CSV, and the fields of its columns."""
    standard = load_standard("aed")
    with (SAMPLE / str(standard.version) / "valid.csv").open(encoding="utf-8-sig", newline="") as file:
        sample = next(csv.DictReader(file))
    dice = random.Random(1)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field.name for field in standard.fields])
    for row in range(rows):
        writer.writerow([cell(field, sample, row, dice) for field in standard.fields])
    return text.getvalue().encode("utf-8"), standard.fields


def cell(field: Field, sample: dict[str, str], row: int, dice: random.Random) -> str:
    """One value: the sample's, made different from row to row, and sometimes as offices write it."""
    value = VARIED[field.name](row) if field.name in VARIED else sample[field.name]
    if dice.random() >= DIRTY:
        return value
    mutate = MUTATIONS.get(field.kind)
    return mutate(value) if mutate else value.translate(FULL)


def shortest(run: Callable[[], object]) -> float:
    """The time of the quickest of several runs, in seconds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main(rows: int) -> None:
    """Print both times, their ratio and the number of rewritten cells."""
    data, fields = table(rows)
    frame = pl.read_csv(io.BytesIO(data), infer_schema=False).fill_null("")
    numbers = range(2, rows + 2)
    done = clean(frame, fields, {}, numbers)
    reading = shortest(lambda: pl.read_csv(io.BytesIO(data), infer_schema=False))
    cleaning = shortest(lambda: clean(frame, fields, {}, numbers))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "aed.csv"
        path.write_bytes(data)
        sources = shortest(lambda: read_source(path))
    cells = len({(change.row, change.field) for change in done.changes})
    print(f"{rows:,} rows x {len(fields)} columns, {len(data) / 1e6:.0f} MB; {cells:,} cells rewritten,")
    print(f"{len(done.changes):,} changes, {len(done.doubts):,} doubts")
    print(f"polars.read_csv {reading:.3f} s")
    print(f"read_source     {sources:.3f} s")
    print(f"clean           {cleaning:.3f} s")
    print(f"clean / polars.read_csv {cleaning / reading:.2f}, clean / read_source {cleaning / sources:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
