"""The page on many files, with links to the page of each."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from meguro_opendata import pages
from meguro_opendata._version import __version__
from meguro_opendata.reports.overview import Overview, overview_rows, short_name, short_reasons

__all__ = ["as_index"]


def as_index(overview: Overview, names: Sequence[str | None], lang: str) -> str:
    """Return the page: the files with their verdicts, unchecked files with reasons, and files passed over.

    Args:
        overview: The results of all files.
        names: The page of each file, ``None`` for one that has none.
        lang: Language of the page.
    """
    rows = overview_rows(overview, lang)
    links = [quote(name) if name is not None else None for name in names]
    return pages.render(
        "report_index.html",
        lang,
        overview=overview,
        summary=overview.summary,
        files=list(zip(rows, links, strict=True)),
        unchecked=short_reasons(overview),
        passed_over=[(short_name(overview, one.file), one.reason) for one in overview.passed_over],
        tool=__version__,
    )
