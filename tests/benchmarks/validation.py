"""What checking costs beside frictionless itself: the same file, the same schema, as ratios in one run.

    python tests/benchmarks/validation.py [ROWS] [PAIRS] [--million] [--findings | --columns]

A table of the AED standard (36 columns) with no, few or only bad rows is checked by ``validate_table`` and by
frictionless's own ``validate``, in turn and each in a process of its own; the number of errors must be the same. Also
the whole commands on 50 rows, from process start to exit. Printed are medians, also of the
ratios of processor time, which other programs on the machine disturb less; with ``--million`` also 1,000,000 rows,
once, with the greatest memory of our process. ``--findings`` compares, instead of timing, every finding of both engines
in every part; ``--columns`` says, instead, how each column was judged: by a test of the whole column, or how many
distinct values were read one by one. The promises: at 100,000 rows at least 30 times as fast with 0.1 % bad
rows, 8 times with 1 %, never below 0.9 times; 1,000,000 rows at least 25 times, within 700 MiB; the command on a small
file at most as long as ``frictionless validate``.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from reading import COLUMNS, table

from meguro_opendata.sources import read_grid
from meguro_opendata.standard.model import load_standard
from meguro_opendata.validation import validate_table
from meguro_opendata.validation.engine.fast import FastCheck
from meguro_opendata.validation.engine.frictionless import TextTable

SHARES = (0.0, 0.001, 0.01, 0.1, 1.0)
MEASURE = """
import json, resource, sys, time
{imports}
schema = json.load(open(sys.argv[2], encoding="utf-8"))
began, before = time.perf_counter(), time.process_time()
{call}
took, used = time.perf_counter() - began, time.process_time() - before
print(json.dumps([took, used, errors, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
OURS = (
    "from meguro_opendata import validation\nimport frictionless",
    "errors = len(validation.validate_table(sys.argv[1], schema).findings)",
)
THEIRS = (
    "import frictionless, pathlib",
    """
path = pathlib.Path(sys.argv[1])
made = frictionless.Resource(
    path=path.name,
    basepath=str(path.parent),
    schema=frictionless.Schema.from_descriptor(schema),
    encoding="utf-8",
    dialect=frictionless.Dialect(header_rows=[1]),
)
errors = len(made.validate(limit_errors=10**9).flatten(["type"]))
""",
)


def write(folder: Path, rows: int, share: float) -> Path:
    """The table; every so many rows the latitude is no number."""
    path = folder / f"{rows}_{share}.csv"
    latitude = [field.name for field in load_standard("aed").fields].index("緯度")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, record in enumerate(table(rows)):
            if number and int(number * share) > int((number - 1) * share):
                record[latitude] = f"北緯35度{number}"
            writer.writerow(record)
    return path


def schema_of(folder: Path) -> Path:
    """The standard's schema for the table's columns."""
    schema: dict[str, Any] = dict(load_standard("aed").schema or {})
    path = folder / "schema.json"
    cut = {"fields": schema["fields"][:COLUMNS]}
    path.write_text(json.dumps(cut, ensure_ascii=False), encoding="utf-8")
    return path


def measured(code: tuple[str, str], path: Path, schema: Path) -> tuple[float, float, int, float]:
    """Seconds, those of the processors, number of errors, greatest memory in MiB of a check in a process of its own."""
    script = MEASURE.format(imports=code[0], call=code[1])
    done = subprocess.run([sys.executable, "-c", script, str(path), str(schema)], check=True, capture_output=True)
    seconds, used, errors, memory = json.loads(done.stdout)
    return seconds, used, errors, memory


def compare(title: str, path: Path, schema: Path, pairs: int) -> None:
    """Check with both in turn and print the figures."""
    runs = [(measured(OURS, path, schema), measured(THEIRS, path, schema)) for _ in range(pairs)]
    assert all(mine[2] == theirs[2] for mine, theirs in runs), [(mine[2], theirs[2]) for mine, theirs in runs]
    own, other = (statistics.median(run[side][0] for run in runs) for side in (0, 1))
    times, work = (statistics.median(theirs[kind] / mine[kind] for mine, theirs in runs) for kind in (0, 1))
    memory = max(mine[3] for mine, _ in runs)
    print(
        f"{title:28} {own:7.3f} s  frictionless {other:8.3f} s  {times:6.1f} times"
        f"  ({work:5.1f} by processor time)  {memory:5.0f} MiB",
        flush=True,
    )


def same_findings(title: str, path: Path, schema: Path) -> None:
    """Check with both engines and compare their reports."""
    described = json.loads(schema.read_text(encoding="utf-8"))
    fast, judge = (validate_table(path, described, engine=engine) for engine in ("fast", "frictionless"))
    assert fast == judge
    print(f"{title:28} {len(fast.findings):,} findings, the same; {fast.rows_checked:,} of {fast.rows:,} rows checked")


def columns(title: str, path: Path, schema: Path) -> None:
    """Print for each column whether it has a test, and how many distinct values that test did not prove good."""
    grid = read_grid(path)
    check = FastCheck(grid.record(0), json.loads(schema.read_text(encoding="utf-8")), by_name=False)
    print(f"{title}:{' only frictionless can check it, as a whole' if check.needs_whole else ''}")
    if not check.needs_whole:
        check.add(TextTable(grid.record(0), grid.cells[1:]))
    for judge in check.judges:
        read = len(judge.verdicts)
        asked = 0 if judge.expected.is_plain else read
        test = "no test" if judge.proof.test is None else "test"
        print(f"  {judge.expected.name}: {test}, {read:,} values read one by one, {asked:,} of them by frictionless")


def seconds(folder: Path, *command: str) -> float:
    """Wall-clock seconds of a command, from process start to exit."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def commands(path: Path, schema: Path, pairs: int) -> None:
    """Both commands on a small file."""
    home = Path(sys.executable).parent
    ours = (str(home / "meguro-opendata"), "validate", str(path), "--schema", str(schema))
    theirs = (str(home / "frictionless"), "validate", path.name, "--schema", schema.name)
    runs = [(seconds(path.parent, *ours), seconds(path.parent, *theirs)) for _ in range(pairs + 1)][1:]
    own, other = (statistics.median(run[side] for run in runs) for side in (0, 1))
    ratio = statistics.median(mine / other for mine, other in runs)
    print(f"{'the commands, 50 rows':28} {own:7.3f} s  frictionless {other:8.3f} s  ratio {ratio:.2f}")


def main(rows: int, pairs: int, options: set[str]) -> None:
    """Write the files, time all, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = schema_of(folder)
        if "--findings" in options:
            for share in SHARES:
                same_findings(f"{rows:,} rows, {share:.1%} bad", write(folder, rows, share), schema)
            return
        if "--columns" in options:
            for share in SHARES:
                columns(f"{rows:,} rows, {share:.1%} bad", write(folder, rows, share), schema)
            return
        compare("20 rows", write(folder, 20, 0.1), schema, pairs)
        for share in SHARES:
            compare(f"{rows:,} rows, {share:.1%} bad", write(folder, rows, share), schema, pairs)
        commands(write(folder, 50, 0.1), schema, pairs * 5)
        if "--million" in options:
            compare("1,000,000 rows, 0.1% bad", write(folder, 1_000_000, 0.001), schema, 1)


if __name__ == "__main__":
    flags = {one for one in sys.argv[1:] if one.startswith("--")}
    given = [int(one) for one in sys.argv[1:] if one not in flags]
    main(*(given + [100_000, 3][len(given) :]), options=flags)  # type: ignore[misc]
