"""A dataset's draft, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.findings import Coverage
from meguro_opendata.messages import message
from meguro_opendata.reports.coverage import coverage_lines

from .lists import some
from .reading import read_line
from .whose import judged_lines

if TYPE_CHECKING:
    from meguro_opendata.authoring import Draft

__all__ = ["draft_lines"]


def draft_lines(draft: Draft, lang: str) -> Iterator[str]:
    """Yield what was drafted: how the source was read, the standard, and which columns found their field."""
    yield message("new-done", lang, slug=draft.slug, path=draft.recipe)
    yield "  " + read_line(draft.table, lang)
    if len(draft.layout.sheets) > 1:
        yield "  " + message("new-stacked-sheets", lang, names=some(draft.layout.sheets))
    if draft.other_sheets:
        yield "  " + message("new-other-sheets", lang, names=some(draft.other_sheets))
    yield from _block_lines(draft, lang)
    yield "  " + _standard(draft, lang)
    yield from ("  " + text for text in draft.hints(lang))
    yield from _mapping_lines(draft, lang)
    if draft.places is not None:
        found = draft.places
        yield "  " + message("new-places", lang, found=found.found, rows=found.rows, error=round(found.error))
    yield from ("  " + line for line in judged_lines(draft.points.judged, lang))
    if draft.mixed is not None:
        yield "  " + message("new-mixed", lang, id=draft.mixed.id, other=draft.mixed.mixed)
    yield message("new-next", lang, path=draft.recipe, slug=draft.slug)


def _block_lines(draft: Draft, lang: str) -> Iterator[str]:
    """Yield what the sheets that are read hold beside the table: other tables, sums, sections, notes."""
    sheets = draft.layout.sheets or (draft.table.grid.sheet,)
    blocks = draft.table.coverage.blocks
    parts = tuple(block for block in blocks if block.sheet in sheets and block.reason != "other-sheet")
    yield from ("  " + line for line in coverage_lines(Coverage(blocks=parts), lang, listed=False))


def _mapping_lines(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the lines about mapped columns, columns to confirm, and unmapped columns."""
    if draft.standard is not None:
        counts = {"sure": len(draft.sure), "unsure": len(draft.unsure), "left": len(draft.unclaimed)}
        yield "  " + message("new-counts", lang, **counts)
    if draft.unsure:
        pairs = [" -> ".join(filter(None, (", ".join(one.columns), one.field))) for one in draft.unsure]
        yield "  " + message("new-unsure", lang, summary=some(pairs))
    if draft.unclaimed and draft.standard is not None:
        yield "  " + message("new-left-columns", lang, summary=some(draft.unclaimed))


def _standard(draft: Draft, lang: str) -> str:
    if draft.standard is None:
        return message("new-standard-own", lang, path=draft.folder / "schema.json")
    how = message("new-standard-given", lang)
    if draft.match is not None:
        how = message("new-standard-found", lang, score=round(draft.match.score * 100))
    named = {"id": draft.standard.id, "version": draft.standard.version, "title": draft.standard.title}
    return message("new-standard", lang, how=how, **named)
