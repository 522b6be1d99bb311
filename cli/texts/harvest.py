"""The result of a harvest: datasets received, datasets missing, and odd values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

if TYPE_CHECKING:
    from meguro_opendata.catalog.harvest import Harvest
    from meguro_opendata.catalog.review.oddities import Oddities

__all__ = ["harvest_lines", "oddity_lines"]


def harvest_lines(found: Harvest, out: Path, lang: str, *, written: bool) -> Iterator[str]:
    """Yield how many datasets were written, and which are missing, broken or came twice."""
    counts = {"source": found.source, "path": out, "datasets": len(found.entries), "files": found.files}
    if written:
        yield message("harvest-done", lang, **counts)
    if found.missing:
        shortfall = {"told": found.told, "arrived": found.arrived, "missing": found.missing}
        yield message("harvest-short-written" if written else "harvest-short", lang, **counts, **shortfall)
    if found.broken:
        yield message("harvest-broken", lang, count=len(found.broken), names=list(found.broken))
    if found.repeated:
        yield message("harvest-repeated", lang, count=len(found.repeated), names=list(found.repeated))


def oddity_lines(found: Oddities, lang: str) -> Iterator[str]:
    """Yield doubled names and odd dates, each by name, their number first; nothing if there are none."""
    if found.doubled:
        yield message("catalog-doubled", lang, count=len(found.doubled))
        yield from (f"  {name} ×{count}" for name, count in found.doubled.items())
    if found.dates:
        yield message("catalog-odd-dates", lang, count=len(found.dates))
    for odd in found.dates:
        place = f"{odd.dataset}/{odd.file}" if odd.file else odd.dataset
        field = odd.field.rpartition(".")[2]
        kind, name = word(f"odd-date-{odd.kind}", lang), word(f"date-{field}", lang)
        yield "  " + message("catalog-odd-date", lang, place=place, name=name, value=odd.value, kind=kind)
