"""The result of ``inspect`` as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, rule_name, word
from meguro_opendata.reports.coverage import coverage_lines

from .lists import listed
from .standards import standard_title
from .whose import whose_lines

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.files import Layer
    from meguro_opendata.inspection.profiler import Inspection
    from meguro_opendata.sources import Grid, Table

__all__ = ["inspection_lines"]

_SHOWN = 8
_LONGEST_LABEL = 24


def inspection_lines(seen: Inspection, lang: str) -> Iterator[str]:
    """Yield what a file is: container, table, header, standard, and how machine-readable it is."""
    yield f"{word('file', lang)}: {seen.file}"
    yield f"{word('container', lang)}: {seen.container}"
    if seen.table is not None and not seen.extension_matches:
        yield "  " + message("extension-differs", lang, suffix=Path(seen.file).suffix, container=seen.container)
    if seen.table is not None:
        yield from _layer_lines(seen.layer, lang) if seen.layer else _table_lines(seen.table, lang)
        yield _header_line(seen.table, lang)
        yield _verdict(seen, lang)
    if seen.points.points:
        yield from whose_lines(seen.points.whose.home, seen.points.whose.evidence, seen.points.judged, lang)
    yield from _readability_lines(seen, lang)


def _table_lines(table: Table, lang: str) -> Iterator[str]:
    grid = table.grid
    if grid.encoding:
        yield f"{word('encoding', lang)}: {grid.encoding} ({grid.newline or '-'})"
    yield from _repair_lines(grid, lang)
    if grid.sheets:
        yield f"{word('sheet', lang)}: {grid.sheet} ({', '.join(grid.sheets)})"
    yield message("table-found", lang, row=table.header_row, rows=table.frame.height, columns=len(table.used))
    yield from _doubt_lines(table, lang)


def _repair_lines(grid: Grid, lang: str) -> Iterator[str]:
    """Yield how the file was read where that is unusual: its separator, and what was taken off its cells."""
    from meguro_opendata.inspection.profiler import rewritten_counts
    from meguro_opendata.sources.structure import text_findings

    for found in text_findings(grid.delimiter, ()):
        yield "  " + found.text("message", lang)
    for rule, count in rewritten_counts(grid).items():
        yield "  " + message("inspect-rewritten", lang, rule=rule_name(rule, lang), count=count)


def _doubt_lines(table: Table, lang: str) -> Iterator[str]:
    """Yield that the header is not certain, and whatever of the file is not read."""
    found = table.proposed
    if found is not None and not found.sure and found.second is not None:
        yield "  " + message("header-unsure", lang, row=found.second[1])
    yield from ("  " + line for line in coverage_lines(table.coverage, lang, listed=False))


def _header_line(table: Table, lang: str) -> str:
    names = table.used
    shown = [name if len(name) <= _LONGEST_LABEL else f"{name[:_LONGEST_LABEL]}..." for name in names[:_SHOWN]]
    return f"{word('header', lang)}: {', '.join(shown)}{' ...' if len(names) > _SHOWN else ''}"


def _layer_lines(layer: Layer, lang: str) -> Iterator[str]:
    """Yield the lines about a GIS file: layer, geometries, reference system, encoding of the attributes, size."""
    from meguro_opendata.geo.datum.crs import datum_title

    if layer.encoding:
        yield f"{word('encoding', lang)}: {layer.encoding}"
    others = f" ({', '.join(layer.layers)})" if len(layer.layers) > 1 else ""
    yield f"{word('layer', lang)}: {layer.layer}{others}"
    kinds = [f"{kind or word('geometry-none', lang)} {count}" for kind, count in layer.kinds.items()]
    yield f"{word('geometries', lang)}: {', '.join(kinds) or '-'}"
    if layer.doubt is not None:
        yield f"{word('crs', lang)}: {layer.doubt.text(lang)}"
    elif layer.crs is not None:
        yield f"{word('crs', lang)}: {layer.crs.code} ({datum_title(layer.crs.datum)})"
    else:
        yield f"{word('crs', lang)}: {message('crs-not-said', lang, name=layer.unknown or '-')}"
    yield message("layer-found", lang, rows=len(layer.geometries), columns=layer.frame.width)
    yield from _remark_lines(layer, lang)


def _remark_lines(layer: Layer, lang: str) -> Iterator[str]:
    """Yield what there is to know of a layer, the first of it."""
    for found in layer.findings[:_SHOWN]:
        place = f" {found.column} {word('row', lang)} {found.row}:" if found.column and found.row else ""
        yield f"  [{word(found.severity, lang)}]{place} {found.text('message', lang)}"
    if len(layer.findings) > _SHOWN:
        yield "  " + message("and-more", lang, count=len(layer.findings) - _SHOWN)


def _readability_lines(seen: Inspection, lang: str) -> Iterator[str]:
    """Yield the verdict, each item at fault with its first cells and what to do, and the items that were not judged."""
    from meguro_opendata.inspection.profiler import judgement_text
    from meguro_opendata.inspection.readability import item_text

    if seen.container == "unknown":
        return
    yield seen.verdict(lang)
    for found in seen.judgements:
        if found.ok is False:
            cells = f": {listed(found.cells, lang)}" if found.cells else ""
            question = item_text(found.item, "question", lang)
            fault = {"item": found.item, "question": question, "count": found.count, "cells": cells}
            yield "  " + message("readability-fault", lang, **fault)
            yield f"    -> {judgement_text(found, lang)}"
    if seen.header_is_late:
        yield "  " + message("readability-header", lang)
    yield from _unjudged_lines(seen, lang)


def _unjudged_lines(seen: Inspection, lang: str) -> Iterator[str]:
    from meguro_opendata.inspection.readability import reason_text

    reasons: dict[str, list[str]] = {}
    for found in seen.judgements:
        if found.reason:
            reasons.setdefault(found.reason, []).append(found.item)
    for reason, items in reasons.items():
        yield "  " + message("readability-unjudged", lang, items=items, reason=reason_text(reason, lang))


def _verdict(seen: Inspection, lang: str) -> str:
    from meguro_opendata.standard.model import load_standard
    from meguro_opendata.standard.recognition.evidence import evidence_words

    found = seen.recognition
    if found.unlisted is not None:
        return message("standard-unlisted", lang, **evidence_words(found.unlisted, lang))
    best = found.proposed
    if best is None:
        return message("standard-none", lang)
    standard = load_standard(best.id, best.version)
    title = standard_title(standard, lang)
    verdict = "standard-sure" if found.sure else "standard-mixed" if best.mixed else "standard-near"
    why = {}
    if best.named and verdict == "standard-near":
        verdict, why = "standard-called", evidence_words(best.named[0], lang)
    shown = {"id": best.id, "version": best.version, "score": f"{best.score:.0%}", "other": best.mixed}
    return message(verdict, lang, **{**why, "title": title, **shown})
