"""DataStore tables and views in a backup of a CKAN: saved, put back and compared.

In ``backup.json``, ``tables`` has the checksum of each saved table and ``views`` the views of each file, by resource
id. A backup of an earlier version has neither; then tables and views are neither put back nor compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.catalog.package import Json, JsonObject, Package, Resource, list_of, object_of
from meguro_opendata.errors import PortalError, RefusedError
from meguro_opendata.files.whole import inside, sha256, write_whole
from meguro_opendata.portals.base import View
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.ckan.tables import put_back, saved_table
from meguro_opendata.portals.marks import CHECKSUM

__all__ = ["Attempt", "Contents", "Place", "put_back_contents", "read_contents", "save_contents", "shown_differences"]

_SHOWN_LETTERS = 12
# Equal in all three, a file is the saved one. CKAN can drop `sha256` or rewrite `hash`, so one field is not enough.
_SAME_FILE = ("hash", CHECKSUM, "size")


@dataclass(frozen=True)
class Contents:
    """The tables and views of a backup.

    Attributes:
        folder: The backup's folder, which has the tables by checksum.
        tables: The checksum of each table, by resource id.
        views: The views of each file, by resource id.
        lost: Files (``dataset/file``) for which the portal announced a table that it did not have.
    """

    folder: Path
    tables: Mapping[str, str]
    views: Mapping[str, tuple[View, ...]]
    lost: tuple[str, ...] = ()

    def table(self, resource: str) -> JsonObject | None:
        """Return the saved table of a resource, ``None`` if it has none."""
        checksum = self.tables.get(resource)
        path = inside(self.folder, "files", checksum) if checksum else None
        return dict(object_of(json.loads(path.read_text(encoding="utf-8")))) if path else None

    def to_dict(self) -> JsonObject:
        """Return the part of ``backup.json`` about tables and views."""
        views: JsonObject = {key: [view.fields for view in some] for key, some in self.views.items()}
        return {"tables": dict(self.tables), "views": views, "lost_tables": list(self.lost)}


@dataclass(frozen=True)
class Place:
    """One table or view of a portal that differs from its saved state: its name, and both states as text."""

    name: str
    saved: str
    found: str


@dataclass(frozen=True)
class Attempt:
    """One attempt to put a table or view back, with the error if the portal refused."""

    dataset: str
    place: str
    error: PortalError | None = None


Report = Callable[[Attempt], None]


def save_contents(portal: CkanPortal, packages: Sequence[Package], folder: Path) -> Contents:
    """Save the tables and views of packages in a backup's folder.

    Raises:
        PortalError: If the portal cannot be read.
        StorageError: If the folder cannot be written.
    """
    tables: dict[str, str] = {}
    views: dict[str, tuple[View, ...]] = {}
    lost: list[str] = []
    for package in packages:
        for part in package.resources:
            resource = part.needed("id")
            if found := portal.held_views(part):
                views[resource] = found
            if part.fields.get("datastore_active") is True:
                table = saved_table(portal.client, resource)
                if table is None:
                    lost.append(f"{package.name}/{part.name}")
                else:
                    tables[resource] = _keep(table, folder)
    return Contents(folder, tables, views, tuple(lost))


def _keep(table: JsonObject, folder: Path) -> str:
    data = json.dumps(table, ensure_ascii=False, sort_keys=True).encode("utf-8")
    checksum = sha256(data)
    write_whole(inside(folder, "files", checksum), data)
    return checksum


def read_contents(saved: Mapping[str, Json], folder: Path) -> Contents | None:
    """Return the tables and views of a backup after a check of each table; ``None`` for an earlier version's backup.

    Args:
        saved: The content of ``backup.json``.
        folder: The backup's folder.

    Raises:
        ValueError: If a table's bytes differ from its checksum.
    """
    if "tables" not in saved:
        return None
    tables = {key: str(checksum) for key, checksum in object_of(saved["tables"]).items()}
    views = {
        key: tuple(View(dict(object_of(fields))) for fields in list_of(some))
        for key, some in object_of(saved["views"]).items()
    }
    if not all(sha256(inside(folder, "files", one).read_bytes()) == one for one in tables.values()):
        raise ValueError("tables")
    return Contents(folder, tables, views, tuple(map(str, list_of(saved.get("lost_tables", ())))))


def put_back_contents(
    portal: CkanPortal, saved: Sequence[Package], contents: Contents, report: Report | None = None
) -> None:
    """Put back the tables and views that the portal lacks; a table only if its file is the saved one.

    Args:
        portal: The portal.
        saved: The packages of the backup.
        contents: The tables and views of the backup.
        report: A function that is called with each attempt, successful or refused.

    Raises:
        PortalError: If the portal cannot be reached.
    """
    held = {package.name: package for package in portal.raw_packages()}
    for package in saved:
        for part, other in _pairs(package, held.get(package.name)):
            for place, do in _missing(portal, part, other, contents):
                attempt = Attempt(package.name, place, _refusal(do))
                if report is not None:
                    report(attempt)


def _refusal(do: Callable[[], None]) -> PortalError | None:
    """Carry out one step and return the portal's refusal, ``None`` if the step succeeded."""
    try:
        do()
    except RefusedError as error:
        return error
    return None


def _missing(
    portal: CkanPortal, part: Resource, other: Resource, contents: Contents
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the name of each table and view that a resource lacks, and the function that puts it back."""
    resource = part.needed("id")
    table = contents.table(resource)
    if table is not None and _is_same_file(part, other) and not _has_table(portal, other):
        yield f"tables.{part.name}", lambda: put_back(portal.client, other.needed("id"), table)
    views = contents.views.get(resource, ())
    left = [view.kind for view in portal.held_views(other)] if views else []
    for view in views:
        if view.kind in left:
            left.remove(view.kind)
        else:
            yield _view_place(part, view), lambda view=view: portal.add_view(other, view)  # type: ignore[misc]


def _has_table(portal: CkanPortal, part: Resource) -> bool:
    """Return whether a file has a table that the portal shows.

    A purged dataset leaves its table in the DataStore; ``datastore_active`` is then absent and the portal shows none.
    """
    return part.fields.get("datastore_active") is True and portal.held_table(part) is not None


def _is_same_file(part: Resource, other: Resource) -> bool:
    return all((part.fields.get(name) or None) == (other.fields.get(name) or None) for name in _SAME_FILE)


def _view_place(part: Resource, view: View) -> str:
    kind, title = view.kind
    return f"views.{part.name}.{title} ({kind})"


def _pairs(saved: Package, held: Package | None) -> Iterator[tuple[Resource, Resource]]:
    """Yield each file of a saved package with its counterpart on the portal: by id, else by name."""
    left = {part.id: part for part in held.resources} if held else {}
    known = {part.id for part in saved.resources}
    for part in saved.resources:
        named = (key for key, one in left.items() if one.name == part.name and key not in known)
        key = part.id if part.id in left else next(named, None)
        if key in left:
            yield part, left.pop(key)


def shown_differences(portal: CkanPortal, package: Package, found: Package, contents: Contents) -> Iterator[Place]:
    """Yield the tables and views of a dataset that differ from their saved state.

    Args:
        portal: The portal.
        package: The saved dataset.
        found: The dataset as the portal has it.
        contents: The saved tables and views.
    """
    for part, other in _pairs(package, found):
        resource = part.needed("id")
        table = contents.table(resource)
        active = other.fields.get("datastore_active") is True
        held = saved_table(portal.client, other.needed("id")) if table is not None or active else None
        if _steady(table) != _steady(held):
            yield Place(f"tables.{part.name}", _table_text(table), _table_text(held))
        yield from _view_differences(part, contents.views.get(resource, ()), portal.held_views(other))


# An equal view first, else one of the same type and title: two views can share both and differ in a filter.
def _view_differences(part: Resource, saved: Sequence[View], found: Sequence[View]) -> Iterator[Place]:
    left = list(found)
    for view in saved:
        same = next((one for one in left if one == view), None) or next(
            (one for one in left if one.kind == view.kind), None
        )
        if same is not None:
            left.remove(same)
        if same != view:
            yield Place(_view_place(part, view), _view_text(view), _view_text(same))
    for view in left:
        yield Place(_view_place(part, view), "", _view_text(view))


def _steady(table: Mapping[str, Json] | None) -> Json:
    """Return a table with its rows and key sorted, since PostgreSQL gives rows in any order."""
    if table is None:
        return None
    rows = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in list_of(table["records"]))
    return {**table, "key": sorted(map(str, list_of(table["key"]))), "records": list(rows)}


def _table_text(table: Mapping[str, Json] | None) -> str:
    """Return a short text for a table: its number of rows and a checksum; empty without a table."""
    if table is None:
        return ""
    text = json.dumps(_steady(table), ensure_ascii=False, sort_keys=True)
    return f"{len(list_of(table['records']))} rows, sha256 {sha256(text.encode('utf-8'))[:_SHOWN_LETTERS]}"


def _view_text(view: View | None) -> str:
    return json.dumps(view.fields, ensure_ascii=False, sort_keys=True) if view else ""
