"""Notes of a dataset's state on a portal, written at its publication and compared by a later look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from meguro_opendata.catalog.package import JsonObject, Package, Resource
from meguro_opendata.files.whole import sha256, write_whole
from meguro_opendata.portals import Portal
from meguro_opendata.portals.marks import CHECKSUM, STORED_HASH, is_ours
from meguro_opendata.publication.history import History
from meguro_opendata.publication.looking import Looked, Notes, read_notes
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan

__all__ = ["forget", "note", "renew"]

_NOTED = (CHECKSUM, "last_modified", STORED_HASH)


def forget(history: History, portal: str, changes: Iterable[DatasetPlan]) -> None:
    """Erase the noted dates of the datasets that are about to be written; the other notes stay.

    After a kill it is unknown whose write gave a file its date on the portal. Without a noted date the next look
    downloads the file and compares its bytes.

    Raises:
        StorageError: If the folder cannot be written.
    """
    for change in changes:
        if change.action not in WRITTEN or change.only_loads:
            continue
        notes = read_notes(history, change.dataset, portal)
        if notes:
            kept = {key: {**noted, "last_modified": None} for key, noted in notes.items()}
            _write(history, change.dataset, portal, kept)


def note(history: History, plan: Plan, written: Mapping[str, Package | None]) -> None:
    """Write the notes of the datasets that are on a portal as the plan wants them.

    Args:
        history: The history that keeps the notes.
        plan: The plan that was carried out.
        written: The datasets that were written, by slug: each as the portal then has it, ``None`` if that is unknown.

    Raises:
        StorageError: If the folder cannot be written.
    """
    for change in plan.changes:
        package = change.before if change.action == "unchanged" else written.get(change.dataset)
        if change.looked is None or change.looked.exclusive or package is None:
            continue
        before = read_notes(history, change.dataset, plan.portal)
        notes = dict(_noted(package, before, change.looked))
        if notes or before:
            _write(history, change.dataset, plan.portal, notes)


def renew(history: History, slug: str, portal: Portal, held: Package | None) -> None:
    """Write the notes of a dataset that an interrupted run has written; notes of views stay unchanged.

    An editor can have replaced a file since the kill, so a file's date is noted only where its bytes are the
    published ones.

    Raises:
        PortalError: If a file cannot be read.
        StorageError: If the folder cannot be written.
    """
    if held is None or portal.exclusive:
        return
    notes = dict(_noted(held, read_notes(history, slug, portal.name), Looked(held)))
    for part in held.resources:
        if part.id in notes and not _is_as_published(held, part, portal):
            notes[part.id] = {**notes[part.id], "last_modified": None}
    if notes:
        _write(history, slug, portal.name, notes)


def _is_as_published(package: Package, part: Resource, portal: Portal) -> bool:
    content = portal.content(package, part) if part.is_upload else None
    return content is None or sha256(content) == part.optional(CHECKSUM)


def _noted(package: Package, before: Notes, looked: Looked) -> Iterator[tuple[str, JsonObject]]:
    for part in package.resources:
        if part.id and is_ours(part):
            views = before.get(part.id, {}).get("views")
            if looked.views is not None:
                # The lost views were made again by this run, after the portal was asked for its views.
                remade = [lost.view for lost in looked.lost_views if lost.resource == part.id]
                views = [dict(view.fields) for view in (*looked.views.get(part.id, ()), *remade)]
            state: JsonObject = {name: part.fields.get(name) for name in _NOTED}
            yield part.id, {"name": part.name, **state, "views": views}


def _write(history: History, slug: str, portal: str, notes: Notes) -> None:
    text = json.dumps(notes, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_whole(history.seen_path(slug, portal), text.encode("utf-8"))
