"""Source columns → the fields of the published table, exactly as the recipe says."""

from __future__ import annotations

from meguro_opendata.mapping.mapped import Mapped, apply_mapping

__all__ = ["Mapped", "apply_mapping"]
