"""A table judged by Data Package 2, and frictionless's own answer freed of what the specification does not say.

Frictionless's findings stay as they are where the specification confirms them; what it says wrongly is left out, and
what it passes over is added as findings of our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meguro_opendata.findings import NotChecked
from meguro_opendata.validation.engine.boundedpatterns import judged_in_time
from meguro_opendata.validation.engine.fast import FastCheck
from meguro_opendata.validation.engine.frictionless import Head, RawError, TextTable
from meguro_opendata.validation.engine.judging import Judge
from meguro_opendata.validation.specification.fields import judge_of
from meguro_opendata.validation.specification.header import Matched, matched
from meguro_opendata.validation.specification.keys import foreign_keys, keyed_fields, names_of, own_key_errors

__all__ = ["Judgement", "judged", "merged"]

_BEHIND = 2**31


@dataclass(frozen=True)
class Judgement:
    """What a table is by the specification.

    Attributes:
        errors: Everything that is wrong, in the form of frictionless's errors.
        unjudged: The columns of which only frictionless says what their values are.
        is_final: Whether the rows could not be read.
        not_checked: Demands that cannot be checked.
    """

    errors: tuple[RawError, ...]
    unjudged: frozenset[int]
    is_final: bool
    not_checked: tuple[NotChecked, ...]


class _Check(FastCheck):
    """The fast engine with judges of its own, which are not frictionless's."""

    def __init__(self, head: Head, judges: Sequence[Judge]) -> None:
        self._begin(head, judges)


def judged(
    table: TextTable, schema: Mapping[str, Any], others: Mapping[str, TextTable], own_name: str | None = None
) -> Judgement:
    """Return what a table is by the specification.

    Args:
        table: The table.
        schema: A Table Schema without faults.
        others: Further tables, by resource name, that foreign keys refer to.
        own_name: The table's own name, by which a foreign key may call it.
    """
    found = matched(table.header, schema)
    left = tuple(one for field in found.fields for one in field.not_checked)
    unjudged = frozenset(at for at, field in enumerate(found.fields) if not field.judged)
    if found.is_final or not found.fields:
        return Judgement(found.errors, unjudged, is_final=True, not_checked=left)
    here = {field.expected.name for field in found.fields}
    check = _Check(
        _head(found, schema, others, here, own_name), [judge_of(at, field) for at, field in enumerate(found.fields)]
    )
    check.add(table)
    errors = judged_in_time(check.errors())
    seen = {(error.type, error.record) for error in errors}
    errors += [error for error in own_key_errors(check.keys, schema, here) if ("primary-key", error.record) not in seen]
    return Judgement(tuple(errors), unjudged, is_final=False, not_checked=left)


def _head(
    found: Matched, schema: Mapping[str, Any], others: Mapping[str, TextTable], here: set[str], own_name: str | None
) -> Head:
    fields = tuple(field.expected for field in found.fields)
    unique = tuple(one.name for one in fields if one.descriptor.get("constraints", {}).get("unique"))
    primary = names_of(schema.get("primaryKey", ()))
    return Head(
        errors=found.errors,
        fields=fields,
        keyed=frozenset((*unique, *keyed_fields(schema, own_name))),
        unique=unique,
        primary_key=primary if set(primary) <= here else (),
        foreign=foreign_keys(schema, others, here, own_name),
    )


def merged(engine: Iterable[RawError], judgement: Judgement) -> list[tuple[RawError, bool]]:
    """Return what is wrong by record and column, each error with whether frictionless says the same.

    >>> said = RawError("type-error", 0, "a", 0, "1,000")
    >>> merged([said], Judgement((), frozenset(), is_final=False, not_checked=()))
    []
    >>> merged([said], Judgement((said,), frozenset(), is_final=False, not_checked=()))[0][1]
    True
    """
    wrong = Counter(map(_identity, judgement.errors))
    made = [(error, True) for error in engine if _stands(error, wrong, judgement.unjudged)]
    own = [(error, False) for error in judgement.errors if _taken(error, wrong)]
    return sorted([*made, *own], key=_place)


def _identity(error: RawError) -> tuple[object, ...]:
    return error.type, error.record, error.column, error.constraint


def _stands(error: RawError, wrong: Counter[tuple[object, ...]], unjudged: frozenset[int]) -> bool:
    """Return whether the specification says what frictionless says; each of its own words serves once."""
    if _taken(error, wrong):
        return True
    return error.column in unjudged and error.type in ("type-error", "constraint-error")


def _taken(error: RawError, wrong: Counter[tuple[object, ...]]) -> bool:
    key = _identity(error)
    if not wrong[key]:
        return False
    wrong[key] -= 1
    return True


def _place(found: tuple[RawError, bool]) -> tuple[int, Sequence[int]]:
    error = found[0]
    if error.record is None:
        return -1, ()
    return error.record, (_BEHIND if error.column is None else error.column,)
