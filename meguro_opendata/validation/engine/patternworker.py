"""A process of its own that matches texts with one regular expression, so that it can be ended when it takes too long.

Reads lines of JSON: the pattern and how it is put to a text (``match`` or ``fullmatch``), then one text a line. Writes
a line when it is ready, and ``1`` or ``0`` for each text. Imports nothing but Python's own library: it starts quickly.
"""

from __future__ import annotations

import json
import re
import sys


def main() -> None:
    """Answer until there is no further line."""
    pattern, method = json.loads(sys.stdin.readline())
    matches = getattr(re.compile(pattern), method)
    _say("ready")
    for line in sys.stdin:
        _say("1" if matches(json.loads(line)) else "0")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
