"""What finding addresses costs: 100,000 rows with 20,000 different addresses, and the import of a large gazetteer.

    python tests/benchmarks/addresses.py [ROWS] [DISTINCT] [--import MEGABYTES]

Addresses of the ward in mixed spellings are parsed and found in the gazetteer that the project holds; printed are the
medians of three runs, in seconds by the clock and of the processor. The peers are a loop that looks at each row, and
``japanese_address`` (``pip install japanese-address``) where it is installed, which splits prefecture, city and
town but knows no points. The promise: 100,000 rows with 20,000 different addresses within 1 s. With ``--import`` a file
``japanese_address`` (``pip install japanese-address``) where it is installed, which splits prefecture, city and
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.geo.places.geocoding import Geocoder, geocode
from meguro_opendata.japan.numerals import to_kanji

FORMS = (
    "東京都目黒区{town}{block}番{number}号",
    "目黒区{oaza}{chome}-{block}-{number}",
    "東京都目黒区{oaza}{wide}丁目{block}－{number} 見本ビル3階",
)
HEADER = (
    "都道府県名,市区町村名,大字・丁目名,小字・通称名,街区符号・地番,座標系番号,Ｘ座標,Ｙ座標,緯度,経度,"
    "住居表示フラグ,代表フラグ,更新前履歴フラグ,更新後履歴フラグ"
)


def addresses(distinct: int) -> list[str]:
    """Different addresses of the ward."""
    draw = random.Random(1)
    towns = list(Builtin().towns("131105") or ())
    found: dict[str, None] = {}
    while len(found) < distinct:
        town = draw.choice(towns)
        chome = town.chome or 1
        values = {"town": town.name, "oaza": town.oaza, "chome": chome, "wide": chr(0xFF10 + chome)}
        values |= {"block": draw.randint(1, 40), "number": draw.randint(1, 60)}
        found[draw.choice(FORMS).format(**values)] = None
    return list(found)


def seconds(do: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The medians of some runs: by the clock, and of the processor."""
    taken = []
    for _ in range(times):
        began = time.perf_counter(), time.process_time()
        do()
        taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    return statistics.median(clock for clock, _ in taken), statistics.median(own for _, own in taken)


def one_by_one(rows: Sequence[str]) -> None:
    """A loop without a memory of what it has seen."""
    finder = Geocoder()
    for text in rows:
        finder._found(text)


def write_gazetteer(path: Path, megabytes: int) -> int:
    """A large file in the form of 位置参照情報, of towns that do not exist (架空の例); returns its rows."""
    rows = 0
    with path.open("w", encoding="cp932", newline="") as file:
        file.write(HEADER + "\r\n")
        while file.tell() < megabytes * 1_000_000:
            for _ in range(10_000):
                rows += 1
                town, block = f"例町{to_kanji(rows // 400 % 90 + 1)}丁目", rows % 400
                place = f'"{35.3 + rows % 9_000 / 1e5:.6f}","{139.5 + rows % 7_000 / 1e5:.6f}"'
                file.write(f'"神奈川県","横浜市西区","{town}","","{block}","9","0","0",{place},"1","1","0","0"\r\n')
    return rows


def import_large(megabytes: int) -> None:
    """Import a large file in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gazetteer.csv"
        rows = write_gazetteer(path, megabytes)
        environment = {**os.environ, "MEGURO_OPENDATA_DATA": folder}
        command = [sys.executable, "-m", "meguro_opendata", "geo", "import-addresses", str(path)]
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        took = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"import of {megabytes} MB, {rows:,} rows: {took:.1f} s, at most {memory:.0f} MiB")


def main() -> None:
    """Print what it costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("distinct", nargs="?", type=int, default=20_000)
    parser.add_argument("--import", dest="megabytes", type=int)
    wanted = parser.parse_args()
    known = addresses(wanted.distinct)
    draw = random.Random(2)
    rows = [*known, *draw.choices(known, k=wanted.rows - len(known))]
    geocode(known[:1])
    clock, ours = seconds(lambda: geocode(rows))
    each = ours / len(known) * 1e6
    print(f"{len(rows):,} rows, {len(known):,} different: {clock:.2f} s, processor {ours:.2f} s ({each:.0f} µs each)")
    _, loop = seconds(lambda: one_by_one(rows), 1)
    print(f"each row for itself: {loop:.2f} s of the processor, {loop / ours:.1f} times as long")
    if importlib.util.find_spec("japanese_address"):
        import japanese_address

        logging.disable()
        _, peer = seconds(lambda: [japanese_address.parse(text) for text in rows], 1)
        print(f"japanese_address, split only: {peer:.2f} s of the processor, {peer / ours:.1f} times as long")
    if wanted.megabytes:
        import_large(wanted.megabytes)


if __name__ == "__main__":
    main()
