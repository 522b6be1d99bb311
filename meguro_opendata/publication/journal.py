"""What the journal holds of a publication: all that is needed to end it as if it had not been interrupted.

The order of writes of every publication is: journal, portal, ledger, history and fields, pages, journal removed. The
form of the file, and the ledger's part of a recovery, are in ``ledger/pending.py``; ``recovery.py`` completes what
the journal describes.
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
    """One resource of a plan; ``id`` is the portal's, ``None`` before it has given one."""

    name: str
    id: str | None
    sha256: str | None
    action: str
    ours: bool

    @classmethod
    def planned(cls, part: ResourcePlan) -> RecordedFile:
        """Return what the journal keeps of a resource's plan."""
        return cls(part.name, part.id, part.sha256, part.action, part.ours)


@dataclass(frozen=True)
class Record:
    """What is to become of one dataset.

    Attributes:
        dataset: The slug; of a dataset that is only on the portal, its name there.
        name: The name on the portal.
        action: ``create``, ``update`` or ``remove``; ``unchanged`` where only the ledger or the history lack it.
        id: The portal's id of the dataset, ``None`` before it is made.
        modified: The portal's time of its last change, as it was when the plan was made.
        marks: The marks of whose it is and of its fields, as they will be on the portal.
        private: Whether it will be private there.
        files: Name and checksum of each file that the portal is to have, in order.
        resources: Each resource of the plan.
        fields: The owned fields as they will be published.
        events: The entries of the ledger.
        release: What is kept of the release; ``None`` if nothing is.
        noted: How many publications of the dataset the history had noted before.
        time: The time that the history notes.
        rows: Rows of the release.
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
        """Return the record that :meth:`to_dict` gave."""
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
        """Return the record as the journal has it."""
        return {**asdict(self), "events": [filled(event) for event in self.events]}

    @property
    def written(self) -> bool:
        """Return whether the portal is written to."""
        return self.action != "unchanged"

    @property
    def uploads(self) -> bool:
        """Return whether a file is sent to the portal."""
        return any(part.action in WRITTEN and part.sha256 for part in self.resources)

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the names of the files that leave the portal."""
        return tuple(part.name for part in self.resources if part.action == "remove")


def record_of(change: DatasetPlan, events: Sequence[Event], history: History, portal: str, time: str) -> Record | None:
    """Return the record of a change, ``None`` if it leaves portal, ledger and history as they are.

    Args:
        change: The change.
        events: Its entries for the ledger.
        history: The workspace's history.
        portal: The portal's name.
        time: The time of the publication, as the ledger writes it.
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
    """Return how many versions the history notes before what is written now."""
    return history.noted(change.dataset) if _is_written(change) else 0


def _is_written(change: DatasetPlan) -> bool:
    """Return whether the portal's dataset changes; to bring a table into the DataStore again does not count."""
    return change.action == "remove" or (change.action in WRITTEN and not change.only_loads)


def _to_keep(change: DatasetPlan, history: History, portal: str) -> KeptRelease | None:
    """Return what the history is to keep: what is published, also what is on the portal and was never noted here."""
    if change.release is None or not (_is_written(change) or history.lacks(change.release, portal)):
        return None
    return KeptRelease.of(change.release)


@dataclass(frozen=True)
class Started:
    """A publication as the journal has it.

    Attributes:
        portal: The portal's name.
        plan: The digest of its plan.
        moment: When it began.
        place: Where in the ledger its entries follow.
        records: What is to become of each dataset, in the plan's order.
        wishes: What was asked for by name.
        done: Datasets of the same plan that an earlier, interrupted run has published.
        fulfilled: What was to be removed by name, and was by such a run.
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
        """Return the publication that :meth:`to_dict` gave."""
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
        """Return the publication as the journal has it."""
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
        """What was to be removed by name, of late and before."""
        return frozenset((*self.wishes["remove"], *self.fulfilled))

    def after(self, arrived: Sequence[Record]) -> Started:
        """Return the publication once some of its records are done: they are no longer in it."""
        names = {name for record in arrived if record.written for name in (record.dataset, record.name)}
        wishes = [wish for wish in self.wishes["remove"] if wish.partition("/")[0] in names]
        return replace(
            self,
            records=tuple(record for record in self.records if record.written and record not in arrived),
            done=(*self.done, *(record.dataset for record in arrived if record.written)),
            fulfilled=(*self.fulfilled, *wishes),
        )


def with_ids(started: Started, held: Mapping[str, Package | None]) -> Started:
    """Return a publication whose entries have the ids of the resources, which a portal gives when it has them.

    Args:
        started: The publication.
        held: Each of its datasets as the portal has it; ``None`` where nothing was written.
    """
    return replace(started, records=tuple(_identified(record, held.get(record.dataset)) for record in started.records))


def _identified(record: Record, held: Package | None) -> Record:
    """Return a record whose entries have the portal's ids."""
    ids = file_ids(record.resources, held)
    events = tuple(replace(event, resource_id=ids.get(event.resource, "")) for event in record.events)
    return replace(record, events=events)


class Journal:
    """The journal of a workspace; whoever writes it holds the ledger's lock."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ledger = workspace.ledger
        self._city = workspace.city.code

    def read(self) -> tuple[Pending, ...]:
        """Return every publication that has not ended.

        Raises:
            MeguroOpendataError: If the journal is damaged or another workspace's.
        """
        return read_pending(self._ledger, self._city)

    def of(self, portal: str) -> Started | None:
        """Return the publication to a portal that has not ended, ``None`` if there is none.

        Raises:
            MeguroOpendataError: If the journal is damaged or another workspace's.
        """
        try:
            names = {portal, *self._workspace.former_names(portal)}
            found = next((Started.of(one.content) for one in self.read() if one.portal in names), None)
            return replace(found, portal=portal) if found else None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise MeguroOpendataError("pending-damaged", file=pending_path(self._ledger)) from None

    def place(self) -> Place:
        """Return where in the ledger the next entries follow."""
        return place_of(self._ledger)

    def begin(self, started: Started) -> None:
        """Write down a publication before the portal is written to, in place of an earlier one to the same portal."""
        self._replace(started.portal, [started.to_dict()])

    def enter(self, place: Place, events: Sequence[Event]) -> int:
        """Enter events in the ledger, each once; return how many."""
        return append_missing(self._ledger, place, events)

    def end(self, started: Started, missing: Collection[str], refused: Collection[str] = ()) -> None:
        """Remove a publication whose last write is done.

        Args:
            started: The publication.
            missing: Datasets that the portal may not have: they stay, unless they are ``refused``.
            refused: Datasets that the portal certainly does not have.
        """
        left = started.after([record for record in started.records if record.dataset not in missing])
        left = replace(left, records=tuple(record for record in left.records if record.dataset not in refused))
        self._replace(started.portal, [left.to_dict()] if left.records else [])

    def _replace(self, portal: str, publications: Sequence[Mapping[str, Any]]) -> None:
        names = {portal, *self._workspace.former_names(portal)}
        others = [one.content for one in self.read() if one.portal not in names]
        write_pending(self._ledger, self._city, [*others, *publications])
