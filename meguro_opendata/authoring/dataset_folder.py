"""The command ``new``: a dataset's folder with a copy of the source and a recipe with a proposed mapping."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from meguro_opendata.authoring.addressplaces import address_places, with_point_fields
from meguro_opendata.authoring.draft import RECIPE, Draft
from meguro_opendata.authoring.layout import propose_layout
from meguro_opendata.authoring.mapping_sheet import mapping_sheet
from meguro_opendata.authoring.recipe_text import recipe_text
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import is_plain_name, storage_guard, write_whole
from meguro_opendata.geo.gis.opening import shape_parts
from meguro_opendata.geo.gis.words import LayerWords
from meguro_opendata.geo.places.filepoints import FilePoints, file_points
from meguro_opendata.japan.municipalities import Municipality, home_of
from meguro_opendata.mapping.proposals import Proposal, propose_mapping
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Standard, load_standard
from meguro_opendata.standard.recognition import recognise
from meguro_opendata.standard.recognition.evidence import names_of
from meguro_opendata.standard.recognition.headernames import spellings
from meguro_opendata.standard.recognition.proposal import recognise_table
from meguro_opendata.workspace.city import Workspace

__all__ = ["draft_dataset"]

SCHEMA = "schema.json"
MAPPING = "mapping.xlsx"
# The slug becomes a folder, a part of file names and of addresses: small ASCII letters are safe in all of them.
_SLUG = re.compile("[a-z][a-z0-9_-]{0,49}")
# Windows reserves the device names (Microsoft: Naming Files, Paths, and Namespaces); `strategy` is our own folder.
_RESERVED = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]|strategy")


def draft_dataset(
    slug: str,
    source: Path,
    workspace: Workspace,
    standard_id: str | None = None,
    words: LayerWords | None = None,
    *,
    as_sheet: bool = False,
    lang: str = "ja",
    sheet: str | None = None,
    header_row: int | None = None,
) -> Draft:
    """Write a dataset's folder: a copy of the source, and a recipe with all proposals. No file is overwritten.

    Args:
        slug: The dataset's name.
        source: The file of the department.
        workspace: The workspace of the dataset.
        standard_id: The id of a standard, or ``id@version``. By default the standard that the header surely follows;
            without such a one the recipe gets an own schema.
        words: The user's declarations on a GIS file, which are written into the recipe.
        as_sheet: Whether the mapping is kept in a workbook beside the recipe.
        lang: Language of the recipe's comments.
        sheet: The sheet to read; chosen by the program if missing.
        header_row: Record number of the lowest header line; found by the program if missing.

    Raises:
        MeguroOpendataError: If the slug is invalid, or if the dataset or one of its files already exists.
        SourceError: If the source cannot be read.
        UnknownStandardError: If there is no such standard.
        StorageError: If the folder cannot be written; files that were written before are removed again.
    """
    folder = workspace.root / slug
    _refuse(slug, source, folder)
    named = load_standard(standard_id) if standard_id else None
    layout = propose_layout(source, spellings(named), lang, sheet, header_row, words)
    table = layout.table
    found = recognise_table(table.labels, names_of(table, slug))
    # A standard that the user names counts, whatever the header looks like.
    match = None if named else found.sure
    standard = load_standard(match.id, match.version) if match else named
    proposals = _proposals(table, standard, workspace)
    left = _left(table, proposals) if standard else ()
    home = home_of(workspace.city.code)
    places = None if as_sheet else address_places(table, standard, proposals, home)
    made = (tuple(proposals), left, found, layout, words or LayerWords(), places, _points(table, home))
    draft = Draft(slug, folder, (), table, standard, match, *made)
    return _written(draft, source, workspace, as_sheet and standard is not None, lang)


def _points(table: Table, home: Municipality | None) -> FilePoints:
    """Return the position of the source's points relative to the municipality."""
    title = table.proposed.title if table.proposed else ""
    texts = {"title": title, "sheet": table.grid.sheet or "", "file": table.path.stem}
    return file_points(table.frame, texts, (home, None), table.grid.features.crs if table.grid.features else None)


def _left(table: Table, proposals: Iterable[Proposal]) -> tuple[str, ...]:
    """Return the columns that no sure proposal uses."""
    used = {column for proposal in proposals if proposal.sure and proposal.rule for column in proposal.columns}
    return tuple(column for column in table.used if column not in used)


def _refuse(slug: str, source: Path, folder: Path) -> None:
    if not _SLUG.fullmatch(slug) or _RESERVED.fullmatch(slug):
        raise MeguroOpendataError("new-slug", value=slug)
    if not is_plain_name(source.name):
        raise MeguroOpendataError("new-source-name", name=source.name)
    if (folder / RECIPE).exists():
        raise MeguroOpendataError("new-exists", value=slug, path=folder / RECIPE)
    for path in _in_the_way(folder, source):
        raise MeguroOpendataError("new-in-the-way", path=path)


def _in_the_way(folder: Path, source: Path) -> list[Path]:
    """Return the files that already exist at the paths of the draft's folder and files."""
    with storage_guard(folder):
        copies = {folder / part.name: part for part in _parts(source)}
        copies |= {folder / name: source for name in (SCHEMA, MAPPING)}
        taken = [path for path, part in copies.items() if path.exists() and not _same_file(path, part)]
    return [folder, *taken] if folder.is_file() else taken


def _parts(source: Path) -> list[Path]:
    """Return the source and, for a shapefile, its other parts in the same folder."""
    return [source, *(part for part in shape_parts(source).values() if part != source)]


def _same_file(path: Path, source: Path) -> bool:
    """Return whether a path in the dataset's folder is the source itself."""
    return source.exists() and path.samefile(source)


def _proposals(table: Table, standard: Standard | None, workspace: Workspace) -> list[Proposal]:
    if standard is None:
        return []
    matches = [match for match in recognise(table.labels) if match.id == standard.id]
    version = matches[0].version if matches else standard.version
    older = load_standard(standard.id, version) if version != standard.version else None
    return propose_mapping(table, standard, older, workspace.city)


def _written(draft: Draft, source: Path, workspace: Workspace, as_sheet: bool, lang: str) -> Draft:
    """Write the draft's files, the recipe last, and return the draft with their paths.

    A failure removes the files that were written. The recipe comes last because a folder with a recipe is a dataset.
    """
    folder = draft.folder
    contents: dict[str, bytes] = {}
    if draft.standard is None:
        schema = _own_schema(draft)
        contents[SCHEMA] = with_point_fields(schema) if draft.places else schema
    elif as_sheet:
        contents[MAPPING] = mapping_sheet(draft.standard, draft.proposals, lang)
    contents[RECIPE] = recipe_text(draft, workspace.city, source.name, MAPPING if as_sheet else None, lang).encode()
    with ExitStack() as cleanup:
        written = [_copied(part, folder, cleanup) for part in _parts(source)]
        for name, data in contents.items():
            cleanup.callback((folder / name).unlink, missing_ok=True)
            write_whole(folder / name, data)
            written.append(folder / name)
        cleanup.pop_all()
    return dataclasses.replace(draft, files=tuple(written))


def _copied(source: Path, folder: Path, cleanup: ExitStack) -> Path:
    """Copy the source, or a part of a shapefile, into the dataset's folder unless it is there, and return the copy."""
    target = folder / source.name
    with storage_guard(folder):
        if target.exists():
            return target
        if not folder.exists():
            folder.mkdir()
            cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        cleanup.callback(target.unlink, missing_ok=True)
        shutil.copyfile(source, target)
    return target


def _own_schema(draft: Draft) -> bytes:
    """Return a Table Schema with a field for each column, with the type and kind of all its values."""
    schema = {"name": draft.slug, "missingValues": [""], "fields": [one.descriptor() for one in draft.own_fields]}
    return (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
