"""The demo: build, publish to a folder portal, count and write pages, on a copy of the shipped workspace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata import site
from meguro_opendata.errors import StorageError
from meguro_opendata.files.whole import sha256, write_whole
from meguro_opendata.japan.calendar import fiscal_year_of, today
from meguro_opendata.kpi.report import write_report
from meguro_opendata.packaged import packaged_folder
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.portals import open_portal
from meguro_opendata.publication import Outcome, plan_publication, publish
from meguro_opendata.workspace.city import Workspace, open_workspace

__all__ = ["DEMO_FORMAT", "Demo", "run_demo"]

DEMO_FORMAT = "meguro-opendata/demo@1"
# The fiscal year of the shipped strategy: its page is the one with targets, whatever the date of the demo.
STRATEGY_YEAR = 2025
# Marks a folder as a demo's, so that files in it can be replaced; it has the checksums of the copied files.
_MARK = ".meguro-opendata-demo"


@dataclass(frozen=True)
class Demo:
    """The result of a demo.

    Attributes:
        workspace: The copied workspace.
        start: The page to open first.
        portal: The catalogue's page.
        boards: Each fiscal year with its KPI page.
        releases: The releases that were built.
        outcome: The results of publishing.
        events: The number of new entries in the ledger.
        kept: Files of the workspace that were edited after an earlier demo and are kept unchanged.
    """

    workspace: Workspace
    start: Path
    portal: Path
    boards: tuple[tuple[int, Path], ...]
    releases: tuple[Release, ...]
    outcome: Outcome
    events: int
    kept: tuple[Path, ...] = ()

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the result in the JSON of ``demo@1``."""
        return {
            "format": DEMO_FORMAT,
            "start": str(self.start.resolve()),
            "portal": str(self.portal.resolve()),
            "workspace": str(self.workspace.root),
            "kpi": {str(year): str(path.resolve()) for year, path in self.boards},
            "releases": [release.to_dict(lang) for release in self.releases],
            "events": self.events,
            "kept": [str(path) for path in self.kept],
        }


def run_demo(out: Path, lang: str = "ja") -> Demo:
    """Run the demo in the folder ``out``; a second run finds everything published and writes nothing new.

    Files of the copied workspace that were edited in between are kept, and listed in the result.

    Raises:
        StorageError: If ``out`` has files that no demo wrote, or cannot be written.
    """
    written = _claimed(out)
    with packaged_folder("meguro_opendata.datasets") as shipped:
        kept = tuple(_copied(shipped, (out / "datasets").resolve(), written))
    write_whole(out / _MARK, (json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    workspace = open_workspace(out / "datasets")
    releases = tuple(build_release(slug, workspace, lang=lang) for slug in workspace.slugs())
    portal = open_portal(workspace)
    outcome, events = publish(plan_publication(workspace, portal), portal, workspace)
    years = dict.fromkeys((STRATEGY_YEAR, fiscal_year_of(today(), workspace.city.fiscal_year_start)))
    boards = tuple((year, write_report(workspace, year, out / "kpi" / f"{year}.html", lang)) for year in years)
    portal_folder = out / "portal"
    datasets = [_built(release) for release in releases]
    start = site.write_start_page(workspace, datasets, portal_folder, boards, out / "index.html", lang)
    return Demo(workspace, start, portal_folder / "index.html", boards, releases, outcome, events, kept)


def _built(release: Release) -> site.BuiltDataset:
    counts = release.report.counts
    return site.BuiltDataset(
        title=release.recipe.title,
        standard=release.recipe.standard.title if release.recipe.standard else None,
        source=release.recipe.source.file,
        rows=release.rows_out,
        changes=len(release.changes),
        errors=counts["error"],
        warnings=counts["warning"],
        report=release.folder / "report.html",
    )


def _claimed(out: Path) -> dict[str, str]:
    """Take a folder that is new, empty or of an earlier demo, and return the checksums of that demo's files.

    Raises:
        StorageError: If the folder has files that no demo wrote.
    """
    mark = out / _MARK
    if out.exists() and not mark.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StorageError("demo-in-the-way", path=out)
    try:
        known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    except (OSError, ValueError):
        known = {}  # an earlier version's mark has no checksums: then every file that differs counts as edited
    if not mark.exists():
        write_whole(mark, b"")
    return {str(name): str(checksum) for name, checksum in known.items()} if isinstance(known, dict) else {}


def _copied(source: Path, target: Path, written: dict[str, str]) -> Iterator[Path]:
    """Copy the shipped workspace, add the checksums to ``written``, and yield the edited files, which are kept."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts:
            name, data = path.relative_to(source).as_posix(), path.read_bytes()
            # Neither the shipped content nor the one that an earlier demo wrote: a user has edited this file.
            here = target / name
            if here.exists() and sha256(here.read_bytes()) not in (sha256(data), written.get(name)):
                yield here
            else:
                write_whole(here, data)
                written[name] = sha256(data)
