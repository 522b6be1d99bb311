"""What the standard costs to read, after the import, each time from nothing: one schema, and the whole list.

    python tests/benchmarks/standards.py [RUNS]

Prints medians and worst cases in milliseconds. The promise: one standard under 5 ms, the list with its counts under 50.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from meguro_opendata.standard import model as standard

FRESH = """import time; from meguro_opendata import standard
began = time.perf_counter(); {0}; print(time.perf_counter() - began)"""
LIST = "[standard.load_standard(one.id).requirements_known for one in standard.standards() if one.versions]"


def forget() -> None:
    """Empty every cache, so that the next call reads its files again."""
    for part in vars(standard).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes when nothing has been read before."""
    forget()
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def fresh(statement: str) -> float:
    """How long a statement takes in a process of its own, in which only the module has been imported."""
    command = [sys.executable, "-c", FRESH.format(statement)]
    return 1000 * float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def counts() -> list[int]:
    """All that ``standards list`` shows: the fields and known requirements of each newest version."""
    return [standard.load_standard(one.id).requirements_known for one in standard.standards() if one.versions]


def main(runs: int) -> None:
    """Measure and print."""
    versions = [(one.id, version) for one in standard.standards() for version in one.versions]
    one = {pair: [milliseconds(lambda p=pair: standard.load_standard(*p)) for _ in range(runs)] for pair in versions}  # type: ignore[misc]
    every = [milliseconds(counts) for _ in range(runs)]
    slowest = max(one, key=lambda pair: statistics.median(one[pair]))
    print(f"one standard, warm      median {statistics.median(t for ts in one.values() for t in ts):6.2f} ms")
    print(f"the slowest             median {statistics.median(one[slowest]):6.2f} ms  ({'@'.join(slowest)})")
    print(f"the list with counts    median {statistics.median(every):6.2f} ms")
    first = [fresh("standard.load_standard(" + repr(slowest[0]) + ")") for _ in range(runs)]
    listing = [fresh(LIST) for _ in range(runs)]
    print(f"one, in a new process   median {statistics.median(first):6.2f} ms  ({slowest[0]})")
    print(f"list, in a new process  median {statistics.median(listing):6.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
