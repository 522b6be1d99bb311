"""Regular expressions of Table Schema → those of polars, where a match there is certainly one of Python's.

A pattern means ``re.compile("^%s$" % pattern).match``. Each alternative of an un-grouped pattern, matched whole, is
then a match too, so the translation matches whole texts only: what it accepts, Python accepts. It may accept less.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl
from polars.exceptions import ComputeError

__all__ = ["Translation", "UnknownPartError", "whole_match"]

_SURROGATES = range(0xD800, 0xE000)
# The constructs that are translated. All others, and whatever Python might refuse, end the translation: then each
# distinct value is put to Python's own pattern, which is slower and right.
_SIGN = re.compile(r"[^\\.^$*+?{\[()|]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([afnrtv]|[^0-9A-Za-z]))", re.DOTALL)
_CONTROLS = {"a": 0x7, "t": 0x9, "n": 0xA, "v": 0xB, "f": 0xC, "r": 0xD}
_CATEGORY = re.compile(r"\\([dsw])")
# Fewer than Python takes, never more; so they may not stand in a negated set.
_CATEGORIES = {"d": "0-9", "s": r"\x{20}\x{9}\x{a}\x{b}\x{c}\x{d}", "w": "A-Za-z0-9_"}
_MEMBER = re.compile(r"[^\\]", re.DOTALL)
_REPEATED = re.compile(r"(?:([*+?])|\{([0-9]{0,6})(,?)([0-9]{0,6})\})\??")
_TIMES = {"*": "{0,}", "+": "{1,}", "?": "{0,1}"}
# Before a last line break Python's ``$`` matches, too; this one does not.
_POSITIONS = {"^": r"\A", "$": r"\z"}


class UnknownPartError(Exception):
    """A part of a pattern whose meaning might differ."""


@cache
def whole_match(pattern: str) -> str | None:
    r"""Return a pattern for polars that accepts a text only if Python's does; ``None`` if there is none.

    >>> whole_match("[0-9]{3}-?[0-9]{4}")
    '\\A(?:[\\x{30}-\\x{39}]{3,3}\\x{2d}{0,1}[\\x{30}-\\x{39}]{4,4})\\z'
    >>> whole_match("(?=a)a") is None
    True
    """
    try:
        written = rf"\A(?:{Translation(pattern).whole()})\z"
        pl.Series([""]).str.contains(written)
    except (UnknownPartError, ComputeError, RecursionError):
        return None
    return written


class Translation:
    """A pattern that is read from left to right, and written anew part by part."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> str:
        """Return the whole pattern."""
        written = self._alternatives()
        if self._at < len(self._pattern):
            raise UnknownPartError
        return written

    def _took(self, text: str) -> bool:
        """Return whether a text comes next; then it is passed."""
        comes = self._pattern.startswith(text, self._at)
        self._at += len(text) if comes else 0
        return comes

    def _next(self, form: re.Pattern[str]) -> re.Match[str] | None:
        """What comes next, if it has a form; then it is passed."""
        found = form.match(self._pattern, self._at)
        self._at = found.end() if found else self._at
        return found

    def _alternatives(self) -> str:
        written = self._sequence()
        while self._took("|"):
            written += "|" + self._sequence()
        return written

    def _sequence(self) -> str:
        written = ""
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            position = _POSITIONS.get(self._pattern[self._at])
            if position is None:
                written += self._part() + self._times()
            else:  # Python refuses to repeat a position, as does what comes next here.
                self._at += 1
                written += position
        return written

    def _part(self) -> str:
        """What can be repeated: a sign, a set, a group."""
        if self._took("("):
            return self._group()
        if self._took("["):
            return self._set()
        if self._took("."):
            return r"[^\x{a}]"
        category = self._next(_CATEGORY)
        return f"[{_CATEGORIES[category[1]]}]" if category else _written(self._sign(_SIGN))

    def _group(self) -> str:
        if not self._took("?:") and self._took("?"):
            raise UnknownPartError
        written = self._alternatives()
        if not self._took(")"):
            raise UnknownPartError
        return f"(?:{written})"

    def _times(self) -> str:
        """Return how often the part before is repeated; matched whole, lazy is as good as greedy."""
        found = self._next(_REPEATED)
        if found is None:
            return ""
        sign, least, comma, most = found.groups()
        if sign:
            return _TIMES[sign]
        most = most if comma else least
        if not least + comma or (most and int(most) < int(least or 0)):
            raise UnknownPartError
        return f"{{{int(least or 0)},{int(most) if most else ''}}}"

    def _set(self) -> str:
        negated = self._took("^")
        written = self._member(negated=negated)  # a bracket that comes first is a sign like any other
        while not self._took("]"):
            written += self._member(negated=negated)
        return f"[{'^' if negated else ''}{written}]"

    def _member(self, *, negated: bool) -> str:
        category = None if negated else self._next(_CATEGORY)
        if category:
            if self._pattern.startswith("-", self._at) and not self._pattern.startswith("-]", self._at):
                raise UnknownPartError
            return _CATEGORIES[category[1]]
        first = self._sign(_MEMBER)
        if self._pattern.startswith("-]", self._at) or not self._took("-"):
            return _written(first)
        last = self._sign(_MEMBER)
        if last < first:
            raise UnknownPartError
        return f"{_written(first)}-{_written(last)}"

    def _sign(self, plain: re.Pattern[str]) -> int:
        """Return the code of the sign that comes next, by itself or escaped."""
        escape = self._next(_ESCAPE)
        if escape:
            number = escape[1] or escape[2] or escape[3]
            return int(number, 16) if number else _CONTROLS.get(escape[4], ord(escape[4]))
        found = self._next(plain)
        if found is None:
            raise UnknownPartError
        return ord(found[0])


def _written(code: int) -> str:
    if code in _SURROGATES:
        raise UnknownPartError
    return rf"\x{{{code:x}}}"
