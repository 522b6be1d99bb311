"""A schema's patterns, put to texts within a bounded time.

Python's own search is used where it cannot take long; polars's where it certainly means the same; else a process of its
own answers for at most some seconds a field. What it has not judged by then is not checked, and the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from typing import ParamSpec, Protocol, TypeVar, cast

import polars as pl

from meguro_opendata.files.whole import is_text
from meguro_opendata.findings import NotChecked, Report
from meguro_opendata.standard.model import value_kinds
from meguro_opendata.validation.engine.exactpatterns import exact_pattern
from meguro_opendata.validation.engine.patternprocess import OutOfTimeError, PatternProcess

__all__ = ["PatternLimits", "bounded_pattern", "is_quick", "judged_in_time", "pattern_limits", "within_limits"]

# So many steps of Python's search take a few milliseconds at most.
_QUICK = 200_000
_SECONDS = 5.0


class _Error(Protocol):
    """The parts of an engine's error that are asked for here."""

    @property
    def field(self) -> str | None: ...

    @property
    def constraint(self) -> str | None: ...


_Found = TypeVar("_Found", bound=_Error)
_Args = ParamSpec("_Args")
_Reports = TypeVar("_Reports", bound=Report | list[Report])


@dataclass
class PatternLimits:
    """The patterns of one check.

    Attributes:
        seconds: How long the pattern of one field may take in a process of its own.
        slow: The fields whose pattern was not judged in that time.
    """

    seconds: float = field(default_factory=lambda: _SECONDS)
    slow: list[str] = field(default_factory=list)
    _matchers: dict[tuple[str, str, bool], _Slow] = field(default_factory=dict)

    def matcher(self, name: str, pattern: str, *, whole: bool) -> _Slow:
        """Return the one matcher of a field's pattern, so that the field has its time once."""
        key = (name, pattern, whole)
        if key not in self._matchers:
            self._matchers[key] = _Slow(name, pattern, whole, self)
        return self._matchers[key]

    def close(self) -> None:
        """End the processes."""
        for one in self._matchers.values():
            one.close()

    def named(self, report: Report) -> Report:
        """Return a report that names the patterns that were not judged."""
        left = tuple(NotChecked("pattern", name, "unchecked-slow") for name in self.slow)
        return replace(report, not_checked=(*report.not_checked, *left)) if left else report


_NOW: ContextVar[PatternLimits | None] = ContextVar("pattern_limits", default=None)


@contextmanager
def pattern_limits() -> Iterator[PatternLimits]:
    """Yield what bounds the patterns inside the block; a block within another one is part of it."""
    around = _NOW.get()
    if around is not None:
        yield around
        return
    limits = PatternLimits()
    token = _NOW.set(limits)
    try:
        yield limits
    finally:
        _NOW.reset(token)
        limits.close()


def within_limits(check: Callable[_Args, _Reports]) -> Callable[_Args, _Reports]:
    """Return a check that bounds the patterns of its schema; its reports name those that were not judged in time."""

    @wraps(check)
    def bounded(*args: _Args.args, **kwargs: _Args.kwargs) -> _Reports:
        with pattern_limits() as limits:
            made = check(*args, **kwargs)
            reports = limits.named(made) if isinstance(made, Report) else list(map(limits.named, made))
            return cast("_Reports", reports)

    return bounded


def judged_in_time(errors: Sequence[_Found]) -> list[_Found]:
    """Return the errors without those of patterns that were not judged in time: they are not checked, as a whole."""
    limits = _NOW.get()
    slow = limits.slow if limits else ()
    return [error for error in errors if not (error.constraint == "pattern" and error.field in slow)]


def is_quick(pattern: str, *, whole: bool = False) -> bool:
    """Return whether Python's search takes time in proportion to the length of the text.

    >>> is_quick("[0-9]{3}-?[0-9]{4}"), is_quick("(a+)+$"), is_quick("(?=.*a).*")
    (True, False, False)
    """
    return pattern in _own_patterns() or exact_pattern(pattern, whole=whole).cost.degree <= 1


@cache
def _own_patterns() -> frozenset[str]:
    """Return the patterns of the national standard, which a test holds to be quick although they repeat repetitions."""
    constraints = (kind.get("constraints", {}) for kind in value_kinds().values())
    return frozenset(one["pattern"] for one in constraints if "pattern" in one)


def bounded_pattern(name: str, pattern: str, *, whole: bool = False) -> Callable[[str], bool]:
    """Return a test of the texts of a field.

    Args:
        name: The field's.
        pattern: As Python takes it.
        whole: Whether it is put to the whole text (``fullmatch``), else as frictionless does (``^pattern$``).

    Raises:
        re.error: If it is no pattern.

    >>> good = bounded_pattern("a", "(a+)+$")
    >>> good("a" * 40), good("a" * 40 + "!")
    (True, False)
    """
    compiled = re.compile(pattern if whole else f"^{pattern}$")
    matches = compiled.fullmatch if whole else compiled.match
    if is_quick(pattern, whole=whole):
        return lambda text: matches(text) is not None
    known = exact_pattern(pattern, whole=whole)

    def test(text: str) -> bool:
        if known.cost.of(len(text)) <= _QUICK:
            return matches(text) is not None
        if known.written is not None and is_text(text):  # polars takes no others
            return bool(pl.Series([text]).str.contains(known.written)[0])
        with pattern_limits() as limits:
            return limits.matcher(name, pattern, whole=whole).good(text)

    return test


@dataclass
class _Slow:
    """A pattern that is matched in a process of its own, and what was judged so far."""

    name: str
    pattern: str
    whole: bool
    limits: PatternLimits
    _judged: dict[str, bool] = field(default_factory=dict)
    _process: PatternProcess | None = None

    def good(self, text: str) -> bool:
        """Return whether a text matches; true for every further one when the time is up."""
        if text not in self._judged and self.name not in self.limits.slow:
            try:
                self._judged[text] = self._asked(text)
            except OutOfTimeError:
                self.limits.slow.append(self.name)
        return self._judged.get(text, True)

    def _asked(self, text: str) -> bool:
        if self._process is None:
            written = self.pattern if self.whole else f"^{self.pattern}$"
            self._process = PatternProcess(written, "fullmatch" if self.whole else "match", self.limits.seconds)
        return self._process.ask(text)

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
