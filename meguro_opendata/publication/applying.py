"""Applying a plan: exactly what it says, several datasets at a time, each wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from meguro_opendata.catalog import JsonObject, Package
from meguro_opendata.errors import ExitCode, GuardError, MeguroOpendataError
from meguro_opendata.files.whole import locked, sha256
from meguro_opendata.ledger import PUBLISH, UPDATE, WITHDRAW, Event, append_events, catalogued, japan_time, read_ledger
from meguro_opendata.portals import Portal, PortalState, Upload
from meguro_opendata.publication.guards import refuse_conflicts, refuse_guards
from meguro_opendata.publication.history import History
from meguro_opendata.publication.matching import file_ids, noted_files
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, ResourcePlan
from meguro_opendata.publication.planning import fingerprint
from meguro_opendata.workspace.city import Workspace

__all__ = ["Outcome", "Result", "apply_plan", "publish"]

Progress = Callable[["Result"], None]


@dataclass(frozen=True)
class Result:
    """What became of one dataset: its action, the error if it failed, and what the portal then has of it."""

    dataset: str
    action: str
    resources: tuple[str, ...] = ()
    error: MeguroOpendataError | None = None
    confirmed: Package | None = field(default=None, repr=False, compare=False)

    def to_dict(self, lang: str) -> JsonObject:
        """Return the result as the JSON of ``outcome@1`` has it."""
        return {
            "dataset": self.dataset,
            "action": self.action,
            "resources": list(self.resources),
            "error": {"code": self.error.code, "message": self.error.text(lang)} if self.error else None,
        }


@dataclass(frozen=True)
class Outcome:
    """What ``apply_plan`` did: the result of each dataset, and whether it wrote pages that follow from them."""

    portal: str
    results: tuple[Result, ...]
    pages: bool

    @property
    def done(self) -> tuple[Result, ...]:
        """The datasets that were written or taken away."""
        return tuple(result for result in self.results if result.error is None)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The datasets that were not, each with its error."""
        return tuple(result for result in self.results if result.error is not None)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The slugs of what was written or taken away."""
        return tuple(result.dataset for result in self.done)

    @property
    def resources(self) -> tuple[str, ...]:
        """The files that were written."""
        return tuple(name for result in self.done for name in result.resources)

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self.done) or self.pages

    @property
    def exit_code(self) -> ExitCode:
        """0, or that of the first failure."""
        return next((result.error.exit_code for result in self.failed if result.error), ExitCode.DONE)


def apply_plan(plan: Plan, portal: Portal, allow: Sequence[str] = (), progress: Progress | None = None) -> Outcome:
    """Do what the plan says.

    Args:
        plan: The plan.
        portal: The portal that it was made for.
        allow: Guards that are allowed by name.
        progress: Is told each result as it comes.

    Raises:
        GuardError: If a guard refuses, or portal or releases have changed since the plan was made.
    """
    return _carry_out(plan, portal, allow, progress, seen=None)


def _carry_out(
    plan: Plan, portal: Portal, allow: Sequence[str], progress: Progress | None, seen: PortalState | None
) -> Outcome:
    refuse_guards(plan, allow)
    refuse_conflicts(plan)
    _refuse_changed_files(plan, portal)
    changes = [change for change in plan.changes if change.action != "unchanged"]
    if changes:
        _refuse_other_state(plan, seen or portal.state([change.name for change in plan.changes]))
    moment = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    results = tuple(_all_results(changes, portal, moment, progress or (lambda _: None)))
    return Outcome(portal.name, results, portal.finish())


def _all_results(changes: Sequence[DatasetPlan], portal: Portal, moment: str, progress: Progress) -> Iterator[Result]:
    """Return the results in the order of the plan; written by several workers."""
    with ThreadPoolExecutor(max_workers=portal.workers) as pool:
        try:
            futures = [pool.submit(_result, change, portal, moment) for change in changes]
            for future in as_completed(futures):
                progress(future.result())
        finally:
            pool.shutdown(cancel_futures=True)
    return (future.result() for future in futures)


def _result(change: DatasetPlan, portal: Portal, moment: str) -> Result:
    places = enumerate(change.resources)
    uploads = [_upload(part, place) for place, part in places if part.action in WRITTEN and part.path]
    done = Result(change.dataset, change.action, tuple(upload.name for upload in uploads))
    try:
        if change.action == "remove":
            portal.remove(change.before or change.package)
            return done
        if not change.only_loads:
            done = replace(done, confirmed=portal.put(change.package, uploads, moment, change.before))
        ids = file_ids(change, done.confirmed)
        for load in change.loads:
            portal.load(change.package, replace(load, resource_id=ids.get(load.name, "")))
    except MeguroOpendataError as error:
        return replace(done, error=error)
    return done


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

    The ledger is read before anything is written, and one publication waits for another to end. Files that are on
    the portal but, after a killed run, not in the ledger are entered now.

    Args:
        plan: The plan.
        portal: Where to.
        workspace: Whose ledger is written.
        allow: Guards that are allowed by name.
        now: The time for the ledger.
        approval: The number of the document that approved it, for the ledger.
        seen: The portal's state that the caller has just seen (:attr:`Plan.seen` of a plan made a moment ago); without
            it the portal is read again, to see whether it changed since the plan was made. A portal that is written to
            by others checks each dataset in any case.
        progress: Is told each result as it comes.
    """
    history = History(workspace)
    with locked(workspace.ledger):
        known = {
            (past.dataset, past.resource): past for past in read_ledger(workspace.ledger) if past.portal == plan.portal
        }
        pending = [change for change in plan.changes if change.action in WRITTEN]
        kept = {change.dataset: history.keep(change.release) for change in pending if change.release}
        outcome = _carry_out(plan, portal, allow, progress, seen)
        time = japan_time(now)
        _note(plan, outcome, history, kept, time)
        events = list(_events(plan, outcome, known, time, approval))
        return outcome, append_events(workspace.ledger, events)


def _note(plan: Plan, outcome: Outcome, history: History, kept: dict[str, str], time: str) -> None:
    written = {change.dataset: change for change in plan.changes}
    for slug in outcome.datasets:
        if slug in kept:
            change = written[slug]
            history.note(slug, kept[slug], plan.portal, time, change.published or {}, change.rows)


def _refuse_changed_files(plan: Plan, portal: Portal) -> None:
    uploads = [part for change in plan.changes for part in change.resources if part.action in WRITTEN and part.path]
    if plan.portal != portal.name or not all(map(_is_as_planned, uploads)):
        raise GuardError("plan-stale")


def _refuse_other_state(plan: Plan, state: PortalState) -> None:
    if fingerprint(state, plan.changes) != plan.portal_state:
        raise GuardError("plan-stale")


def _is_as_planned(part: ResourcePlan) -> bool:
    path = Path(part.path or "")
    return path.is_file() and sha256(path.read_bytes()) == part.sha256


def _upload(part: ResourcePlan, place: int) -> Upload:
    """Return the file of a resource; a plan lists the resources of its package first, in their order."""
    return Upload(part.name, Path(part.path or ""), part.sha256 or "", part.bytes, place)


def _events(
    plan: Plan, outcome: Outcome, known: Mapping[tuple[str, str], Event], time: str, approval: str | None
) -> Iterator[Event]:
    """Yield what the ledger does not know yet of the datasets that did not fail, with the ids that the portal gave."""
    failed = {result.dataset for result in outcome.failed}
    confirmed = {result.dataset: result.confirmed for result in outcome.done}
    for change in plan.changes:
        if change.dataset not in failed:
            ids = file_ids(change, confirmed.get(change.dataset))
            for event in _missing_events(change, plan.portal, known, time, approval):
                yield replace(event, resource_id=ids.get(event.resource, ""))


def _missing_events(
    change: DatasetPlan, portal: str, known: Mapping[tuple[str, str], Event], time: str, approval: str | None
) -> Iterator[Event]:
    """Yield what the ledger does not know yet; ``known`` is the latest event of each file on this portal."""
    for part in noted_files(change):
        past = known.get((change.dataset, part.name))
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
                sha256=part.sha256 or "",
                approval=approval,
                **catalogued(_told_of(change).to_ckan()),
            )


def _told_of(change: DatasetPlan) -> Package:
    """Return the dataset by which the ledger knows a change: what is there, or what was taken away."""
    return change.before if change.action == "remove" and change.before else change.package


def _event_of(part: ResourcePlan, past: Event | None) -> str | None:
    """Return what has happened to a file that the ledger does not know yet."""
    if part.action == "remove":
        return WITHDRAW if past is not None and past.event != WITHDRAW else None
    if past is None:
        return PUBLISH
    return UPDATE if past.sha256 != part.sha256 or past.event == WITHDRAW else None
