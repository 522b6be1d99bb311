"""The constraint ``jsonSchema``; the only module that knows the library, which frictionless brings along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend, validator_for
from referencing import Registry

from meguro_opendata.validation.engine.boundedpatterns import bounded_pattern, is_quick

__all__ = ["schema_check"]


def schema_check(schema: Any, field: str = "") -> Callable[[Any], bool] | None:
    """Return the test of a JSON Schema; ``None`` if it is invalid or cannot be tested.

    A schema that refers to another document cannot be tested, since nothing is fetched from a network; nor one whose
    ``patternProperties`` might take without end. A ``pattern`` of a text is put to it in bounded time.

    Args:
        schema: The schema.
        field: The field's name, by which the report names a pattern that was not judged in time.

    >>> check = schema_check({"type": "array", "maxItems": 1})
    >>> check([1]), check([1, 2]), schema_check({"$ref": "https://example.com/other.json"})
    (True, False, None)
    """
    if not isinstance(schema, dict) or not all(ref.startswith("#") for ref in _references(schema)):
        return None
    if not all(map(is_quick, _name_patterns(schema))):
        return None
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError:
        return None
    bounded = extend(kind, {"pattern": partial(_pattern, field)})  # type: ignore[no-untyped-call]
    valid: Callable[[Any], bool] = bounded(schema, registry=Registry()).is_valid
    return valid


def _pattern(field: str, validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Yield an error if a text has no match of a pattern anywhere; the signature is that of the library's keywords."""
    if isinstance(instance, str) and not _searched(field, pattern)(instance):
        yield ValidationError("pattern")


@cache
def _searched(field: str, pattern: str) -> Callable[[str], bool]:
    if is_quick(pattern):
        search = re.compile(pattern).search
        return lambda text: search(text) is not None
    return bounded_pattern(field, _anywhere(pattern), whole=True)


def _anywhere(pattern: str) -> str:
    r"""Return a pattern of whole texts for a match anywhere, in signs that the linear engine's translation knows.

    >>> _anywhere("^a+$"), _anywhere("a|b")
    ('(?:a+)\\n?', '(.|\\n)*(?:a|b)(.|\\n)*')
    """
    begins, ends = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith(r"\$")
    bare = pattern if set(pattern) & set("\\[") else re.sub(r"\([^()]*\)", "", pattern)
    if "|" in bare:
        begins = ends = False  # an anchor can be of its own alternative only
    core = pattern[begins : len(pattern) - ends]
    before, after = ("" if begins else r"(.|\n)*"), (r"\n?" if ends else r"(.|\n)*")
    return f"{before}(?:{core}){after}"


def _name_patterns(part: Any) -> Iterator[str]:
    """Yield the patterns by which a schema finds properties."""
    if isinstance(part, dict):
        found = part.get("patternProperties")
        yield from found if isinstance(found, dict) else ()
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _name_patterns(inner)


def _references(part: Any) -> Iterator[str]:
    """Yield all references in a part of a schema."""
    if isinstance(part, dict):
        yield from (str(part[name]) for name in ("$ref", "$dynamicRef", "$recursiveRef") if name in part)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _references(inner)
