"""Backup of a CKAN's organisation in a folder, and its restoration.

backup.json       the organisation, its groups, the checksum of each uploaded file and DataStore table, and the views
packages.jsonl    one dataset a line
files/<sha256>    the files and tables, each once
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from meguro_opendata.catalog.package import Json, JsonObject, Package, Part, Resource, list_of, object_of
from meguro_opendata.errors import MeguroOpendataError, RefusedError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.whole import inside, sha256, write_whole
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.portals.base import Upload
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.ckan.shape import understood
from meguro_opendata.portals.contents import (
    Attempt,
    Contents,
    put_back_contents,
    read_contents,
    save_contents,
    shown_differences,
)

__all__ = ["BACKUP_FORMAT", "Backup", "Difference", "back_up", "differences", "open_backup", "restore"]

BACKUP_FORMAT = "meguro-opendata-backup@1"


@dataclass(frozen=True)
class Backup:
    """A backup of an organisation.

    Attributes:
        folder: The backup's folder.
        organization: The organisation's name, title, description and image.
        groups: The groups of its datasets, with the same fields.
        packages: The datasets as CKAN gives them.
        files: The checksum of each uploaded file, by resource id.
        contents: DataStore tables and views; ``None`` in a backup of an earlier version.
    """

    folder: Path
    organization: JsonObject
    groups: tuple[JsonObject, ...]
    packages: tuple[Package, ...]
    files: Mapping[str, str]
    contents: Contents | None = None


@dataclass(frozen=True)
class Difference:
    """One difference between a portal and its backup: the dataset, the place in it, and both values."""

    dataset: str
    place: str
    saved: str
    found: str


def back_up(portal: CkanPortal, folder: Path) -> Backup:
    """Save a portal's organisation with all datasets, files, tables and views in a folder.

    Raises:
        PortalError: If the portal cannot be read.
        StorageError: If the folder cannot be written.
    """
    packages = tuple(portal.raw_packages())
    with understood(portal.name):
        kept = _copied("organization", portal.client.read("organization_show", {"id": portal.organization}))
        names = sorted({group.name for package in packages for group in package.groups})
        groups = tuple(_copied("group", portal.client.read("group_show", {"id": name})) for name in names)
        files = {part.needed("id"): _keep(portal, package, part, folder) for package, part in _uploaded(packages)}
    contents = save_contents(portal, packages, folder)
    saved = {"format": BACKUP_FORMAT, "organization": kept, "groups": list(groups), "files": files}
    lines = "".join(json.dumps(package.to_ckan(), ensure_ascii=False, sort_keys=True) + "\n" for package in packages)
    # backup.json comes last: a folder without it is no backup, so an interrupted one cannot be taken for complete.
    text = json.dumps({**saved, **contents.to_dict()}, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / "packages.jsonl", lines.encode("utf-8"))
    write_whole(folder / "backup.json", text.encode("utf-8"))
    return Backup(folder, kept, groups, packages, files, contents)


def open_backup(folder: Path) -> Backup:
    """Return the backup in a folder after a check of every file against its checksum.

    Raises:
        MeguroOpendataError: If the folder has no backup, or a damaged one.
    """
    try:
        saved = parsed_json((folder / "backup.json").read_text(encoding="utf-8"))
        lines = (folder / "packages.jsonl").read_text(encoding="utf-8").split("\n")
        packages = tuple(_package(line) for line in lines if line)
        files = dict(saved["files"])
        whole = all(sha256(_file(folder, checksum).read_bytes()) == checksum for checksum in files.values())
        complete = all(part.needed("id") in files for _, part in _uploaded(packages))
        contents = read_contents(saved, folder)
        kept = Backup(folder, saved["organization"], tuple(saved["groups"]), packages, files, contents)
    except HalfSignError as half:
        raise MeguroOpendataError("half-sign", place=f"{folder}: {half.place}", sign=half.sign) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MeguroOpendataError("backup-damaged", folder=folder) from None
    if saved["format"] != BACKUP_FORMAT or not whole or not complete:
        raise MeguroOpendataError("backup-damaged", folder=folder)
    return kept


def _package(line: str) -> Package:
    """Return the dataset in a line of ``packages.jsonl``.

    Raises:
        KeyError: If the dataset has no list of files.
    """
    package = Package.from_ckan(parsed_json(line))
    list_of(package.fields["resources"])
    return package


def restore(portal: CkanPortal, saved: Backup, report: Callable[[Attempt], None] | None = None) -> list[str]:
    """Create the datasets of a backup that the portal lacks, and return their names; datasets there stay unchanged.

    Ids are kept where the portal allows it, so that links go on leading to the same files. Tables and views are put
    back for all datasets, also for those that the portal already had.

    Args:
        portal: The portal.
        saved: The backup.
        report: A function that is called with each table and view that was put back or that the portal refused.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    # Organisation and groups first: CKAN refuses a dataset without its organisation and drops unknown groups silently.
    _ensure(portal, "organization", {**saved.organization, "name": portal.organization})
    for group in saved.groups:
        _ensure(portal, "group", group)
    present = {package.name for package in portal.raw_packages()}
    missing = [package for package in saved.packages if package.name not in present]
    for package in missing:
        _bring_back(portal, package, saved)
    if saved.contents is not None:
        put_back_contents(portal, saved.packages, saved.contents, report)
    return [package.name for package in missing]


def differences(portal: CkanPortal, saved: Backup) -> list[Difference]:
    """Return the differences between a portal and its backup, in all compared fields and in the bytes of all files.

    Raises:
        PortalError: If the portal cannot be read.
    """
    found = {package.name: package for package in portal.raw_packages()}
    listed: list[Difference] = []
    for package in saved.packages:
        name = package.name
        if name not in found:
            listed.append(Difference(name, "", name, ""))
            continue
        listed += _field_differences(name, "", _steady(package), _steady(found[name]))
        listed += _file_differences(portal, package, found[name], saved)
        if saved.contents is not None:
            shown = shown_differences(portal, package, found[name], saved.contents)
            listed += [Difference(name, place.name, place.saved, place.found) for place in shown]
    return listed


def _bring_back(portal: CkanPortal, package: Package, saved: Backup) -> None:
    places = enumerate(package.resources)
    uploads = [_upload(part, place, saved) for place, part in places if part.is_upload]
    dropped = {*_rules().volatile["resource"]} - {"url"}
    parts = tuple(part.without(*dropped) for part in package.resources)
    whole = replace(package.with_fields(owner_org=portal.organization), resources=parts)
    try:
        portal.put(whole, uploads, "", None)
    except RefusedError as error:
        # CKAN keeps a deleted dataset under its id, so that id is taken until an administrator purges it.
        if "id" not in error.fields:
            raise
        portal.put(_without_ids(whole), uploads, "", None)


def _upload(part: Resource, place: int, saved: Backup) -> Upload:
    checksum = saved.files[part.needed("id")]
    size = part.size if isinstance(part.size, int) else 0
    return Upload(part.name, _file(saved.folder, checksum), checksum, size, place)


def _without_ids(package: Package) -> Package:
    parts = tuple(part.without("id") for part in package.resources)
    return replace(package.without("id"), resources=parts)


def _ensure(portal: CkanPortal, kind: str, wanted: JsonObject) -> None:
    """Create an organisation or group if the portal has no entry of that name."""

    def exists() -> bool:
        with understood(portal.name):
            return wanted["name"] in list_of(portal.client.read(f"{kind}_list", {}))

    if not exists():
        portal.client.write(f"{kind}_create", wanted, {}, exists)


def _uploaded(packages: Sequence[Package]) -> Iterator[tuple[Package, Resource]]:
    """Yield every uploaded file with its dataset; links to other sites have no bytes to save."""
    for package in packages:
        for part in package.resources:
            if part.is_upload:
                yield package, part


def _keep(portal: CkanPortal, package: Package, part: Resource, folder: Path) -> str:
    data = portal.read_part(package, part)
    checksum = sha256(data)
    write_whole(_file(folder, checksum), data)
    return checksum


def _file(folder: Path, checksum: str) -> Path:
    return inside(folder, "files", checksum)


def _copied(kind: str, answer: Json) -> JsonObject:
    shown = object_of(answer)
    return {name: shown[name] for name in _rules().copied[kind] if shown.get(name)}


def _steady(package: Package) -> JsonObject:
    """Return a package without the fields in which two CKANs with the same data differ."""
    volatile = _rules().volatile
    return {
        **package.without(*volatile["package"]).fields,
        "tags": _stripped(sorted(package.tags, key=_name_of), volatile["tag"]),
        "groups": _stripped(sorted(package.groups, key=_name_of), volatile["group"]),
        "resources": _stripped(package.resources, volatile["resource"]),
        "extras": {extra.key: extra.value for extra in package.extras},
    }


def _name_of(part: Part) -> str:
    return str(part.fields["name"])


def _stripped(parts: Sequence[Part], dropped: Sequence[str]) -> list[Json]:
    return [part.without(*dropped).to_ckan() for part in parts]


def _field_differences(name: str, place: str, saved: Json, found: Json) -> Iterator[Difference]:
    parts = _parts(saved, found)
    if parts is not None:
        for key, one, other in parts:
            yield from _field_differences(name, f"{place}.{key}".lstrip("."), one, other)
    elif (saved or None) != (found or None):
        yield Difference(name, place, str(saved), str(found))


def _parts(saved: Json, found: Json) -> list[tuple[str | int, Json, Json]] | None:
    """Return the parts of two structures to compare one by one (name and both values), ``None`` for plain values."""
    if isinstance(saved, dict) and isinstance(found, dict):
        return [(key, saved.get(key), found.get(key)) for key in sorted({*saved, *found})]
    if isinstance(saved, list) and isinstance(found, list) and len(saved) == len(found):
        return [(number, one, other) for number, (one, other) in enumerate(zip(saved, found, strict=True))]
    return None


def _file_differences(portal: CkanPortal, package: Package, found: Package, saved: Backup) -> Iterator[Difference]:
    for part, there in _counterparts(package, found):
        checksum = saved.files[part.needed("id")]
        held = "" if there is None else sha256(portal.read_part(found, there))
        if held != checksum:
            yield Difference(package.name, f"files.{part.name}", checksum, held)


def _counterparts(package: Package, found: Package) -> Iterator[tuple[Resource, Resource | None]]:
    """Yield each file of a saved dataset with its counterpart: by id, else the next unused one of its name."""
    ids = {part.id for part in package.resources}
    unknown = [part for part in found.resources if part.id not in ids]
    for _, part in _uploaded([package]):
        there = found.resources_by_id.get(part.needed("id"))
        if there is None:
            there = next((one for one in unknown if one.name == part.name and one.is_upload), None)
            unknown = [one for one in unknown if one is not there]
        yield part, there


@dataclass(frozen=True)
class _Rules:
    """The fields that are not compared, and those copied of an organisation or group (``backup.toml``)."""

    volatile: Mapping[str, Sequence[str]]
    copied: Mapping[str, Sequence[str]]


@cache
def _rules() -> _Rules:
    return _Rules(**packaged_toml(__package__, "backup.toml"))
