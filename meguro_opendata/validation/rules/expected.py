"""Expectations of a recipe (``expect``), and tables of a series that are copies of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.validation.rules.data import limits, rules

__all__ = ["Bounds", "Expected", "copied_tables", "expectation_findings", "moved_tables"]


class Bounds(Protocol):
    """The least and the greatest that a number may be; either may be left open."""

    @property
    def min(self) -> float | None:
        """Return the least."""

    @property
    def max(self) -> float | None:
        """Return the greatest."""


class Expected(Protocol):
    """The expectations that a recipe declares under ``expect``."""

    @property
    def rows(self) -> Bounds | None:
        """Return the bounds of the number of rows."""

    @property
    def change(self) -> float | None:
        """Return the share by which a table of a series may differ from the one before."""

    @property
    def totals(self) -> Mapping[str, Bounds]:
        """Return the bounds of the sum of a field's numbers, by field."""


def expectation_findings(frame: pl.DataFrame, expected: Expected | None) -> Iterator[Finding]:
    """Yield an error for the number of rows, and for each total, that lies beyond what the recipe expects."""
    if expected is None:
        return
    if expected.rows is not None and not _within(frame.height, expected.rows):
        params = {"count": frame.height, "bounds": _shown(expected.rows)}
        yield Finding("expect-rows", rules()["expect-rows"].severity, params=params)
    for field, bounds in expected.totals.items():
        if field not in frame.columns:
            continue
        total = _total(frame, field)
        if not _within(total, bounds):
            params = {"total": f"{total:.15g}", "bounds": _shown(bounds)}
            yield Finding("expect-total", rules()["expect-total"].severity, field=field, params=params)


def moved_tables(tables: Sequence[tuple[str, pl.DataFrame]], expected: Expected | None) -> list[Finding]:
    """Return an error for each table of a series whose rows, or totals, differ too much from those of the one before.

    Args:
        tables: Name and published rows of each file, in the order of their periods.
        expected: With the greatest share that is expected; without one nothing is found.
    """
    if expected is None or expected.change is None:
        return []
    found: list[Finding] = []
    for (earlier, before), (name, after) in pairwise(tables):
        pairs: list[tuple[str | None, float, float]] = [(None, float(before.height), float(after.height))]
        named = [field for field in expected.totals if field in before.columns and field in after.columns]
        pairs += [(field, _total(before, field), _total(after, field)) for field in named]
        for field, was, now in pairs:
            if abs(now - was) > expected.change * abs(was):
                numbers = {"was": f"{was:.15g}", "now": f"{now:.15g}", "other": earlier}
                params = {**numbers, "share": f"{expected.change:.15g}"}
                rule = rules()["expect-total-change" if field else "expect-change"]
                found.append(Finding(rule.code, rule.severity, file=name, field=field, params=params))
    return found


def _total(frame: pl.DataFrame, field: str) -> float:
    """Return the sum of the numbers of a column; other cells count nothing.

    >>> _total(pl.DataFrame({"a": ["4", "2.5", "見本"]}), "a")
    6.5
    """
    return float(frame.select(pl.col(field).cast(pl.Float64, strict=False).sum()).item())


def _within(number: float, bounds: Bounds) -> bool:
    return (bounds.min is None or number >= bounds.min) and (bounds.max is None or number <= bounds.max)


def _shown(bounds: Bounds) -> str:
    """Return the bounds as a reader takes them.

    >>> from types import SimpleNamespace
    >>> _shown(SimpleNamespace(min=1, max=None)), _shown(SimpleNamespace(min=1, max=2.5))
    ('1 ..', '1 .. 2.5')
    """
    least, most = ("" if bound is None else f"{bound:.15g}" for bound in (bounds.min, bounds.max))
    return f"{least} .. {most}".strip()


def copied_tables(tables: Sequence[tuple[str, pl.DataFrame]], without: Sequence[str] = ()) -> list[Finding]:
    """Return a warning for each table of a series whose rows equal those of an earlier one; both are named.

    Args:
        tables: Name and published rows of each file.
        without: Fields of the period, which differ even in a copy.

    >>> one, other = pl.DataFrame({"a": ["1", "2", "3"]}), pl.DataFrame({"a": ["1", "2", "4"]})
    >>> [found.params["other"] for found in copied_tables([("1月", one), ("2月", other), ("3月", one)])]
    ['1月']
    """
    seen: dict[tuple[object, ...], list[tuple[str, pl.DataFrame]]] = {}
    found: list[Finding] = []
    for name, frame in tables:
        said = frame.drop([field for field in without if field in frame.columns])
        if said.height < limits("copy_rows") or not said.width:
            continue
        alike = seen.setdefault((tuple(said.columns), said.height, int(said.hash_rows().sum())), [])
        first = next((other for other, content in alike if content.equals(said)), None)
        if first is None:
            alike.append((name, said))
            continue
        params = {"file": name, "other": first}
        found.append(Finding("series-copy", rules()["series-copy"].severity, file=name, params=params))
    return found
