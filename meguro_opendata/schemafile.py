"""A Table Schema file of a dataset's or a user's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault

__all__ = ["read_schema"]


def read_schema(path: Path) -> dict[str, Any]:
    """The Table Schema descriptor in a file.

    Raises:
        ConfigurationError: If the file is missing, no JSON, or no Table Schema; every faulty field is named.
    """
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(path, [Fault("-", "file-missing", {})]) from None
    except OSError as error:
        raise ConfigurationError(path, [Fault("-", "file-unreadable", {"reason": error.strerror})]) from None
    except UnicodeDecodeError:
        raise ConfigurationError(path, [Fault("-", "not-utf8", {})]) from None
    except json.JSONDecodeError as error:
        raise ConfigurationError(path, [Fault("-", "json-broken", {"line": error.lineno})]) from None
    faults = _faults(schema)
    if faults:
        raise ConfigurationError(path, faults)
    return dict(schema)


def _faults(schema: object) -> list[Fault]:
    if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
        return [Fault("fields", "schema-without-fields", {})]
    faults, seen = [], set()
    for number, field in enumerate(schema["fields"]):
        name = field.get("name") if isinstance(field, dict) else None
        if not isinstance(name, str) or not name:
            faults.append(Fault(f"fields.{number}", "schema-field-without-name", {}))
        elif name in seen:
            faults.append(Fault(f"fields.{number}.name", "schema-field-twice", {"value": name}))
        seen.add(name)
    return faults
