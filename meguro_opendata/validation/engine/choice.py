"""The choice between the two engines, which give the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.validation.engine import fast as fast_engine
from meguro_opendata.validation.engine import frictionless as frictionless_engine
from meguro_opendata.validation.engine.boundedpatterns import judged_in_time
from meguro_opendata.validation.engine.frictionless import RawError, TextTable

__all__ = ["Engine", "refuse_unknown_engine", "rows_checked", "table_errors"]

Engine = Literal["fast", "frictionless"]


def refuse_unknown_engine(engine: str) -> None:
    """Refuse an engine's name that is not one of the two.

    Raises:
        MeguroOpendataError: If there is no such engine.
    """
    if engine not in get_args(Engine):
        raise MeguroOpendataError("engine-unknown", value=engine, known=list(get_args(Engine)))


def table_errors(
    engine: Engine,
    table: TextTable,
    schema: Mapping[str, Any],
    *,
    by_name: bool,
    others: Mapping[str, TextTable] | None = None,
) -> list[RawError]:
    """Return the errors that an engine finds in a table; arguments as the engines' own ``check_table``."""
    check = fast_engine.check_table if engine == "fast" else frictionless_engine.check_table
    return judged_in_time(check(table, schema, by_name=by_name, others=others))


def rows_checked(raw: Iterable[RawError], rows: int) -> int:
    """Return how many rows were checked: 0 if frictionless reported an error for which it stops at the header."""
    return 0 if any(error.ends_at_header for error in raw) else rows
