"""``Plan``: everything that publishing would do, complete, and the state of the portal that it was made against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from meguro_opendata.catalog.package import JsonObject, Package, Resource
from meguro_opendata.files.rowdiff import RowChange, RowCounts
from meguro_opendata.files.whole import is_checksum, sha256
from meguro_opendata.findings import Finding
from meguro_opendata.portals import PortalState, TableLoad
from meguro_opendata.portals.datastore import schema_columns, short_name
from meguro_opendata.publication.fields import Conflict, FieldChange
from meguro_opendata.publication.looking import Looked, LostView
from meguro_opendata.release.dataset import PublishedDataset

__all__ = [
    "ACTIONS",
    "PLAN_FORMAT",
    "WRITTEN",
    "DatasetPlan",
    "Plan",
    "ResourcePlan",
    "Wishes",
    "Withdrawn",
    "short_names",
]

PLAN_FORMAT = "meguro-opendata/plan@1"
ACTIONS = ("create", "update", "unchanged", "remove", "conflict")
WRITTEN = ("create", "update")
# By these the state is known that a plan was made against.
_AGAINST = ("id", "metadata_modified")
_NOTE = ("code", "severity", "field", "value", "suggestion")


@dataclass(frozen=True)
class Wishes:
    """What is asked for by name beyond publishing the releases.

    Attributes:
        remove: Datasets on the portal, or files as ``dataset/file`` or ``dataset/id``, to be taken away.
        overwrite: Datasets whose fields win over edits made on the portal.
        releases: An earlier release to publish, by dataset.
        again: Withdrawn datasets to be published anew.
    """

    remove: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()
    releases: tuple[tuple[str, str], ...] = ()
    again: tuple[str, ...] = ()

    def to_dict(self) -> JsonObject:
        """Return the JSON that ``plan@1`` has for it."""
        return {
            "remove": list(self.remove),
            "overwrite": list(self.overwrite),
            "releases": dict(self.releases),
            "again": list(self.again),
        }


@dataclass(frozen=True)
class Withdrawn:
    """That a dataset is withdrawn from the portal, by the ledger.

    Attributes:
        time: When, ISO 8601 in Japan's time.
        portal: From which portal.
        found: What of it is on the portal all the same: names of files, or its name there; empty as a rule.
        whole: Whether the ledger has one event of the dataset for it; ``False`` for events of its files, as earlier
            versions wrote them.
    """

    time: str
    portal: str
    found: tuple[str, ...] = ()
    whole: bool = True

    def to_dict(self) -> JsonObject:
        """Return the JSON that ``plan@1`` has for it."""
        return {"time": self.time, "portal": self.portal, "found": list(self.found)}


@dataclass(frozen=True)
class ResourcePlan:
    """What will be done with one file.

    ``create``, ``update``, ``unchanged``, ``orphaned`` (not in the release any more, left as it is) or ``remove``.
    ``shown`` are the first rows of a table that change. ``path`` is the file on this machine; the plan's JSON has
    ``below``, its path below the folder of the releases, so that a plan says nothing of where it was made.
    ``shown`` are the first rows of a table that change. ``id`` and ``url`` are the portal's, ``None`` before it has
    given them; ``ours`` says whether this tool published the resource, by its mark or the ledger.
    """

    name: str
    action: str
    sha256: str | None
    rows: RowCounts | None
    path: str | None = None
    bytes: int = 0
    shown: tuple[RowChange, ...] = ()
    below: str | None = None
    id: str | None = None
    url: str | None = None
    ours: bool = True

    @classmethod
    def other(cls, part: Resource, *, removed: bool, ours: bool) -> ResourcePlan:
        """Return the plan of a resource that is no file of a release: it stays, or is taken away."""
        # A server keeps any text as the hash of a resource of others.
        checksum = part.hash if is_checksum(part.hash or "") else None
        action = "remove" if removed else "orphaned"
        return cls(part.name, action, checksum, None, id=part.id, url=part.url, ours=ours)

    def to_dict(self) -> JsonObject:
        """Return the JSON that ``plan@1`` has for it."""
        return {
            "name": self.name,
            "id": self.id,
            "url": self.url,
            "ours": self.ours,
            "action": self.action,
            "sha256": self.sha256,
            "rows": self.rows.to_dict() if self.rows else None,
            "row_changes": [row.to_dict() for row in self.shown],
            "path": self.below,
            "bytes": self.bytes,
        }


@dataclass(frozen=True)
class DatasetPlan:
    """What will be done with one dataset.

    Attributes:
        dataset: The slug; of a dataset that is only on the portal, its name there.
        name: The name on the portal.
        metadata: Each field that differs.
        guards: Reasons to refuse, such as ``row-loss``.
        package: The metadata as it will be sent.
        conflicts: Fields of ours that were edited on the portal.
        notes: What the portal would refuse, change or drop of the metadata.
        before: The package as the portal has it, ``None`` if it has none.
        published: The owned fields as they will then be, by which a later edit on the portal can be shown.
        release: What is published.
        loads: The tables that go into the portal's DataStore.
        only_loads: Whether everything else is as it is to be.
        lost_tables: The files of ``loads`` whose table was in the DataStore and is not any more, or is another one.
        views: Views that are gone and will be made again.
        looked: What was found on the portal; it is no part of the plan's JSON.
        withdrawn: Its withdrawal; ``None`` for a dataset that is not withdrawn.
        copied: Whether it is somebody's copy of a dataset of ours that is taken off the portal.
    """

    dataset: str
    name: str
    action: str
    metadata: tuple[FieldChange, ...]
    resources: tuple[ResourcePlan, ...]
    guards: tuple[str, ...]
    package: Package
    standard: str | None
    department: str
    rows: int
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Finding, ...] = ()
    before: Package | None = None
    published: Mapping[str, str] | None = None
    release: PublishedDataset | None = None
    loads: tuple[TableLoad, ...] = ()
    only_loads: bool = False
    lost_tables: tuple[str, ...] = ()
    views: tuple[LostView, ...] = ()
    looked: Looked | None = field(default=None, repr=False, compare=False)
    withdrawn: Withdrawn | None = None
    copied: bool = False

    @property
    def stays_withdrawn(self) -> bool:
        """Return whether it is withdrawn and is not to be published anew."""
        return self.withdrawn is not None and self.release is None and self.action == "unchanged"

    @property
    def only_withdraws(self) -> bool:
        """Return whether it is taken off the portal, or loses files there and nothing else changes."""
        actions = {part.action for part in self.resources}
        return self.action == "remove" or ("remove" in actions and not actions & {*WRITTEN} and not self.metadata)

    @property
    def withdraws(self) -> bool:
        """Return whether anything of it is taken off the portal."""
        return self.action == "remove" or any(part.action == "remove" for part in self.resources)

    def below(self, releases: Path) -> DatasetPlan:
        """Return the same with each file's path below the folder of the releases."""
        return replace(self, resources=tuple(_below(part, releases) for part in self.resources))

    def to_dict(self) -> JsonObject:
        """Return the JSON that ``plan@1`` has for it."""
        before = self.before
        return {
            "dataset": self.dataset,
            "name": self.name,
            "action": self.action,
            "metadata": [change.to_dict() for change in self.metadata],
            "resources": [part.to_dict() for part in self.resources],
            "guards": list(self.guards),
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "notes": list(map(_note_dict, self.notes)),
            "datastore": [_load_dict(load, load.name in self.lost_tables) for load in self.loads],
            "views": [view.to_dict() for view in self.views],
            "against": {key: before.fields.get(key) for key in _AGAINST} if before else None,
            "package": self.package.to_ckan(),
            "standard": self.standard,
            "department": self.department,
            "rows": self.rows,
            "withdrawn": self.withdrawn.to_dict() if self.withdrawn else None,
        }


def _note_dict(note: Finding) -> JsonObject:
    return {name: getattr(note, name) for name in _NOTE}


def _below(part: ResourcePlan, releases: Path) -> ResourcePlan:
    if part.path is None:
        return part
    path = Path(part.path)
    return replace(part, below=path.relative_to(releases).as_posix() if path.is_relative_to(releases) else path.name)


def _load_dict(load: TableLoad, lost: bool) -> JsonObject:
    """Return a table for the DataStore, with the columns that have too long a name for it."""
    key = list(load.key)
    return {"file": load.name, "digest": load.digest, "key": key, "short_names": short_names(load), "lost": lost}


def short_names(load: TableLoad) -> dict[str, str]:
    """Return the columns whose name is too long for the DataStore, by the name that they get there."""
    columns = [column.needed("name") for column in schema_columns(load.schema)]
    return {short_name(name): name for name in columns if short_name(name) != name}


@dataclass(frozen=True)
class Plan:
    """Everything that publishing would do, and the state of the portal that it was made against.

    Attributes:
        portal_state: A checksum of that state.
        wishes: What was asked for by name.
        not_looked_at: What of the portal was not compared: codes of the sentences ``not-looked-at-…``.
        seen: That state itself, for a caller who publishes at once; it is no part of the plan's JSON.
        continues: The digest of an agreed plan of which this is what an interrupted run has left; no part of the JSON.
    """

    portal: str
    portal_state: str
    changes: tuple[DatasetPlan, ...]
    wishes: Wishes = Wishes()
    not_looked_at: tuple[str, ...] = ()
    seen: PortalState | None = field(default=None, repr=False, compare=False)
    continues: str | None = field(default=None, compare=False)

    @property
    def pending(self) -> bool:
        """Return whether anything would be written, or is to be decided."""
        return any(change.action != "unchanged" for change in self.changes)

    @property
    def deed(self) -> str:
        """``publish``, ``withdraw`` or ``both``: by which words the plan is presented."""
        pending = [change for change in self.changes if change.action != "unchanged"]
        if pending and all(change.only_withdraws for change in pending):
            return "withdraw"
        return "both" if any(change.withdraws for change in pending) else "publish"

    @property
    def kept_withdrawn(self) -> tuple[DatasetPlan, ...]:
        """Return the datasets that stay withdrawn."""
        return tuple(change for change in self.changes if change.stays_withdrawn)

    @property
    def summary(self) -> dict[str, int]:
        """Number of datasets by action."""
        return {action: sum(change.action == action for change in self.changes) for action in ACTIONS}

    @property
    def digest(self) -> str:
        """Return the checksum of everything that the plan says: what is approved is this."""
        return sha256(json.dumps(self._content(), ensure_ascii=False, sort_keys=True).encode("utf-8"))

    def to_dict(self) -> JsonObject:
        """Return the plan as the JSON of ``plan@1``; complete enough to be applied."""
        return {**self._content(), "hash": self.digest}

    def _content(self) -> JsonObject:
        return {
            "format": PLAN_FORMAT,
            "portal": self.portal,
            "portal_state": self.portal_state,
            "wishes": self.wishes.to_dict(),
            "not_looked_at": list(self.not_looked_at),
            "changes": [change.to_dict() for change in self.changes],
            "summary": self.summary,
        }
