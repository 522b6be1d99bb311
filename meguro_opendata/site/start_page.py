"""The start page, with links to the portal, the reports of the datasets and the KPI boards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata import pages
from meguro_opendata.files.whole import write_whole
from meguro_opendata.japan.eras import era_name
from meguro_opendata.workspace.city import Workspace

__all__ = ["BuiltDataset", "write_start_page"]


@dataclass(frozen=True)
class BuiltDataset:
    """A dataset as the start page shows it.

    Attributes:
        standard: The title of its standard; ``None`` for a schema of its own.
        source: The name of the file that it was made from.
        rows: The number of published rows.
        changes: The number of rewritten values.
        report: The page with the findings.
    """

    title: str
    standard: str | None
    source: str
    rows: int
    changes: int
    errors: int
    warnings: int
    report: Path


def write_start_page(
    workspace: Workspace,
    datasets: Sequence[BuiltDataset],
    portal: Path,
    boards: Sequence[tuple[int, Path]],
    path: Path,
    lang: str,
) -> Path:
    """Write the start page and return its path.

    Args:
        workspace: The workspace that the page presents.
        datasets: Each with its report, which lies beside or below the page.
        portal: The folder of the portal.
        boards: The KPI page of each year.
        path: The page.
        lang: Language.

    Raises:
        StorageError: If it cannot be written.
    """
    page = pages.render(
        "start.html",
        lang,
        title=workspace.city.name,
        datasets=[(dataset, _link(dataset.report, path)) for dataset in datasets],
        # The embedded portal has an index page of its own; a folder would open as a list of files.
        portal=_link(portal / "index.html", path),
        boards=[(year, era_name(year, lang), _link(board, path)) for year, board in boards],
    )
    write_whole(path, page.encode("utf-8"))
    return path


def _link(target: Path, page: Path) -> str:
    # Relative links, so that the folder can be moved, mailed or opened from disk.
    return target.resolve().relative_to(page.parent.resolve()).as_posix()
