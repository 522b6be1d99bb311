"""``Harvest``: what came in from another catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.catalog import CatalogEntry, JsonObject

__all__ = ["HARVEST_FORMAT", "Harvest"]

HARVEST_FORMAT = "meguro-opendata/harvest@1"


@dataclass(frozen=True)
class Harvest:
    """The datasets of a catalogue.

    Attributes:
        source: The file or the site's address.
        entries: The datasets.
        told: How many there are, as the catalogue says; more than came in if some are broken or went meanwhile.
        requests: How many requests it took.
        broken: Names of those that could not be read.
    """

    source: str
    entries: tuple[CatalogEntry, ...]
    told: int
    requests: int = 0
    broken: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """How many files the datasets have."""
        return sum(len(entry.distributions) for entry in self.entries)

    def to_dict(self, path: str) -> JsonObject:
        """Return the harvest as the JSON of ``harvest@1``."""
        return {
            "format": HARVEST_FORMAT,
            "source": self.source,
            "path": path,
            "datasets": len(self.entries),
            "files": self.files,
            "told": self.told,
            "requests": self.requests,
            "broken": list(self.broken),
        }
