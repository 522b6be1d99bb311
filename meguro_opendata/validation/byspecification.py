"""A table's report by the specification: what frictionless says rightly, and what it passes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.findings import Report
from meguro_opendata.validation.engine.choice import Engine, table_errors
from meguro_opendata.validation.engine.frictionless import RawError, TextTable
from meguro_opendata.validation.engine.translate import Places, translate_judged
from meguro_opendata.validation.specification import judged, merged, refuse_faults, unknown_words

__all__ = ["specification_report"]

# What frictionless refuses although the specification allows it; then it has nothing to say on the table.
_REFUSALS = ("schema-invalid", "schema-format-missing", "cell-incomparable", "reference-incomparable")


def specification_report(
    shell: Report,
    table: TextTable,
    schema: Mapping[str, Any],
    engine: Engine,
    others: Mapping[str, TextTable],
    places: Places,
    own_name: str | None = None,
) -> Report:
    """Return a report filled with what a table is by the specification.

    Raises:
        ConfigurationError: If the schema is not written as the specification asks.
    """
    refuse_faults(schema, "schema")
    judgement = judged(table, schema, others, own_name)
    found = merged(_said(table, schema, engine, others), judgement)
    return replace(
        shell,
        rows_checked=0 if judgement.is_final else shell.rows,
        findings=tuple(translate_judged(found, schema, places)),
        not_checked=(*judgement.not_checked, *unknown_words(schema)),
    )


def _said(
    table: TextTable, schema: Mapping[str, Any], engine: Engine, others: Mapping[str, TextTable]
) -> list[RawError]:
    try:
        return table_errors(engine, table, schema, by_name=False, others=others)
    except MeguroOpendataError as error:
        if error.code not in _REFUSALS:
            raise
        return []
