"""Mapping: source columns → fields of the published table, exactly as the recipe declares it."""

from __future__ import annotations

from meguro_opendata.mapping.mapped import Mapped, apply_mapping

__all__ = ["Mapped", "apply_mapping"]
