"""How the time of each rule grows with the length of a cell: ratios between 16,000, 64,000 and 1,000,000 signs.

    python tests/benchmarks/long_cells.py [RULE]

For each normaliser and doubt, and each sign of ``hostile_texts.py``, the processor time at each length; printed is the
worst sign of each rule. A linear rule grows as the length does: about 4 from the first to the second, 16 to the third.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from hostile_texts import UNITS, hostile

from meguro_opendata.cleaning.rules import DOUBTERS, NORMALISERS

LENGTHS = (16_000, 64_000, 1_000_000)


def seconds(rule: Callable[[str], Any], text: str) -> float:
    """Return the processor time of a rule on a text."""
    begun = time.process_time()
    rule(text)
    return time.process_time() - begun


def main() -> None:
    """Print the worst sign of each rule."""
    wanted = sys.argv[1:]
    rules = {f"rule {name}": rule for name, rule in NORMALISERS.items()}
    rules |= {f"doubt {name}": rule for name, rule in DOUBTERS.items()}
    for name, rule in rules.items():
        if wanted and name.split()[1] not in wanted:
            continue
        times = {unit: [seconds(rule, hostile(unit, length, "", "x")) for length in LENGTHS] for unit in UNITS}
        unit, (first, second, third) = max(times.items(), key=lambda one: one[1][-1])
        ratios = f"x{second / max(first, 1e-6):.1f} x{third / max(second, 1e-6):.1f}"
        print(f"{name:30} {unit!r:12} {first:.4f} {second:.4f} {third:.4f} s  {ratios}", flush=True)


if __name__ == "__main__":
    main()
