"""Addresses that were looked up, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word
from meguro_opendata.reports.coverage import coverage_lines

from .whose import owner_lines

if TYPE_CHECKING:
    from meguro_opendata.georeferencing.files.addresses import GeocodedFile

__all__ = ["geocoding_lines"]

_SHOWN = 10


def geocoding_lines(done: GeocodedFile, lang: str) -> Iterator[str]:
    """Yield how many addresses have a point of which level; the first that have none, with the reason."""
    if done.owner.evidence:
        yield from owner_lines(done.owner.home, done.owner.evidence, lang)
    yield from coverage_lines(done.table.coverage, lang)
    yield message("geocode-done", lang, count=sum(done.levels.values()), column=done.column)
    yield from (f"  {word(f'level-{level}', lang)}: {count}" for level, count in done.levels.items() if count)
    for problem, count in done.problems.items():
        yield message("geocode-problem", lang, problem=word(f"address-{problem}", lang), count=count)
        rows = zip(done.table.rows, done.addresses, done.found["problem"], done.found["readings"], strict=True)
        told = [(row, address, readings) for row, address, found, readings in rows if found == problem]
        for row, address, readings in told[:_SHOWN]:
            shown = " ".join(address.split())
            if readings:
                yield message("geocode-row-readings", lang, row=row, address=shown, readings=readings)
            else:
                yield message("geocode-row", lang, row=row, address=shown)
        if len(told) > _SHOWN:
            yield message("geocode-more", lang, count=len(told) - _SHOWN)
