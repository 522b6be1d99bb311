"""The writes after the portal's, alike for a publication that runs through and for one that was interrupted.

An interrupted publication is found in the journal. The portal is looked at: a dataset that arrived as expected gets
its entries in the ledger, its history and its fields with the journal's moment; one that did not is planned again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile

from meguro_opendata.catalog import Package
from meguro_opendata.errors import GuardError
from meguro_opendata.files.whole import inside, locked, plain_bytes, sha256
from meguro_opendata.ledger import pending_path
from meguro_opendata.portals import Portal, PortalState
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of
from meguro_opendata.publication import fields, noting
from meguro_opendata.publication.history import EarlierRelease, History
from meguro_opendata.publication.journal import Journal, Record, Started, record_of, with_ids
from meguro_opendata.publication.looking import Look
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, Wishes
from meguro_opendata.publication.planning import plan_publication, plan_releases
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Recovery",
    "complete",
    "recover",
    "recover_locked",
    "refuse_undone",
    "remaining",
    "remaining_plan",
    "without_arrived",
]

_DELETED = "deleted"
# Returns the bytes of a file of a dataset by its name and checksum, ``None`` if they are not to be had.
_Finder = Callable[[Record, str, str], bytes | None]


@dataclass(frozen=True)
class Recovery:
    """What was completed of an interrupted publication.

    Attributes:
        portal: The portal's name.
        plan: The digest of its plan.
        moment: When it had begun.
        datasets: Datasets that the portal had, and that ledger and history have now.
        missing: Datasets that the portal does not have as expected; they are planned again.
        removed: Those of ``datasets`` that were taken away, by every name by which they may be asked for.
        unkept: Datasets of which files for the history were found neither here nor on the portal.
        events: Number of entries in the ledger.
        done: All datasets of that plan that are published by now.
        asked: What was to be removed by name.
        wishes: What of that is done by now.
        state: What the portal holds.
    """

    portal: str
    plan: str
    moment: datetime
    datasets: tuple[str, ...]
    missing: tuple[str, ...]
    removed: tuple[str, ...]
    unkept: tuple[str, ...]
    events: int
    done: tuple[str, ...]
    asked: frozenset[str]
    wishes: tuple[str, ...]
    state: PortalState = field(repr=False, compare=False)


def recover(workspace: Workspace, portal: Portal) -> Recovery | None:
    """Complete an interrupted publication to a portal; return what was done, ``None`` if there was none.

    Raises:
        MeguroOpendataError: If the journal is damaged, or belongs to another ledger.
        PortalError: If the portal cannot be read.
        StorageError: If a file cannot be written.
    """
    if not pending_path(workspace.ledger).exists():
        return None
    with locked(workspace.ledger):
        return recover_locked(workspace, portal)


def recover_locked(workspace: Workspace, portal: Portal) -> Recovery | None:
    """As :func:`recover`, for a caller who holds the ledger's lock."""
    journal, history = Journal(workspace), History(workspace)
    started = journal.of(portal.name)
    if started is None:
        return None
    state = portal.state([record.name for record in started.records])
    written = [record for record in started.records if record.written]
    arrived = {record.dataset for record in written if _has_arrived(record, state, exclusive=portal.exclusive)}
    missing = tuple(record.dataset for record in written if record.dataset not in arrived)
    for record in started.records:
        history.sweep(record.dataset)
        _settle(record, portal, arrived)
    chosen = replace(started, records=tuple(_in_order(started.records, missing)))
    chosen = with_ids(chosen, {record.dataset: _held(record, state) for record in chosen.records if record.written})
    events, unkept = complete(chosen, journal, history, _Sources(workspace, portal, state).bytes_of)
    for record in chosen.records:
        noting.renew(history, record.dataset, portal, _held(record, state))
    portal.finish()
    journal.end(started, missing)
    return _told(chosen, missing, events, unkept, state)


def _told(
    chosen: Started, missing: tuple[str, ...], events: int, unkept: tuple[str, ...], state: PortalState
) -> Recovery:
    """Return what was completed: ``chosen`` is the publication with those records that were."""
    written = tuple(record for record in chosen.records if record.written)
    ended = chosen.after(written)
    return Recovery(
        portal=chosen.portal,
        plan=chosen.plan,
        moment=chosen.moment,
        asked=chosen.asked,
        datasets=tuple(record.dataset for record in written),
        missing=missing,
        removed=tuple(name for one in written if one.action == "remove" for name in (one.dataset, one.name)),
        unkept=unkept,
        events=events,
        done=ended.done,
        wishes=ended.fulfilled,
        state=state,
    )


def complete(
    started: Started, journal: Journal, history: History, finder: _Finder | None = None
) -> tuple[int, tuple[str, ...]]:
    """Write ledger, then history and fields, of datasets that the portal has.

    Args:
        started: The publication, with those of its records that the portal has.
        journal: The journal, by which the ledger is written.
        history: The history.
        finder: Where a file comes from that the history lacks.

    Returns:
        The number of new entries in the ledger, and the datasets of which files were not to be had.
    """
    events = journal.enter(started.place, [event for record in started.records for event in record.events])
    unkept = []
    for record in started.records:
        if record.release is None:
            continue
        if finder is not None and not all(_kept(record, history, finder)):
            unkept.append(record.dataset)
        history.keep_texts(record.dataset, record.release)
        noted = EarlierRelease(record.release.id, started.portal, record.time, record.rows)
        history.note(record.dataset, noted, record.fields, record.noted)
    return events, tuple(unkept)


def _kept(record: Record, history: History, finder: _Finder) -> Iterator[bool]:
    """Keep each file of a release; yield whether it is kept."""
    for part in record.resources:
        checksum = part.sha256
        if part.action in ("remove", "orphaned") or not checksum or history.has(checksum):
            continue
        data = finder(record, part.name, checksum)
        if data is not None:
            history.keep_file(data)
        yield data is not None


def _settle(record: Record, portal: Portal, arrived: Collection[str]) -> None:
    """Take away what the killed run left of a dataset on a portal that only this program writes to."""
    if record.action == "remove" and record.dataset in arrived and portal.exclusive:
        portal.remove(Package({"name": record.name, "id": record.id}))
    elif record.written:
        new = [part.name for part in record.resources] if record.action == "create" else []
        portal.settle(record.name, record.gone if record.dataset in arrived else new)


def _in_order(records: Sequence[Record], missing: Collection[str]) -> Iterator[Record]:
    """Yield the records to complete now.

    Datasets that only the ledger lacks wait behind the first that is missing, so that the order of entries is that of
    an uninterrupted run.
    """
    first = list(takewhile(lambda record: record.dataset not in missing, records))
    yield from first
    yield from (record for record in records[len(first) :] if record.written and record.dataset not in missing)


def _has_arrived(record: Record, state: PortalState, *, exclusive: bool) -> bool:
    """Return whether the portal has a dataset as it was to be published, or no longer has one that was to go.

    Args:
        record: The dataset.
        state: What the portal holds.
        exclusive: Whether only this program writes there; then the checksums are those of the bytes.
    """
    held = _held(record, state)
    if record.action == "remove":
        return held is None
    if held is None:
        return False
    if not _says_so(record, held):
        return False
    # A file that is written moves the portal's time; checksums that it only announces tell nothing of somebody else's.
    return held.modified != record.modified or ((exclusive or not record.uploads) and _has_fields(record, held))


def _says_so(record: Record, held: Package) -> bool:
    """Return whether a dataset has the marks, the files and the visibility that it was to get."""
    extras = extras_of(held)
    same = (extras.get(DATASET), extras.get(RELEASE)) == record.marks
    files = tuple((part.name, part.hash or None) for part in held.resources)
    return same and files == record.files and bool(held.fields.get("private")) == record.private


def _held(record: Record, state: PortalState) -> Package | None:
    """Return what the portal holds of a dataset, ``None`` if it is not there or deleted."""
    by_id = {package.id: package for package in state.packages.values() if package.id}
    held = by_id.get(record.id) if record.id else None
    held = held or state.packages.get(record.name)
    return None if held is None or held.fields.get("state") == _DELETED else held


def _has_fields(record: Record, held: Package) -> bool:
    """Return whether nothing of ours is to be written; a portal's clock may not tell whether it was."""
    own = record.fields
    theirs = {
        name: text for name, text in fields.flat(held).items() if name in own or not name.startswith("resources.")
    }
    compared = fields.compare(own, theirs, fields.read_mark(record.marks[1] or ""))
    return not compared.changed and not compared.conflicts


@dataclass(frozen=True)
class _Sources:
    """Where the files of a published release may still be: its folder here, or the portal."""

    workspace: Workspace
    portal: Portal
    state: PortalState

    def bytes_of(self, record: Record, name: str, checksum: str) -> bytes | None:
        """Return the file with that checksum, ``None`` if it is nowhere."""
        path = inside(self.workspace.releases, record.dataset, name)
        data = plain_bytes(path) if path.is_file() else b""
        if sha256(data) == checksum:
            return data
        held = _held(record, self.state)
        data = self.portal.read_file(held, name) if held else b""
        return data if sha256(data) == checksum else None


def remaining(wishes: Wishes, past: Recovery | None) -> Wishes:
    """Return what is still to be done of what was asked for, after a recovery."""
    return replace(wishes, remove=tuple(wish for wish in wishes.remove if past is None or wish not in past.wishes))


def remaining_plan(
    workspace: Workspace,
    portal: Portal,
    slugs: Sequence[str],
    wishes: Wishes,
    past: Recovery | None,
    look: Look | None = None,
) -> Plan:
    """Return the plan of what is still to be done of a command, after a recovery: see :func:`plan_publication`."""
    left = remaining(wishes, past)
    datasets = [[name for name in asked.remove if "/" not in name] for asked in (wishes, left)]
    if datasets[0] and not datasets[1] and not slugs:
        return plan_releases([], portal, workspace, left)  # only datasets were to go, and they are gone
    return plan_publication(workspace, portal, slugs, left, look)


def without_arrived(plan: Plan, past: Recovery | None, history: History, *, exclusive: bool) -> Plan:
    """Return a plan without what came to be on the portal while it was made: the last request of the killed run."""
    if past is None or not any(change.action in WRITTEN for change in plan.changes if change.dataset in past.datasets):
        return plan
    changes = tuple(_or_unchanged(change, past, history, exclusive=exclusive) for change in plan.changes)
    return replace(plan, changes=changes, continues=plan.continues or plan.digest)


def _or_unchanged(change: DatasetPlan, past: Recovery, history: History, *, exclusive: bool) -> DatasetPlan:
    if change.dataset not in past.datasets or change.action not in WRITTEN:
        return change
    record = record_of(change, (), history, past.portal, "")
    if record is None or not _has_arrived(record, past.state, exclusive=exclusive):
        return change
    parts = tuple(replace(part, action="unchanged") if part.action in WRITTEN else part for part in change.resources)
    return replace(change, action="update" if change.loads else "unchanged", resources=parts, only_loads=True)


def refuse_undone(plan: Plan, past: Recovery | None) -> None:
    """Stop where a plan, made before an interrupted removal was entered, would publish the dataset again.

    Raises:
        GuardError: If it does.
    """
    removed = past.removed if past else ()
    if any(change.action == "create" and change.dataset in removed for change in plan.changes):
        raise GuardError("plan-stale")
