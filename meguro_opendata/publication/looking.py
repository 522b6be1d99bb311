"""Comparison of a portal's files, tables and views with their state at the last publication, beyond the marks.

One search of the portal gives each file's size, the text kept as its ``hash``, ``last_modified`` and whether the
DataStore has its table. ``last_modified`` and ``hash`` are noted at publication, beside the history:

releases/.history/<slug>/<portal>.seen.json   by resource id: checksum, date and hash at that time, and the views

A file whose date or hash differs from the note is downloaded, and its bytes decide: jobs of the portal itself (XLoader
writes ``hash``) change both without changing the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from meguro_opendata.catalog.package import Json, JsonObject, Package, Resource, list_of, object_of
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Portal, TableLoad, View
from meguro_opendata.portals.datastore import same_rows, stored_table
from meguro_opendata.portals.marks import BYTES, CHECKSUM, STORED_HASH, is_ours
from meguro_opendata.publication.fields import Conflict
from meguro_opendata.publication.history import History

__all__ = ["Look", "Looked", "LostView", "Notes", "look_at", "lost_table", "read_notes", "replaced_files"]


@dataclass(frozen=True)
class Look:
    """How closely a portal is compared; each attribute costs further requests.

    Attributes:
        deep: Request the table and the views of each file (two requests a file).
        files: Download every file, compute its checksum, and read every row of the tables.
        views: Whether lost views are made again (``remake_views`` in ``opendata.toml``).
    """

    deep: bool = False
    files: bool = False
    views: bool = True

    def __post_init__(self) -> None:
        """Refuse ``files`` without ``deep``: the tables would be left out, and the result would look complete.

        Raises:
            MeguroOpendataError: If files are asked for without ``deep``.
        """
        if self.files and not self.deep:
            raise MeguroOpendataError("files-without-deep")

    @classmethod
    def of(cls, left_out: Sequence[str], portal: Portal) -> Look:
        """Return the look of an earlier plan from its ``not_looked_at``: the inverse of :meth:`not_looked_at`."""
        deep = not portal.exclusive and "table-contents" not in left_out
        return cls(deep=deep, files=deep and "file-contents" not in left_out)

    def not_looked_at(self, portal: Portal, looked: Iterable[Looked | None] = ()) -> tuple[str, ...]:
        """Return the codes of the sentences ``not-looked-at-…``: the parts of a portal that were not compared.

        Args:
            portal: The portal.
            looked: The datasets after the look; without noted views it is unknown whether views were lost.
        """
        # Only this program writes to an exclusive portal, and its state is read from the files themselves.
        if portal.exclusive:
            return ()
        known = {
            "table-contents": self.deep,
            "table-values": self.files or not self.deep,
            "views": self.deep and self.views,
            "lost-views": not any(one and one.views_unnoted for one in looked),
            "file-contents": self.files,
        }
        return tuple(name for name, is_known in known.items() if not is_known)


@dataclass(frozen=True)
class LostView:
    """A view that existed at the last look and is missing now: file name, resource id and the view's settings."""

    file: str
    resource: str
    view: View

    def to_dict(self) -> JsonObject:
        """Return the lost view in the JSON of ``plan@1``."""
        kind, title = self.view.kind
        return {"file": self.file, "type": kind, "title": title}


@dataclass(frozen=True)
class Looked:
    """A dataset of a portal after a look at it.

    Attributes:
        package: The dataset as the portal has it; ``hash`` is ``None`` for a file that no longer has our content.
        found: The checksum of each downloaded file, by resource id; empty text for a missing file.
        views: The views of each file that was asked for, by resource id; ``None`` without ``deep``.
        lost_views: The noted views that are missing.
        views_unnoted: Whether views were requested but no earlier views were noted, so that a loss cannot be seen.
        exclusive: Whether only this program writes to the portal, so that no notes are kept.
    """

    package: Package | None
    found: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[str, tuple[View, ...]] | None = None
    lost_views: tuple[LostView, ...] = ()
    views_unnoted: bool = False
    exclusive: bool = False


# The notes of a dataset's files on a portal, by resource id.
Notes = Mapping[str, JsonObject]


def look_at(package: Package | None, slug: str, portal: Portal, history: History, look: Look) -> Looked:
    """Compare a dataset on a portal with the notes of its last publication.

    Args:
        package: The dataset as the portal has it; ``None`` if the portal lacks it.
        slug: The dataset's slug.
        portal: The portal.
        history: The history with the notes.
        look: How closely to compare.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    if package is None or portal.exclusive:
        return Looked(package, exclusive=portal.exclusive)
    notes = read_notes(history, slug, portal.name)
    found = dict(_downloaded(package, portal, notes, look))
    parts = tuple(_judged(part, found) for part in package.resources)
    if not look.deep:
        return Looked(replace(package, resources=parts), found)
    asked = [part for part in package.resources if is_ours(part)] if look.views else []
    views = {part.needed("id"): portal.held_views(part) for part in asked}
    lost = tuple(_lost_views(package, views, notes))
    unnoted = not all(isinstance(notes.get(resource, {}).get("views"), list) for resource in views)
    return Looked(replace(package, resources=parts), found, views, lost, views_unnoted=unnoted)


def _downloaded(package: Package, portal: Portal, notes: Notes, look: Look) -> Iterator[tuple[str, str]]:
    """Download each file whose metadata leaves its content in doubt; yield resource id and checksum."""
    for part in package.resources:
        known = part.optional(CHECKSUM)
        if not (is_ours(part) and part.is_upload and part.id and known):
            continue
        if look.files or _is_doubtful(part, notes.get(part.id, {})):
            content = portal.content(package, part)
            yield part.id, "" if content is None else sha256(content)


def _is_doubtful(part: Resource, noted: JsonObject) -> bool:
    """Return whether a file's date or ``hash`` differs from the note of this version, so that its bytes must decide."""
    checksum = part.optional(CHECKSUM)
    # `received` sets `hash` to None where the size differs: the file was replaced for certain, without a download.
    if part.hash is None:
        return False
    # A note of another version, or no note, has no date to compare; the hash can still be ours, empty, or foreign.
    same_version = noted.get(CHECKSUM) == checksum
    hashes = {None, "", checksum, *([noted.get(STORED_HASH)] if same_version else [])}
    moved = same_version and noted.get("last_modified") != part.fields.get("last_modified")
    return moved or part.fields.get(STORED_HASH) not in hashes


def _judged(part: Resource, found: Mapping[str, str]) -> Resource:
    """Return a resource whose ``hash`` is its checksum, ``None`` if the downloaded bytes are not ours."""
    held, known = found.get(part.id or ""), part.optional(CHECKSUM)
    return part if held is None else part.with_fields(hash=known if held == known else None)


def _lost_views(package: Package, views: Mapping[str, Sequence[View]], notes: Notes) -> Iterator[LostView]:
    names = {part.id: part.name for part in package.resources}
    for resource, held in views.items():
        # By type and title, each view once: a view that CKAN makes again has another id, and two can share a title.
        left = [view.kind for view in held]
        for view in _views_of(notes.get(resource, {})):
            if view.kind in left:
                left.remove(view.kind)
            else:
                yield LostView(names[resource], resource, view)


def replaced_files(looked: Looked, portal: Portal, *, overwrite: bool) -> tuple[Conflict, ...]:
    """Return a conflict for each of our files that an editor replaced on the portal.

    On an exclusive portal no editor exists: such a file is damaged, and the plan uploads it again.
    """
    if looked.package is None or portal.exclusive or overwrite:
        return ()
    parts = [part for part in looked.package.resources if is_ours(part) and part.is_upload and part.hash is None]
    return tuple(_replaced(part, looked.found.get(part.id or "")) for part in parts)


def _replaced(part: Resource, found: str | None) -> Conflict:
    """Return the conflict of a replaced file: it shows checksums if the file was downloaded, else sizes in bytes."""
    place = f"resources.{part.name}.file"
    if found is None:
        return Conflict(place, part.optional(BYTES), str(part.size), None)
    return Conflict(place, part.optional(CHECKSUM), found or None, None)


def lost_table(part: Resource | None, table: TableLoad, portal: Portal, look: Look) -> bool:
    """Return whether a table that was loaded is missing in the DataStore or differs from the loaded table.

    Args:
        part: The file on the portal.
        table: The table as it was loaded.
        portal: The portal.
        look: How closely to compare; without ``deep`` only ``datastore_active`` of the search counts.
    """
    if part is None or part.fields.get("datastore_active") is not True:
        return True
    if not look.deep:
        return False
    held = portal.held_table(part)
    wanted = stored_table(table.path.read_bytes(), table.schema, table.key)
    if held is None or (held.rows, held.columns) != (len(wanted.records), wanted.shape):
        return True
    return look.files and not same_rows(portal.held_rows(part), wanted)


def read_notes(history: History, slug: str, portal: str) -> dict[str, JsonObject]:
    """Return the notes of a dataset on a portal; empty if they cannot be read, since the next run notes them again."""
    try:
        loaded = object_of(json.loads(history.seen_path(slug, portal).read_text(encoding="utf-8")))
        return {key: dict(object_of(noted)) for key, noted in loaded.items()}
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _views_of(noted: JsonObject) -> Iterator[View]:
    views: Json = noted.get("views")
    for fields in list_of(views) if isinstance(views, list) else ():
        if isinstance(fields, dict):
            yield View(fields)
