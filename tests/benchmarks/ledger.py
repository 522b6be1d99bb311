"""A ledger of a million events: what writing, counting and checking it costs, beside a plain loop over its lines.

    python tests/benchmarks/ledger.py [EVENTS]

Prints processor seconds and peak memory of ``kpi show`` as a user runs it, for the newest year and for one with five
years of later events, of a plain loop with ``json`` that counts the same figure, and of ``ledger verify``. Three
ledgers: files that are mostly replaced, files with one update each, and as many files as events.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from meguro_opendata.ledger import Event, append_events

ROOT = Path(__file__).resolve().parent.parent.parent
EVENTS = 1_000_000
BATCH = 20_000
YEARS = (2025, 2020)
PLAIN = """
import json, sys
first = {}
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    key = (event["dataset"], event["resource"])
    day = event["time"][:10]
    first[key] = min(first.get(key, day), day)
for year in (2025, 2020):
    print(sum(f"{year}-04-01" <= day <= f"{year + 1}-03-31" for day in first.values()))
"""


def events(count: int, files: int) -> Iterator[Event]:
    """Events from April 2019 over seven years, of 500 datasets."""
    for number in range(count):
        minute = number * (7 * 365 * 24 * 60) // count
        day = time.gmtime(1_554_076_800 + minute * 60)
        file = number % files
        yield Event(
            event="publish" if number < files else "update",
            time=time.strftime("%Y-%m-%dT%H:%M:%S+09:00", day),
            portal="ward",
            dataset=f"dataset_{file % 500:03}",
            resource=f"131105_dataset_{file % 500:03}_{file // 500:06}.csv",
            standard="aed@2026" if file % 3 else None,
            department="危機管理部防災課",
            rows=number % 1000,
            sha256=f"{number:064x}",
            title="防災行政無線設置一覧",
            frequency="毎月",
        )


def measured(command: list[str]) -> tuple[float, float, str]:
    """Seconds of processor time (a busy machine does not count), MiB at the peak, and what a command prints."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed


def ours(workspace: Path, *words: str) -> list[str]:
    """A command line of this project."""
    return [sys.executable, "-m", "meguro_opendata", *words, "--workspace", str(workspace)]


def report(workspace: Path, files: int, count: int) -> None:
    """Build one ledger and measure on it."""
    ledger = workspace / "ledger.jsonl"
    ledger.unlink(missing_ok=True)
    begun = time.process_time()
    source = events(count, files)
    for _ in range(0, count, BATCH):
        append_events(ledger, [event for _, event in zip(range(BATCH), source, strict=False)])
    written = time.process_time() - begun
    print(f"{count:,} events of {files:,} files, {ledger.stat().st_size / 1e6:,.0f} MB, written in {written:.1f} s")
    peer, peer_memory, counted = measured([sys.executable, "-c", PLAIN, str(ledger)])
    for year, new in zip(YEARS, counted.split(), strict=True):
        show = ["kpi", "show", "--fiscal-year", str(year), "--format", "json"]
        runs = [measured(ours(workspace, *show)) for _ in range(2)]
        seconds, memory, shown = min(runs)
        found = {figure["id"]: figure["actual"] for figure in json.loads(shown)["indicators"]}
        if found["opendata.new_resources"] != int(new):
            raise SystemExit(f"{found['opendata.new_resources']} != {new}")
        print(f"  kpi show {year} {seconds:6.2f} s {memory:6.0f} MiB   ({int(new):,} new files)")
    (workspace / "ledger.verified.json").unlink()
    first, used, _ = measured(ours(workspace, "kpi", "show", "--fiscal-year", "2025"))
    print(f"  without the kept head {first:6.2f} s {used:6.0f} MiB")
    print(f"  plain loop    {peer:6.2f} s {peer_memory:6.0f} MiB")
    checked, used, _ = measured(ours(workspace, "ledger", "verify"))
    print(f"  ledger verify {checked:6.2f} s {used:6.0f} MiB")


def main() -> None:
    """The three ledgers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "datasets"
        shutil.copytree(ROOT / "datasets", workspace, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for files in (count // 50, count // 2, count):
            report(workspace, files, count)


if __name__ == "__main__":
    main()
