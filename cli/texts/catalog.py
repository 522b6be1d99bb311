"""An exported catalogue, and the review of one: the whole, the most frequent lacks, then each dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, property_text, word

if TYPE_CHECKING:
    from meguro_opendata.catalog import CatalogEntry
    from meguro_opendata.catalog.review.review import CatalogReview, Review
    from meguro_opendata.findings import Finding, Report

__all__ = ["export_lines", "review_lines"]

_COMMON = 8


def export_lines(
    entries: Sequence[CatalogEntry], out: Path, report: Report | None, lang: str, portal: str | None = None
) -> Iterator[str]:
    """Yield what was written, and of the national list whether it is valid; ``portal`` was asked for addresses."""
    from meguro_opendata.reports.text import as_text

    parts = [part for entry in entries for part in entry.distributions]
    yield message("export-done", lang, datasets=len(entries), files=len(parts), path=out)
    lacking = sum(not part.url for part in parts)
    if lacking and portal is not None:
        yield message("export-no-portal-address", lang, count=lacking, portal=portal)
    elif lacking:
        yield message("export-no-address", lang, count=lacking)
    if report is not None and report.valid:
        yield message("export-valid", lang, rows=report.rows)
    elif report is not None:
        yield message("export-invalid", lang, errors=report.counts["error"])
        yield as_text(report, lang)


def review_lines(reviewed: CatalogReview, lang: str) -> Iterator[str]:
    """Yield the review, what concerns most datasets first."""
    told = reviewed.to_dict("", lang)
    counts = {name: told[name] for name in ("datasets", "files", "score", "as_of")}
    yield message("catalog-head", lang, **counts)
    yield message("catalog-crawler-head", lang, picked_up=told["picked_up"], mistaken=told["mistaken"])
    if not reviewed.published:
        yield message("catalog-unpublished", lang)
    yield from _common(reviewed, lang)
    for found in reviewed.findings:
        yield from _finding(found, lang)
    for review in reviewed.reviews:
        yield from _dataset(review, lang)


def _common(reviewed: CatalogReview, lang: str) -> Iterator[str]:
    """Yield the findings that most datasets share, each once with the number of its datasets."""
    kinds = Counter((found.text("title", lang), _called(found, lang)) for found in reviewed.all_findings)
    if not kinds:
        return
    yield ""
    yield message("catalog-common", lang)
    for (title, called), count in kinds.most_common(_COMMON):
        yield "  " + message("catalog-common-line", lang, count=count, title=title, called=called)


def _called(found: Finding, lang: str) -> str:
    """Return the subject of a finding in a few words."""
    named = found.params.get("property")
    return property_text(str(named), "name", lang) if named else str(found.params.get("standard") or found.value or "")


def _dataset(review: Review, lang: str) -> Iterator[str]:
    entry, step = review.entry, review.quality.next_step
    yield ""
    yield message("catalog-dataset-head", lang, title=entry.title, name=entry.name, score=review.quality.score)
    if step is None:
        yield "  " + message("catalog-perfect", lang)
    else:
        yield "  " + message("catalog-next", lang, todo=property_text(f"quality-{step.code}", "todo", lang))
    if review.pickup.taken_as and not review.pickup.mistaken:
        yield "  " + message("catalog-taken", lang, standard=review.pickup.titles())
    for found in review.findings:
        yield from _finding(found, lang)


def _finding(found: Finding, lang: str) -> Iterator[str]:
    yield f"  [{word(found.severity, lang)}] {found.text('message', lang)}"
    yield f"      {found.text('advice', lang)}"
