"""What is told on the terminal."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print a text."""
    sys.stdout.write(text + "\n")
