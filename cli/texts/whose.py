"""The municipality of a file, its evidence, and whether the points lie there, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

if TYPE_CHECKING:
    from meguro_opendata.findings import NotChecked
    from meguro_opendata.geo.places.misreading import Judged
    from meguro_opendata.geo.places.whose import Evidence
    from meguro_opendata.japan.municipalities import Municipality

__all__ = ["judged_lines", "not_checked_lines", "owner_lines", "whose_lines"]


def whose_lines(home: Municipality | None, evidence: Iterable[Evidence], judged: Judged, lang: str) -> Iterator[str]:
    """Yield the municipality, each evidence for it, what is wrong with the points, and what was not checked."""
    yield from owner_lines(home, evidence, lang)
    yield from judged_lines(judged, lang)


def owner_lines(home: Municipality | None, evidence: Iterable[Evidence], lang: str) -> Iterator[str]:
    """Yield the municipality that a file is about, and each evidence for it once."""
    if home is None:
        yield message("whose-unknown", lang)
    else:
        yield message("whose-found", lang, city=home.full_name, number=home.code)
        said = (message(f"evidence-{one.kind}", lang, **one.params()) for one in evidence)
        yield from dict.fromkeys("  " + line for line in said)


def judged_lines(judged: Judged, lang: str) -> Iterator[str]:
    """Yield what is wrong with the points of a file as a whole, with what to do, and what was not checked."""
    for found in judged.findings:
        yield f"{found.text('title', lang)}: {found.text('message', lang)}"
        yield f"  -> {found.text('advice', lang)}"
    yield from ("  " + line for line in not_checked_lines(judged.not_checked, lang))


def not_checked_lines(demands: Iterable[NotChecked], lang: str) -> Iterator[str]:
    """Yield what was not checked of the points of a file, and why."""
    for demand in demands:
        yield message("points-not-checked", lang, reason=word(demand.reason, lang))
