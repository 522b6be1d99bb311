"""A paper as the bytes of a page or of a workbook."""

from __future__ import annotations

from meguro_opendata import pages
from meguro_opendata.kpi.papers import Paper
from meguro_opendata.kpi.workbook import workbook_of

__all__ = ["page_of_paper", "paper_bytes"]

# The tables have a dozen columns, some of them with room to write by hand, which only fit on landscape sheets.
_LANDSCAPE = "@page { size: A4 landscape; }"


def paper_bytes(paper: Paper, kind: str, lang: str) -> bytes:
    """Return the bytes of a paper in a format of :func:`meguro_opendata.kpi.papers.paper_kind`."""
    if kind == "xlsx":
        return workbook_of(paper)
    return page_of_paper(paper, lang).encode("utf-8")


def page_of_paper(paper: Paper, lang: str) -> str:
    """Return a paper as an HTML page for printing."""
    style = {"style_file": "kpi.css", "more_style": _LANDSCAPE}
    return pages.render("paper.html", lang, title=paper.title, paper=paper, **style)
