"""The result of ``new``: the findings on a source file, and the files that were written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from meguro_opendata.authoring.addressplaces import AddressPlaces
from meguro_opendata.authoring.layout import Layout
from meguro_opendata.geo.gis.words import GEO_CONTAINERS, LayerWords, point_names
from meguro_opendata.geo.places.filepoints import FilePoints, in_metres
from meguro_opendata.mapping.ownfields import OwnField, own_fields
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.messages import message
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Standard, coordinate_fields
from meguro_opendata.standard.recognition import Match
from meguro_opendata.standard.recognition.evidence import evidence_words
from meguro_opendata.standard.recognition.proposal import Recognition

__all__ = ["NEW_FORMAT", "RECIPE", "Draft"]

NEW_FORMAT = "meguro-opendata/new@1"
RECIPE = "dataset.yaml"


@dataclass(frozen=True)
class Draft:
    """The result of ``draft_dataset``.

    Attributes:
        slug: The dataset's name.
        folder: The dataset's folder.
        files: The files that were written, the recipe last.
        table: The source as it was read.
        standard: The standard of the recipe, ``None`` for an own schema.
        match: The match of the header with that standard, ``None`` if the user named the standard.
        proposals: The mapping; empty for an own schema, in which each column is a field.
        left: Columns that no sure proposal uses.
        recognition: The standards that the table possibly follows, and the list that its names suggest.
        layout: The sheets, blocks and header that are read.
        words: The user's declarations on a GIS file.
        places: Positions that its addresses would give; ``None`` if it has coordinates, or if none were found.
        points: The position of the source's own points relative to the municipality.
    """

    slug: str
    folder: Path
    files: tuple[Path, ...]
    table: Table
    standard: Standard | None
    match: Match | None
    proposals: tuple[Proposal, ...]
    left: tuple[str, ...]
    recognition: Recognition
    layout: Layout
    words: LayerWords = field(default_factory=LayerWords)
    places: AddressPlaces | None = None
    points: FilePoints = field(default_factory=FilePoints)

    @property
    def is_geo(self) -> bool:
        """Return whether the source is a GIS file."""
        return self.table.grid.container in GEO_CONTAINERS

    @property
    def has_shapes(self) -> bool:
        """Return whether the source is a GIS file with areas or lines whose points become coordinates."""
        features = self.table.grid.features
        if features is None or not any("Point" not in shape.geom_type for shape in features.geometries if shape):
            return False
        used = {column for proposal in self.sure for column in proposal.columns}
        return self.standard is None or set(point_names()) <= used

    @cached_property
    def own_fields(self) -> tuple[OwnField, ...]:
        """Return the fields of an own schema, one for each column; the points of a GIS file become coordinates."""
        return own_fields(self.table, self.is_geo)

    @property
    def has_own_points(self) -> bool:
        """Return whether an own schema has latitude and longitude, so that a map can be made from the rows."""
        own = self.standard is None and not self.is_geo
        return own and any(field.kind == "latitude" for field in self.own_fields)

    @property
    def recipe(self) -> Path:
        """Return the recipe's file."""
        return self.folder / RECIPE

    @property
    def sure(self) -> tuple[Proposal, ...]:
        """Return the proposals that the recipe applies."""
        return tuple(proposal for proposal in self.proposals if proposal.sure and proposal.rule is not None)

    @property
    def unsure(self) -> tuple[Proposal, ...]:
        """Return the proposals that are only comments in the recipe."""
        return tuple(proposal for proposal in self.proposals if proposal not in self.sure)

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Return the columns that neither a sure nor an unsure proposal uses."""
        asked = {column for one in self.unsure for column in (*one.columns, *one.others)}
        return tuple(column for column in self.left if column not in asked)

    @property
    def mixed(self) -> Match | None:
        """Return the match of the draft's or the likeliest standard, if the header also has another one's columns."""
        matches = self.recognition.matches
        likeliest = self.standard.id if self.standard else matches[0].id if matches else None
        return next((match for match in matches if match.id == likeliest and match.mixed), None)

    @property
    def called(self) -> Match | None:
        """Return the standard that the table's name suggests, if the draft follows no standard."""
        proposed = self.recognition.proposed if self.standard is None else None
        return proposed if proposed is not None and proposed.named else None

    def hints(self, lang: str) -> Iterator[str]:
        """Yield a sentence on the list that the table's name suggests, if the draft follows no standard."""
        unlisted = self.recognition.unlisted if self.standard is None else None
        if unlisted is not None:
            yield message("new-standard-unlisted", lang, **evidence_words(unlisted, lang))
        elif self.called is not None:
            words = evidence_words(self.called.named[0], lang)
            yield message("new-standard-called", lang, **words, title=words["list"], id=self.called.id)

    @property
    def in_metres(self) -> bool:
        """Return whether the columns proposed for latitude and longitude contain metres."""
        pair = coordinate_fields(self.standard.fields) if self.standard is not None else None
        columns = [one.columns[0] for one in self.proposals if pair and one.field in pair and one.columns]
        return in_metres(self.table.frame, columns)

    @property
    def other_sheets(self) -> tuple[str, ...]:
        """Return the workbook's sheets that are not read."""
        read = self.layout.sheets or (self.table.grid.sheet,)
        return tuple(name for name in self.table.grid.sheets if name not in read)

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the draft as the JSON of ``new@1``."""
        grid, standard = self.table.grid, self.standard
        return {
            "format": NEW_FORMAT,
            "slug": self.slug,
            "recipe": str(self.recipe),
            "files": [str(path) for path in self.files],
            "source": {
                "file": grid.path.name,
                "sheet": grid.sheet,
                "header_row": self.table.header_row,
                "header_rows": self.table.header_rows,
                "encoding": grid.encoding,
                "crs": grid.crs,
                "rows": self.table.frame.height,
                "columns": list(self.table.frame.columns),
            },
            "standard": {"id": standard.id, "version": standard.version} if standard else None,
            "mapping": [self._line(proposal) for proposal in self.proposals],
            "unmapped_columns": list(self.left),
            "geocode": self._places(),
            "points": self.points.to_dict(lang),
            "own_fields": [one._asdict() for one in self.own_fields] if standard is None else [],
        }

    def _places(self) -> dict[str, Any] | None:
        if self.places is None:
            return None
        parts = ("field", "column", "level", "found", "rows")
        return {part: getattr(self.places, part) for part in parts} | {"error_m": round(self.places.error)}

    def _line(self, proposal: Proposal) -> dict[str, Any]:
        return {
            "field": proposal.field,
            "columns": list(proposal.columns),
            "others": list(proposal.others),
            "reason": proposal.reason,
            "confidence": proposal.confidence,
            "applied": proposal in self.sure,
        }
