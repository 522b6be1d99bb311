"""Pages of the workspace as a whole: a start page and the KPI board of each year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from meguro_opendata import kpi, pages
from meguro_opendata.files import write_whole
from meguro_opendata.release import Release
from meguro_opendata.workspace import Workspace

__all__ = ["write_kpi_board", "write_start_page"]


def write_kpi_board(workspace: Workspace, fiscal_year: int, path: Path, lang: str, as_of: date | None = None) -> Path:
    """One year's figures against its targets, as a page; returns its path."""
    figures = kpi.indicators(workspace, fiscal_year, as_of, lang)
    page = pages.render(
        "kpi.html",
        lang,
        title=workspace.city.name,
        figures=figures,
        fiscal_year=fiscal_year,
        era=kpi.era_name(fiscal_year, lang),
        as_of=(as_of or kpi.today()).isoformat(),
    )
    write_whole(path, page.encode("utf-8"))
    return path


def write_start_page(
    workspace: Workspace,
    releases: Sequence[Release],
    portal: Path,
    boards: Sequence[tuple[int, Path]],
    path: Path,
    lang: str,
) -> Path:
    """The page that leads to the portal, the reports and the KPI boards; returns its path."""
    links = [{"release": release, "report": _link(release.folder / "report.html", path)} for release in releases]
    page = pages.render(
        "start.html",
        lang,
        title=workspace.city.name,
        links=links,
        portal=_link(portal / "index.html", path),
        boards=[(year, kpi.era_name(year, lang), _link(board, path)) for year, board in boards],
    )
    write_whole(path, page.encode("utf-8"))
    return path


def _link(target: Path, page: Path) -> str:
    return target.resolve().relative_to(page.parent.resolve()).as_posix()
