"""Facts for the catalogue that follow from the files of a release: extent of its points, period, last change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ReleaseFacts"]


@dataclass(frozen=True)
class ReleaseFacts:
    """Facts that follow from the files of a release, without a statement in the recipe.

    Attributes:
        bbox: West, south, east and north bound of the points, in degrees; ``None`` without points.
        temporal: The period: a day, month or year, or ``start/end``, by ISO 8601.
        modified: The day on which the newest source file was last saved, ISO 8601.
    """

    bbox: tuple[float, float, float, float] | None = None
    temporal: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> ReleaseFacts:
        """Return the facts in a release's descriptor: the inverse of :meth:`to_dict`."""
        # GeoJSON's order (RFC 7946, 5): west, south, east, north.
        box = content.get("bbox")
        corners = (box[0], box[1], box[2], box[3]) if box else None
        return cls(corners, content.get("temporal"), content.get("modified"))

    def to_dict(self) -> dict[str, Any]:
        """Return the facts in the JSON of a release's descriptor."""
        return {
            "bbox": list(self.bbox) if self.bbox else None,
            "temporal": self.temporal,
            "modified": self.modified,
        }
