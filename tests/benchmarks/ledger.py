"""A ledger of a million events: what writing, counting and checking it costs, beside a plain loop over its lines.

    python tests/benchmarks/ledger.py [EVENTS]

Prints processor seconds and peak memory of ``kpi show`` as a user runs it, of a plain loop with ``json`` that counts
the same figure, their ratio, and of ``ledger verify``. Two ledgers: files that are mostly replaced, and as many files
as events.
"""

from __future__ import annotations

import json
import os
import resource
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
PLAIN = """
import json, sys
first = {}
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    key = (event["dataset"], event["resource"])
    day = event["time"][:10]
    first[key] = min(first.get(key, day), day)
print(sum("2025-04-01" <= day <= "2026-03-31" for day in first.values()))
"""


def events(count: int, files: int) -> Iterator[Event]:
    """Events over seven years, of 500 datasets."""
    for number in range(count):
        minute = number * (7 * 365 * 24 * 60) // count
        day = time.gmtime(1_522_540_800 + minute * 60)
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
    ours = [
        sys.executable,
        "-m",
        "meguro_opendata",
        "kpi",
        "show",
        "--fiscal-year",
        "2025",
        "--workspace",
        str(workspace),
    ]
    plain = [sys.executable, "-c", PLAIN, str(ledger)]
    seconds, memory, shown = measured([*ours, "--format", "json"])
    peer, peer_memory, counted = measured(plain)
    again, _, _ = measured([*ours, "--format", "json"])
    found = {figure["id"]: figure["actual"] for figure in json.loads(shown)["indicators"]}
    if found["opendata.new_resources"] != int(counted):
        raise SystemExit(f"{found['opendata.new_resources']} != {counted}")
    best = min(seconds, again)
    print(f"  kpi show    {best:6.2f} s {memory:6.0f} MiB")
    print(f"  plain loop  {peer:6.2f} s {peer_memory:6.0f} MiB   (kpi show: {best / peer:.2f} of it)")
    checked, used, _ = measured(
        [sys.executable, "-m", "meguro_opendata", "ledger", "verify", "--workspace", str(workspace)]
    )
    print(f"  verify      {checked:6.2f} s {used:6.0f} MiB")


def main() -> None:
    """Both ledgers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "datasets"
        shutil.copytree(ROOT / "datasets", workspace, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for files in (20_000, count):
            report(workspace, files, count)
    print(f"this program itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
