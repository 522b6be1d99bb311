"""``FolderPortal``: the embedded portal, a folder that any web server or file share can show without a program.

    index.html                             the catalogue for people
    catalog.jsonld                         the catalogue as DCAT
    dataset/<name>/index.html              one dataset, all rows
    dataset/<name>/<files>                 the published files
    api/3/action/package_show/<name>.json  the dataset in the form of CKAN's API

The ``package_show`` file announces a dataset and is written last; every page derives from it.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from meguro_opendata import pages
from meguro_opendata.catalog import CatalogEntry, Package, Resource, from_ckan, to_ckan, to_dcat
from meguro_opendata.catalog.package import JsonObject, Part, list_of
from meguro_opendata.errors import PortalError
from meguro_opendata.files.csvrows import read_csv_rows
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.whole import (
    inside,
    is_aside,
    is_plain_name,
    plain_bytes,
    sha256,
    storage_guard,
    sweep,
    write_whole,
)
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import HeldTable, PortalLists, PortalState, TableLoad, Upload, View
from meguro_opendata.portals.marks import OURS
from meguro_opendata.workspace.city import City

__all__ = ["FolderPortal"]

# Fixed for ever: ids are UUIDs of version 5 (RFC 9562) below it, so that a portal built again keeps all its ids.
_NAMESPACE = uuid.UUID("6f1c2f5e-2f0b-5b8e-9b0b-0d9f3c1f7a52")
_PREVIEW = 5  # rows of each dataset on the front page: enough to see what the table is about
_PAGE = "index.html"
# Header and rows.
_Table = tuple[list[str], list[list[str]]]
# The texts of a package, and of its parts, that this module relies on; `_refuse_malformed` checks them.
_USED = ("name", "metadata_created")
_USED_PARTS = {
    "resources": ("name", "hash", "created"),
    "tags": ("name",),
    "groups": ("name",),
    "extras": ("key", "value"),
}


class FolderPortal:
    """A portal in a folder that only this program writes to (see ``Portal`` for the operations)."""

    exclusive = True
    workers = 1
    datastore: frozenset[str] = frozenset()

    def __init__(self, name: str, root: Path, city: City, lang: str = "ja") -> None:
        self.name = name
        self.root = root
        self._city = city
        self._lang = lang

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset in CKAN's form, always public: a folder has no users whose access could be limited."""
        return to_ckan(entry, self._city).with_fields(private=False)

    def lists(self) -> PortalLists:
        """Return no lists: a folder accepts every group and licence."""
        return PortalLists()

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return no findings: a folder accepts every package."""
        return []

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return the packages by name; ``hash`` is ``None`` for a file that is missing or differs from its checksum.

        Raises:
            PortalError: If a ``package_show`` file cannot be read.
        """
        return PortalState({package.name: self._with_real_hashes(package) for package in self._packages()})

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return the bytes of a published file, empty if it is missing or another editor's link."""
        part = package.identified(resource)
        return (
            self._bytes(package.name, part.name) if part is not None and not self._is_of_others(package, part) else b""
        )

    def _bytes(self, package: str, resource: str) -> bytes:
        path = self._file(package, resource)
        return plain_bytes(path) if path.is_file() else b""

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return the bytes of a published file, empty if it is missing."""
        return self._bytes(package.name, part.name)

    def held_table(self, part: Resource) -> HeldTable | None:
        """Return ``None``: a folder has no DataStore."""
        return None

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Return no rows: a folder has no DataStore."""
        return []

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Return no views: the pages of a folder are made from its files."""
        return ()

    def add_view(self, part: Resource, view: View) -> None:
        """Ignore the view: a folder has no views."""

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Write the new files, delete the removed ones, then write the ``package_show`` file that announces the rest.

        Raises:
            PortalError: If a file to remove cannot be deleted; it stays announced.
            StorageError: If the folder cannot be written.
        """
        name = package.name
        for upload in uploads:
            write_whole(self._file(name, upload.name), plain_bytes(upload.path))
        old = self._package(name)
        shown = self._shown(package, old, moment)
        kept = {part.name for part in shown.resources}
        gone = [self._file(name, part.name) for part in (old.resources if old else ()) if part.name not in kept]
        self._delete(gone)
        answer = {"help": "", "success": True, "result": shown.to_ckan()}
        write_whole(self._show_path(name), _json_bytes(answer))
        return shown

    def load(self, package: Package, table: TableLoad) -> None:
        """Ignore the table: a folder has no DataStore."""

    def remove(self, package: Package) -> None:
        """Delete a dataset's files, then the file that announces it.

        In this order a removal that fails can be repeated: the dataset is announced until all of its files are gone.

        Raises:
            PortalError: If a file cannot be deleted; the others are gone, and the dataset stays announced.
        """
        self._delete(self._contents(package.name))
        self._delete([self._show_path(package.name)])

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Return the paths left of a removed dataset, or the names of the given files that are still there."""
        if parts is not None:
            return tuple(part.name for part in parts if self._file(package.name, part.name).is_file())
        paths = [*self._contents(package.name), self._show_path(package.name)]
        return tuple(path.relative_to(self.root).as_posix() for path in paths if path.is_file() or path.is_symlink())

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return the files in a dataset's folder that are neither its own nor its page, named by their paths there."""
        *found, folder = self._contents(package.name)
        own = {folder / _PAGE, *(folder / part.name for part in package.resources)}
        others = [path for path in found if path not in own and (path.is_symlink() or path.is_file())]
        paths = (path.relative_to(folder).as_posix() for path in others if not is_aside(path.name))
        # A name whose bytes are no UTF-8 could not be written into a plan.
        names = sorted(os.fsencode(path).decode("utf-8", "replace") for path in paths)
        return tuple(Resource({"name": name, "url": f"dataset/{package.name}/{name}"}) for name in names)

    def _contents(self, name: str) -> list[Path]:
        """Return all paths in a dataset's folder, inner ones first, and the folder itself last.

        A symbolic link is not followed: a removal must not delete files outside of the portal.
        """
        folder = inside(self.root, "dataset", name)
        if folder.is_symlink() or not folder.is_dir():
            return [folder]
        with storage_guard(folder):
            walked = list(os.walk(folder, topdown=False))
        return [Path(place, inner) for place, folders, files in walked for inner in (*files, *folders)] + [folder]

    def _delete(self, paths: Sequence[Path]) -> None:
        """Delete files and empty folders, as many as the system allows.

        Windows does not delete a file that another program has open, so one failure does not end the loop.

        Raises:
            PortalError: If a path is still there; it names the files.
        """
        reasons = {path: reason for path in paths if (reason := _deletion_trouble(path)) is not None}
        files = [path.relative_to(self.root).as_posix() for path in reasons if path.is_symlink() or not path.is_dir()]
        if reasons:
            names = files or [path.relative_to(self.root).as_posix() for path in reasons]
            raise PortalError("removal-failed", name=self.name, files=names, reason=next(iter(reasons.values())))

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Remove a dataset's half-written files, and the files in ``gone`` that the dataset does not announce.

        Raises:
            StorageError: If a file cannot be removed.
        """
        sweep(self._show_path(name).parent)
        sweep(inside(self.root, "dataset", name))
        shown = self._package(name)
        announced = {part.name for part in shown.resources} if shown else set()
        with storage_guard(self.root):
            for file in set(gone) - announced:
                self._file(name, file).unlink(missing_ok=True)

    def finish(self) -> bool:
        """Write the catalogue and the pages anew where their content differs; return whether a page was written."""
        packages = list(self._packages())
        for folder in (self.root, *(inside(self.root, "dataset", package.name) for package in packages)):
            sweep(folder)
        entries = list(map(from_ckan, packages))
        written = [write_whole(self.root / "catalog.jsonld", to_dcat(entries, self._city).encode("utf-8"))]
        tables = [self._table(entry) for entry in entries]
        for entry, table in zip(entries, tables, strict=True):
            page = self.root / "dataset" / entry.name / _PAGE
            written.append(write_whole(page, self._dataset_page(entry, table).encode("utf-8")))
        index = self._index_page(list(zip(entries, tables, strict=True)))
        written.append(write_whole(self.root / "index.html", index.encode("utf-8")))
        return any(written)

    def _dataset_page(self, entry: CatalogEntry, table: _Table) -> str:
        return pages.render(
            "portal_dataset.html",
            self._lang,
            city=self._city,
            preview=_PREVIEW,
            entry=entry,
            table=table,
            title=entry.title,
        )

    def _index_page(self, datasets: Sequence[tuple[CatalogEntry, _Table]]) -> str:
        return pages.render(
            "portal_index.html",
            self._lang,
            city=self._city,
            preview=_PREVIEW,
            datasets=datasets,
            title=self._city.name,
        )

    def _table(self, entry: CatalogEntry) -> _Table:
        """Return header and rows of a dataset's CSV for its page, without columns that are empty in every row."""
        name = next((part.name for part in entry.distributions if part.format == "CSV"), None)
        if name is None:
            return [], []
        header, rows = read_csv_rows(self._bytes(entry.name, name))
        used = [index for index in range(len(header)) if any(row[index] for row in rows)]
        return [header[index] for index in used], [[row[index] for index in used] for row in rows]

    def _packages(self) -> Iterator[Package]:
        for path in sorted((self.root / "api" / "3" / "action" / "package_show").glob("*.json")):
            try:
                package = Package.from_ckan(parsed_json(path.read_text(encoding="utf-8"))["result"])
                _refuse_malformed(package)
            except HalfSignError as half:
                raise PortalError("half-sign", place=f"{path}: {half.place}", sign=half.sign) from None
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise PortalError("portal-damaged", file=path) from None
            yield package

    def _package(self, name: str) -> Package | None:
        return next((known for known in self._packages() if known.name == name), None)

    def _with_real_hashes(self, package: Package) -> Package:
        with storage_guard(self.root):
            found = [self._looked_at(package, part) for part in package.resources]
        return replace(package, resources=tuple(found))

    def _looked_at(self, package: Package, part: Resource) -> Resource:
        if self._is_of_others(package, part):
            return part.with_fields(**{OURS: False})
        return part.with_fields(hash=self._confirmed_hash(package.name, part))

    def _is_of_others(self, package: Package, part: Resource) -> bool:
        """Return whether a resource was written into the list by hand: its id is not the one that this portal gives."""
        return part.id is not None and part.id != _identifier(self._city.code, package.name, part.name)

    def _confirmed_hash(self, package: str, part: Resource) -> str | None:
        """Return the announced checksum if the file is there and has it, else ``None``."""
        path = self._file(package, part.name)
        return part.hash if path.is_file() and sha256(path.read_bytes()) == part.hash else None

    def _shown(self, package: Package, old: Package | None, moment: str) -> Package:
        earlier = {part.name: part for part in old.resources if not self._is_of_others(old, part)} if old else {}
        parts = tuple(
            part.without(OURS)
            if self._is_of_others(package, part)
            else self._shown_resource(package.name, part, earlier.get(part.name), moment)
            for part in package.resources
        )
        fields = package.with_fields(
            id=_identifier(self._city.code, package.name),
            type="dataset",
            state="active",
            private=False,
            isopen=True,
            metadata_created=old.fields["metadata_created"] if old else moment,
            metadata_modified=moment,
            num_resources=len(parts),
            num_tags=len(package.tags),
        )
        return replace(fields, resources=parts)

    def _shown_resource(self, package: str, part: Resource, old: Resource | None, moment: str) -> Resource:
        # The file's date moves only with its bytes, so that a change of metadata does not look like new data.
        same = old is not None and old.hash == part.fields["hash"]
        return part.with_fields(
            id=_identifier(self._city.code, package, part.name),
            package_id=_identifier(self._city.code, package),
            url=f"dataset/{package}/{part.name}",
            url_type="upload",
            state="active",
            created=old.fields["created"] if old else moment,
            last_modified=old.fields["last_modified"] if old and same else moment,
        )

    def _file(self, package: str, resource: str) -> Path:
        return inside(self.root, "dataset", package, resource)

    def _show_path(self, name: str) -> Path:
        return inside(self.root, "api", "3", "action", "package_show", f"{name}.json")


def _refuse_malformed(package: Package) -> None:
    """Read every part of a package that is used later, so that a malformed file is refused before anything is written.

    Raises:
        ValueError: If a name cannot be a file's name; KeyError, TypeError or AttributeError for a wrong kind of value.
    """
    from_ckan(package)
    for key in _USED:
        package.needed(key)
    lists: dict[str, Sequence[Part]] = {
        "resources": package.resources,
        "tags": package.tags,
        "groups": package.groups,
        "extras": package.extras,
    }
    for kind, parts in lists.items():
        list_of(package.fields[kind])
        for part in parts:
            for key in _USED_PARTS[kind]:
                part.needed(key)
    if not all(map(is_plain_name, (package.name, *(part.name for part in package.resources)))):
        raise ValueError(package.name)


def _deletion_trouble(path: Path) -> str | None:
    """Delete a file, a link or an empty folder; return the system's reason if that failed, else ``None``."""
    try:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _identifier(*parts: str) -> str:
    """Return the id of a dataset or file, the same however often the portal is built."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _json_bytes(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
