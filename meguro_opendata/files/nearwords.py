"""The known words nearest to an unknown one, and the fault that suggests them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from meguro_opendata.errors import Fault

__all__ = ["suggest", "unknown"]


def suggest(word: str, known: list[str]) -> list[str]:
    """Return the known words nearest to ``word``, best first, at most three.

    >>> suggest("sorce", ["source", "standard"])
    ['source']
    """
    # 0.6 is the default of difflib: one or two mistyped letters pass, unrelated words do not.
    return difflib.get_close_matches(word, known, n=3, cutoff=0.6)


def unknown(place: str, code: str, value: str, known: Sequence[str]) -> Fault:
    """Return the fault of an unknown name; its code ends in ``-near`` if known names are similar."""
    near = suggest(value, list(known))
    return Fault(place, f"{code}-near" if near else code, {"value": value, "near": near, "known": list(known)})
