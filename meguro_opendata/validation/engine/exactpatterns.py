"""Regular expressions of a schema → those of polars that accept the very same texts, and what Python's would cost.

Polars searches in time that grows with the length of the text, whatever the pattern; Python's own search tries one way
after the other, which takes for ever on patterns such as ``(a+)+$``. A pattern whose meaning might differ between the
two is not translated. ``tests/validation/test_exact_patterns.py`` compares both on patterns and texts at random.
"""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass
from functools import cache

import polars as pl
from polars.exceptions import ComputeError

from meguro_opendata.validation.engine.patterns import Translation, UnknownPartError

__all__ = ["Cost", "ExactPattern", "exact_pattern"]

# A part that is repeated so many times more or less often counts as repeated without end.
_MANY = 50
_CATEGORY = re.compile(r"\\([dswDSW])")
_ANY_TIMES = re.compile(r"[*+?{]")
_ENDLESS = 99


@dataclass(frozen=True)
class Cost:
    """How many steps Python's search takes at most on a text: ``factor × length ** degree``.

    >>> Cost(2, 1).of(100), Cost(1, 99).of(2) > 10**20
    (200, True)
    """

    factor: int
    degree: int

    def of(self, length: int) -> int:
        """Return the number of steps on a text of some length."""
        return int(self.factor * max(length, 2) ** min(self.degree, _ENDLESS))


@dataclass(frozen=True)
class ExactPattern:
    """What is known of a pattern.

    Attributes:
        written: The pattern for polars that accepts the same texts; ``None`` if none is certain to.
        cost: What Python's search costs at most.
    """

    written: str | None
    cost: Cost


@cache
def exact_pattern(pattern: str, *, whole: bool = False) -> ExactPattern:
    r"""Return what is known of a pattern.

    Args:
        pattern: As Python takes it.
        whole: Whether it is put to the whole text (``fullmatch``), else as frictionless does: ``^pattern$`` at the
            beginning, where ``$`` also matches before a last line break.

    >>> exact_pattern("(a+)+$").written
    '\\A(?:\\A(?:\\x{61}{1,}){1,}\\x{a}{0,1}\\z)'
    >>> exact_pattern("a[0-9]+").cost, exact_pattern("(a+)+$").cost.degree
    (Cost(factor=1, degree=1), 99)
    >>> exact_pattern("(?=a)a").written is None
    True
    """
    reading = _Exact(pattern, whole=whole)
    try:
        written = rf"\A(?:{reading.whole()})"
        written += r"\z" if whole else ""
        pl.Series([""]).str.contains(written)
    except (UnknownPartError, ComputeError, RecursionError):
        return ExactPattern(None, Cost(1, _ENDLESS) if _ANY_TIMES.search(pattern) else Cost(len(pattern) + 1, 1))
    return ExactPattern(written, Cost(reading.factor, reading.degree))


class _Exact(Translation):
    """A translation that accepts what Python accepts, no less and no more."""

    def __init__(self, pattern: str, *, whole: bool) -> None:
        super().__init__(pattern if whole else f"^{pattern}$")
        self.factor, self.degree = 1, 0
        self._end = "" if whole else r"\x{a}{0,1}"
        self._depth = self._ways = 0

    def _sequence(self) -> str:
        written = ""
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            if self._took("^"):
                written += r"\A"
            elif self._pattern[self._at] == "$":
                written += self._last()
            else:
                written += self._repeated()
        self._ways += self._comes("|")
        return written

    def _comes(self, text: str) -> bool:
        return self._pattern.startswith(text, self._at)

    def _last(self) -> str:
        """Return the end of the text; it must be the end of the pattern, or of an alternative of the whole pattern."""
        while self._took("$"):
            pass
        if self._depth or not (self._at == len(self._pattern) or self._comes("|")):
            raise UnknownPartError
        return rf"{self._end}\z"

    def _repeated(self) -> str:
        """Return a part and how often it comes, which is counted."""
        degree, factor, ways = self.degree, self.factor, self._ways
        part = self._part()
        times = self._times()
        if not times:
            return part
        least, _, most = times.strip("{}").partition(",")
        varies = (self.degree, self.factor, self._ways) != (degree, factor, ways)
        if most not in ("0", "1") and part.startswith("(?:") and _accepts_nothing(part):
            raise UnknownPartError
        self._ways += least != most
        spread = int(most) - int(least) + 1 if most else _MANY + 1
        if varies and most not in ("0", "1"):
            self.degree = _ENDLESS
        elif spread > _MANY:
            self.degree += 1
        else:
            self.factor *= spread
        return part + times

    def _group(self) -> str:
        self._depth += 1
        written = super()._group()
        self._depth -= 1
        return written

    def _part(self) -> str:
        category = self._next(_CATEGORY)
        if category is None:
            return super()._part()
        return f"[{'^' if category[1].isupper() else ''}{_ranges(category[1].lower())}]"

    def _member(self, *, negated: bool) -> str:
        category = self._next(_CATEGORY)
        if category is None:
            return super()._member(negated=False)
        if category[1].isupper() or (self._comes("-") and not self._comes("-]")):
            raise UnknownPartError
        return _ranges(category[1])


def _accepts_nothing(part: str) -> bool:
    return bool(pl.Series([""]).str.contains(rf"\A(?:{part})\z")[0])


@cache
def _ranges(category: str) -> str:
    r"""Return the signs of one of Python's categories, as a set of polars has them.

    >>> _ranges("s").startswith(r"\x{9}-\x{d}"), len(_ranges("w")) > 1000
    (True, True)
    """
    signs = array("I", range(sys.maxunicode + 1)).tobytes().decode(f"utf-32-{sys.byteorder[:1]}e", "surrogatepass")
    runs = re.finditer(rf"\{category}+", signs)
    return "".join(rf"\x{{{run.start():x}}}-\x{{{run.end() - 1:x}}}" for run in runs)
