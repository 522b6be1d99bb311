"""The head of a table that is plainly in order, without asking frictionless: it is not even loaded then.

Plain is: every field has a column test (so its type and constraints are understood), the labels differ and fit the
schema, and nothing refers to another table. All else is frictionless's own business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from meguro_opendata.validation.engine.cellreaders import Read, plain_reader
from meguro_opendata.validation.engine.frictionless import ExpectedField, Head, field_reader
from meguro_opendata.validation.engine.proofs import proof_of

__all__ = ["plain_head"]

_ANY: Mapping[str, Any] = {"type": "any"}
_TEXTS = ("name", "title", "description", "version")
_WORD_LISTS = ("trueValues", "falseValues")
_KEYS = {"$schema", "name", "title", "description", "version", "fields", "missingValues", "primaryKey"}
_FIELD_KEYS = {"name", "type", "format", "title", "description", "example", "constraints", *_WORD_LISTS}
_FLAGS = ("required", "unique")


def plain_head(header: Sequence[str], schema: Mapping[str, Any], *, by_name: bool) -> Head | None:
    """Return how frictionless reads a header; ``None`` if only frictionless can decide.

    Args:
        header: The labels.
        schema: A Table Schema descriptor.
        by_name: Whether columns match by name, else by position.
    """
    missing = schema.get("missingValues", [""])
    if not _is_plain_schema(schema, missing) or not _are_plain_labels(header):
        return None
    described = {field["name"]: field for field in schema["fields"]}
    key = _primary_key(schema)
    if not set(key) <= set(header) or not _fits(header, described, by_name=by_name):
        return None
    expected = tuple(_expected(label, described.get(label, _ANY), schema, tuple(missing)) for label in header)
    unique = tuple(one.name for one in expected if one.descriptor.get("constraints", {}).get("unique"))
    return Head(fields=expected, keyed=frozenset((*unique, *key)), unique=unique, primary_key=key)


def _is_plain_schema(schema: Mapping[str, Any], missing: Sequence[str]) -> bool:
    """Return whether every part of a schema is understood, and its fields differ, have tests and pass their own."""
    fields = schema["fields"]
    return (
        _is_understood(schema, missing)
        and all(_has_test(field, missing) for field in fields)
        and _examples_pass(fields, missing)
        and len({field["name"] for field in fields}) == len(fields)
    )


def _are_plain_labels(header: Sequence[str]) -> bool:
    """Return whether labels differ, and frictionless, which strips them, takes each unchanged and as one label."""
    return len(set(header)) == len(header) and all(label and label == label.strip() for label in header)


def _is_understood(schema: Mapping[str, Any], missing: object) -> bool:
    known = all(name in _KEYS or name.startswith("mo:") for name in schema)
    return known and _is_text_list(missing) and all(isinstance(schema.get(name, ""), str) for name in _TEXTS)


def _has_test(field: Mapping[str, Any], missing: Sequence[str]) -> bool:
    constraints = field.get("constraints", {})
    known = all(name in _FIELD_KEYS or name.startswith("mo:") for name in field)
    if not known or not all(_is_text_list(field.get(name, [])) for name in _WORD_LISTS):
        return False
    flags = all(isinstance(constraints.get(name, False), bool) for name in _FLAGS)
    texts = all(isinstance(field.get(name, ""), str) for name in _TEXTS)
    return flags and texts and proof_of(field, missing, "0").test is not None


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _examples_pass(fields: Sequence[Mapping[str, Any]], missing: Sequence[str]) -> bool:
    """Return whether each field's own example is certainly good; frictionless refuses a schema where one is not."""
    given = {str(at): field["example"] for at, field in enumerate(fields) if field.get("example")}
    if not all(isinstance(example, str) for example in given.values()):
        return False
    tests = [proof_of(fields[int(name)], missing, name).test for name in given]
    return (
        all(
            pl.DataFrame({name: [example] for name, example in given.items()})
            .select(test.alias(name) for name, test in zip(given, tests, strict=True) if test is not None)
            .row(0)
        )
        if given
        else True
    )


def _primary_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    key = schema.get("primaryKey", ())
    return (key,) if isinstance(key, str) else tuple(key)


def _fits(header: Sequence[str], described: Mapping[str, Mapping[str, Any]], *, by_name: bool) -> bool:
    if not by_name:
        return list(header) == list(described)
    absent = [field for name, field in described.items() if name not in header]
    return len(absent) < len(described) and not any(one.get("constraints", {}).get("required") for one in absent)


def _expected(
    name: str, field: Mapping[str, Any], schema: Mapping[str, Any], missing: tuple[str, ...]
) -> ExpectedField:
    described = field if field is not _ANY else {"name": name, **_ANY}
    plain = plain_reader(described, missing)
    if plain is not None:
        return ExpectedField(name, field, missing, plain, is_plain=True)
    alone = {"missingValues": list(missing), "fields": [described]}
    version = {"$schema": schema["$schema"]} if "$schema" in schema else {}
    return ExpectedField(name, field, missing, _when_first_used({**alone, **version}))


def _when_first_used(schema: Mapping[str, Any]) -> Read:
    """Return frictionless's reader of a schema's only field, made at its first use."""

    @cache
    def reader() -> Read:
        return field_reader(schema)

    return lambda value: reader()(value)  # noqa: PLW0108 (made when first used)
