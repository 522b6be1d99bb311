"""An offline page that shows the points of a table over the names of towns, for checking the points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from meguro_opendata import pages
from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.files.csvrows import read_csv_rows
from meguro_opendata.findings import Coverage, Finding
from meguro_opendata.geo.datum.crs import Crs, parse_crs
from meguro_opendata.geo.gis.features import moved, point_columns
from meguro_opendata.geo.gis.files import read_features
from meguro_opendata.geo.gis.opening import is_geo_file
from meguro_opendata.geo.gis.words import LayerWords, point_names
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.geo.places.misreading import Judged, judged
from meguro_opendata.geo.places.whose import Evidence, Whose, whose
from meguro_opendata.japan.municipalities import Municipality, home_of
from meguro_opendata.maps.drawing import Shape, draw
from meguro_opendata.maps.rows import (
    SWAPPED,
    PlaceRow,
    TableRoles,
    place_rows,
    preview_data,
    roles_of,
    roles_of_fields,
)
from meguro_opendata.maps.shapes import shapes_of
from meguro_opendata.recipe import open_recipe
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.sources import propose_source
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.workspace.city import Workspace

__all__ = ["Preview", "preview_file", "preview_release"]


@dataclass(frozen=True)
class Preview:
    """A table prepared for the map page.

    Attributes:
        title: Title of the page.
        file: The file that the rows are from.
        rows: Every row with its place.
        home: The municipality that the table is about, if known.
        geocoder: Source of the towns and their points.
        shapes: The areas and lines of a GIS file.
        findings: Findings from reading a GIS file.
        evidence: Evidence for the choice of that municipality.
        judged: Judgement of whether the table's own points are in that municipality.
        coverage: Parts of the file that were read and left out.
    """

    title: str
    file: str
    rows: tuple[PlaceRow, ...]
    home: Municipality | None
    geocoder: Geocoder
    shapes: Sequence[Shape] = ()
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    judged: Judged = field(default_factory=Judged)
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of rows by kind of point: measured, near, rough or missing."""
        kinds = Counter(_kind(row) for row in self.rows)
        return {kind: kinds[kind] for kind in ("measured", "near", "rough", "none")}

    def page(self, lang: str, *, tiles: bool = False) -> str:
        """Return the page as one self-contained HTML text.

        Raises:
            MeguroOpendataError: If no row has a point.
        """
        drawing = draw(self.rows, self.geocoder, self._codes(), self.shapes, tiles=tiles)
        if drawing is None:
            raise self._refusal()
        return pages.render(
            "map.html",
            lang,
            script="map.js",
            style_file="map.css",
            images=preview_data()["tiles"]["host"] if tiles else None,
            title=self.title,
            preview=self,
            drawing=drawing,
            counts=self.counts,
            marker_of={row.number: at for at, one in enumerate(drawing.markers) for row in one.rows},
            sources=_sources(self.geocoder, self._codes()),
            terms=preview_data()["tiles"]["terms"] if tiles else None,
        )

    def _refusal(self) -> MeguroOpendataError:
        """Return why no row has a point."""
        if any(row.problem == SWAPPED for row in self.rows):
            return MeguroOpendataError("preview-swapped", file=self.file)
        towns = (row.address for row in self.rows if row.address)
        if self.home is None and any(not self.geocoder.find(address).address.code for address in towns):
            return MeguroOpendataError("preview-no-home", file=self.file)
        return MeguroOpendataError("preview-no-points", file=self.file)

    def _codes(self) -> list[str]:
        """Return the municipalities that are drawn: the home, and those of the addresses of rows that have a point."""
        placed = (row.address for row in self.rows if row.address and row.lat is not None)
        named = (self.geocoder.find(address).address.code for address in placed)
        found = [code for code, _ in Counter(code for code in named if code).most_common(_MOST_CODES)]
        return list(dict.fromkeys([*([self.home.code] if self.home else []), *found]))


_MOST_CODES = 5
_SHOWN_IN = "JGD2011"


def preview_release(slug: str, workspace: Workspace) -> Preview:
    """Return the places of a release, of its newest table if it has several.

    Raises:
        MeguroOpendataError: If it is missing, out of date or damaged, or has neither coordinates nor addresses.
    """
    workspace.recipe_path(slug)
    dataset = load_releases(workspace, [slug])[0]
    file = [file for file in dataset.files if file.name.endswith(".csv")][-1]
    header, rows = read_csv_rows(file.path.read_bytes())
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    roles = roles_of_fields(header, schema_fields(open_recipe(slug, workspace).schema))
    home = home_of(workspace.city.code)
    return _preview(dataset.entry.title, file.name, frame, _of_workspace(home), roles)


def preview_file(
    path: Path,
    home: Municipality | None = None,
    *,
    swapped: bool = False,
    crs: str | None = None,
    words: LayerWords | None = None,
    workspace: Municipality | None = None,
) -> Preview:
    """Return the places of any table.

    Args:
        path: A CSV, TSV or workbook, or a GIS file, whose areas and lines are drawn with a point on each.
        home: The municipality that it is about; default the one that the file itself or the workspace shows.
        swapped: Whether its columns of latitude and longitude are the wrong way round.
        crs: Reference system of a GIS file that does not name one.
        words: Further declarations about a GIS file: layer, encoding.
        workspace: The municipality of the workspace.

    Raises:
        MeguroOpendataError: If addresses lack their municipality and more than one comes into question.
        SourceError: If it cannot be read, is too long, or has neither coordinates nor addresses.
        UnknownCrsError: If a GIS file does not name its reference system.
        MissingGridError: If it needs a grid that has not been added.
        OutsideGridError: If it has points outside a needed grid.
    """
    known, words = preview_data(), words or LayerWords(crs=crs)
    if is_geo_file(path):
        read = read_features(path, layer=words.layer, crs=words.crs, encoding=words.encoding)
        features, _ = moved(read, parse_crs(_SHOWN_IN))
        frame = point_columns(features)
        owner = _given(home) or whose(features.frame, {"file": path.stem}, workspace)
        preview = _preview(path.stem, path.name, frame, owner, _roles_of_features(frame.columns), read.crs)
        return replace(preview, shapes=shapes_of(features.geometries), findings=read.findings)
    words.refuse_for(path)
    table = propose_source(path, [*known["names"], *known["lat"], *known["lon"], *gazetteer_data()["address_columns"]])
    roles = roles_of(table.frame.columns)
    if swapped:
        roles = replace(roles, lat=roles.lon, lon=roles.lat)
    title = table.proposed.title if table.proposed else ""
    texts = {"title": title, "sheet": table.grid.sheet or "", "file": path.stem}
    owner = _given(home) or whose(table.frame, texts, workspace)
    return replace(_preview(path.stem, path.name, table.frame, owner, roles), coverage=table.coverage)


def _given(home: Municipality | None) -> Whose | None:
    return Whose(home, (Evidence("given", home),)) if home is not None else None


def _of_workspace(home: Municipality | None) -> Whose:
    return Whose(home, (Evidence("workspace", home),) if home is not None else ())


def _preview(
    title: str, file: str, frame: pl.DataFrame, owner: Whose, roles: TableRoles, crs: Crs | None = None
) -> Preview:
    if frame.height > preview_data()["most_rows"]:
        raise SourceError("preview-too-long", file=file, count=frame.height, limit=preview_data()["most_rows"])
    if roles.lat is None and roles.address is None:
        raise SourceError("preview-no-places", file=file, columns=frame.columns)
    geocoder = Geocoder(owner.home)
    rows = tuple(place_rows(frame, roles, geocoder))
    own = [(row.lat, row.lon) for row in rows if row.is_measured and row.lat is not None and row.lon is not None]
    seen = judged([lat for lat, _ in own], [lon for _, lon in own], owner.home, crs)
    return Preview(title, file, rows, owner.home, geocoder, evidence=owner.evidence, judged=seen)


def _roles_of_features(columns: Sequence[str]) -> TableRoles:
    """Find the columns of a GIS file's table; without a usual name column, the first attribute names the feature."""
    lat, lon = point_names()
    return replace(roles_of(columns), lat=lat, lon=lon)


def _kind(row: PlaceRow) -> str:
    if row.lat is None:
        return "none"
    return "measured" if row.is_measured else "rough" if row.is_rough else "near"


def _sources(geocoder: Geocoder, codes: Sequence[str]) -> list[str]:
    """Return where the names and estimated points of the municipalities come from."""
    titles = {kind["id"]: kind["title"] for kind in gazetteer_data()["formats"]}
    held = {entry["code"]: entry["sources"] for entry in gazetteer_data()["builtin"]}
    found: list[str] = []
    for code in codes:
        towns = list(geocoder.towns(code) or ())
        points = [geocoder.gazetteer.point(code, town, ()) for town in towns]
        for source in dict.fromkeys(point.source for point in points if point is not None):
            found += [titles[source]] if source in titles else held.get(code, [])
    return list(dict.fromkeys(found))
