"""A great city's catalogue through every command: what comes in goes out or is named; processor time and memory.

    python tests/benchmarks/catalogue.py [DATASETS FILES]

makes a dump (5,000 datasets with 58,000 files by default), reads it from a file and, page by page, from a
server on loopback, checks it, exports it in three forms and imports it into a ledger. For each command it prints
seconds of processor time and peak memory; it fails if a dataset is lost or the national list takes more than a minute.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path += [str(ROOT), str(ROOT / "tests" / "support")]

from catalogue_site import Site  # noqa: E402 (the path comes first)
from great_dump import write_dump  # noqa: E402

MOST_SECONDS = 60
MEGABYTE = 1024
# A small process of its own starts each command, since a process begins with the peak of whoever starts it.
MEASURE = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
with open("used.json", "w") as file:
    json.dump([used.ru_utime + used.ru_stime, used.ru_maxrss], file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass
class Run:
    """A finished command: its exit code, what it printed, processor seconds and megabytes at its peak."""

    code: int
    out: str
    err: str
    seconds: float
    peak: float


def run(folder: Path, *arguments: str) -> Run:
    """Run one command, print its figures, and return what it did."""
    out, err = folder / "out.txt", folder / "err.txt"
    command = [sys.executable, "-m", "meguro_opendata", *arguments]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        measured = subprocess.run(
            [sys.executable, "-c", MEASURE, *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            check=False,
        )
    seconds, peak = json.loads((folder / "used.json").read_text(encoding="utf-8"))
    done = Run(measured.returncode, out.read_text("utf-8"), err.read_text("utf-8"), seconds, peak / MEGABYTE)
    print(f"{' '.join(arguments[:4])[:60]:<62}exit {done.code}  {done.seconds:6.1f} s  {done.peak:6.0f} MB", flush=True)
    return done


def lines(path: Path) -> list[dict[str, Any]]:
    """The datasets of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def main(datasets: int, files: int) -> None:
    """Measure, and check that nothing is lost."""
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as made:
        folder = Path(made)
        shutil.copytree(ROOT / "datasets", folder / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        (folder / "datasets" / "ledger.jsonl").unlink(missing_ok=True)
        packages = write_dump(folder / "dump.jsonl", datasets, files)
        parts = sum(len(one["resources"]) for one in packages)
        names = Counter(one["name"] for one in packages)
        size = (folder / "dump.jsonl").stat().st_size / 2**20
        print(f"{datasets} datasets, {parts} files, {size:.0f} MB; {sum(n > 1 for n in names.values())} doubled names")
        harvested(folder, packages)
        exported(folder, packages, parts)
        checked = json.loads(run(folder, "catalog", "check", "--from", "dump.jsonl", "--format", "json").out)
        assert (checked["datasets"], checked["files"]) == (datasets, parts)
        imported = json.loads(run(folder, "ledger", "import", "dump.jsonl", "--format", "json").out)
        left = sum(one["used"] is None for one in imported["odd_times"])
        assert imported["entered"] + imported["known"] + left == parts
        assert len(imported["skipped"]) == sum(not one["resources"] for one in packages)


def harvested(folder: Path, packages: list[dict[str, Any]]) -> None:
    """Read the dump from its file and from a server: the same datasets, doubled names named."""
    names = Counter(one["name"] for one in packages)
    site = Site()
    site.packages = sorted(packages, key=lambda one: str(one["name"]))
    for source in ("dump.jsonl", site.url):
        call = ("harvest", source, "-o", "all.jsonl", "--allow-private", "--format", "json")
        told = json.loads(run(folder, *call).out)
        assert (told["datasets"], told["missing"], told["broken"]) == (len(packages), 0, [])
        assert {one["name"] for one in told["doubled"]} == {name for name, count in names.items() if count > 1}
        assert Counter(one["name"] for one in lines(folder / "all.jsonl")) == names
    site.server.shutdown()
    site.server.server_close()


def exported(folder: Path, packages: list[dict[str, Any]], parts: int) -> None:
    """Write the three forms: the same packages, as many datasets, a row for each file."""
    source = ("--from", "dump.jsonl", "-o")
    run(folder, "catalog", "export", "--as", "ckan", *source, "ckan.jsonl")
    assert lines(folder / "ckan.jsonl") == packages
    run(folder, "catalog", "export", "--as", "dcat", *source, "catalog.jsonld")
    document = json.loads((folder / "catalog.jsonld").read_text(encoding="utf-8"))
    assert len({one["@id"] for one in document["dcat:dataset"]}) == len(packages)
    listed = run(folder, "catalog", "export", "--as", "open_data_list", *source, "list.csv")
    with (folder / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    assert rows == parts + sum(not one["resources"] for one in packages)
    assert listed.seconds <= MOST_SECONDS, f"the list took {listed.seconds:.0f} s of processor"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ("5000", "58000")))
