"""Pages of the workspace as a whole: a start page and the KPI board of each year."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meguro_opendata import pages
from meguro_opendata.files.releasenames import REPORT_PAGE
from meguro_opendata.files.whole import write_whole
from meguro_opendata.japan.eras import era_name
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.workspace.city import Workspace

__all__ = ["write_start_page"]


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
