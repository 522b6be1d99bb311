"""The basis of every rule: ``rules.toml``, the rows to check, and the findings in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import polars as pl

from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import Field

__all__ = ["Hit", "Rows", "Rule", "first_of", "limits", "rule_data", "rules", "wrong_values"]

_Why = TypeVar("_Why")


@dataclass(frozen=True)
class Rule:
    """One rule as ``rules.toml`` declares it.

    Attributes:
        code: The finding that it makes.
        test: The function that looks for it.
        severity: Of its findings.
        cleaned: Whether cleaning tells the same, so that ``build`` need not ask again.
        beside: Whether it is told beside an error of frictionless on the same cell.
        hides_cell: Findings on the same cell that have the same cause, and are left out beside this one.
        hides_row: Such findings anywhere in the same row.
    """

    code: str
    test: str
    severity: str
    cleaned: bool = False
    beside: bool = False
    hides_cell: Sequence[str] = ()
    hides_row: Sequence[str] = ()


@dataclass(frozen=True)
class Hit:
    """Where a rule does not hold: the row of the frame, counted from 0, or ``None`` for a whole column or table.

    ``field`` is ``None`` where a row or the whole table is meant.
    """

    code: str
    position: int | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A table's columns that are fields of its schema, all of text, and the fields, in the same order."""

    frame: pl.DataFrame
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, frame: pl.DataFrame, fields: Sequence[Field]) -> Rows:
        """Return the columns of a frame that are named like a field.

        >>> Rows.of(pl.DataFrame({"名称": ["見本"], "メモ": [""]}), [Field("名称", "text", "", "", {})]).frame.columns
        ['名称']
        """
        known = {item.name: item for item in fields}
        names = [name for name in frame.columns if name in known]
        return cls(frame.select(names), tuple(known[name] for name in names))

    def __getitem__(self, name: str) -> pl.Series:
        return self.frame[name]

    def __contains__(self, name: object) -> bool:
        return name in self.frame.columns

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the names of the fields of some kinds of value, in the table's order."""
        return [item.name for item in self.fields if item.kind in kinds]


def rule_data() -> Mapping[str, Any]:
    """Return the content of ``rules.toml``.

    >>> rule_data()["limits"]["heap_rows"]
    5
    """
    return packaged_toml(__package__, "rules.toml")


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its code.

    >>> rules()["sum-differs"].test
    'sums'
    """
    return {entry["code"]: Rule(**entry) for entry in rule_data()["rules"]}


def limits(name: str) -> float:
    """Return a number of the section ``limits``.

    >>> limits("shift_most")
    3
    """
    found: float = rule_data()["limits"][name]
    return found


def first_of(names: Iterable[str], rows: Rows) -> str | None:
    """Return the first name that the table has.

    >>> first_of(["所在地", "住所"], Rows(pl.DataFrame({"住所": [""]}), ()))
    '住所'
    """
    return next((name for name in names if name in rows), None)


def wrong_values(
    column: pl.Series, judge: Callable[[str], _Why | None], clean: str | None = None
) -> Iterator[tuple[int, str, _Why]]:
    """Yield position, value and reason of each faulty value; each distinct value is judged once.

    Args:
        column: Text; empty values are in order.
        judge: Says why a value is not in order, ``None`` if it is.
        clean: A pattern, as Rust's regex knows it, of values that are in order in any case.

    >>> list(wrong_values(pl.Series(["1", "x", ""]), lambda value: "letter" if value.isalpha() else None))
    [(1, 'x', 'letter')]
    """
    doubtful = column != ""
    if clean is not None:
        doubtful &= ~column.str.contains(clean)
    if not doubtful.any():
        return
    judged = {value: judge(value) for value in column.filter(doubtful).unique().to_list()}
    wrong = {value: why for value, why in judged.items() if why is not None}
    if wrong:
        for at in column.is_in(list(wrong)).arg_true():
            yield at, column[at], wrong[column[at]]
