"""The fields of a schema as the specification reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meguro_opendata.findings import NotChecked
from meguro_opendata.validation.engine.cellreaders import Read
from meguro_opendata.validation.engine.frictionless import ExpectedField
from meguro_opendata.validation.engine.judging import Judge
from meguro_opendata.validation.engine.proofs import Proof, proof_of
from meguro_opendata.validation.specification.constraints import Check, checks_of
from meguro_opendata.validation.specification.values import ReadValue, type_of, value_reader

__all__ = ["SpecifiedField", "any_field", "judge_of", "missing_texts", "specified_field"]

Descriptor = Mapping[str, Any]
# Column tests hold for what frictionless takes; of these formats it takes more than the specification.
_UNPROVEN = ("uri", "email")


@dataclass(frozen=True)
class SpecifiedField:
    """A field with its reader.

    Attributes:
        expected: As the fast engine takes it.
        judged: Whether the specification says what its values are; else frictionless's word on them stands.
        not_checked: Its constraints that cannot be checked.
    """

    expected: ExpectedField
    judged: bool = True
    not_checked: tuple[NotChecked, ...] = ()


def missing_texts(described: Mapping[str, Any], default: Iterable[str] = ("",)) -> tuple[str, ...]:
    """Return the texts that stand for "no value", plain or with a label.

    >>> missing_texts({"missingValues": [{"value": "-", "label": "none"}, ""]}), missing_texts({})
    (('-', ''), ('',))
    """
    given = described.get("missingValues")
    if given is None:
        return tuple(default)
    return tuple(one["value"] if isinstance(one, dict) else one for one in given)


def specified_field(descriptor: Descriptor, schema: Mapping[str, Any]) -> SpecifiedField:
    """Return a schema's field with its reader; its own texts for "no value" take the place of the schema's."""
    missing = missing_texts(descriptor, missing_texts(schema))
    required = bool(descriptor.get("constraints", {}).get("required"))
    read = value_reader(descriptor)
    if read is None:
        unknown = NotChecked("format", str(descriptor["name"]), "unchecked-format")
        return SpecifiedField(
            _expected(descriptor, missing, _cell_reader(missing, _text, {}, required)), False, (unknown,)
        )
    checks, left = checks_of(descriptor, read)
    return SpecifiedField(
        _expected(descriptor, missing, _cell_reader(missing, read, checks, required)), True, tuple(left)
    )


def any_field(name: str, schema: Mapping[str, Any]) -> SpecifiedField:
    """Return the field of a column that the schema does not know; any value is good."""
    return specified_field({"name": name, "type": "any"}, schema)


def _expected(descriptor: Descriptor, missing: tuple[str, ...], read: Read) -> ExpectedField:
    return ExpectedField(str(descriptor["name"]), {**descriptor, "type": type_of(descriptor)}, missing, read)


def _text(cell: str) -> str:
    return cell


def _cell_reader(missing: tuple[str, ...], read: ReadValue, checks: Mapping[str, Check], required: bool) -> Read:
    none, absent = ("required",) if required else (), frozenset(missing)

    def read_cell(cell: str | None) -> tuple[Any, Iterable[str]]:
        if cell is None or cell in absent:
            return None, none
        value = read(cell)
        if value is None:
            return None, ("type",)
        return value, tuple(name for name, check in checks.items() if not check(value))

    return read_cell


def judge_of(index: int, one: SpecifiedField) -> Judge:
    """Return the judge of a column: a column test where it holds by the specification, too, and the reader.

    A row is blank if its cells are, not if each says "no value" by some word: that is a record.
    """
    blank = [text for text in one.expected.missing if not text]
    return Judge(index, one.expected, _proof(one, str(index)), blank=blank)


def _proof(one: SpecifiedField, column: str) -> Proof:
    descriptor = one.expected.descriptor
    constraints = descriptor.get("constraints", {})
    unproven = "pattern" in constraints or descriptor.get("format") in _UNPROVEN or "categories" in descriptor
    if unproven or not one.judged:
        return Proof(None)
    return proof_of(descriptor, one.expected.missing, column)
