"""What the files of a release say themselves, for the catalogue: where its points are, its period, its last change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ReleaseFacts"]


@dataclass(frozen=True)
class ReleaseFacts:
    """Facts that the files give without asking anybody.

    Attributes:
        bbox: West, south, east, north of its points, in degrees.
        temporal: A day, month or year, or ``start/end``.
        modified: The day on which the newest source was last saved.
    """

    bbox: tuple[float, float, float, float] | None = None
    temporal: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> ReleaseFacts:
        """Return the facts that :meth:`to_dict` gave."""
        box = content.get("bbox")
        corners = (box[0], box[1], box[2], box[3]) if box else None
        return cls(corners, content.get("temporal"), content.get("modified"))

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as a release's descriptor has them."""
        return {
            "bbox": list(self.bbox) if self.bbox else None,
            "temporal": self.temporal,
            "modified": self.modified,
        }
