"""What the command costs to start: ``meguro-opendata --help`` beside a bare click program, in turn, as a ratio.

    python tests/benchmarks/startup.py [RUNS]

Prints the median seconds of both and the median of the pairwise ratios. The promise is a ratio of at most 2.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = '''import click

@click.group()
def cli():
    """A bare click program."""

@cli.command()
def one():
    """Do one thing."""

cli()
'''


def seconds(*command: str) -> float:
    """Wall-clock seconds of one run of a command, from process start to exit."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main(runs: int) -> None:
    """Time both in turn and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        ours = (str(Path(sys.executable).with_name("meguro-opendata")), "--help")
        theirs = (sys.executable, str(bare), "--help")
        pairs = [(seconds(*ours), seconds(*theirs)) for _ in range(runs + 1)][1:]
    print(f"meguro-opendata --help   median {statistics.median(pair[0] for pair in pairs):.3f} s")
    print(f"bare click program       median {statistics.median(pair[1] for pair in pairs):.3f} s")
    print(f"ratio                    median {statistics.median(a / b for a, b in pairs):.2f}  ({runs} pairs)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
