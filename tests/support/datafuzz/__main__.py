"""Many damaged data files: ``python -m datafuzz CASES [SEED [FIRST]]``; faults are printed."""

from __future__ import annotations

import sys

from datafuzz.running import run_cases

_BATCH = 200

if __name__ == "__main__":
    count, seed, first = (*map(int, sys.argv[1:]), *(16, 0)[len(sys.argv) - 2 :])
    faulty = 0
    for begin in range(first, first + count, _BATCH):
        faults, codes = run_cases(range(begin, min(begin + _BATCH, first + count)), seed)
        faulty += len(faults)
        for fault in faults:
            sys.stdout.write(f"--- {fault.number} {fault.kind} {fault.how}\n{fault.told}\n")
        sys.stdout.write(f"{begin} {dict(sorted(codes.items()))}\n")
        sys.stdout.flush()
    sys.exit(1 if faulty else 0)
