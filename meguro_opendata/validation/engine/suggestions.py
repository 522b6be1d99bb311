"""Suggested values of cells, and the findings that explain how a value was damaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meguro_opendata.cleaning import CAUSES, Unsure, doubts_of, normalised
from meguro_opendata.standard.model import schema_fields, value_kinds
from meguro_opendata.validation.engine.cellreaders import Read, plain_reader
from meguro_opendata.validation.engine.frictionless import field_reader

__all__ = ["Meaning", "Suggestions"]


@dataclass(frozen=True)
class Meaning:
    """What a wrong value shows of itself.

    Attributes:
        cause: The finding that says what became of it, which is more than that its form is wrong.
        suggestion: The one value that means the same and passes, ``None`` if there is none or more than one.
    """

    cause: str | None = None
    suggestion: str | None = None


class Suggestions:
    """The meanings of values of one schema; a suggestion is only given if it passes the check and nothing doubts it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._missing = schema.get("missingValues", [""])
        self._around = {name: schema[name] for name in ("$schema", "missingValues") if name in schema}
        self._fields = {field["name"]: field for field in schema["fields"]}
        self._readers: dict[str, Read] = {}
        self._found: dict[tuple[str, str], Meaning] = {}

    def of(self, name: str, value: str) -> Meaning:
        """Return the meaning of a field's value that the check refuses.

        >>> number = {"name": "法人番号", "type": "string", "mo:kind": "corporate_number13"}
        >>> schema = {"fields": [{**number, "constraints": {"pattern": "[0-9]{13}"}}]}
        >>> Suggestions(schema).of("法人番号", "7.00002E+12")
        Meaning(cause='number-destroyed', suggestion=None)
        >>> Suggestions(schema).of("法人番号", "1-0000-2013-1105")
        Meaning(cause=None, suggestion='1000020131105')
        """
        if (name, value) not in self._found:
            self._found[name, value] = self._meaning(name, value)
        return self._found[name, value]

    def only(self, name: str, unsure: Unsure) -> str | None:
        """Return the only reading of a doubtful value that passes, if it says all that the value says."""
        passing = [] if unsure.partial or name not in self._fields else self._passing(name, unsure.readings)
        return passing[0] if len(passing) == 1 else None

    def _meaning(self, name: str, value: str) -> Meaning:
        if self._fields[name].get("mo:kind") not in value_kinds():
            return Meaning()
        field = schema_fields({"fields": [self._fields[name]]})[0]
        after = normalised(field, value)
        if after not in ("", value) and self._passes(name, after):
            return Meaning(suggestion=after)
        for doubter in doubts_of(field):
            found = doubter(after)
            if found is not None:
                return Meaning(found.code if found.code in CAUSES else None, self.only(name, found))
        return Meaning()

    def _passing(self, name: str, readings: tuple[str, ...]) -> list[str]:
        return [reading for reading in readings if self._passes(name, reading) and not self._doubted(name, reading)]

    def _doubted(self, name: str, value: str) -> bool:
        if self._fields[name].get("mo:kind") not in value_kinds():
            return False
        return any(doubter(value) for doubter in doubts_of(schema_fields({"fields": [self._fields[name]]})[0]))

    def _passes(self, name: str, value: str) -> bool:
        if name not in self._readers:
            field = self._fields[name]
            plain = plain_reader(field, self._missing) if "missingValues" not in field else None
            self._readers[name] = plain or field_reader({**self._around, "fields": [field]})
        return not self._readers[name](value)[1]
