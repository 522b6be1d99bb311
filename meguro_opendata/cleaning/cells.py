"""The cells of one column that its rules can change: found in one pass, rewritten once for each distinct value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from meguro_opendata.cleaning.damage import damaged_shape, is_ditto, is_numbered
from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.cleaning.groups import GROUPED
from meguro_opendata.cleaning.roles import role_of
from meguro_opendata.cleaning.rules import doubts_of, rules_of
from meguro_opendata.standard.model import Field, value_kinds

__all__ = ["Cells", "columns_of", "is_settled"]

_SAMPLE = 1000  # records that decide whether a column repeats its values
# Share of distinct values up to which a column counts as repeating: above it, collecting the distinct values costs more
# than testing each cell with the pattern.
_REPEATS = 0.5
_FEW = 4  # up to so many values, single comparisons are quicker than polars' `is_in`


@dataclass(frozen=True)
class _Found:
    """The distinct unsettled values of a column.

    Attributes:
        distinct: Each unsettled value once.
        positions: The positions of all unsettled values, ``None`` if only the distinct values were searched.
    """

    distinct: list[str]
    positions: pl.Series | None = None


def columns_of(frame: pl.DataFrame, fields: Sequence[Field], off: Mapping[str, Collection[str]]) -> dict[str, Cells]:
    """Return every column with its rules applied.

    A first pass finds the distinct values that rules can change; a second one finds the positions of the changed ones.
    """
    found = _unsettled(frame, fields)
    cells = {field.name: Cells(field, frame[field.name], found[field.name].distinct, off) for field in fields}
    touched = {name: column.touched for name, column in cells.items() if column.touched}
    for name, positions in _positions(frame, touched, found).items():
        cells[name].place(positions)
    return cells


def is_settled(values: pl.Expr, field: Field) -> pl.Expr:
    """Return an expression: whether every rule of a field certainly leaves each value unchanged."""
    settled = values.str.contains(_pattern(field.kind, role_of(field.name, field.kind)))
    return settled & ~values.str.contains(damaged_shape()) if is_numbered(field.name, field.kind) else settled


@cache
def _pattern(kind: str, role: str) -> str:
    settled = value_kinds()["address" if role == "address" else kind].get("settled", "")
    return rf"\A(?:{settled})?\z"


def _unsettled(frame: pl.DataFrame, fields: Sequence[Field]) -> dict[str, _Found]:
    """Return, by field, the values that do not match the ``settled`` pattern of their kind.

    In a column that repeats its values only the distinct values are searched, in any other column each cell.
    """
    at = {name: index for index, name in enumerate(frame.columns)}
    sample = frame.gather_every(max(1, frame.height // _SAMPLE))
    repeats = [count <= _REPEATS * sample.height for count in _distinct(sample)]
    answers = frame.select(_once(pl.nth(at[field.name]), field, repeats=repeats[at[field.name]]) for field in fields)
    return {
        field.name: _found(frame[field.name], answers[field.name][0], field, repeats=repeats[at[field.name]])
        for field in fields
    }


def _distinct(sample: pl.DataFrame) -> Sequence[int]:
    """Return how many distinct values each column has."""
    return sample.select(pl.all().n_unique()).row(0) if sample.height else [0] * sample.width


def _once(values: pl.Expr, field: Field, *, repeats: bool) -> pl.Expr:
    """Return the distinct values of a column that repeats its values, else the positions of all unsettled ones."""
    return values.unique().implode() if repeats else (~is_settled(values, field)).arg_true().implode()


def _found(values: pl.Series, answer: pl.Series, field: Field, *, repeats: bool) -> _Found:
    if repeats:
        distinct = answer.to_frame("").select(pl.col("").filter(~is_settled(pl.col(""), field)))
        return _Found(sorted(distinct.to_series().to_list()))
    return _Found(list(dict.fromkeys(values.gather(answer).to_list())), answer)


def _positions(
    frame: pl.DataFrame, touched: Mapping[str, Collection[str]], found: Mapping[str, _Found]
) -> dict[str, pl.Series]:
    """Return, by field, the positions of the values that rules changed or doubted."""
    at = {name: index for index, name in enumerate(frame.columns)}
    tests = [
        _any_of(pl.nth(at[name]), list(wanted)).arg_true().implode()
        for name, wanted in touched.items()
        if found[name].positions is None
    ]
    answers = frame.select(tests)
    positions = {name: answers[name][0] for name in answers.columns}
    for name, wanted in touched.items():
        searched = found[name].positions
        if searched is not None:
            positions[name] = searched.filter(frame[name].gather(searched).is_in(list(wanted)))
    return positions


def _any_of(values: pl.Expr, wanted: Sequence[str]) -> pl.Expr:
    if len(wanted) > _FEW:
        return values.is_in(wanted)
    return pl.any_horizontal([values == value for value in wanted])


class Cells:
    """One column: the results of its rules, and the values that are put into its cells afterwards.

    Attributes:
        field: The column's field.
        touched: The values that rules change or doubt, or that can contain a part of another field's value.
        positions: The positions of the touched values.
    """

    def __init__(
        self, field: Field, values: pl.Series, distinct: Sequence[str], off: Mapping[str, Collection[str]]
    ) -> None:
        self.field = field
        self.positions: list[int] = []
        self._values = values
        self._before: list[str] = []
        self._rules = rules_of(field, off.get(field.name, ())) if distinct else []
        self._doubters = doubts_of(field, off.get(field.name, ())) if distinct else []
        self._after: dict[str, str] = {}
        self._steps: list[dict[str, str]] = [{} for _ in self._rules]
        self._unsure: dict[str, list[Unsure]] = {}
        self._set: dict[int, str] = {}
        self._at: dict[int, str] | None = None
        self.touched = [value for value in distinct if self._run(value) or field.kind in GROUPED]

    def place(self, positions: pl.Series) -> None:
        """Set the positions of the touched values."""
        self.positions = positions.to_list()
        self._before = self._values.gather(positions).to_list()

    def __getitem__(self, position: int) -> str:
        """Return the current value at a position."""
        if self._at is None:
            self._at = {at: self._after[value] for at, value in zip(self.positions, self._before, strict=True)}
        found = self._set.get(position, self._at.get(position))
        return str(self._values[position]) if found is None else found

    def __setitem__(self, position: int, value: str) -> None:
        """Put a value at a position."""
        self._set[position] = value

    def steps(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield each rewrite by rule and position: position, rule, value before, value after."""
        now = self._before
        for (rule, _), made in zip(self._rules, self._steps, strict=True):
            if made:
                yield from (
                    (at, rule, value, made[value])
                    for at, value in zip(self.positions, now, strict=True)
                    if value in made
                )
                now = [made.get(value, value) for value in now]

    def doubts(self) -> Iterator[tuple[int, str, Unsure]]:
        """Yield each doubt about a current value, by position."""
        meant: dict[int, str] = {}
        for at, before in zip(self.positions, self._before, strict=True):
            value = self._set.get(at, self._after[before])
            if is_ditto(value):
                # The meaning of a mark directly above is known already, so that a long run of marks stays linear.
                meant[at] = meant[at - 1] if at - 1 in meant else self[at - 1] if at else ""
                yield at, value, Unsure("ditto-mark", (meant[at],) if meant[at] else ())
                continue
            for found in self._doubted(value):
                yield at, value, found

    def series(self) -> pl.Series:
        """Return the whole column with its current values."""
        if not self.positions and not self._set:
            return self._values
        after = dict(zip(self.positions, map(self._after.__getitem__, self._before), strict=True)) | self._set
        return self._values.clone().scatter(list(after), list(after.values()))

    def _run(self, value: str) -> bool:
        """Run the rules on a value, and return whether a rule changed it or a doubt concerns it."""
        now = value
        for (_, rule), made in zip(self._rules, self._steps, strict=True):
            after = rule(now)
            if after != now:
                made[now] = after
                now = after
        self._after[value] = now
        return now != value or is_ditto(now) or bool(self._doubted(now))

    def _doubted(self, value: str) -> list[Unsure]:
        known = self._unsure.get(value)
        if known is None:
            known = list(dict.fromkeys(found for doubter in self._doubters if (found := doubter(value))))
            self._unsure[value] = known
        return known
