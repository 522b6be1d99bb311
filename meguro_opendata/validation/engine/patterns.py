"""Regular expressions of Table Schema → those of polars, where a match there is certainly one of Python's.

A pattern means ``re.compile("^%s$" % pattern).match``. Each alternative of an un-grouped pattern, matched whole, is
then a match too, so the translation matches whole texts only: what it accepts, Python accepts. It may accept less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import polars as pl
from polars.exceptions import ComputeError

__all__ = ["whole_match"]

_SURROGATES = range(0xD800, 0xE000)
# Fewer than Python takes, never more; so they may not stand in a negated set.
_CATEGORIES = {
    kinds.CATEGORY_DIGIT: "0-9",
    kinds.CATEGORY_SPACE: r"\x{20}\x{9}\x{a}\x{b}\x{c}\x{d}",
    kinds.CATEGORY_WORD: "A-Za-z0-9_",
}


class _UnknownError(Exception):
    """A part of a pattern whose meaning might differ."""


@cache
def whole_match(pattern: str) -> str | None:
    r"""A pattern for polars that accepts a text only if Python's does; ``None`` if there is none.

    >>> whole_match("[0-9]{3}-?[0-9]{4}")
    '\\A(?:[\\x{30}-\\x{39}]{3,3}\\x{2d}{0,1}[\\x{30}-\\x{39}]{4,4})\\z'
    >>> whole_match("(?=a)a") is None
    True
    """
    try:
        parsed = parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            return None
        written = rf"\A(?:{_sequence(parsed)})\z"
        pl.Series([""]).str.contains(written)
    except (_UnknownError, re.error, ComputeError, OverflowError, RecursionError):
        return None
    return written


def _sequence(parts: Iterable[tuple[Any, Any]]) -> str:
    return "".join(_part(kind, value) for kind, value in parts)


def _part(kind: Any, value: Any) -> str:
    write = _WRITERS.get(kind)
    if write is None:
        raise _UnknownError
    return write(value)


def _literal(code: int) -> str:
    if code in _SURROGATES:
        raise _UnknownError
    return rf"\x{{{code:x}}}"


def _set(members: list[tuple[Any, Any]]) -> str:
    negated = members[0][0] is kinds.NEGATE
    written = "".join(_member(kind, value, negated) for kind, value in members[negated:])
    return f"[{'^' if negated else ''}{written}]"


def _member(kind: Any, value: Any, negated: bool) -> str:
    if kind is kinds.LITERAL:
        return _literal(value)
    if kind is kinds.RANGE:
        return "-".join(map(_literal, value))
    if kind is kinds.CATEGORY and value in _CATEGORIES and not negated:
        return _CATEGORIES[value]
    raise _UnknownError


def _repeated(value: tuple[int, Any, Any]) -> str:
    least, most, inner = value
    parts = list(inner)
    written = _sequence(parts)
    single = len(parts) == 1 and parts[0][0] in (kinds.LITERAL, kinds.IN, kinds.ANY)
    limit = "" if most is kinds.MAXREPEAT else most
    return f"{written if single else f'(?:{written})'}{{{least},{limit}}}"


def _group(value: tuple[Any, int, int, Any]) -> str:
    _, added, removed, inner = value
    if added or removed:
        raise _UnknownError
    return f"(?:{_sequence(inner)})"


def _branch(value: tuple[Any, list[Any]]) -> str:
    return "(?:" + "|".join(map(_sequence, value[1])) + ")"


def _position(value: Any) -> str:
    """``^`` and ``$``; before a last line break Python's ``$`` matches too, this one does not."""
    if value is kinds.AT_BEGINNING:
        return r"\A"
    if value is kinds.AT_END:
        return r"\z"
    raise _UnknownError


_WRITERS: dict[Any, Callable[[Any], str]] = {
    kinds.LITERAL: _literal,
    kinds.NOT_LITERAL: lambda code: f"[^{_literal(code)}]",
    kinds.ANY: lambda _: r"[^\x{a}]",
    kinds.IN: _set,
    kinds.MAX_REPEAT: _repeated,
    kinds.MIN_REPEAT: _repeated,
    kinds.SUBPATTERN: _group,
    kinds.BRANCH: _branch,
    kinds.AT: _position,
}
