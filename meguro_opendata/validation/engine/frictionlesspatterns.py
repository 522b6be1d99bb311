"""Frictionless's text fields with patterns that take bounded time; everything else of them is its own.

Frictionless asks its plugins which class a type of field has. Ours differs for patterns that could take long only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from meguro_opendata.validation.engine.boundedpatterns import bounded_pattern, is_quick

__all__ = ["bound_patterns"]


@cache
def bound_patterns() -> None:
    """Register the fields with frictionless, once; it is loaded then."""
    from frictionless import Plugin, fields, system

    class BoundedStringField(fields.StringField):  # type: ignore[misc]
        """A text field whose pattern is put to its values in bounded time."""

        def create_cell_reader(self) -> Any:
            """Return the reader, as frictionless's own: a value, and notes on what it fails, in its order."""
            pattern = self.constraints.get("pattern")
            if pattern is None or is_quick(str(pattern)):
                return super().create_cell_reader()
            matches = bounded_pattern(self.name, str(pattern))
            # A pattern that every text matches holds the place of the slow one among the checks.
            self.constraints["pattern"] = "(?s:.*)"
            try:
                read = super().create_cell_reader()
            finally:
                self.constraints["pattern"] = pattern
            return _with_pattern(read, matches, self.supported_constraints)

    class BoundedFields(Plugin):  # type: ignore[misc]
        """Gives frictionless the class of text fields."""

        def select_field_class(self, type: str | None = None) -> Any:  # noqa: A002 (frictionless's own name)
            """Return the class of a type of field; ``None`` for those that are frictionless's own."""
            return BoundedStringField if type == "string" else None

    system.register("meguro_opendata_patterns", BoundedFields())


def _with_pattern(read: Any, matches: Callable[[str], bool], order: Sequence[str]) -> Any:
    """Return a reader of cells that also asks for the pattern, its note in frictionless's order."""

    def cell_reader(cell: Any) -> tuple[Any, dict[str, str] | None]:
        value, notes = read(cell)
        if value is None or "type" in (notes or {}) or matches(value):
            return value, notes
        found = {**(notes or {}), "pattern": ""}
        return value, {name: found[name] for name in order if name in found}

    return cell_reader
