"""``FolderPortal``: the embedded portal, a folder that any web server or file share can show. No server of its own.

    index.html                             the catalogue for people
    catalog.jsonld                         the catalogue as DCAT
    dataset/<name>/index.html              one dataset, all rows
    dataset/<name>/<files>                 what is published
    api/3/action/package_show/<name>.json  the dataset as CKAN's API would answer

The ``package_show`` file is written last: a dataset is there when it is, and everything else follows from it.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from meguro_opendata import pages
from meguro_opendata.catalog import CatalogEntry, from_ckan, to_ckan, to_dcat
from meguro_opendata.errors import PortalError
from meguro_opendata.files.csvrows import read_csv_rows
from meguro_opendata.files.whole import inside, is_plain_name, sha256, storage_guard, write_whole
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import Package, PortalState, TableLoad, Upload
from meguro_opendata.workspace.city import City

__all__ = ["FolderPortal"]

_NAMESPACE = uuid.UUID("6f1c2f5e-2f0b-5b8e-9b0b-0d9f3c1f7a52")
_PREVIEW = 5
# The texts of a package that are used, and those of its parts.
_USED = ("name", "metadata_created")
_USED_PARTS = {
    "resources": ("name", "hash", "created"),
    "tags": ("name",),
    "groups": ("name",),
    "extras": ("key", "value"),
}


class FolderPortal:
    """A portal in a folder."""

    exclusive = True
    workers = 1
    datastore: frozenset[str] = frozenset()

    def __init__(self, name: str, root: Path, city: City, lang: str = "ja") -> None:
        self.name = name
        self.root = root
        self._city = city
        self._lang = lang

    def wanted(self, slug: str, entry: CatalogEntry) -> dict[str, Any]:
        """A dataset in CKAN's own form."""
        return {**to_ckan(entry, self._city), "private": False}

    def check(self, package: Package) -> list[Finding]:
        """Nothing: a folder takes everything."""
        return []

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """The packages by name; the checksum of a file that is missing or another than announced is ``None``.

        Raises:
            PortalError: If a ``package_show`` file cannot be read.
        """
        return PortalState({package["name"]: self._with_real_hashes(package) for package in self._packages()})

    def read_file(self, package: Package, resource: str) -> bytes:
        """The bytes of a published file, empty if it is missing."""
        path = self._file(package["name"], resource)
        return path.read_bytes() if path.is_file() else b""

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> None:
        """Write the files, then the ``package_show`` answer that announces them.

        Raises:
            StorageError: If the folder cannot be written.
        """
        name = package["name"]
        for upload in uploads:
            write_whole(self._file(name, upload.name), upload.path.read_bytes())
        old = self._package(name)
        shown = self._shown(package, old, moment)
        answer = {"help": "", "success": True, "result": shown}
        write_whole(self._show_path(name), _json_bytes(answer))
        for part in old["resources"] if old else ():
            if part["name"] not in {kept["name"] for kept in shown["resources"]}:
                with storage_guard(self.root):
                    self._file(name, part["name"]).unlink(missing_ok=True)

    def load(self, package: Package, table: TableLoad) -> None:
        """Nothing: a folder has no DataStore."""

    def remove(self, package: Package) -> None:
        """Take a dataset away: first what announces it, then its files.

        Raises:
            StorageError: If the folder cannot be written.
        """
        with storage_guard(self.root):
            self._show_path(package["name"]).unlink(missing_ok=True)
            shutil.rmtree(inside(self.root, "dataset", package["name"]), ignore_errors=True)

    def finish(self) -> bool:
        """Write the catalogue and the pages anew where they differ from what is there."""
        packages = list(self._packages())
        entries = [from_ckan(package) for package in packages]
        written = [write_whole(self.root / "catalog.jsonld", to_dcat(entries, self._city).encode("utf-8"))]
        tables = [self._table(entry) for entry in entries]
        for entry, table in zip(entries, tables, strict=True):
            page = self._page("portal_dataset.html", entry=entry, table=table, title=entry.title)
            written.append(write_whole(self.root / "dataset" / entry.name / "index.html", page))
        index = self._page("portal_index.html", datasets=list(zip(entries, tables, strict=True)), title=self._city.name)
        written.append(write_whole(self.root / "index.html", index))
        return any(written)

    def _page(self, template: str, **values: Any) -> bytes:
        return pages.render(template, self._lang, city=self._city, preview=_PREVIEW, **values).encode("utf-8")

    def _table(self, entry: CatalogEntry) -> tuple[list[str], list[list[str]]]:
        """Header and rows of a dataset's CSV, without columns that are empty throughout."""
        name = next((part.name for part in entry.distributions if part.format == "CSV"), None)
        if name is None:
            return [], []
        header, rows = read_csv_rows(self.read_file({"name": entry.name}, name))
        used = [index for index in range(len(header)) if any(row[index] for row in rows)]
        return [header[index] for index in used], [[row[index] for index in used] for row in rows]

    def _packages(self) -> Iterator[dict[str, Any]]:
        for path in sorted((self.root / "api" / "3" / "action" / "package_show").glob("*.json")):
            try:
                package = json.loads(path.read_text(encoding="utf-8"))["result"]
                _refuse_malformed(package)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise PortalError("portal-damaged", file=path) from None
            yield package

    def _package(self, name: str) -> dict[str, Any] | None:
        return next((known for known in self._packages() if known["name"] == name), None)

    def _with_real_hashes(self, package: dict[str, Any]) -> dict[str, Any]:
        with storage_guard(self.root):
            found = [{**part, "hash": self._confirmed_hash(package["name"], part)} for part in package["resources"]]
        return {**package, "resources": found}

    def _confirmed_hash(self, package: str, part: Mapping[str, Any]) -> str | None:
        """The announced checksum, if the file is there and has it."""
        path = self._file(package, part["name"])
        return part["hash"] if path.is_file() and sha256(path.read_bytes()) == part["hash"] else None

    def _shown(self, package: Mapping[str, Any], old: Mapping[str, Any] | None, moment: str) -> dict[str, Any]:
        earlier = {part["name"]: part for part in old["resources"]} if old else {}
        parts = [
            self._shown_resource(package["name"], part, earlier.get(part["name"]), moment)
            for part in package["resources"]
        ]
        return {
            **package,
            "id": _identifier(self._city.code, package["name"]),
            "type": "dataset",
            "state": "active",
            "private": False,
            "isopen": True,
            "metadata_created": old["metadata_created"] if old else moment,
            "metadata_modified": moment,
            "num_resources": len(parts),
            "num_tags": len(package["tags"]),
            "resources": parts,
        }

    def _shown_resource(
        self, package: str, part: Mapping[str, Any], old: Mapping[str, Any] | None, moment: str
    ) -> dict[str, Any]:
        same = old is not None and old["hash"] == part["hash"]
        return {
            **part,
            "id": _identifier(self._city.code, package, part["name"]),
            "package_id": _identifier(self._city.code, package),
            "url": f"dataset/{package}/{part['name']}",
            "url_type": "upload",
            "state": "active",
            "created": old["created"] if old else moment,
            "last_modified": old["last_modified"] if old and same else moment,
        }

    def _file(self, package: str, resource: str) -> Path:
        return inside(self.root, "dataset", package, resource)

    def _show_path(self, name: str) -> Path:
        return inside(self.root, "api", "3", "action", "package_show", f"{name}.json")


def _refuse_malformed(package: dict[str, Any]) -> None:
    """Touch every part of a package that is used later; whatever is not as CKAN gives it raises."""
    from_ckan(package)
    used = [package[key] for key in _USED]
    used += [part[key] for kind, keys in _USED_PARTS.items() for part in package[kind] for key in keys]
    if not all(isinstance(text, str) for text in used):
        raise TypeError(package["name"])
    if not all(is_plain_name(named["name"]) for named in (package, *package["resources"])):
        raise ValueError(package["name"])


def _identifier(*parts: str) -> str:
    """The same id for the same thing, however often the portal is built."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _json_bytes(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
