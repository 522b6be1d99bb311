"""Two columns of text to coordinates of another system: each row is read, checked, then transformed or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from meguro_opendata.cleaning.points import point_doubts
from meguro_opendata.geo.datum.crs import Crs, datum_title
from meguro_opendata.geo.datum.datums import plan_steps
from meguro_opendata.geo.datum.grids import Grids
from meguro_opendata.geo.datum.lattice import Floats, Truths, Whole
from meguro_opendata.geo.datum.projections import to_degrees
from meguro_opendata.geo.datum.transformation import Transformed, transform_points
from meguro_opendata.geo.notation import Notation, decimal_text, read_degrees
from meguro_opendata.standard.model import Field, value_kinds

__all__ = ["Located", "PointWords", "Trouble", "locate", "remarks"]

_PLAIN = r"\A[-+]?[0-9]+(?:\.[0-9]+)?\z"
_FRACTION = r"\A[-+]?[0-9]+\.[0-9]+\z"
_UNPLAIN = r"\A[0-9]{2,3}\.?[0-5][0-9][0-5][0-9]\z|\A[0-9]{6,7}\.[0-9]+\z"  # packed degrees, or perhaps so
_KINDS = ("latitude", "longitude")
_MOST_DEGREES = 180.0


@dataclass(frozen=True)
class PointWords:
    """Declarations about two columns of coordinates.

    Attributes:
        crs: Reference system of the columns; the first column contains its first axis.
        swapped: Whether the columns contain the axes in reverse order.
        notation: What texts such as ``35.3829`` are; ``None``: refused where nothing in the columns tells.
        allow_approximate: Whether points without a grid may be moved by an approximate operation.
    """

    crs: Crs
    swapped: bool = False
    notation: Notation | None = None
    allow_approximate: bool = False


@dataclass(frozen=True)
class Trouble:
    """A fault or remark about one row or the whole table, as the parts of a finding.

    Attributes:
        code: The finding's code.
        severity: ``error``, ``warning`` or ``info``.
        position: The row, counted from 0; ``None`` for the whole table.
        part: 0 for the first column, 1 for the second; ``None`` for both.
    """

    code: str
    severity: str
    position: int | None = None
    part: int | None = None
    suggestion: str | None = None
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Located:
    """The columns in the target's system; rows with an error are unchanged.

    Attributes:
        first: Values of the target's first axis as text, blank where the coordinates are.
        second: Values of its second axis.
        troubles: Faults and remarks, errors included.
        done: Record of the transformation; ``None`` if there was no point.
        errors: The expected error (m) of each point as text, ``None`` where none was moved approximately.
    """

    first: pl.Series
    second: pl.Series
    troubles: tuple[Trouble, ...]
    done: Transformed | None
    errors: pl.Series | None = None

    @property
    def valid(self) -> bool:
        """Return whether every row that has coordinates was transformed."""
        return all(trouble.severity != "error" for trouble in self.troubles)

    def record(self) -> dict[str, Any] | None:
        """Return operation, grids, versions, checksums and expected error, for users of the coordinates."""
        return self.done.record() if self.done else None


def locate(
    first: pl.Series,
    second: pl.Series,
    words: PointWords,
    target: Crs,
    grids: Grids = None,
) -> Located:
    """Return two columns of coordinates in another system.

    Args:
        first: Texts of the first column.
        second: Texts of the second.
        words: Declarations about the columns.
        target: Reference system of the result.
        grids: As for :func:`meguro_opendata.geo.transform`.

    Raises:
        MissingGridError: If a needed grid has not been added and approximate operations are not allowed.
    """
    plan_steps(words.crs.datum, target.datum, grids, allow_approximate=words.allow_approximate)
    texts = (second, first) if words.swapped else (first, second)
    numbers, troubles = _numbers(texts, words)
    troubles += _doubts(texts, numbers, words)
    fine = _usable(numbers, troubles)
    before = [number[fine] for number in numbers]
    if not len(fine):
        return Located(texts[0], texts[1], tuple(_placed(troubles, words)), None)
    done = transform_points(before[0], before[1], words.crs, target, grids, allow_approximate=True)
    refused = np.zeros(len(fine), dtype=bool) if words.allow_approximate else done.approximate
    troubles += [Trouble("point-outside-grid", "error", int(at)) for at in fine[refused]]
    troubles += remarks(done)
    kept, stays = (
        fine[~refused],
        words.crs.geographic and target.geographic and words.crs.east_first == target.east_first,
    )
    columns = [
        _written(text, kept, after[~refused], old[~refused] if stays else None, target)
        for text, after, old in zip(texts, (done.first, done.second), before, strict=True)
    ]
    return Located(columns[0], columns[1], tuple(_placed(troubles, words)), done, _errors(len(texts[0]), fine, done))


def _errors(rows: int, at: Whole, done: Transformed) -> pl.Series | None:
    """Return the expected error of each row's point, where some are approximate."""
    if not done.approximate.any():
        return None
    blank = pl.Series("", [""] * rows, dtype=pl.String)
    return blank.scatter(at, [f"{value:g}" for value in done.errors.tolist()])


def _placed(troubles: Sequence[Trouble], words: PointWords) -> Iterator[Trouble]:
    """Yield the troubles with the number of their column in the table."""
    for one in troubles:
        part = 1 - one.part if words.swapped and one.part is not None else one.part
        yield Trouble(one.code, one.severity, one.position, part, one.suggestion, one.params)


def _numbers(texts: Sequence[pl.Series], words: PointWords) -> tuple[list[Floats], list[Trouble]]:
    """Return both columns as numbers, NaN where a cell is blank or in trouble."""
    troubles: list[Trouble] = []
    notation = words.notation or (_told(texts) if words.crs.geographic else None)
    columns: list[Floats] = []
    for part, text in enumerate(texts):
        trimmed = text.str.strip_chars()
        is_plain = trimmed.str.contains(_PLAIN)
        numbers = _floats(trimmed)
        numbers[~is_plain.to_numpy()] = np.nan
        if words.crs.geographic:
            is_plain &= ~trimmed.str.contains(_UNPLAIN)
        others = (~is_plain & (trimmed != "")).arg_true()
        meant = {value: _meant(value, words, notation, part) for value in trimmed.gather(others).unique()}
        for at, value in zip(others, trimmed.gather(others), strict=True):
            found = meant[value]
            numbers[at] = found if isinstance(found, float) else np.nan
            if isinstance(found, tuple):
                troubles.append(Trouble(found[0], "error", at, part, found[1]))
        columns.append(numbers)
    return columns, troubles


def _floats(text: pl.Series) -> Floats:
    """Return the numbers of a column, NaN where a text is none."""
    return text.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().copy()


def _told(texts: Sequence[pl.Series]) -> Notation | None:
    """Return the notation that the columns themselves show: numbers with fractions that can be nothing but decimal."""
    for text in texts:
        plain = text.filter(text.str.contains(_FRACTION))
        if not plain.str.contains(_UNPLAIN).all():
            return "decimal"
    return None


def _meant(value: str, words: PointWords, notation: Notation | None, part: int) -> float | tuple[str, str | None]:
    """Return the number that a text means, or the code of what is wrong with it and what it may mean."""
    if not words.crs.geographic:
        return "coordinate-unreadable", None
    found = read_degrees(value, notation)
    if found is None:
        return "coordinate-unreadable", None
    if found.notation is None:
        return "coordinate-ambiguous", " / ".join(map(decimal_text, found.readings))
    axis = "lon" if (part == 0) == words.crs.east_first else "lat"
    if found.axis not in (None, axis):
        return "coordinates-swapped", None
    return float(found.readings[0])


def _doubts(texts: Sequence[pl.Series], numbers: Sequence[Floats], words: PointWords) -> list[Trouble]:
    """Find invalid pairs: half empty, exchanged, damaged, of another system or outside Japan."""
    first, second = numbers
    blank = [(text.str.strip_chars() == "").to_numpy() for text in texts]
    half = np.flatnonzero(blank[0] != blank[1]).tolist()
    found = [Trouble("coordinate-half", "error", at, int(blank[1][at])) for at in half]
    lat, lon = to_degrees(first, second, words.crs)
    inside = _in_japan(lat, "latitude") & _in_japan(lon, "longitude")
    inside &= words.crs.geographic | ~(_like_degrees(first, second) | _like_degrees(second, first))
    outside = np.flatnonzero(~inside & ~np.isnan(first) & ~np.isnan(second))
    if words.crs.geographic and len(outside):
        found += _degree_doubts([numbers[0][outside], numbers[1][outside]], outside, words.crs)
    told = {one.position for one in found}
    left = [at for at in outside.tolist() if at not in told]
    return found + [Trouble(_why_outside(first[at], second[at], words.crs), "error", at) for at in left]


def _like_degrees(lat: Floats, lon: Floats) -> Truths:
    """Return whether pairs that should be metres are a latitude and a longitude of Japan."""
    return _in_japan(lat, "latitude") & _in_japan(lon, "longitude")


def _why_outside(first: float, second: float, crs: Crs) -> str:
    """Return the code for a pair outside Japan: zeros, numbers of another system, or simply elsewhere."""
    if first == second == 0:
        return "coordinate-zero"
    small = abs(first) <= _MOST_DEGREES and abs(second) <= _MOST_DEGREES
    return "coordinate-elsewhere" if small == crs.geographic else "crs-mixed"


def _degree_doubts(numbers: Sequence[Floats], places: Whole, crs: Crs) -> list[Trouble]:
    """Return the doubts of cleaning about pairs of degrees; ``places`` are the rows of the pairs."""
    kinds = _KINDS[::-1] if crs.east_first else _KINDS
    part_of = dict(zip(kinds, (0, 1), strict=True))
    frame = pl.DataFrame({kind: [_text(value) for value in numbers[part].tolist()] for kind, part in part_of.items()})
    fields = [Field(kind, kind, "", "", {}) for kind in _KINDS]
    return [
        Trouble(why.code, "error", int(places[at]), part_of[name], " / ".join(why.readings) or None)
        for name, at, _, why in point_doubts(frame, fields)
        if why.code != "coordinate-rough"
    ]


def _text(value: float) -> str:
    return "" if np.isnan(value) else repr(value).removesuffix(".0")


def _in_japan(values: Floats, kind: str) -> Truths:
    bounds = value_kinds()[kind]["constraints"]
    inside: Truths = (values >= bounds["minimum"]) & (values <= bounds["maximum"])
    return inside


def _usable(numbers: Sequence[Floats], troubles: Sequence[Trouble]) -> Whole:
    """Return positions of the pairs that can be transformed."""
    fine = ~(np.isnan(numbers[0]) | np.isnan(numbers[1]))
    fine[[one.position for one in troubles if one.position is not None]] = False
    return np.flatnonzero(fine)


def remarks(done: Transformed) -> list[Trouble]:
    """Return remarks on the operation: approximate points with their error, points without a revising survey."""
    made: list[Trouble] = []
    for step in done.steps:
        shown = {"source": datum_title(step.source), "target": datum_title(step.target), "operation": step.operation}
        if step.approximated:
            error = f"{float(done.errors[done.approximate].max()):g}"
            made.append(
                Trouble(
                    "coordinate-approximate", "warning", params={**shown, "count": step.approximated, "error": error}
                )
            )
        if step.unchanged:
            made.append(Trouble("coordinate-unchanged", "info", params={**shown, "count": step.unchanged}))
    return made


def _written(text: pl.Series, at: Whole, values: Floats, before: Floats | None, target: Crs) -> pl.Series:
    """Return the column with the values as text; a plain number that did not move stays as it was written.

    Args:
        text: The column.
        at: The rows whose values they are.
        values: The values.
        before: Previous values, ``None`` if the axis differs.
        target: Their system.
    """
    written = [decimal_text(value) if target.geographic else f"{value:.4f}" for value in values.tolist()]
    after = text.clone().scatter(at, written) if len(at) else text
    if before is None:
        return after
    stood = _floats(text)
    still = np.zeros(len(text), dtype=bool)
    still[at] = (values == before) & (stood[at] == before)
    return text.zip_with(pl.Series(still), after)
