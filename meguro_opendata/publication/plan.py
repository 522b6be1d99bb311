"""``Plan``: every change that publishing would make, and the state of the portal that it was made against."""

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
# In the order in which the summary lists them.
ACTIONS = ("create", "update", "unchanged", "remove", "conflict")
WRITTEN = ("create", "update")
# These fields of a package identify the state that a plan was made against: CKAN moves the time with every change.
_AGAINST = ("id", "metadata_modified")
_NOTE = ("code", "severity", "field", "value", "suggestion")


@dataclass(frozen=True)
class Wishes:
    """The options of a command that name datasets, beyond publishing the releases.

    Attributes:
        remove: Datasets on the portal, or files as ``dataset/file`` or ``dataset/id``, to be removed.
        overwrite: Datasets whose fields win over edits made on the portal.
        releases: The id of an earlier release to publish, by dataset.
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
    """The withdrawal of a dataset from a portal, by the ledger.

    Attributes:
        time: The time of the withdrawal, ISO 8601 in Japan's time.
        portal: The portal's name.
        found: The dataset's files, or its name, that are on the portal nevertheless; empty as a rule.
        whole: Whether the ledger has one event of the whole dataset; ``False`` for an event of each file, as version
            0.1 wrote them.
    """

    time: str
    portal: str
    found: tuple[str, ...] = ()
    whole: bool = True

    def to_dict(self) -> JsonObject:
        """Return the withdrawal in the JSON of ``plan@1``."""
        return {"time": self.time, "portal": self.portal, "found": list(self.found)}


@dataclass(frozen=True)
class ResourcePlan:
    """The planned change of one file.

    Attributes:
        name: The file's name, or the name of a link.
        action: ``create``, ``update``, ``unchanged``, ``orphaned`` (no longer in the release, left unchanged) or
            ``remove``.
        sha256: The checksum of the file to publish; ``None`` for a link.
        rows: The counts of a table's rows before and after.
        path: The file on this machine; it is not in the plan's JSON.
        bytes: The file's size.
        shown: The first rows of a table that change.
        below: The path below the folder of the releases, which makes a plan valid in an equal copy elsewhere.
        id: The portal's id of the resource, ``None`` before the portal has given one.
        url: The portal's address of the file, ``None`` before the portal has given one.
        ours: Whether this program published the resource, by its mark or the ledger.
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
        """Return the plan of a resource that is no file of a release: it stays (``orphaned``) or is removed."""
        # CKAN keeps any text as a resource's hash.
        checksum = part.hash if is_checksum(part.hash or "") else None
        action = "remove" if removed else "orphaned"
        return cls(part.name, action, checksum, None, id=part.id, url=part.url, ours=ours)

    def to_dict(self) -> JsonObject:
        """Return the file in the JSON of ``plan@1``."""
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
    """The planned change of one dataset.

    Attributes:
        dataset: The slug; of a dataset that is only on the portal, its name there.
        name: The name on the portal.
        action: ``create``, ``update``, ``unchanged``, ``remove`` or ``conflict``.
        metadata: Each field that differs.
        resources: The planned change of each file, files of the release first.
        guards: Codes of the guards that apply, such as ``row-loss``.
        package: The metadata as it will be sent.
        conflicts: Fields of ours that were edited on the portal, and files whose resource is uncertain.
        notes: The portal's findings: metadata that it would refuse, change or drop.
        before: The package as the portal has it, ``None`` for a new dataset.
        published: The owned fields as they will be after publishing, by which a later edit on the portal is shown.
        release: The release to publish; ``None`` where nothing is published.
        loads: The tables that go into the portal's DataStore.
        only_loads: Whether the dataset itself is up to date and only tables or views are written.
        lost_tables: The files of ``loads`` whose table was in the DataStore and is missing or different now.
        views: Lost views that will be made again.
        looked: The result of the look at the portal; it is not in the plan's JSON.
        withdrawn: The dataset's withdrawal; ``None`` for a dataset that is not withdrawn.
        copied: Whether the dataset to remove is a copy of ours that an editor of the portal made.
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
        """Return whether the dataset is withdrawn and is not published anew."""
        return self.withdrawn is not None and self.release is None and self.action == "unchanged"

    @property
    def only_withdraws(self) -> bool:
        """Return whether the plan only removes: the whole dataset, or files without any other change."""
        actions = {part.action for part in self.resources}
        return self.action == "remove" or ("remove" in actions and not actions & {*WRITTEN} and not self.metadata)

    @property
    def withdraws(self) -> bool:
        """Return whether the dataset or one of its files is removed from the portal."""
        return self.action == "remove" or any(part.action == "remove" for part in self.resources)

    def below(self, releases: Path) -> DatasetPlan:
        """Return the same plan with each file's path below the folder of the releases."""
        return replace(self, resources=tuple(_below(part, releases) for part in self.resources))

    def to_dict(self) -> JsonObject:
        """Return the dataset in the JSON of ``plan@1``."""
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
    """Return a table for the DataStore in the JSON of ``plan@1``, with the columns that get a shorter name."""
    key = list(load.key)
    return {"file": load.name, "digest": load.digest, "key": key, "short_names": short_names(load), "lost": lost}


def short_names(load: TableLoad) -> dict[str, str]:
    """Return the full names of the columns that get another name in the DataStore, by that name."""
    columns = [column.needed("name") for column in schema_columns(load.schema)]
    return {short_name(name): name for name in columns if short_name(name) != name}


@dataclass(frozen=True)
class Plan:
    """All changes that publishing would make, and the state of the portal that they were planned against.

    Attributes:
        portal: The portal's name.
        portal_state: The checksum of the portal's state.
        changes: The plan of each dataset.
        wishes: The options that name datasets.
        not_looked_at: Codes of the sentences ``not-looked-at-…``: the parts of the portal that were not compared.
        seen: The portal's state itself, for a caller that publishes at once; it is not in the plan's JSON.
        continues: The digest of the approved plan that this plan completes after an interruption; not in the JSON.
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
        """Return whether the plan would write anything or has a conflict to decide."""
        return any(change.action != "unchanged" for change in self.changes)

    @property
    def deed(self) -> str:
        """Return the kind of the plan, which chooses its words: ``publish``, ``withdraw`` or ``both``."""
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
        """Return the number of datasets by action."""
        return {action: sum(change.action == action for change in self.changes) for action in ACTIONS}

    @property
    def digest(self) -> str:
        """Return the checksum of the plan's whole content; an approval names this hash."""
        return sha256(json.dumps(self._content(), ensure_ascii=False, sort_keys=True).encode("utf-8"))

    def to_dict(self) -> JsonObject:
        """Return the plan in the JSON of ``plan@1``, complete enough to be compared with a plan made anew."""
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
