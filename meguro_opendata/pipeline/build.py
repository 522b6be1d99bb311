"""The build of one dataset, from its recipe to the checked files of a release; the function lists all steps."""

from __future__ import annotations

from pathlib import Path

from meguro_opendata.files.releasenames import DESCRIPTOR
from meguro_opendata.georeferencing.inputs import require_place_files
from meguro_opendata.japan.municipalities import home_of
from meguro_opendata.pipeline.descriptor import describe
from meguro_opendata.pipeline.files import (
    data_files,
    failed_folder,
    published_tables,
    report_files,
    write_failed,
    write_release_folder,
)
from meguro_opendata.pipeline.identifiers import open_identifier
from meguro_opendata.pipeline.outcome import Draft, Release
from meguro_opendata.pipeline.preparation import map_sources, prepare_tables
from meguro_opendata.pipeline.reading import read_sources
from meguro_opendata.pipeline.report import whole_report
from meguro_opendata.recipe import open_recipe
from meguro_opendata.workspace.city import Workspace, as_workspace
from meguro_opendata.workspace.neighbours import refuse_shared

__all__ = ["build_release", "data_contents", "write_release"]


def build_release(slug: str, workspace: Workspace | Path | str, out: Path | None = None, lang: str = "ja") -> Release:
    """Build one dataset: read, map, clean, identify, validate, write.

    If the data has errors, only the reports are written, into ``<slug>.failed`` beside the last good release, which
    stays unchanged. All files appear at once or not at all; the register of IDs is written with them.

    Args:
        slug: The name of the dataset's folder.
        workspace: The workspace or its folder.
        out: Folder of the releases; default ``releases`` beside the workspace folder.
        lang: Language of the reports.

    Raises:
        ConfigurationError: If the recipe has faults or no longer fits the source.
        MeguroOpendataError: If this user has not loaded the grids, gazetteers or boundary that the workspace declares.
        SourceError: If the source cannot be read.
        StorageError: If the files cannot be written.
    """
    home = as_workspace(workspace)
    # Two workspaces with one folder of releases would replace each other's releases.
    if out is None:
        refuse_shared(home, home.releases, "folders.releases")
    # Before anything is read: without a grid or gazetteer, all coordinates would be less exact than those published.
    require_place_files(home)
    recipe = open_recipe(slug, home)
    identifier = open_identifier(recipe)
    reading = read_sources(recipe, home.city)
    # Mapped before anything is cleaned or minted: a recipe that does not fit must fail without side effects.
    mapped = map_sources(reading, recipe, home.city)
    start = home.city.fiscal_year_start
    tables = prepare_tables(reading, mapped, recipe, start, identifier, home_of(home.city.code))
    report = whole_report(reading, tables, recipe, home.city)
    draft = Draft(recipe, home.city, reading, tables, report, identifier)
    return write_release(draft, (out or home.releases) / slug, lang)


def write_release(draft: Draft, target: Path, lang: str) -> Release:
    """Write a release as a folder that appears whole; if the data has errors, write only the reports, beside it.

    Args:
        draft: The draft of the release.
        target: The folder of the release.
        lang: Language of the reports.

    Raises:
        StorageError: If the files cannot be written.
    """
    reports = report_files(draft, lang)
    # The last good release stays: a plan compares with it, and an error must not take data off the portal.
    if not draft.report.valid:
        folder = failed_folder(target)
        return draft.released(folder, write_failed(reports, folder), published=False)
    contents = {**data_contents(draft), **reports}
    # Register and release are written together: IDs that are published and not registered would be minted again.
    beside = {draft.recipe.register_path: draft.register} if draft.register else {}
    return draft.released(target, write_release_folder(contents, target, beside), published=True)


def data_contents(draft: Draft) -> dict[str, bytes]:
    """Return the published files and their description, by name."""
    tables = published_tables(draft)
    files = data_files(tables, draft.recipe, draft.code)
    descriptor = describe(draft, files, tables)
    return {**{file.name: file.data for file in files}, DESCRIPTOR: descriptor.to_bytes()}
