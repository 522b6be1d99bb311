"""How much of what is planted the search for personal data finds, and how many cells of real tables it stops.

    PYTHONPATH=tests/support python tests/benchmarks/personal.py [--list] [FOLDER ...]

The folders hold real files, by default those that are given beside the project, and the shipped datasets. A cell counts
as stopped if a finding on it keeps the table from being published; all of these count as false alarms here, the right
ones among them too, so the share is the most that it can be. Columns of persons are left out.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import planted
from false_alarms import FOLDERS, stopped
from planted_document import of_document

LOADING = """
import time
from meguro_opendata.privacy import people
began = time.perf_counter()
people.is_surname("佐藤")
print(time.perf_counter() - began)
"""


def main() -> None:
    """Print the figures of docs/privacy.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print each cell that is stopped")
    parser.add_argument("folders", nargs="*", type=Path)
    chosen = parser.parse_args()
    for title, items in (("written for the patterns", planted.planted()), ("from the page alone", list(of_document()))):
        print(f"\nplanted, {title}:")
        planted.tell(items, planted.missed(items))
    looked = list(stopped(chosen.folders or FOLDERS))
    for one in looked if chosen.list else ():
        for hit in one.hits:
            print(one.table.path.name, hit.column, hit.hit.code, hit.hit.text, sep="\t")
    cells, wrong = sum(one.cells for one in looked), sum(len(one.hits) for one in looked)
    print(f"\nreal tables: {len(looked)}, filled cells outside columns of persons: {cells}")
    print(f"stopped: {wrong} ({wrong / cells:.4%})")
    packages = ("ipadic", "mecab-python3")
    files = [one for name in packages for one in importlib.metadata.distribution(name).files or []]
    size = sum(Path(str(one.locate())).stat().st_size for one in files if Path(str(one.locate())).is_file())
    loading = min(float(subprocess.check_output([sys.executable, "-c", LOADING], text=True)) for _ in range(3))
    print(f"dictionary: {size / 1e6:.0f} MB installed, first look-up {loading:.2f} s")


if __name__ == "__main__":
    main()
