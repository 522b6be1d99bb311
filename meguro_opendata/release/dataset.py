"""Reading releases for publication: only whole ones, unchanged since the build and not older than their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meguro_opendata.catalog import LANGUAGE, CatalogEntry, Contact, Distribution, crawler_tags
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import checksum, inside
from meguro_opendata.messages import message
from meguro_opendata.portals import Upload
from meguro_opendata.release.descriptor import FORMATS, DescribedFile, Descriptor, Disclosure, damage_guard
from meguro_opendata.release.freshness import is_current
from meguro_opendata.release.places import is_current as places_are_current
from meguro_opendata.workspace.city import Workspace

__all__ = ["PublishedDataset", "load_releases", "open_disclosures"]


@dataclass(frozen=True)
class PublishedDataset:
    """A release that is ready to be published.

    Attributes:
        slug: The dataset's slug.
        entry: The release's catalogue entry.
        files: The data files.
        rows: The number of rows of the table, or of all tables of a series.
        key: The columns that distinguish rows.
        rows_of: The number of rows of each file by its name; in a series the files differ.
        personal: Code and field of each personal-data finding that the recipe does not approve.
        schemas: The Table Schema of each table, by file name.
    """

    slug: str
    entry: CatalogEntry
    files: tuple[Upload, ...]
    rows: int
    key: tuple[str, ...]
    rows_of: Mapping[str, int]
    personal: tuple[str, ...] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load_releases(workspace: Workspace, slugs: Sequence[str]) -> list[PublishedDataset]:
    """Return the releases of the given datasets, ready to be published.

    Raises:
        MeguroOpendataError: ``release-missing`` with all datasets without a release, ``release-stale`` with all
            datasets whose release is out of date, or ``release-damaged`` with a file that was changed or is missing.
    """
    # All missing, then all stale ones in one error: the user builds them with one command.
    found = {slug: Descriptor.read(workspace.releases / slug) for slug in slugs}
    missing = [slug for slug, descriptor in found.items() if descriptor is None]
    if missing:
        raise MeguroOpendataError("release-missing", slugs=missing)
    ready = {slug: descriptor for slug, descriptor in found.items() if descriptor is not None}
    stale = [slug for slug, descriptor in ready.items() if _is_stale(slug, descriptor, workspace)]
    if stale:
        raise MeguroOpendataError("release-stale", slugs=stale)
    return [_whole(slug, descriptor, workspace) for slug, descriptor in ready.items()]


def _is_stale(slug: str, descriptor: Descriptor, workspace: Workspace) -> bool:
    """Return whether a new build could differ from the release, or would fail."""
    with damage_guard(slug):
        # A department that was renamed in opendata.toml would go to the portal under its old name.
        known = descriptor.metadata["department"] in workspace.city.departments
        folder = workspace.root / slug
        return not (known and is_current(descriptor.stamp, folder) and places_are_current(descriptor.places, folder))


def _whole(slug: str, descriptor: Descriptor, workspace: Workspace) -> PublishedDataset:
    with damage_guard(slug):
        return _load(slug, descriptor, workspace)


def _load(slug: str, descriptor: Descriptor, workspace: Workspace) -> PublishedDataset:
    folder = workspace.releases / slug
    files = tuple(_upload(slug, folder, file) for file in descriptor.files)
    return PublishedDataset(
        slug=slug,
        entry=_entry(descriptor, workspace),
        files=files,
        rows=descriptor.rows,
        key=descriptor.key,
        rows_of={file.path: descriptor.rows_of(file) for file in descriptor.files},
        personal=tuple(open_disclosures(descriptor.personal)),
        schemas={file.path: file.schema for file in descriptor.files if file.schema is not None},
    )


def open_disclosures(disclosed: Iterable[Disclosure]) -> Iterator[str]:
    """Yield code and field of each unapproved personal-data finding; any of them blocks publication.

    >>> list(open_disclosures([Disclosure("personal-name", "備考", 1, None)]))
    ['personal-name (備考)']
    """
    for entry in disclosed:
        if not entry.reason:
            yield f"{entry.code} ({entry.field})" if entry.field else entry.code


def _upload(slug: str, folder: Path, file: DescribedFile) -> Upload:
    # The checksum is computed anew: a file edited by hand in the release folder was never checked.
    path = inside(folder, file.path)
    if not path.is_file() or checksum(path) != file.sha256:
        raise MeguroOpendataError("release-damaged", slug=slug, file=file.path)
    return Upload(file.path, path, file.sha256, file.bytes)


def _entry(descriptor: Descriptor, workspace: Workspace) -> CatalogEntry:
    city = workspace.city
    meta = _described(descriptor, city.full_name)
    return CatalogEntry(
        name=descriptor.name,
        title=descriptor.title,
        description=meta["description"],
        department=meta["department"],
        frequency=meta["frequency"],
        license_id=city.license.id,
        license_title=city.license.title,
        license_url=city.license.url,
        keywords=tuple(dict.fromkeys([*meta["keywords"], *crawler_tags(descriptor.standard)])),
        groups=tuple(meta["groups"]),
        issued=meta["issued"],
        modified=meta["modified"],
        landing_page=meta["landing_page"],
        spatial=meta["spatial"],
        temporal=meta["temporal"],
        provenance=_provenance(meta["provenance"], descriptor.coordinates),
        standard=descriptor.standard,
        bbox=descriptor.facts.bbox,
        language=meta["language"],
        subtitle=meta.get("subtitle"),
        universal_menu=meta.get("universal_menu"),
        version=meta.get("version"),
        documents=tuple(meta["documents"]),
        remarks=meta.get("remarks"),
        contact=Contact(**{name: text or "" for name, text in meta["contact"].items()}),
        distributions=tuple(_distribution(file, descriptor) for file in descriptor.files),
    )


def _described(descriptor: Descriptor, place: str) -> dict[str, Any]:
    """Return the recipe's metadata, completed with facts from the files and with the usual values."""
    # The recipe wins: a person stated its values, while the files' facts are only read from dates in them.
    meta, facts = descriptor.metadata, descriptor.facts
    read = {"modified": meta["modified"] or facts.modified, "temporal": meta["temporal"] or facts.temporal}
    usual = {"spatial": place, "language": LANGUAGE, "groups": (), "documents": (), "contact": {}}
    return {**meta, **read, **{name: meta.get(name) or value for name, value in usual.items()}}


def _provenance(written: str | None, coordinates: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the recipe's text on the data's origin, followed by the datum transformations of its coordinates."""
    sentences = [written] if written else []
    for record in coordinates:
        steps = [_step_text(step) for step in record["steps"]]
        if steps:
            shown = {"source": record["source"], "target": record["target"], "error": f"{record['expected_error_m']:g}"}
            if record["approximate"]:
                sentences.append(message("provenance-approximate", LANGUAGE, steps=steps, **shown))
            else:
                sentences.append(message("provenance-coordinates", LANGUAGE, steps=steps, **shown))
    # The files of a series have the same transformation, which is stated once.
    return "\n".join(dict.fromkeys(sentences)) or None


def _step_text(step: Mapping[str, Any]) -> str:
    grid = step["grid"]
    return f"{step['operation']} {grid['name']} {grid['version']}".strip() if grid else str(step["operation"])


def _distribution(file: DescribedFile, descriptor: Descriptor) -> Distribution:
    return Distribution(
        name=file.path,
        format=FORMATS[file.format],
        url=file.path,
        description=file.title,
        size=file.bytes,
        sha256=file.sha256,
        rows=descriptor.rows_of(file),
        encoding=file.encoding,
        temporal=file.temporal,
    )
