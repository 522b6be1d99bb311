"""Results of a build or a conversion: the draft before anything is written, and the release afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.findings import Change, Rejection, Report
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.georeferencing.coordinates import PUBLISHED
from meguro_opendata.mapping import Mapped
from meguro_opendata.pipeline.identifiers import Identifier
from meguro_opendata.pipeline.preparation import Prepared
from meguro_opendata.pipeline.reading import Reading, SourceCount
from meguro_opendata.recipe import Recipe
from meguro_opendata.standard.model import coordinate_fields, schema_fields
from meguro_opendata.workspace.city import City

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["BUILD_FORMAT", "Draft", "Release", "ReleasedFile"]

BUILD_FORMAT = "meguro-opendata/build@1"


# Paths relative to the current folder where possible: people copy them from the output into the next command.
@dataclass(frozen=True)
class ReleasedFile:
    """One file of a release: its path, checksum and size."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Release:
    """The result of ``build_release``.

    Attributes:
        slug: The dataset.
        recipe: Its recipe.
        folder: The folder of the release or, if the data has errors, of the reports.
        published: Whether a release was written; ``False`` if errors kept the last one in place.
        parts: The sources after mapping, cleaning and validation; joined sources are in ``joined``.
        joined: The number of rows of each joined source.
        changes: Every rewritten value.
        rejected: Every row that was left out.
        report: The report on the data.
        files: The files that were written.
        minted: The number of new IDs; ``None`` if the recipe has no register.
    """

    slug: str
    recipe: Recipe
    folder: Path
    published: bool
    parts: tuple[Prepared, ...]
    joined: tuple[SourceCount, ...]
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    report: Report
    files: tuple[ReleasedFile, ...]
    minted: int | None = None

    @property
    def mapped(self) -> Mapped:
        """Return the mapping of the first source; the other sources follow the same rules."""
        return self.parts[0].mapped

    @property
    def rows_in(self) -> int:
        """Return the number of rows of all sources; a joined row counts with the row that it joined."""
        return sum(part.source.rows_in for part in self.parts)

    @property
    def rows_out(self) -> int:
        """Return the number of rows of the published table, or of all tables of a series."""
        return self.report.rows

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Return the columns of all sources that the recipe neither maps nor drops."""
        return tuple(dict.fromkeys(column for part in self.parts for column in part.mapped.unmapped))

    def geodataframe(self) -> GeoDataFrame:
        """Return all published rows as points in JGD2011; rows without a point have no geometry.

        Raises:
            MeguroOpendataError: If the table has no latitude and longitude.
        """
        from meguro_opendata.geo import point_features, to_geodataframe

        places = coordinate_fields(schema_fields(self.recipe.schema))
        if places is None:
            raise MeguroOpendataError("no-points", slug=self.slug)
        frame = pl.concat([part.frame for part in self.parts])
        return to_geodataframe(point_features(frame, *places, self.slug, parse_crs(PUBLISHED)))

    def _mapping_dict(self, field: str, reason: str) -> dict[str, Any]:
        """Return a field's source column with reason and confidence; a rule of a recipe has the confidence 1."""
        confidence = self.mapped.confidences.get(field, 1.0)
        return {"field": field, "column": self.mapped.origins[field], "reason": reason, "confidence": confidence}

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the release as an entry of the JSON of ``build@1``."""
        standard, covered = self.recipe.standard, self.report.coverage.to_dict()
        return {
            "slug": self.slug,
            "standard": {"id": standard.id, "version": standard.version} if standard else None,
            "published": self.published,
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_rejected": len(self.rejected),
            "rows_left_out": covered["rows_left_out"],
            "sheets": covered["sheets"],
            "blocks": covered["blocks"],
            "not_checked": [demand.to_dict() for demand in self.report.not_checked],
            "mapping": [self._mapping_dict(name, reason) for name, reason in self.mapped.reasons.items()],
            "unmapped_columns": list(self.unmapped),
            "changes": len(self.changes),
            "changes_by_rule": dict(sorted(Counter(change.rule for change in self.changes).items())),
            "report": self.report.to_dict(lang),
            "files": [{"path": str(file.path), "sha256": file.sha256, "bytes": file.bytes} for file in self.files],
            **({"sources": [*map(_part_dict, self.parts), *map(_joined_dict, self.joined)]} if self.several else {}),
            **({"ids": {"minted": self.minted}} if self.minted is not None else {}),
        }

    @property
    def several(self) -> bool:
        """Return whether the dataset is a series or made from several sources."""
        return self.recipe.source.series is not None or self.recipe.sources is not None


def _part_dict(part: Prepared) -> dict[str, Any]:
    period = part.source.member.period if part.source.member else None
    return {
        "file": part.source.name,
        "period": period.label if period else None,
        "rows_in": part.source.rows_in,
        "rows_out": part.frame.height,
        "rows_rejected": len(part.source.left_out),
        "changes": len(part.changes),
        "counts": part.report.counts,
    }


def _joined_dict(count: SourceCount) -> dict[str, Any]:
    return {
        "file": count.file,
        "period": None,
        "rows_in": count.rows_in,
        "rows_joined": count.rows_joined,
        "rows_rejected": count.rows_rejected,
    }


@dataclass(frozen=True)
class Draft:
    """A release before it is written.

    Attributes:
        recipe: The recipe.
        city: The publisher; for a conversion outside a workspace the municipality code alone, which can be empty.
        reading: The tables as they were read.
        tables: The sources of each published table, in the order of publication.
        report: The report on the data.
        identifier: The identifier that gave the rows their IDs; ``None`` if the recipe has no register.
    """

    recipe: Recipe
    city: City | str
    reading: Reading
    tables: Sequence[Sequence[Prepared]]
    report: Report
    identifier: Identifier | None = None

    @property
    def code(self) -> str:
        """Return the municipality's code; it can be empty."""
        return self.city if isinstance(self.city, str) else self.city.code

    @cached_property
    def parts(self) -> tuple[Prepared, ...]:
        """Return the sources of all tables, after mapping, cleaning and validation."""
        return tuple(chain.from_iterable(self.tables))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return every rewritten value, with its file and sheet."""
        return tuple(chain.from_iterable(map(_changes_of, self.parts)))

    @cached_property
    def rejected(self) -> tuple[Rejection, ...]:
        """Return every row that was left out."""
        return tuple(chain.from_iterable(part.source.left_out for part in self.parts))

    @cached_property
    def register(self) -> bytes | None:
        """Return the register of IDs with its new lines, ``None`` if the recipe has no register."""
        return self.identifier.register if self.identifier else None

    def released(self, folder: Path, files: Sequence[ReleasedFile], *, published: bool) -> Release:
        """Return the release with its written files."""
        return Release(
            self.recipe.slug,
            self.recipe,
            folder,
            published,
            self.parts,
            self.reading.joined,
            self.changes,
            self.rejected,
            self.report,
            tuple(files),
            self.identifier.minted if self.identifier else None,
        )


def _changes_of(part: Prepared) -> Iterator[Change]:
    return (replace(change, file=part.source.name, sheet=part.source.table.grid.sheet) for change in part.changes)
