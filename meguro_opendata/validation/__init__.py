"""Checking tables against a standard or any Table Schema; frictionless is the judge.

Both engines give the same answers: ``"fast"`` proves most cells good by column tests and asks frictionless's own cell
readers about the others, ``"frictionless"`` runs all of frictionless.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from meguro_opendata.validation.engine.choice import Engine
from meguro_opendata.validation.engine.frictionless import check_package
from meguro_opendata.validation.onefile import validate_file
from meguro_opendata.validation.onetable import validate_table

if TYPE_CHECKING:
    from meguro_opendata.validation.gtfs import validate_gtfs
    from meguro_opendata.validation.rules import Place

__all__ = [
    "Engine",
    "Place",
    "check_package",
    "validate_file",
    "validate_gtfs",
    "validate_table",
]

# Loaded when first used: a check against a schema needs neither feeds nor the rules of a standard.
_HOMES = {"Place": "rules", "validate_gtfs": "gtfs"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
