"""``make fuzz``: many cases, and what came of them; exit 1 if a promise was broken."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

from fuzz.cases import cases_of
from fuzz.kinds import KINDS
from fuzz.running import run_cases


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kind", action="append", help="only these")
    parser.add_argument("--keep", type=Path, default=Path("fuzz"), help="folder for the files of faults")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if not given.kind or kind.name in given.kind]
    _say(f"{given.cases} cases, seed {given.seed}")
    begun = time.monotonic()
    result = run_cases(cases_of(kinds, given.cases, given.seed, given.first), given.keep, given.jobs)
    for fault in result.faults:
        case = fault.case
        _say(f"\n{case.kind.name} {case.number} {fault.how} {' '.join(case.command)}\n{fault.kept}\n{fault.told}")
    _say(f"\n{dict(sorted(result.codes.items()))} · {dict(Counter(fault.how for fault in result.faults))}")
    (peak, greatest), (seconds, slowest) = result.peak, result.slowest
    _say(f"peak {peak >> 20} MB ({greatest}) · slowest {seconds:.1f} s ({slowest}) · {time.monotonic() - begun:.0f} s")
    return 1 if result.faults else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
