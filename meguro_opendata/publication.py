"""Plan, then apply exactly that plan. A second run writes nothing; a killed run is simply run again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meguro_opendata.catalog import to_ckan
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.files import locked, sha256
from meguro_opendata.initialise import has_placeholder
from meguro_opendata.ledger import PUBLISH, UPDATE, Event, append_events, catalogued, japan_time, read_ledger
from meguro_opendata.portals import Portal, PortalState, Upload, open_portal
from meguro_opendata.published import PublishedDataset, load_releases
from meguro_opendata.rowdiff import RowCounts, compare_tables
from meguro_opendata.workspace import Workspace, as_workspace

__all__ = [
    "PLAN_FORMAT",
    "DatasetPlan",
    "Outcome",
    "Plan",
    "ResourcePlan",
    "agreed_plan",
    "apply_plan",
    "plan_publication",
    "publish",
]

PLAN_FORMAT = "meguro-opendata/plan@1"
ACTIONS = ("create", "update", "unchanged", "remove", "conflict")
# Each datum is to be allowed by its recipe; no word of the command line does that for all at once.
_NEVER_BY_OPTION = frozenset({"personal-data", "placeholder"})
_OWNED = (
    "title",
    "notes",
    "url",
    "license_id",
    "license_title",
    "license_url",
    "author",
    "maintainer",
    "tags",
    "groups",
)


@dataclass(frozen=True)
class ResourcePlan:
    """What will be done with one file: ``create``, ``update``, ``unchanged``, or ``orphaned`` (left as it is)."""

    name: str
    action: str
    sha256: str | None
    rows: RowCounts | None
    path: str | None = None
    bytes: int = 0


@dataclass(frozen=True)
class DatasetPlan:
    """What will be done with one dataset.

    Attributes:
        dataset: The slug.
        name: The name on the portal.
        metadata: ``{"field", "before", "after"}`` for each field that differs.
        guards: Reasons to refuse, such as ``row-loss``.
        package: The wanted metadata, as it will be sent.
    """

    dataset: str
    name: str
    action: str
    metadata: tuple[Mapping[str, Any], ...]
    resources: tuple[ResourcePlan, ...]
    guards: tuple[str, ...]
    package: Mapping[str, Any]
    standard: str | None
    department: str
    rows: int


@dataclass(frozen=True)
class Plan:
    """Everything that publishing would do, and the state of the portal that it was made against."""

    portal: str
    portal_state: str
    changes: tuple[DatasetPlan, ...]

    @property
    def pending(self) -> bool:
        """Whether anything would be written."""
        return any(change.action in ("create", "update") for change in self.changes)

    @property
    def summary(self) -> dict[str, int]:
        """Number of datasets by action."""
        return {action: sum(change.action == action for change in self.changes) for action in ACTIONS}

    def to_dict(self) -> dict[str, Any]:
        """The plan as the JSON of ``plan@1``; complete enough to be applied."""
        return {
            "format": PLAN_FORMAT,
            "portal": self.portal,
            "portal_state": self.portal_state,
            "changes": [_change_dict(change) for change in self.changes],
            "summary": self.summary,
        }


@dataclass(frozen=True)
class Outcome:
    """What ``apply_plan`` did: datasets and files that it wrote, and whether it wrote pages that follow from them."""

    portal: str
    datasets: tuple[str, ...]
    resources: tuple[str, ...]
    pages: bool

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self.datasets) or self.pages


def plan_publication(
    workspace: Workspace | Path | str, portal: Portal | str | None = None, slugs: Sequence[str] = ()
) -> Plan:
    """Compare the releases with what the portal holds.

    Args:
        workspace: The workspace or its folder.
        portal: Where to: a portal or its name; default the workspace's only one.
        slugs: Which datasets; default all.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    home = as_workspace(workspace)
    target = open_portal(home, portal) if portal is None or isinstance(portal, str) else portal
    releases = load_releases(home, home.choose(tuple(slugs)))
    state = target.state()
    changes = tuple(_plan_dataset(release, state, target, home) for release in releases)
    return Plan(target.name, _fingerprint(state, [change.name for change in changes]), changes)


def apply_plan(plan: Plan, portal: Portal, allow: Sequence[str] = ()) -> Outcome:
    """Do what the plan says.

    Args:
        plan: The plan.
        portal: The portal that it was made for.
        allow: Guards that are allowed by name.

    Raises:
        GuardError: If a guard refuses, or portal or releases have changed since the plan was made.
    """
    _refuse_guards(plan, allow)
    _refuse_stale(plan, portal)
    moment = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    datasets: list[str] = []
    resources: list[str] = []
    for change in plan.changes:
        if change.action not in ("create", "update"):
            continue
        uploads = [_upload(part) for part in change.resources if part.action in ("create", "update")]
        portal.put(change.package, uploads, moment)
        datasets.append(change.dataset)
        resources += [upload.name for upload in uploads]
    pages = portal.finish()
    return Outcome(portal.name, tuple(datasets), tuple(resources), pages)


def publish(
    plan: Plan, portal: Portal, workspace: Workspace, allow: Sequence[str] = (), now: datetime | None = None
) -> tuple[Outcome, int]:
    """Apply a plan and write the ledger; returns the outcome and the number of events.

    The ledger is read before anything is written, and one publication waits for another to end. Files that are on
    the portal but, after a killed run, not in the ledger are entered now.
    """
    with locked(workspace.ledger):
        events = list(_missing_events(plan, workspace, japan_time(now)))
        outcome = apply_plan(plan, portal, allow)
        return outcome, append_events(workspace.ledger, events)


def agreed_plan(path: Path, workspace: Workspace, portal: Portal) -> Plan:
    """The plan of a file, made anew: nothing in the file is acted on, it is only compared.

    Raises:
        MeguroOpendataError: If the file is no plan.
        GuardError: If what would be done now is not, to the letter, what the file says.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        slugs = [str(change["dataset"]) for change in loaded["changes"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise MeguroOpendataError("plan-broken", file=path) from None
    if loaded.get("format") != PLAN_FORMAT or not slugs:
        raise MeguroOpendataError("plan-broken", file=path)
    fresh = plan_publication(workspace, portal, slugs)
    if json.loads(json.dumps(fresh.to_dict())) != loaded:
        raise GuardError("plan-stale")
    return fresh


def _plan_dataset(release: PublishedDataset, state: PortalState, portal: Portal, workspace: Workspace) -> DatasetPlan:
    package = to_ckan(release.entry, workspace.city)
    old = state.packages.get(release.entry.name)
    rows = _row_counts(release, old, portal)
    resources = (*_plan_resources(release, old, rows), *_orphans(release, old))
    metadata = tuple(_metadata_changes(old, package))
    changed = bool(metadata) or any(part.action in ("create", "update") for part in resources)
    return DatasetPlan(
        dataset=release.slug,
        name=release.entry.name,
        action="create" if old is None else "update" if changed else "unchanged",
        metadata=metadata,
        resources=resources,
        guards=tuple(_guards(rows.values(), workspace, release)),
        package=package,
        standard=release.entry.standard,
        department=release.entry.department,
        rows=release.rows,
    )


def _row_counts(release: PublishedDataset, old: Mapping[str, Any] | None, portal: Portal) -> dict[str, RowCounts]:
    """How the rows of each table change, by the name without ending; a CSV stands for all formats of its table."""
    published = {part["name"]: part["hash"] for part in old["resources"]} if old else {}
    return {
        _stem(file.name): _table_counts(file, release, published, portal)
        for file in release.files
        if file.name.endswith(".csv")
    }


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _table_counts(
    table: Upload, release: PublishedDataset, published: Mapping[str, str | None], portal: Portal
) -> RowCounts:
    rows = release.rows_of[table.name]
    if published.get(table.name) == table.sha256:
        return RowCounts(rows, rows, 0, 0, 0)
    before = portal.read_file(release.entry.name, table.name) if table.name in published else b""
    return compare_tables(before, table.path.read_bytes(), release.key)


def _plan_resources(
    release: PublishedDataset, old: Mapping[str, Any] | None, rows: Mapping[str, RowCounts]
) -> Iterator[ResourcePlan]:
    published = {part["name"]: part["hash"] for part in old["resources"]} if old else {}
    for file in release.files:
        action = "create" if file.name not in published else "update"
        if published.get(file.name) == file.sha256:
            action = "unchanged"
        yield ResourcePlan(file.name, action, file.sha256, rows[_stem(file.name)], str(file.path), file.bytes)


def _orphans(release: PublishedDataset, old: Mapping[str, Any] | None) -> Iterator[ResourcePlan]:
    names = {file.name for file in release.files}
    for part in old["resources"] if old else ():
        if part["name"] not in names:
            yield ResourcePlan(part["name"], "orphaned", part["hash"], None)


def _metadata_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    before, after = _owned(old or {}), _owned(new)
    for field in sorted({*before, *after}):
        if before.get(field) != after.get(field):
            yield {"field": field, "before": before.get(field), "after": after.get(field)}


def _owned(package: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the workspace owns, flat, empty ones left out."""
    flat = {name: package.get(name) for name in _OWNED}
    for name in ("tags", "groups"):
        flat[name] = sorted(part["name"] for part in package.get(name) or [])
    flat |= {f"extras.{extra['key']}": extra["value"] for extra in package.get("extras") or []}
    return {name: value for name, value in flat.items() if value}


def _guards(tables: Iterable[RowCounts], workspace: Workspace, release: PublishedDataset) -> Iterator[str]:
    least = 1 - workspace.guards.max_row_loss
    if any(rows.before and rows.after < rows.before * least for rows in tables):
        yield "row-loss"
    if release.personal:
        yield "personal-data"
    if has_placeholder(workspace.city, release.entry.department):
        yield "placeholder"


def _refuse_guards(plan: Plan, allow: Sequence[str]) -> None:
    by_name = set(allow) - _NEVER_BY_OPTION
    for guard in sorted({guard for change in plan.changes for guard in change.guards} - by_name):
        refused = [change.dataset for change in plan.changes if guard in change.guards]
        raise GuardError(f"guard-{guard}", datasets=refused)


def _refuse_stale(plan: Plan, portal: Portal) -> None:
    now = _fingerprint(portal.state(), [change.name for change in plan.changes])
    uploads = [part for change in plan.changes for part in change.resources if part.action in ("create", "update")]
    if plan.portal != portal.name or now != plan.portal_state or not all(map(_is_as_planned, uploads)):
        raise GuardError("plan-stale")


def _is_as_planned(part: ResourcePlan) -> bool:
    path = Path(part.path or "")
    return path.is_file() and sha256(path.read_bytes()) == part.sha256


def _upload(part: ResourcePlan) -> Upload:
    return Upload(part.name, Path(part.path or ""), part.sha256 or "", part.bytes)


def _fingerprint(state: PortalState, names: Sequence[str]) -> str:
    """A checksum of what the portal holds of some datasets."""
    held = {name: state.packages.get(name) for name in sorted(names)}
    return sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode("utf-8"))


def _missing_events(plan: Plan, workspace: Workspace, time: str) -> Iterator[Event]:
    latest = {(past.portal, past.dataset, past.resource): past.sha256 for past in read_ledger(workspace.ledger)}
    for change in plan.changes:
        for part in change.resources:
            known = latest.get((plan.portal, change.dataset, part.name))
            if part.action == "orphaned" or known == part.sha256:
                continue
            yield Event(
                event=PUBLISH if known is None else UPDATE,
                time=time,
                portal=plan.portal,
                dataset=change.dataset,
                resource=part.name,
                standard=change.standard,
                department=change.department,
                rows=part.rows.after if part.rows else change.rows,
                sha256=part.sha256 or "",
                **catalogued(change.package),
            )


def _change_dict(change: DatasetPlan) -> dict[str, Any]:
    return {
        "dataset": change.dataset,
        "name": change.name,
        "action": change.action,
        "metadata": [dict(field) for field in change.metadata],
        "resources": [
            {
                "name": part.name,
                "action": part.action,
                "sha256": part.sha256,
                "rows": part.rows.to_dict() if part.rows else None,
                "path": part.path,
                "bytes": part.bytes,
            }
            for part in change.resources
        ],
        "guards": list(change.guards),
        "package": dict(change.package),
        "standard": change.standard,
        "department": change.department,
        "rows": change.rows,
    }
