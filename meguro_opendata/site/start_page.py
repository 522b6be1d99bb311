"""Pages of the workspace as a whole: a start page and the KPI board of each year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from meguro_opendata import kpi, pages
from meguro_opendata.files.releasenames import REPORT_PAGE
from meguro_opendata.files.whole import write_whole
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.board import board_of
from meguro_opendata.kpi.board_page import page_of
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.workspace.city import Workspace

__all__ = ["write_kpi_board", "write_start_page"]


def write_kpi_board(workspace: Workspace, fiscal_year: int, path: Path, lang: str, as_of: date | None = None) -> Path:
    """One year's figures against its targets, as a page; returns its path."""
    board = board_of(kpi.situation_of(workspace, fiscal_year, as_of), lang)
    write_whole(path, page_of(board).encode("utf-8"))
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
    links = [{"release": release, "report": _link(release.folder / REPORT_PAGE, path)} for release in releases]
    page = pages.render(
        "start.html",
        lang,
        title=workspace.city.name,
        links=links,
        portal=_link(portal / "index.html", path),
        boards=[(year, era_name(year, lang), _link(board, path)) for year, board in boards],
    )
    write_whole(path, page.encode("utf-8"))
    return path


def _link(target: Path, page: Path) -> str:
    return target.resolve().relative_to(page.parent.resolve()).as_posix()
