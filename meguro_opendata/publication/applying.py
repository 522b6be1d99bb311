"""Applying a plan: exactly its changes, several datasets at a time, each dataset wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from meguro_opendata.catalog import JsonObject, Package
from meguro_opendata.errors import ExitCode, GuardError, MeguroOpendataError, RefusedError, StaleError
from meguro_opendata.files.whole import checksum, locked, plain_bytes
from meguro_opendata.ledger import (
    PUBLISH,
    UPDATE,
    WITHDRAW,
    Event,
    LastEvent,
    OnPortal,
    Place,
    catalogued,
    japan_time,
    read_portal,
    refuse_unverified,
)
from meguro_opendata.portals import Portal, PortalState, Upload
from meguro_opendata.publication import noting
from meguro_opendata.publication.guards import refuse_conflicts, refuse_guards
from meguro_opendata.publication.history import History
from meguro_opendata.publication.journal import Journal, Record, Started, record_of, with_ids
from meguro_opendata.publication.matching import file_ids, noted_files
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, ResourcePlan
from meguro_opendata.publication.planning import fingerprint
from meguro_opendata.publication.recovery import Recovery, complete, recover_locked, refuse_undone, without_arrived
from meguro_opendata.publication.withdrawal import confirm_gone, refuse_withdrawn_since, take_down, withdrawal_events
from meguro_opendata.workspace.city import Workspace

__all__ = ["Outcome", "Result", "apply_plan", "publish"]

Progress = Callable[["Result"], None]


@dataclass(frozen=True)
class Result:
    """The result of one dataset's change.

    Attributes:
        dataset: The dataset's slug, or its name on the portal.
        action: The plan's action.
        resources: The files that were sent.
        removed: The files that were taken off the portal.
        error: The error if the change failed, else ``None``.
        held: The dataset as the portal has it afterwards, ``None`` if that is unknown.
    """

    dataset: str
    action: str
    resources: tuple[str, ...] = ()
    error: MeguroOpendataError | None = None
    removed: tuple[str, ...] = ()
    held: Package | None = field(default=None, repr=False, compare=False)

    @property
    def publishes(self) -> bool:
        """Return whether the change publishes something, and does not only withdraw the dataset or files of it."""
        return self.action != "remove" and (bool(self.resources) or not self.removed)

    def to_dict(self, lang: str) -> JsonObject:
        """Return the result in the JSON of ``outcome@1``."""
        return {
            "dataset": self.dataset,
            "action": self.action,
            "resources": list(self.resources),
            "removed": list(self.removed) if self.error is None else [],
            "error": {"code": self.error.code, "message": self.error.text(lang)} if self.error else None,
        }


@dataclass(frozen=True)
class Outcome:
    """The results of applying a plan.

    Attributes:
        portal: The portal's name.
        results: The result of each dataset, in the plan's order.
        pages: Whether pages that derive from the datasets (a folder portal's catalogue) were rewritten.
    """

    portal: str
    results: tuple[Result, ...]
    pages: bool

    @property
    def done(self) -> tuple[Result, ...]:
        """Return the results of the datasets that were written or removed."""
        return tuple(result for result in self.results if result.error is None)

    @property
    def failed(self) -> tuple[Result, ...]:
        """Return the results of the datasets whose change failed."""
        return tuple(result for result in self.results if result.error is not None)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Return the slugs of the datasets that were written or removed."""
        return tuple(result.dataset for result in self.done)

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """Return the slugs of the datasets that were withdrawn."""
        return tuple(result.dataset for result in self.done if result.action == "remove")

    @property
    def removed(self) -> tuple[str, ...]:
        """Return the files that were withdrawn, with their datasets or alone."""
        return tuple(name for result in self.done for name in result.removed)

    @property
    def resources(self) -> tuple[str, ...]:
        """Return the files that were written."""
        return tuple(name for result in self.done for name in result.resources)

    @property
    def wrote(self) -> bool:
        """Return whether anything was written."""
        return bool(self.done) or self.pages

    @property
    def exit_code(self) -> ExitCode:
        """Return 0, or the exit code of the first failure in the plan's order."""
        return next((result.error.exit_code for result in self.failed if result.error), ExitCode.DONE)


def apply_plan(plan: Plan, portal: Portal, allow: Sequence[str] = (), progress: Progress | None = None) -> Outcome:
    """Carry out a plan on its portal, without the ledger (see :func:`publish`).

    Args:
        plan: The plan.
        portal: The portal that the plan was made for.
        allow: The guards that are allowed by name.
        progress: A function that is called with each result as soon as it is there.

    Raises:
        GuardError: If a guard refuses, or portal or releases have changed since the plan was made.
    """
    changes = _checked(plan, portal, allow, seen=None)
    results = tuple(_all_results(changes, portal, datetime.now(UTC), progress or (lambda _: None)))
    return Outcome(portal.name, results, portal.finish())


def _checked(plan: Plan, portal: Portal, allow: Sequence[str], seen: PortalState | None) -> list[DatasetPlan]:
    """Check guards, conflicts, files and the portal's state; return the changes to make.

    All checks come before the first write, so that a refused plan changes nothing.
    """
    refuse_guards(plan, allow)
    refuse_conflicts(plan)
    _refuse_changed_files(plan, portal)
    changes = [change for change in plan.changes if change.action != "unchanged"]
    if changes:
        _refuse_other_state(plan, seen or portal.state([change.name for change in plan.changes]))
    return changes


def _all_results(
    changes: Sequence[DatasetPlan], portal: Portal, began: datetime, progress: Progress
) -> Iterator[Result]:
    """Write the datasets with several workers and return the results in the plan's order."""
    moment = began.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    with ThreadPoolExecutor(max_workers=portal.workers) as pool:
        try:
            futures = [pool.submit(_result, change, portal, moment) for change in changes]
            for future in as_completed(futures):
                progress(future.result())
        finally:
            # On Ctrl-C the datasets in progress are finished, and those still waiting are not begun.
            pool.shutdown(cancel_futures=True)
    return (future.result() for future in futures)


def _result(change: DatasetPlan, portal: Portal, moment: str) -> Result:
    places = enumerate(change.resources)
    uploads = [_upload(part, place) for place, part in places if part.action in WRITTEN and part.path]
    gone = tuple(part.name for part in change.resources if part.action == "remove")
    done = Result(change.dataset, change.action, tuple(upload.name for upload in uploads), removed=gone)
    try:
        if change.action == "remove":
            take_down(change, portal)
            return done
        held = change.before
        if not change.only_loads:
            held = portal.put(change.package, uploads, moment, change.before)
            confirm_gone(change, portal)
        # Tables come after the files: a table belongs to a resource, and a new resource has its id only now.
        ids = file_ids(change.resources, held)
        for load in change.loads:
            portal.load(change.package, replace(load, resource_id=ids.get(load.name, "")))
        _add_views(change, portal)
    except MeguroOpendataError as error:
        return replace(done, error=error)
    return replace(done, held=held)


def _add_views(change: DatasetPlan, portal: Portal) -> None:
    """Make the lost views again. They come after the tables, since a view can show one."""
    parts = {part.id: part for part in change.package.resources}
    for lost in change.views:
        if lost.resource in parts:
            portal.add_view(parts[lost.resource], lost.view)


def publish(
    plan: Plan,
    portal: Portal,
    workspace: Workspace,
    allow: Sequence[str] = (),
    now: datetime | None = None,
    *,
    approval: str | None = None,
    seen: PortalState | None = None,
    progress: Progress | None = None,
) -> tuple[Outcome, int]:
    """Apply a plan and write the ledger; return the outcome and the number of events.

    The ledger is read before anything is written, and one publication waits for another to end. An interrupted
    publication to the same portal is completed first. Files that are on the portal, but neither in the ledger nor in
    the journal of an interrupted run, are entered now.

    Args:
        plan: The plan.
        portal: The portal to publish to.
        workspace: The workspace, whose ledger and history are written.
        allow: The guards that are allowed by name.
        now: The time for the ledger; default the current time.
        approval: The number of the document (決裁) that approved the plan, for the ledger.
        seen: The portal's state that the caller has just read (:attr:`Plan.seen` of a plan made a moment ago). Without
            it the portal is read again, to see whether it changed since the plan was made. A portal that others write
            to checks each dataset in any case.
        progress: A function that is called with each result as soon as it is there.

    Raises:
        MeguroOpendataError: If the ledger's chain is broken, or the journal is damaged.
        GuardError: If a guard refuses, or portal, releases or ledger have changed since the plan was made.
        PortalError: If the portal cannot be read; a failed write is in the outcome instead.
        StorageError: If a file cannot be written.
    """
    moment = now or datetime.now(UTC)
    history, journal = History(workspace), Journal(workspace)
    with locked(workspace.ledger):
        # `torn`: a last line that broke off is no broken chain here, since the recovery completes it.
        refuse_unverified(workspace.ledger, torn=True)
        past = recover_locked(workspace, portal)
        refuse_undone(plan, past)
        plan = without_arrived(plan, past, history, exclusive=portal.exclusive)
        known = read_portal(workspace.ledger, plan.portal, workspace.former_names(plan.portal))
        refuse_withdrawn_since(plan, known)
        changes = _checked(plan, portal, allow, seen)
        records = _records(plan, history, known, japan_time(moment), approval)
        started = _started(plan, records, journal.place(), moment, past)
        if started.records:
            journal.begin(started)
        # Journal and notes before the first write to the portal: a kill from here on is found by the next run.
        noting.forget(history, plan.portal, changes)
        results = tuple(_all_results(changes, portal, moment, progress or (lambda _: None)))
        failed = {result.dataset for result in results if result.error is not None}
        held = {result.dataset: result.held for result in results if result.error is None}
        events = _complete(with_ids(started, held), failed, journal, history, plan)
        noting.note(history, plan, held)
        outcome = Outcome(portal.name, results, portal.finish())
        if started.records:
            journal.end(started, failed, set(_refused(plan, results)))
        return outcome, events


def _refused(plan: Plan, results: Iterable[Result]) -> Iterator[str]:
    """Yield the datasets that the portal refused, so that it certainly did not change them.

    A dataset with a table is left out: the refusal can be the table's, after the dataset itself was written.
    """
    tables = {change.dataset for change in plan.changes if change.loads}
    for result in results:
        if isinstance(result.error, RefusedError | StaleError) and result.dataset not in tables:
            yield result.dataset


def _records(plan: Plan, history: History, known: OnPortal, time: str, approval: str | None) -> Iterator[Record]:
    """Yield the journal's record of each dataset that changes on the portal, in the ledger or in the history."""
    for change in plan.changes:
        events = tuple(_missing_events(change, plan.portal, known, time, approval))
        record = record_of(change, events, history, plan.portal, _time_of(change, events, known, time))
        if record is not None:
            yield record


def _started(plan: Plan, records: Iterable[Record], place: Place, moment: datetime, past: Recovery | None) -> Started:
    """Return the journal's content; the rest of an interrupted publication also lists the datasets already done."""
    same = past is not None and past.plan == plan.continues
    again = past is not None and past.asked == {*plan.wishes.remove, *past.wishes}
    return Started(
        portal=plan.portal,
        plan=plan.continues or plan.digest,
        moment=moment,
        place=place,
        records=tuple(records),
        wishes=plan.wishes.to_dict(),
        done=past.done if past is not None and same else (),
        fulfilled=past.wishes if past is not None and again else (),
    )


def _time_of(change: DatasetPlan, events: Sequence[Event], known: OnPortal, time: str) -> str:
    """Return the time of a publication: now, or the ledger's time if only the history lacks the release."""
    past = [known.last(change.dataset, part.name) for part in change.resources]
    times = [event.time for event in past if event is not None]
    return time if events or change.action != "unchanged" or not times else max(times, key=datetime.fromisoformat)


def _complete(started: Started, failed: set[str], journal: Journal, history: History, plan: Plan) -> int:
    """Write ledger and history of the datasets that the portal has now; return the number of new entries."""
    releases = {change.dataset: change.release for change in plan.changes}
    done = tuple(record for record in started.records if record.dataset not in failed)
    files = {
        (record.dataset, file.sha256): file.path
        for record in done
        for file in getattr(releases[record.dataset], "files", ())
    }
    finder = lambda record, _, checksum: plain_bytes(files[record.dataset, checksum])  # noqa: E731
    return complete(replace(started, records=done), journal, history, finder)[0]


def _refuse_changed_files(plan: Plan, portal: Portal) -> None:
    uploads = [part for change in plan.changes for part in change.resources if part.action in WRITTEN and part.path]
    if plan.portal != portal.name or not all(map(_is_as_planned, uploads)):
        raise GuardError("plan-stale")


def _refuse_other_state(plan: Plan, state: PortalState) -> None:
    if fingerprint(state, plan.changes) != plan.portal_state:
        raise GuardError("plan-stale")


def _is_as_planned(part: ResourcePlan) -> bool:
    """Return whether a file to upload still has the checksum in the plan: a rebuild after the approval changes it."""
    path = Path(part.path or "")
    return path.is_file() and checksum(path) == part.sha256


def _upload(part: ResourcePlan, place: int) -> Upload:
    """Return the file of a resource; a plan lists the resources of its package first, in their order."""
    return Upload(part.name, Path(part.path or ""), part.sha256 or "", part.bytes, place)


def _missing_events(
    change: DatasetPlan, portal: str, known: OnPortal, time: str, approval: str | None
) -> Iterator[Event]:
    """Yield the events that the ledger lacks; ``known`` has the latest event of each file on this portal."""
    if change.action == "remove" or change.stays_withdrawn:
        yield from withdrawal_events(change, portal, time, approval)
        return
    for part in noted_files(change):
        past = known.last(change.dataset, part.name)
        event = _event_of(part, past)
        if event:
            yield Event(
                event=event,
                time=time,
                portal=portal,
                dataset=change.dataset,
                resource=part.name,
                standard=change.standard,
                department=change.department,
                rows=part.rows.after if part.rows else change.rows,
                sha256=_checksum(part, past),
                approval=approval,
                **catalogued(change.package.to_ckan()),
            )


def _checksum(part: ResourcePlan, past: LastEvent | None) -> str:
    """Return a file's checksum; of a removed file without one, the checksum with which it was published."""
    taken = past.sha256 if past is not None and part.action == "remove" else ""
    return part.sha256 or taken


def _event_of(part: ResourcePlan, past: LastEvent | None) -> str | None:
    """Return the kind of the event that the ledger lacks of a file, ``None`` if the ledger is up to date."""
    if part.action == "remove":
        return WITHDRAW if past is not None and past.event != WITHDRAW else None
    if past is None:
        return PUBLISH
    # A link has no checksum: what is published of it is its address, which the plan has compared.
    changed = past.sha256 != part.sha256 if part.sha256 else part.action == "update"
    return UPDATE if changed or past.event == WITHDRAW else None
