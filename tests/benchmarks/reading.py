"""What reading costs beside the library that it stands on, as ratios in one run.

    python tests/benchmarks/reading.py [ROWS] [PAIRS]

A table of the AED standard (36 columns) is written as CSV in UTF-8 and in CP932, and its first 10,000 rows as a
workbook. Each reading of a CSV runs in a process of its own, ours and the peer's in turn; the workbook, a tenth of a
second, is read in this process. Printed are the medians of the seconds and of the pairwise ratios, and the greatest
memory of our process. The promises for 1,000,000 rows: UTF-8 at
most 2 × ``polars.read_csv`` of the same file, CP932 at most 4 × of the same table in UTF-8, both within 1 GiB; the
workbook at most 1.5 × calamine alone.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import python_calamine
from xlsxwriter import Workbook

from meguro_opendata.sources import read_source
from meguro_opendata.standard.model import load_standard

COLUMNS = 36
SHEET_ROWS = 10_000
MEASURE = """
import json, resource, sys, time
{imports}
began = time.perf_counter()
{call}
took = time.perf_counter() - began
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
OURS = ("from pathlib import Path\nfrom meguro_opendata.sources import read_source", "read_source(Path(sys.argv[1]))")
POLARS = ("import polars", "polars.read_csv(sys.argv[1], infer_schema=False)")


def table(rows: int) -> Iterator[list[str]]:
    """A header and records like those of a city's list: IDs, names, addresses and coordinates differ."""
    names = [field.name for field in load_standard("aed").fields][:COLUMNS]
    yield names
    fixed = {
        "全国地方公共団体コード": "131105",
        "地方公共団体名": "東京都目黒区",
        "電話番号": "(03)5722-9270",
        "利用可能曜日": "月火水木金",
        "開始時間": "09:00",
        "終了時間": "17:00",
        "URL": "https://www.example.com/見本",
    }
    for number in range(rows):
        own = {
            "ID": f"{number:010}",
            "名称": f"見本施設第{number}",
            "名称_カナ": f"ミホンシセツダイ{number}",
            "所在地_連結表記": f"東京都目黒区上目黒{number % 5 + 1}丁目{number % 30 + 1}番{number % 17 + 1}号",
            "緯度": f"35.{600_000 + number % 80_000}",
            "経度": f"139.{600_000 + number % 80_000}",
            "設置位置": f"{number % 9 + 1}階の受付, 正面玄関" if number % 20 == 0 else f"{number % 9 + 1}階の受付",
        }
        yield [own.get(name) or fixed.get(name, "") for name in names]


def write(folder: Path, rows: int) -> tuple[Path, Path, Path]:
    """The table as CSV in both encodings and, cut, as a workbook."""
    paths = folder / "utf8.csv", folder / "cp932.csv", folder / "table.xlsx"
    for path, encoding in zip(paths[:2], ("utf-8", "cp932"), strict=True):
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(table(rows))
    book = Workbook(str(paths[2]), {"strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, record in enumerate(table(SHEET_ROWS)):
        sheet.write_row(number, 0, record)
    book.close()
    return paths


def measured(code: tuple[str, str], path: Path) -> tuple[float, float]:
    """Seconds and the greatest memory in MiB of one reading in a process of its own."""
    script = MEASURE.format(imports=code[0], call=code[1])
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def compare(title: str, ours: Path, peer: tuple[str, str], theirs: Path, pairs: int) -> None:
    """Run both in turn and print the figures."""
    runs = [(measured(OURS, ours), measured(peer, theirs)) for _ in range(pairs + 1)][1:]
    ratio = statistics.median(mine[0] / other[0] for mine, other in runs)
    own, other = (statistics.median(run[side][0] for run in runs) for side in (0, 1))
    memory = max(mine[1] for mine, _ in runs)
    print(f"{title:34} {own:7.2f} s  peer {other:7.2f} s  ratio {ratio:5.2f}  memory {memory:6.0f} MiB")


def compare_warm(title: str, path: Path, pairs: int) -> None:
    """Read a workbook with us and with calamine in turn in this process, once before counting."""
    runs: list[tuple[float, float]] = []
    for _ in range(pairs * 5 + 1):
        began = time.perf_counter()
        read_source(path)
        between = time.perf_counter()
        python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
        runs.append((between - began, time.perf_counter() - between))
    own, other = (statistics.median(run[side] for run in runs[1:]) for side in (0, 1))
    ratio = statistics.median(mine / theirs for mine, theirs in runs[1:])
    print(f"{title:34} {own:7.2f} s  peer {other:7.2f} s  ratio {ratio:5.2f}")


def main(rows: int, pairs: int) -> None:
    """Write the files, time all three, print."""
    with tempfile.TemporaryDirectory() as folder:
        utf8, cp932, book = write(Path(folder), rows)
        print(f"{rows:,} rows x {COLUMNS} columns, {utf8.stat().st_size / 1e6:.0f} MB in UTF-8; {pairs} pairs")
        compare("CSV in UTF-8 / polars.read_csv", utf8, POLARS, utf8, pairs)
        compare("CSV in CP932 / polars.read_csv", cp932, POLARS, utf8, pairs)
        compare_warm("xlsx, 10,000 rows / calamine", book, pairs)


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("1000000", "5")[len(sys.argv) - 1 :])))
