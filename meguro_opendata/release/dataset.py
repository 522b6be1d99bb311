"""Releases on disk, ready to be published: complete, as they were built, and not older than their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meguro_opendata.catalog import LANGUAGE, CatalogEntry, Contact, Distribution, crawler_tags
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import inside, sha256
from meguro_opendata.messages import message
from meguro_opendata.portals import Upload
from meguro_opendata.release.descriptor import FILE_NAME, FORMATS, read_datapackage
from meguro_opendata.release.freshness import is_current
from meguro_opendata.release.places import is_current as places_are_current
from meguro_opendata.workspace.city import Workspace

__all__ = ["PublishedDataset", "load_releases", "open_disclosures"]


@dataclass(frozen=True)
class PublishedDataset:
    """A release that is ready: its catalogue entry, files, rows and the key that tells rows apart.

    ``rows_of`` are the rows of each file, which differ in a series; ``personal`` is what may be personal in them and
    is not allowed by the recipe; ``schemas`` are the Table Schemas of the tables among them.
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
    """The releases of some datasets.

    Raises:
        MeguroOpendataError: Naming all datasets that have no release, or all whose release is out of date.
    """
    found = {slug: read_datapackage(workspace.releases / slug) for slug in slugs}
    missing = [slug for slug, descriptor in found.items() if descriptor is None]
    if missing:
        raise MeguroOpendataError("release-missing", slugs=missing)
    ready = {slug: descriptor for slug, descriptor in found.items() if descriptor is not None}
    stale = [slug for slug, descriptor in ready.items() if _is_stale(slug, descriptor, workspace)]
    if stale:
        raise MeguroOpendataError("release-stale", slugs=stale)
    return [_whole(slug, descriptor, workspace) for slug, descriptor in ready.items()]


def _is_stale(slug: str, descriptor: Mapping[str, Any], workspace: Workspace) -> bool:
    """Whether building it again could give another release, or is not possible any more."""
    with _damage_told(slug):
        known = descriptor["mo:metadata"]["department"] in workspace.city.departments
        folder = workspace.root / slug
        return not (
            known and is_current(descriptor, folder) and places_are_current(descriptor.get("mo:places"), folder)
        )


@contextmanager
def _damage_told(slug: str) -> Iterator[None]:
    """A description that is not as it was written becomes an error that names its dataset."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise MeguroOpendataError("release-damaged", slug=slug, file=FILE_NAME) from None


def _whole(slug: str, descriptor: Mapping[str, Any], workspace: Workspace) -> PublishedDataset:
    with _damage_told(slug):
        return _load(slug, descriptor, workspace)


def _load(slug: str, descriptor: Mapping[str, Any], workspace: Workspace) -> PublishedDataset:
    folder = workspace.releases / slug
    files = tuple(_file(slug, folder, resource) for resource in descriptor["resources"])
    return PublishedDataset(
        slug=slug,
        entry=_entry(descriptor, files, workspace),
        files=files,
        rows=descriptor["mo:rows"],
        key=tuple(descriptor["mo:key"]),
        rows_of={resource["path"]: _rows(resource, descriptor) for resource in descriptor["resources"]},
        personal=tuple(open_disclosures(descriptor.get("mo:personal", ()))),
        schemas={part["path"]: part["schema"] for part in descriptor["resources"] if "schema" in part},
    )


def open_disclosures(disclosed: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What may be personal in a release and keeps it from being published: code and field of what nobody allowed.

    >>> list(open_disclosures([{"code": "personal-name", "field": "備考", "count": 1, "reason": None}]))
    ['personal-name (備考)']
    """
    for entry in disclosed:
        if not entry["reason"]:
            yield f"{entry['code']} ({entry['field']})" if entry["field"] else str(entry["code"])


def _file(slug: str, folder: Path, resource: Mapping[str, Any]) -> Upload:
    path = inside(folder, resource["path"])
    wanted = resource["hash"].removeprefix("sha256:")
    if not path.is_file() or sha256(path.read_bytes()) != wanted:
        raise MeguroOpendataError("release-damaged", slug=slug, file=resource["path"])
    return Upload(resource["path"], path, wanted, resource["bytes"])


def _rows(resource: Mapping[str, Any], descriptor: Mapping[str, Any]) -> int:
    """The rows of a file: its own in a series, else those of the dataset's one table."""
    return int(resource.get("mo:rows", descriptor["mo:rows"]))


def _entry(descriptor: Mapping[str, Any], files: Sequence[Upload], workspace: Workspace) -> CatalogEntry:
    city = workspace.city
    meta = _described(descriptor, city.full_name)
    standard = descriptor["mo:standard"]
    return CatalogEntry(
        name=descriptor["name"],
        title=descriptor["title"],
        description=meta["description"],
        department=meta["department"],
        frequency=meta["frequency"],
        license_id=city.license.id,
        license_title=city.license.title,
        license_url=city.license.url,
        keywords=tuple(dict.fromkeys([*meta["keywords"], *crawler_tags(standard)])),
        groups=tuple(meta["groups"]),
        issued=meta["issued"],
        modified=meta["modified"],
        landing_page=meta["landing_page"],
        spatial=meta["spatial"],
        temporal=meta["temporal"],
        provenance=_provenance(meta["provenance"], descriptor.get("mo:coordinates", ())),
        standard=standard,
        bbox=_box(meta["bbox"]),
        language=meta["language"],
        subtitle=meta.get("subtitle"),
        universal_menu=meta.get("universal_menu"),
        version=meta.get("version"),
        documents=tuple(meta["documents"]),
        remarks=meta.get("remarks"),
        contact=Contact(**{name: text or "" for name, text in meta["contact"].items()}),
        distributions=tuple(_distribution(file, descriptor) for file in files),
    )


def _described(descriptor: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The metadata as the recipe has it, filled in with what the files say, and with what goes without saying."""
    meta, facts = descriptor["mo:metadata"], descriptor.get("mo:facts") or {}
    read = {name: meta[name] or facts.get(name) for name in ("modified", "temporal")}
    usual = {"spatial": place, "language": LANGUAGE, "groups": (), "documents": (), "contact": {}}
    return {**meta, **read, "bbox": facts.get("bbox"), **{name: meta.get(name) or what for name, what in usual.items()}}


def _box(box: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    return (box[0], box[1], box[2], box[3]) if box else None


def _provenance(written: str | None, coordinates: Sequence[Mapping[str, Any]]) -> str | None:
    """Where the data comes from, with what was done to its coordinates on the way between datums."""
    told = [written] if written else []
    for record in coordinates:
        steps = [_step_text(step) for step in record["steps"]]
        if steps:
            shown = {"source": record["source"], "target": record["target"], "error": f"{record['expected_error_m']:g}"}
            if record["approximate"]:
                told.append(message("provenance-approximate", LANGUAGE, steps=steps, **shown))
            else:
                told.append(message("provenance-coordinates", LANGUAGE, steps=steps, **shown))
    return "\n".join(dict.fromkeys(told)) or None


def _step_text(step: Mapping[str, Any]) -> str:
    grid = step["grid"]
    return f"{step['operation']} {grid['name']} {grid['version']}".strip() if grid else str(step["operation"])


def _distribution(file: Upload, descriptor: Mapping[str, Any]) -> Distribution:
    described = next(part for part in descriptor["resources"] if part["path"] == file.name)
    return Distribution(
        name=file.name,
        format=FORMATS[described["format"]],
        url=file.name,
        description=described["title"],
        size=file.bytes,
        sha256=file.sha256,
        rows=_rows(described, descriptor),
        encoding=described.get("encoding"),
        temporal=described.get("mo:temporal"),
    )
