"""The journal of a publication: its content suffices to complete the publication after an interruption.

Every publication writes in the same order: journal, portal, ledger, history and fields, pages, journal removed. The
file's form and the ledger's part of a recovery are in ``ledger/pending.py``; ``recovery.py`` completes a publication
from the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from meguro_opendata.catalog import Package
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import (
    Event,
    Pending,
    Place,
    append_missing,
    pending_path,
    place_of,
    read_pending,
    write_pending,
)
from meguro_opendata.ledger.entries import entry_of, filled
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of
from meguro_opendata.publication.history import History, KeptRelease
from meguro_opendata.publication.matching import file_ids
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, ResourcePlan
from meguro_opendata.workspace.city import Workspace

__all__ = ["Journal", "Record", "Started", "record_of", "with_ids"]


@dataclass(frozen=True)
class RecordedFile:
    """One resource of a plan; ``id`` is the portal's, ``None`` before the portal has given one."""

    name: str
    id: str | None
    sha256: str | None
    action: str
    ours: bool

    @classmethod
    def planned(cls, part: ResourcePlan) -> RecordedFile:
        """Return the journal's part of a resource's plan."""
        return cls(part.name, part.id, part.sha256, part.action, part.ours)


@dataclass(frozen=True)
class Record:
    """The planned change of one dataset, as the journal keeps it.

    Attributes:
        dataset: The slug; of a dataset that is only on the portal, its name there.
        name: The name on the portal.
        action: ``create``, ``update`` or ``remove``; ``unchanged`` where only the ledger or the history is completed.
        id: The portal's id of the dataset, ``None`` for a new dataset.
        modified: The portal's time of the dataset's last change when the plan was made.
        marks: The mark of ownership and the mark of the fields, as they will be on the portal.
        private: Whether the dataset will be private on the portal.
        files: Name and checksum of each file that the portal will have, in order.
        resources: Each resource of the plan.
        fields: The owned fields as they will be published.
        events: The entries for the ledger.
        release: The texts that the history keeps of the release; ``None`` if the history keeps nothing.
        noted: The number of publications of the dataset in the history's log before this one.
        time: The time of the publication for the history.
        rows: The number of rows of the release.
    """

    dataset: str
    name: str
    action: str
    id: str | None
    modified: str | None
    marks: tuple[str | None, str | None]
    private: bool
    files: tuple[tuple[str, str | None], ...]
    resources: tuple[RecordedFile, ...]
    fields: Mapping[str, str]
    events: tuple[Event, ...]
    release: KeptRelease | None
    noted: int
    time: str
    rows: int

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Record:
        """Return the record in the journal's JSON: the inverse of :meth:`to_dict`."""
        events = [event for event in map(entry_of, content["events"]) if isinstance(event, Event)]
        marks = content["marks"]
        shaped = {
            "marks": (marks[0], marks[1]),
            "files": tuple((name, checksum) for name, checksum in content["files"]),
            "resources": tuple(RecordedFile(**one) for one in content["resources"]),
            "events": tuple(events),
            "release": KeptRelease(**content["release"]) if content["release"] else None,
        }
        return cls(**{**content, **shaped})

    def to_dict(self) -> dict[str, Any]:
        """Return the record in the journal's JSON."""
        return {**asdict(self), "events": [filled(event) for event in self.events]}

    @property
    def written(self) -> bool:
        """Return whether the record changes the dataset on the portal."""
        return self.action != "unchanged"

    @property
    def uploads(self) -> bool:
        """Return whether the record sends a file to the portal; a link alone is no file."""
        return any(part.action in WRITTEN and part.sha256 for part in self.resources)

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the names of the files that the record removes from the portal."""
        return tuple(part.name for part in self.resources if part.action == "remove")


def record_of(change: DatasetPlan, events: Sequence[Event], history: History, portal: str, time: str) -> Record | None:
    """Return the journal's record of a change, ``None`` if it changes neither portal nor ledger nor history.

    Args:
        change: The planned change of a dataset.
        events: The change's entries for the ledger.
        history: The workspace's history.
        portal: The portal's name.
        time: The time of the publication in the ledger's form.
    """
    release = _to_keep(change, history, portal)
    if not (_is_written(change) or events or release):
        return None
    before = change.before or Package({})
    extras = extras_of(change.package)
    return Record(
        dataset=change.dataset,
        name=change.name,
        action=change.action if _is_written(change) else "unchanged",
        id=before.id,
        modified=before.modified,
        marks=(extras.get(DATASET), extras.get(RELEASE)),
        private=bool(change.package.fields.get("private")),
        files=tuple((part.name, part.hash or None) for part in change.package.resources),
        resources=tuple(map(RecordedFile.planned, change.resources)),
        fields=change.published or {},
        events=tuple(events),
        release=release,
        noted=_noted(change, history) if release else 0,
        time=time,
        rows=change.rows,
    )


def _noted(change: DatasetPlan, history: History) -> int:
    """Return the number of log lines before this publication; 0 where only the history is completed.

    With 0 the whole log is searched, so that a recovery does not log a publication a second time.
    """
    return history.noted(change.dataset) if _is_written(change) else 0


def _is_written(change: DatasetPlan) -> bool:
    """Return whether a change writes the dataset itself; loading a table into the DataStore again does not count."""
    return change.action == "remove" or (change.action in WRITTEN and not change.only_loads)


def _to_keep(change: DatasetPlan, history: History, portal: str) -> KeptRelease | None:
    """Return the texts for the history: of a release that is published, or is on the portal but not in the history."""
    if change.release is None or not (_is_written(change) or history.lacks(change.release, portal)):
        return None
    return KeptRelease.of(change.release)


@dataclass(frozen=True)
class Started:
    """A publication in the journal.

    Attributes:
        portal: The portal's name.
        plan: The digest of the plan.
        moment: The time at which the publication began.
        place: The place in the ledger after which its entries follow.
        records: The record of each dataset, in the plan's order.
        wishes: The command's options that name datasets, as JSON.
        done: Datasets of the same plan that an earlier, interrupted run has published.
        fulfilled: The removals of the same command that an earlier, interrupted run has done.
    """

    portal: str
    plan: str
    moment: datetime
    place: Place
    records: tuple[Record, ...]
    wishes: Mapping[str, Any]
    done: tuple[str, ...] = ()
    fulfilled: tuple[str, ...] = ()

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Started:
        """Return the publication in the journal's JSON: the inverse of :meth:`to_dict`."""
        return cls(
            portal=content["portal"],
            plan=content["plan"],
            moment=datetime.fromisoformat(content["moment"]),
            place=Place(**content["ledger"]),
            records=tuple(map(Record.of, content["datasets"])),
            wishes=content["wishes"],
            done=tuple(content["done"]),
            fulfilled=tuple(content["fulfilled"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the publication in the journal's JSON; ``moment`` is in UTC."""
        return {
            "portal": self.portal,
            "plan": self.plan,
            "moment": self.moment.astimezone(UTC).isoformat(timespec="microseconds"),
            "ledger": asdict(self.place),
            "wishes": dict(self.wishes),
            "done": list(self.done),
            "fulfilled": list(self.fulfilled),
            "datasets": [record.to_dict() for record in self.records],
        }

    @property
    def asked(self) -> frozenset[str]:
        """Return all removals of the command, by this run and by earlier interrupted ones."""
        return frozenset((*self.wishes["remove"], *self.fulfilled))

    def after(self, arrived: Sequence[Record]) -> Started:
        """Return the rest of the publication after some of its records are done.

        Records that write only ledger or history go, too: the next run finds that need anew.
        """
        names = {name for record in arrived if record.written for name in (record.dataset, record.name)}
        wishes = [wish for wish in self.wishes["remove"] if wish.partition("/")[0] in names]
        return replace(
            self,
            records=tuple(record for record in self.records if record.written and record not in arrived),
            done=(*self.done, *(record.dataset for record in arrived if record.written)),
            fulfilled=(*self.fulfilled, *wishes),
        )


def with_ids(started: Started, held: Mapping[str, Package | None]) -> Started:
    """Return a publication whose entries have the portal's resource ids, which exist only after the write.

    Args:
        started: The publication.
        held: Each dataset as the portal has it, by slug; ``None`` where nothing was written.
    """
    return replace(started, records=tuple(_identified(record, held.get(record.dataset)) for record in started.records))


def _identified(record: Record, held: Package | None) -> Record:
    """Return a record whose entries have the portal's ids."""
    ids = file_ids(record.resources, held)
    events = tuple(replace(event, resource_id=ids.get(event.resource, "")) for event in record.events)
    return replace(record, events=events)


class Journal:
    """The journal of a workspace; every caller that writes it holds the ledger's lock."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ledger = workspace.ledger
        self._city = workspace.city.code

    def read(self) -> tuple[Pending, ...]:
        """Return every publication that has not ended, of all portals.

        Raises:
            MeguroOpendataError: If the journal is damaged or another workspace's.
        """
        return read_pending(self._ledger, self._city)

    def of(self, portal: str) -> Started | None:
        """Return the publication to a portal that has not ended, ``None`` if every one has ended.

        Raises:
            MeguroOpendataError: If the journal is damaged or another workspace's.
        """
        try:
            # The portal can have been renamed in opendata.toml since the interruption.
            names = {portal, *self._workspace.former_names(portal)}
            found = next((Started.of(one.content) for one in self.read() if one.portal in names), None)
            return replace(found, portal=portal) if found else None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise MeguroOpendataError("pending-damaged", file=pending_path(self._ledger)) from None

    def place(self) -> Place:
        """Return the present end of the ledger, after which the next entries follow."""
        return place_of(self._ledger)

    def begin(self, started: Started) -> None:
        """Write a publication into the journal before the first write to its portal; it replaces an earlier one."""
        self._replace(started.portal, [started.to_dict()])

    def enter(self, place: Place, events: Sequence[Event]) -> int:
        """Append the events that the ledger lacks after a place, each once; return the number of new entries."""
        return append_missing(self._ledger, place, events)

    def end(self, started: Started, missing: Collection[str], refused: Collection[str] = ()) -> None:
        """Remove a publication from the journal after its last write.

        Args:
            started: The publication.
            missing: Datasets that the portal possibly lacks: their records stay, so that the next run finds out.
            refused: Datasets that the portal certainly lacks: their records go, even if they are ``missing``.
        """
        left = started.after([record for record in started.records if record.dataset not in missing])
        left = replace(left, records=tuple(record for record in left.records if record.dataset not in refused))
        self._replace(started.portal, [left.to_dict()] if left.records else [])

    def _replace(self, portal: str, publications: Sequence[Mapping[str, Any]]) -> None:
        names = {portal, *self._workspace.former_names(portal)}
        # Each portal has its own entry: a portal that is down must not lose its journal to a publication elsewhere.
        others = [one.content for one in self.read() if one.portal not in names]
        write_pending(self._ledger, self._city, [*others, *publications])
