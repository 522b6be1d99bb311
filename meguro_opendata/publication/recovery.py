"""The writes that follow the portal's: the same for a complete publication and for an interrupted one.

The journal has every interrupted publication. A dataset that the portal has as expected gets its ledger entries, its
history and its fields with the journal's moment, so that a publication of 31 March counts for that fiscal year even
if its recovery is in April. A dataset that did not arrive is planned again.
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
# Returns the bytes of a dataset's file by the file's name and checksum, ``None`` if no place has them.
_Finder = Callable[[Record, str, str], bytes | None]


@dataclass(frozen=True)
class Recovery:
    """The result of completing an interrupted publication.

    Attributes:
        portal: The portal's name.
        plan: The digest of the interrupted plan.
        moment: The time at which the interrupted publication began.
        datasets: Datasets that the portal had, and that ledger and history have now.
        missing: Datasets that the portal does not have as expected; they are planned again.
        removed: The removed ones of ``datasets``, by slug and by name on the portal.
        unkept: Datasets with files for the history that are neither here nor on the portal.
        events: The number of new entries in the ledger.
        done: All datasets of the interrupted plan that are published by now.
        asked: The names and files that the interrupted command was to remove.
        wishes: The part of ``asked`` that is done by now.
        state: The portal's state at the recovery.
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
    """Complete an interrupted publication to a portal, and return the result; ``None`` without such a publication.

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
    """Complete an interrupted publication as :func:`recover` does, for a caller that holds the ledger's lock."""
    journal, history = Journal(workspace), History(workspace)
    started = journal.of(portal.name)
    if started is None:
        return None
    state = portal.state([record.name for record in started.records])
    written = [record for record in started.records if record.written]
    arrived = {record.dataset for record in written if _has_arrived(record, state, exclusive=portal.exclusive)}
    missing = tuple(record.dataset for record in written if record.dataset not in arrived)
    # What the killed run left half-written goes first, before its names are written again.
    for record in started.records:
        history.sweep(record.dataset)
        _settle(record, portal, arrived)
    chosen = replace(started, records=tuple(_in_order(started.records, missing)))
    chosen = with_ids(chosen, {record.dataset: _held(record, state) for record in chosen.records if record.written})
    events, unkept = complete(chosen, journal, history, _Sources(workspace, portal, state).bytes_of)
    for record in chosen.records:
        noting.renew(history, record.dataset, portal, _held(record, state))
    portal.finish()
    # The journal ends last: a kill before this line leaves a journal, and every step above can be repeated.
    journal.end(started, missing)
    return _result(chosen, missing, events, unkept, state)


def _result(
    chosen: Started, missing: tuple[str, ...], events: int, unkept: tuple[str, ...], state: PortalState
) -> Recovery:
    """Return the recovery of a publication that has only its completed records (``chosen``)."""
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
    """Write ledger, then history and fields, of the datasets that the portal has.

    Args:
        started: The publication, with only the records of datasets that are on the portal.
        journal: The journal, by which the ledger is written.
        history: The history.
        finder: The function that gives the bytes of a file that the history lacks.

    Returns:
        The number of new entries in the ledger, and the datasets with files that no place has.
    """
    # The ledger first: it is the evidence for the yearly figures, and the history can be filled again by the next run.
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
    """Store each file of a release in the history, and yield whether its bytes were found."""
    for part in record.resources:
        checksum = part.sha256
        if part.action in ("remove", "orphaned") or not checksum or history.has(checksum):
            continue
        data = finder(record, part.name, checksum)
        if data is not None:
            history.keep_file(data)
        yield data is not None


def _settle(record: Record, portal: Portal, arrived: Collection[str]) -> None:
    """Remove the files that a killed run left of a dataset in a folder portal; a CKAN leaves none."""
    if record.action == "remove" and record.dataset in arrived and portal.exclusive:
        portal.remove(Package({"name": record.name, "id": record.id}))
    elif record.written:
        new = [part.name for part in record.resources] if record.action == "create" else []
        portal.settle(record.name, record.gone if record.dataset in arrived else new)


def _in_order(records: Sequence[Record], missing: Collection[str]) -> Iterator[Record]:
    """Yield the records to complete now, in the plan's order.

    A dataset that needs only ledger entries and comes after a missing dataset waits for the next run, so that the
    ledger's order is that of an uninterrupted run.
    """
    first = list(takewhile(lambda record: record.dataset not in missing, records))
    yield from first
    yield from (record for record in records[len(first) :] if record.written and record.dataset not in missing)


def _has_arrived(record: Record, state: PortalState, *, exclusive: bool) -> bool:
    """Return whether the portal has a dataset as planned, or no longer has a dataset that was to be removed.

    Args:
        record: The dataset's record in the journal.
        state: The portal's state.
        exclusive: Whether only this program writes there; then the checksums are those of the bytes.
    """
    held = _held(record, state)
    if record.action == "remove":
        return held is None
    if held is None:
        return False
    if not _says_so(record, held):
        return False
    # An upload always moves the portal's time of change. With an unmoved time a CKAN's checksums prove nothing, since
    # CKAN only repeats the text that was sent; a folder's checksums are computed from the files.
    return held.modified != record.modified or ((exclusive or not record.uploads) and _has_fields(record, held))


def _says_so(record: Record, held: Package) -> bool:
    """Return whether a dataset has the planned marks, files and visibility."""
    extras = extras_of(held)
    same = (extras.get(DATASET), extras.get(RELEASE)) == record.marks
    files = tuple((part.name, part.hash or None) for part in held.resources)
    return same and files == record.files and bool(held.fields.get("private")) == record.private


def _held(record: Record, state: PortalState) -> Package | None:
    """Return the portal's package of a dataset, ``None`` if it is missing or deleted."""
    # By id first: the plan can have renamed the dataset, and then either name can be the one that the portal has.
    by_id = {package.id: package for package in state.packages.values() if package.id}
    held = by_id.get(record.id) if record.id else None
    held = held or state.packages.get(record.name)
    return None if held is None or held.fields.get("state") == _DELETED else held


def _has_fields(record: Record, held: Package) -> bool:
    """Return whether all our fields are on the portal; needed where the portal's time of change did not move."""
    own = record.fields
    theirs = {
        name: text for name, text in fields.flat(held).items() if name in own or not name.startswith("resources.")
    }
    compared = fields.compare(own, theirs, fields.read_mark(record.marks[1] or ""))
    return not compared.changed and not compared.conflicts


@dataclass(frozen=True)
class _Sources:
    """The two places that can still have the files of a published release: its folder here, and the portal."""

    workspace: Workspace
    portal: Portal
    state: PortalState

    def bytes_of(self, record: Record, name: str, checksum: str) -> bytes | None:
        """Return the bytes of the file with that checksum, ``None`` if neither place has it."""
        path = inside(self.workspace.releases, record.dataset, name)
        data = plain_bytes(path) if path.is_file() else b""
        if sha256(data) == checksum:
            return data
        held = _held(record, self.state)
        data = self.portal.read_file(held, name) if held else b""
        return data if sha256(data) == checksum else None


def remaining(wishes: Wishes, past: Recovery | None) -> Wishes:
    """Return the wishes without the removals that a recovery has completed."""
    return replace(wishes, remove=tuple(wish for wish in wishes.remove if past is None or wish not in past.wishes))


def remaining_plan(
    workspace: Workspace,
    portal: Portal,
    slugs: Sequence[str],
    wishes: Wishes,
    past: Recovery | None,
    look: Look | None = None,
) -> Plan:
    """Return the plan of the rest of a command after a recovery: see :func:`plan_publication`."""
    left = remaining(wishes, past)
    datasets = [[name for name in asked.remove if "/" not in name] for asked in (wishes, left)]
    if datasets[0] and not datasets[1] and not slugs:
        # Only removals were asked for, and all are done. Without names a plan would compare every dataset instead.
        return plan_releases([], portal, workspace, left)
    return plan_publication(workspace, portal, slugs, left, look)


def without_arrived(plan: Plan, past: Recovery | None, history: History, *, exclusive: bool) -> Plan:
    """Return a plan without the datasets that arrived on the portal while it was made.

    The server can still carry out the last request of the killed run after this run has begun.
    """
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
    """Raise an error if a plan would publish a dataset again whose interrupted removal has just been completed.

    Raises:
        GuardError: ``plan-stale``; the plan was made before the removal was in the ledger.
    """
    removed = past.removed if past else ()
    if any(change.action == "create" and change.dataset in removed for change in plan.changes):
        raise GuardError("plan-stale")
