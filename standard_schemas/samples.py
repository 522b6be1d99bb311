"""Samples of each schema: a valid table, an invalid one, and exactly what is to be found in the invalid one.

Nothing is checked here: values and findings come from the data (``sample`` and ``wrong`` of ``value_kinds.yaml``), so
that a test can hold them against frictionless.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .schemas import PREFIX, data

__all__ = ["Wrong", "findings", "invalid", "sample", "valid"]

Record = dict[str, str]
Schema = Mapping[str, Any]


class Wrong(NamedTuple):
    """One record of ``invalid.csv`` and what is to be found in it; ``check`` is empty where that is nothing."""

    record: Record
    field: str
    check: str


def valid(schema: Schema) -> str:
    """Return ``valid.csv``: a record with all fields, and one with only required fields and the key."""
    full, sparse = _record(schema, 1), _record(schema, 2)
    kept = [field["name"] for field in schema["fields"] if _constraint(field, "required")]
    kept += [schema[f"{PREFIX}key"] or schema["fields"][0]["name"]]
    return _csv(schema, [full, {name: sparse[name] for name in kept}])


def invalid(schema: Schema) -> str:
    """Return ``invalid.csv``: a valid record, then one record for each kind of error."""
    return _csv(schema, [wrong.record for wrong in _wrongs(schema)])


def findings(schema: Schema) -> str:
    """Return ``invalid.findings.yaml``: row (header = row 1), field and check of each finding, in order."""
    found = [(row, wrong) for row, wrong in enumerate(_wrongs(schema), start=2) if wrong.check]
    lines = (f"- {{row: {row}, field: {_quoted(wrong.field)}, check: {wrong.check}}}\n" for row, wrong in found)
    return "".join(lines) or "[]\n"


def sample(field: Mapping[str, Any]) -> str:
    """Return a valid value of a field: its own example, the first of its words, or the sample of its kind.

    >>> sample({"mo:kind": "text", "example": "目黒区"}), sample({"mo:kind": "lgcode6"})
    ('目黒区', '131105')
    """
    if "example" in field and field.get(f"{PREFIX}example_passes", True):
        return str(field["example"])
    words = field.get(f"{PREFIX}values") or [data("value_kinds.yaml")[field[f"{PREFIX}kind"]].get("sample")]
    return str(words[0])


def _wrongs(schema: Schema) -> Iterator[Wrong]:
    yield Wrong(_record(schema, 1), "", "")
    number = 2
    for field in schema["fields"]:
        name, can_fail = field["name"], _can_fail(field)
        value, check = next(iter(_wrong_values(field))) if can_fail else ("", "")
        if can_fail:
            yield Wrong(_record(schema, number) | {name: value}, name, check)
            number += 1
        if _constraint(field, "required"):
            yield Wrong(_record(schema, number) | {name: ""}, name, "constraint-error")
            number += 1
    for field in schema["fields"]:
        if _constraint(field, "unique"):
            yield Wrong(_record(schema, 1), field["name"], "unique-error")


def _can_fail(field: Mapping[str, Any]) -> bool:
    constraints = set(field.get("constraints", {})) - {"required", "unique"}
    return field["type"] != "string" or "format" in field or bool(constraints)


def _wrong_values(field: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    wrong: Mapping[str, str] = data("value_kinds.yaml")[field[f"{PREFIX}kind"]]["wrong"]
    return wrong.items()


def _record(schema: Schema, number: int) -> Record:
    """Return a valid record; what must be unique, or is the key, is different for each number."""
    unique = {field["name"] for field in schema["fields"] if _constraint(field, "unique")}
    told_apart = unique | {schema[f"{PREFIX}key"]}
    values = {field["name"]: sample(field) for field in schema["fields"]}
    return {name: _numbered(value, number) if name in told_apart else value for name, value in values.items()}


def _numbered(text: str, number: int) -> str:
    """Return the ``number``-th value of a series that begins with ``text``.

    >>> _numbered("A0009", 1), _numbered("A0009", 2), _numbered("見本", 2)
    ('A0009', 'A0010', '見本2')
    """
    found = re.search(r"\d+$", text)
    if found is None:
        return text if number == 1 else f"{text}{number}"
    digits = found.group()
    return text[: found.start()] + str(int(digits) + number - 1).zfill(len(digits))


def _constraint(field: Mapping[str, Any], name: str) -> bool:
    return bool(field.get("constraints", {}).get(name))


def _csv(schema: Schema, records: Iterable[Record]) -> str:
    text = io.StringIO()
    names = [field["name"] for field in schema["fields"]]
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
