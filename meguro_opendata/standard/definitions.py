"""The files of ``standard_schemas``: text and YAML of the national standard."""

from __future__ import annotations

from typing import Any

import yaml

from meguro_opendata.packaged import packaged_text

__all__ = ["definition_text", "definition_yaml"]

_PACKAGE = "meguro_opendata.standard_schemas"


def definition_text(path: str) -> str:
    """Return the text of a file below ``standard_schemas``.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    return packaged_text(_PACKAGE, path)


def definition_yaml(path: str) -> Any:
    """Return the content of a YAML file below ``standard_schemas``.

    Raises:
        FileNotFoundError: If there is no such file.
        yaml.YAMLError: If it is not YAML.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(definition_text(path), Loader=loader)  # noqa: S506 (both are safe loaders)
