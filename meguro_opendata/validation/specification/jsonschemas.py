"""The constraint ``jsonSchema``; the only module that knows the library, which frictionless brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for
from referencing import Registry

__all__ = ["schema_check"]


def schema_check(schema: Any) -> Callable[[Any], bool] | None:
    """Return the test of a JSON Schema; ``None`` if it is none, or refers to what is not in it.

    Nothing is fetched from a network.

    >>> check = schema_check({"type": "array", "maxItems": 1})
    >>> check([1]), check([1, 2]), schema_check({"$ref": "https://example.com/other.json"})
    (True, False, None)
    """
    if not isinstance(schema, dict) or not all(ref.startswith("#") for ref in _references(schema)):
        return None
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError:
        return None
    valid: Callable[[Any], bool] = kind(schema, registry=Registry()).is_valid
    return valid


def _references(part: Any) -> Iterator[str]:
    """Everything that some part of a schema refers to."""
    if isinstance(part, dict):
        yield from (str(part[name]) for name in ("$ref", "$dynamicRef", "$recursiveRef") if name in part)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _references(inner)
