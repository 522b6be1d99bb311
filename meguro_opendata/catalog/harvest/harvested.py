"""``Harvest``: the datasets read from another catalogue, and those that are missing."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.catalog import CatalogEntry, JsonObject, Package
from meguro_opendata.catalog.review.oddities import Oddities
from meguro_opendata.errors import ExitCode

__all__ = ["HARVEST_FORMAT", "Harvest"]

HARVEST_FORMAT = "meguro-opendata/harvest@1"


@dataclass(frozen=True)
class Harvest:
    """The datasets of a catalogue.

    Attributes:
        source: The file or the site's address.
        entries: The datasets.
        told: The number of datasets that the catalogue announces; more than ``entries`` if some are unreadable or were
            removed during the harvest.
        requests: The number of requests sent.
        broken: Names of unreadable datasets.
        packages: The CKAN package of each dataset; ``None`` where the source was not CKAN.
        repeated: Names of datasets that came twice, with the same id; they count once.
        resumed: The number of datasets kept from an earlier, interrupted harvest.
    """

    source: str
    entries: tuple[CatalogEntry, ...]
    told: int
    requests: int = 0
    broken: tuple[str, ...] = ()
    packages: tuple[Package | None, ...] = ()
    repeated: tuple[str, ...] = ()
    resumed: int = 0

    @property
    def files(self) -> int:
        """Return the number of files of all datasets."""
        return sum(len(entry.distributions) for entry in self.entries)

    @property
    def arrived(self) -> int:
        """Return the number of datasets that arrived, including unreadable ones."""
        return len(self.entries) + len(self.broken)

    @property
    def missing(self) -> int:
        """Return the number of datasets that the catalogue announced and did not deliver."""
        return max(0, self.told - self.arrived)

    def exit_code(self, odd: Oddities) -> ExitCode:
        """Return 3 if datasets are missing, 1 if any cannot be read or names are doubled, else 0."""
        if self.missing:
            return ExitCode.NO_ACCESS
        return ExitCode.of(clean=not self.broken and not odd.doubled)

    def to_dict(self, path: str, odd: Oddities, *, written: bool) -> JsonObject:
        """Return the harvest as the JSON of ``harvest@1``.

        Args:
            path: The file to which the harvest is written.
            odd: Doubled names and implausible dates of its datasets.
            written: Whether that file was written.
        """
        return {
            "format": HARVEST_FORMAT,
            "source": self.source,
            "path": path,
            "written": written,
            "datasets": len(self.entries),
            "files": self.files,
            "told": self.told,
            "missing": self.missing,
            "requests": self.requests,
            "resumed": self.resumed,
            "broken": list(self.broken),
            "repeated": list(self.repeated),
            **odd.to_dict(),
        }
