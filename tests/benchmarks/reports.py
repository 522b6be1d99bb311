"""What the reports on very many findings cost beside the check itself, and how large they are.

    python tests/benchmarks/reports.py [ROWS]

A table of the AED standard (36 columns) whose every latitude is wrong is checked once; then its report is made in each
form, and the time of each is printed as a share of the check's in the same run. The promise: at 100,000 findings no
form takes longer than the check, and the page stays below 10 MB with every place in it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from validation import write

from meguro_opendata import reports, validation
from meguro_opendata.reports.annotated import annotated_page
from meguro_opendata.reports.junit import as_junit

ROWS = 100_000


def timed(make: Callable[[], bytes]) -> tuple[float, int]:
    """Seconds and bytes of one form."""
    began = time.perf_counter()
    size = len(make())
    return time.perf_counter() - began, size


def main() -> None:
    """Print one line a form."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), rows, 1.0)
        began = time.perf_counter()
        report = validation.validate_file(path, "aed")
        check = time.perf_counter() - began
        print(f"check: {check:.1f} s, {len(report.findings):,} findings")
        forms: dict[str, Callable[[], bytes]] = {
            "text": lambda: reports.as_text(report, "ja").encode(),
            "JSON": lambda: json.dumps(report.to_dict("ja"), ensure_ascii=False, indent=1).encode(),
            "JUnit": lambda: as_junit([report], "ja"),
            "page": lambda: annotated_page(path, report, "ja"),
        }
        for name, make in forms.items():
            took, size = timed(make)
            print(f"{name}: {took:.1f} s ({took / check:.2f} of the check), {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
