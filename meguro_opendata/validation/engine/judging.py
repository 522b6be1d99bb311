"""One column's judge: a column test proves most cells good, a reader of cells is asked about the other values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from meguro_opendata.validation.engine.frictionless import ExpectedField, RawError, read_cell
from meguro_opendata.validation.engine.proofs import Proof, proof_of

__all__ = ["Judge", "judges_of"]

# So many cells are looked at to see whether a column has few values; if so, each is tested once.
_LOOKED_AT, _FEW = 500, 40


@dataclass
class Judge:
    """The judge of one field's cells.

    Attributes:
        index: The column.
        expected: The field that is expected there.
        proof: The column test.
        verdicts: The reader's verdict on each distinct value that no test proved good.
        proved: Values that the test proved good in a column of few values, which need no second test in the next block.
        blank: The texts of a cell that make a blank row, if all cells are such; ``None`` for those of "no value".
    """

    index: int
    expected: ExpectedField
    proof: Proof
    verdicts: dict[str | None, tuple[str, ...]] = field(default_factory=dict)
    proved: set[str] = field(default_factory=set)
    blank: Sequence[str] | None = None

    def verdict(self, value: str | None) -> tuple[str, ...]:
        """Return the names of what a value fails: ``type``, or constraints in frictionless's order."""
        if value not in self.verdicts:
            _, notes = read_cell(self.expected, value)
            self.verdicts[value] = tuple(notes or ())
        return self.verdicts[value]

    def bad(self, cells: pl.Series) -> Iterator[tuple[int, str]]:
        """Yield the positions of the cells that fail, with their texts."""
        if self.proof.is_certain or not len(cells):
            return
        distinct = _few_values(cells)
        if distinct is not None:
            yield from self._failing(cells, None, self._unproved(distinct))
            return
        positions = self._open(cells).arg_true()
        if len(positions):
            values = cells.gather(positions)
            yield from self._failing(values, positions, values.unique().to_list())

    def errors(self, at: int, value: str | None) -> list[RawError]:
        """Return the errors of a failing cell."""
        failed, name = self.verdict(value), self.expected.name or None
        if failed[0] == "type":
            return [RawError("type-error", at, name, self.index, value)]
        return [
            RawError("constraint-error", at, name, self.index, value, constraint if name else None)
            for constraint in failed
        ]

    def _open(self, cells: pl.Series) -> pl.Series:
        """Return which cells no test proves valid."""
        if self.proof.test is None:
            return pl.repeat(value=True, n=len(cells), dtype=pl.Boolean, eager=True)
        return cells.alias(str(self.index)).to_frame().select(~self.proof.test).to_series()

    def _unproved(self, distinct: pl.Series) -> list[str]:
        """Return which of a column's few distinct values no test proves valid."""
        if len(distinct) > _FEW:
            return distinct.filter(self._open(distinct)).to_list()
        fresh = [value for value in distinct.to_list() if value not in self.proved]
        if not fresh:
            return fresh
        is_open = self._open(pl.Series(fresh, dtype=pl.String)).to_list()
        self.proved.update(value for value, open_ in zip(fresh, is_open, strict=True) if not open_)
        return [value for value, open_ in zip(fresh, is_open, strict=True) if open_]

    def _failing(
        self, values: pl.Series, positions: pl.Series | None, asked: Sequence[str]
    ) -> Iterator[tuple[int, str]]:
        failing = [value for value in asked if self.verdict(value)]
        if failing:
            at = values.is_in(failing).arg_true()
            yield from zip(at if positions is None else positions.gather(at), values.gather(at), strict=True)


def judges_of(fields: Sequence[ExpectedField]) -> list[Judge]:
    """Return a judge for each expected field, in their order."""
    return [
        Judge(index, expected, proof_of(expected.descriptor, expected.missing, str(index)))
        for index, expected in enumerate(fields)
    ]


def _few_values(cells: pl.Series) -> pl.Series | None:
    """Return the distinct values of a column that has few; ``None`` if they are many."""
    looked_at = cells.head(_LOOKED_AT).n_unique()
    if looked_at == 1 and (cells == cells[0]).all():
        return cells.head(1)
    return cells.unique() if looked_at <= _FEW else None
