"""The true form of a file: container, encoding, sheet, header, and the standard that it probably follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meguro_opendata.errors import ExitCode, SourceError, UnknownCrsError
from meguro_opendata.geo.gis.opening import geo_container, is_geo_file
from meguro_opendata.geo.places.filepoints import FilePoints, file_points
from meguro_opendata.inspection.readability import Judgement, item_text, judge, reason_text, stage_of, stage_text
from meguro_opendata.messages import message
from meguro_opendata.sources import Grid, Table, column_letter, container_at, propose_source
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.recognition import Match, known_labels
from meguro_opendata.standard.recognition.evidence import names_of
from meguro_opendata.standard.recognition.headernames import spellings
from meguro_opendata.standard.recognition.proposal import Recognition, recognise_table

if TYPE_CHECKING:
    from meguro_opendata.findings import Finding
    from meguro_opendata.geo.gis.files import Layer
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.japan.municipalities import Municipality

__all__ = ["INSPECTION_FORMAT", "Inspection", "inspect_file", "judgement_text", "rewritten_counts"]

INSPECTION_FORMAT = "meguro-opendata/inspection@1"
_ARCHIVED = {"zip": "shapefile"}  # a ZIP that cannot be read, by what it says that it holds
_ENDINGS = {
    ".csv": ("csv",),
    ".tsv": ("tsv",),
    ".txt": ("csv", "tsv"),
    ".xlsx": ("xlsx",),
    ".xlsm": ("xlsx",),
    ".xls": ("xls",),
    ".xlsb": ("xlsb",),
    ".ods": ("ods",),
    ".htm": ("html",),
    ".html": ("html",),
    ".pdf": ("pdf",),
    ".zip": ("zip", "shapefile", "geojson", "gpkg", "fgb", "kml"),
    ".geojson": ("geojson",),
    ".json": ("geojson",),
    ".gpkg": ("gpkg",),
    ".fgb": ("fgb",),
    ".kml": ("kml",),
    ".kmz": ("kml",),
    ".geojsonl": ("geojson",),
    ".gml": ("gml",),
    ".xml": ("gml",),
    ".shp": ("shapefile",),
    ".shx": ("shapefile",),
    ".dbf": ("shapefile",),
    ".prj": ("shapefile",),
}


@dataclass(frozen=True)
class Inspection:
    """The profile of a file.

    Attributes:
        container: The file's kind by its content.
        table: The table that it holds, ``None`` if it cannot be read.
        recognition: The standards that its header may follow, and what the table is called.
        refusal: Why it cannot be read, ``None`` if it can.
        layer: Of a GIS file, what was read of it.
        points: Whose points it has, and whether they lie there.
    """

    file: str
    container: str
    table: Table | None
    recognition: Recognition
    refusal: SourceError | UnknownCrsError | None
    layer: Layer | None = None
    points: FilePoints = field(default_factory=FilePoints)

    @property
    def grid(self) -> Grid | None:
        """Return the cells of the sheet or file that the table was cut from."""
        return self.table.grid if self.table else None

    @property
    def extension_matches(self) -> bool:
        """Return whether the file's name says what the file is."""
        return self.container in _ENDINGS.get(Path(self.file).suffix.lower(), ())

    @property
    def standard(self) -> Match | None:
        """Return the standard that the header surely follows."""
        return self.recognition.sure

    @property
    def matches(self) -> tuple[Match, ...]:
        """Return the standards that the header may follow, best first."""
        return self.recognition.matches

    @property
    def exit_code(self) -> ExitCode:
        """Return 0 if the file can be read, else the exit code of the refusal."""
        return self.refusal.exit_code if self.refusal else ExitCode.DONE

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """Return the fifteen items of the national rule on machine-readable tables."""
        return judge(self.container, None if self.layer else self._whole, known_labels())

    @cached_property
    def _whole(self) -> Table | None:
        """Return the table with whatever stands beside and below it, which makes a sheet hard to read for machines."""
        if self.table is None or self.table.proposed is None:
            return self.table
        return cut_table(self.table.grid, self.table.header_row, self.table.header_rows)

    @property
    def stage(self) -> int | None:
        """Return the stage of the national model that the file shows, ``None`` if it shows none."""
        return stage_of(self.container, None if self.layer else self._whole, self.judgements, self.standard is not None)

    @property
    def header_is_late(self) -> bool:
        """Return whether the header is another line than the first one alone, which keeps a table from stage 3."""
        return self.table is not None and self.table.header_row > 1

    def verdict(self, lang: str = "ja") -> str:
        """Return, in one line, how many of the items are right, and the stage."""
        counts = Counter(judgement.ok for judgement in self.judgements)
        figures = {"items": len(self.judgements), "ok": counts[True], "faulty": counts[False], "unjudged": counts[None]}
        if self.stage is None:
            return message("readability-verdict", lang, **figures)
        return message("readability-stage", lang, **figures, stage=self.stage, name=stage_text(self.stage, lang))

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the inspection as the JSON of ``inspection@1``."""
        return {
            "format": INSPECTION_FORMAT,
            "file": self.file,
            "container": self.container,
            "extension_matches": self.extension_matches,
            **_described_grid(self.grid),
            **_described_table(self.table),
            **_described_blocks(self.table),
            "gis": _described_layer(self.layer, lang) if self.layer else None,
            "points": self.points.to_dict(lang),
            **_described_recognition(self.recognition),
            "machine_readability": [_described_item(judgement, lang) for judgement in self.judgements],
            "stage": self.stage,
            "verdict": self.verdict(lang),
            "refusal": self.refusal.text(lang) if self.refusal else None,
        }


def _described_grid(grid: Grid | None) -> dict[str, Any]:
    if grid is None:
        nothing: dict[str, list[str]] = {"sheets": [], "rows": [], "columns": []}
        unread = dict.fromkeys(("encoding", "newline", "delimiter", "sheet"))
        return {**unread, "rewritten": {}, "sheets": [], "hidden": nothing}
    hidden = {
        "sheets": list(grid.facts.hidden_sheets),
        "rows": [row + 1 for row in grid.facts.hidden_rows],
        "columns": [column_letter(column) for column in grid.facts.hidden_columns],
    }
    return {
        "encoding": grid.encoding,
        "newline": grid.newline,
        "delimiter": grid.delimiter,
        "rewritten": rewritten_counts(grid),
        "sheets": list(grid.sheets),
        "sheet": grid.sheet,
        "hidden": hidden,
    }


def rewritten_counts(grid: Grid) -> dict[str, int]:
    """Return how many cells were read otherwise than they are written, and stray byte order marks dropped, by rule."""
    counts = Counter(one.rule for one in grid.rewritten)
    counts["stray_mark"] += len(grid.marks)
    return {rule: count for rule, count in sorted(counts.items()) if count}


def _described_table(table: Table | None) -> dict[str, Any]:
    if table is None:
        return {"header_row": None, "rows": 0, "columns": []}
    return {"header_row": table.header_row, "rows": table.frame.height, "columns": list(table.used)}


def _described_blocks(table: Table | None) -> dict[str, Any]:
    """Return the title, how sure the header is, and the blocks of all sheets; of a GIS file there are none."""
    found = table.proposed if table else None
    if found is None:
        return {"title": None, "header": None, "blocks": []}
    blocks = table.coverage.blocks if table else ()
    second = {"sheet": found.second[0], "row": found.second[1]} if found.second else None
    return {
        "title": found.title or None,
        "header": {"confidence": found.confidence, "sure": found.sure, "second": second},
        "blocks": [block.to_dict() for block in blocks],
    }


def _described_recognition(found: Recognition) -> dict[str, Any]:
    """Return the likeliest standard; ``None`` where the table is named as a list of unknown items."""
    best = found.matches[0] if found.matches and found.unlisted is None else None
    named = [{"id": one.id, "source": one.source, "word": one.word} for one in found.named]
    return {
        "standard": {"id": best.id, "version": best.version, "score": best.score} if best else None,
        "named": named,
    }


def _recognised(table: Table) -> Recognition:
    return recognise_table(table.labels, names_of(table))


def _described_layer(layer: Layer, lang: str) -> dict[str, Any]:
    from meguro_opendata.geo.datum.crs import datum_title

    return {
        "layers": list(layer.layers),
        "layer": layer.layer,
        "geometries": {kind or "none": count for kind, count in layer.kinds.items()},
        "crs": layer.crs.code if layer.crs else None,
        "datum": datum_title(layer.crs.datum) if layer.crs else None,
        "unknown_crs": layer.unknown or None,
        "doubt": layer.doubt.text(lang) if layer.doubt else None,
        "types": {name: words.kind for name, words in layer.fields.items()},
        "findings": [_described_finding(found, lang) for found in layer.findings],
    }


def _described_finding(found: Finding, lang: str) -> dict[str, Any]:
    texts = {part: found.text(part, lang) for part in ("message", "advice")}
    return {"code": found.code, "severity": found.severity, "row": found.row, "column": found.column, **texts}


def _described_item(judgement: Judgement, lang: str) -> dict[str, Any]:
    return {
        "item": judgement.item,
        "ok": judgement.ok,
        "count": judgement.count,
        "cells": list(judgement.cells),
        "question": item_text(judgement.item, "question", lang),
        "message": judgement_text(judgement, lang),
    }


def judgement_text(judgement: Judgement, lang: str = "ja") -> str | None:
    """Return the advice on an item, or why it was not judged; ``None`` where nothing is wrong.

    >>> judgement_text(Judgement("1-4", True)) is None
    True
    >>> judgement_text(Judgement("1-4", False, 1, ("A1:B1",)), "en")
    'Unmerge the cells and fill each of them.'
    """
    if judgement.reason:
        return reason_text(judgement.reason, lang)
    return None if judgement.ok else item_text(judgement.item, "advice", lang)


def inspect_file(
    path: Path | str,
    words: LayerWords | None = None,
    sheet: str | None = None,
    *,
    workspace: Municipality | None = None,
    named: Municipality | None = None,
) -> Inspection:
    """Look at a file and say what it is; a file that cannot be read is described as far as possible.

    Args:
        path: The file.
        words: What is declared of a GIS file.
        sheet: The sheet to look at; default the likeliest.
        workspace: The municipality of the workspace, in which points should lie where the file names no other.
        named: The municipality in which they should lie, if it was named.

    Raises:
        SourceError: If there is no such file, or it cannot be opened at all.
    """
    seen = _inspect(path, words, sheet)
    if seen.table is None:
        return seen
    title = seen.table.proposed.title if seen.table.proposed else ""
    texts = {"title": title, "sheet": seen.table.grid.sheet or "", "file": Path(path).stem}
    crs = seen.layer.crs if seen.layer else None
    return replace(seen, points=file_points(seen.table.frame, texts, (workspace, named), crs))


def _inspect(path: Path | str, words: LayerWords | None, sheet: str | None) -> Inspection:
    """Return the profile of a file whose points are not yet examined."""
    file = Path(path)
    if is_geo_file(file):
        return _inspect_layer(path, words)
    if words is not None:
        words.refuse_for(file)
    try:
        container = container_at(file)
    except SourceError as refusal:
        if refusal.code != "file-empty":
            raise
        return Inspection(str(path), "unknown", None, Recognition(), refusal)
    try:
        table = propose_source(file, spellings(None), keep_all=False, sheet=sheet)
    except SourceError as refusal:
        named = "encrypted" if refusal.code == "workbook-encrypted" else container
        return Inspection(str(path), "unknown" if named == "text" else named, None, Recognition(), refusal)
    return Inspection(str(path), table.grid.container, table, _recognised(table), None)


def _inspect_layer(path: Path | str, words: LayerWords | None) -> Inspection:
    """Return a GIS file: one layer of it, or what it seems to be and why none can be read."""
    from meguro_opendata.geo.gis.files import read_layer
    from meguro_opendata.geo.gis.table import geo_table
    from meguro_opendata.geo.gis.words import LayerWords

    file = Path(path)
    try:
        words = words or LayerWords()
        layer = read_layer(file, layer=words.layer, encoding=words.encoding)
        if words.crs:
            layer = replace(layer, crs=layer.features(words.crs).crs, unknown="", doubt=None)
        table = geo_table(file, layer)
    except (SourceError, UnknownCrsError) as refusal:
        return Inspection(
            str(path), _ARCHIVED.get(kind := str(geo_container(file)), kind), None, Recognition(), refusal
        )
    return Inspection(str(path), layer.container, table, _recognised(table), None, layer)
