"""Differences between a portal and the workspace, each with the command that fixes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from meguro_opendata.catalog import JsonObject, Package, Resource, from_ckan, judge_pickup
from meguro_opendata.catalog.harvest import Manners
from meguro_opendata.catalog.harvest.fetching import Fetcher
from meguro_opendata.errors import ExitCode, MeguroOpendataError
from meguro_opendata.files.whole import is_plain_name
from meguro_opendata.ledger import OnPortal, Withdrawal, read_portal
from meguro_opendata.portals import Portal, PortalState
from meguro_opendata.portals.ckan.package import slug_named
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of
from meguro_opendata.publication.fields import EDITED
from meguro_opendata.publication.looking import Look
from meguro_opendata.publication.matching import AMBIGUOUS, marked_packages
from meguro_opendata.publication.parts import removed_resources
from meguro_opendata.publication.plan import DatasetPlan
from meguro_opendata.publication.planning import plan_releases
from meguro_opendata.publication.withdrawal import ready_releases
from meguro_opendata.workspace.city import FILE_NAME, RECIPE_NAME, Workspace

__all__ = ["STATUS_FORMAT", "Drift", "Status", "status"]

STATUS_FORMAT = "meguro-opendata/status@1"
# A link check needs only the status of an answer. A larger body ends the download with an error that proves that the
# link is alive, so that linked videos and archives are not downloaded whole.
_ENOUGH_BYTES = 65_536
_LINK_IS_ALIVE = "harvest-too-large"
_FIRST_ERROR = 400  # RFC 9110: statuses from 400 on are errors
_LANDING_PAGE = "landing_page"
# Names that every shell takes as one word without quotation marks: the commands are copied from the screen.
_PLAIN = re.compile(r"[\w./+-]+")


@dataclass(frozen=True)
class Drift:
    """One difference between a portal and the workspace.

    Attributes:
        kind: ``unbuilt``, ``missing``, ``unfinished``, ``stale``, ``lost``, ``edited``, ``disputed`` (the ledger and
            the marks disagree on which resource is ours), ``returned`` (withdrawn, but on the portal nevertheless),
            ``orphaned``, ``orphaned-file``, ``unmanaged`` or ``broken-link``.
        dataset: The slug; for a dataset without a recipe, its name on the portal.
        details: The fields, files or addresses that differ.
        command: The command that fixes the difference; empty if no command can. ``FILE`` is a placeholder for a file
            that only the reader knows.
        edit: The file to edit by hand before the command, if there is one.
    """

    kind: str
    dataset: str
    details: tuple[str, ...]
    command: str
    edit: str | None = None


@dataclass(frozen=True)
class Pickup:
    """The judgement whether the national standard's crawler (BODIK's) would recognise a dataset of the portal."""

    name: str
    picked_up: bool
    standard: str | None
    taken_as: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """The result of comparing a portal with the workspace.

    Attributes:
        datasets: The number of datasets on the portal.
        not_looked_at: Codes of the parts that were not compared.
        withdrawn: The withdrawals from this portal, by the dataset's slug.
    """

    portal: str
    datasets: int
    drifts: tuple[Drift, ...]
    pickups: tuple[Pickup, ...]
    not_looked_at: tuple[str, ...] = ()
    withdrawn: tuple[tuple[str, Withdrawal], ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 if anything differs, else 0; datasets made elsewhere (``unmanaged``) do not count."""
        return ExitCode.of(clean=all(drift.kind == "unmanaged" for drift in self.drifts))

    def to_dict(self) -> JsonObject:
        """Return the status in the JSON of ``status@1``."""
        return {
            "format": STATUS_FORMAT,
            "portal": self.portal,
            "datasets": self.datasets,
            "not_looked_at": list(self.not_looked_at),
            "drifts": [asdict(drift) | {"details": list(drift.details)} for drift in self.drifts],
            "pickups": [asdict(pickup) | {"taken_as": list(pickup.taken_as)} for pickup in self.pickups],
            "withdrawn": [{"dataset": slug, "time": past.time, "portal": past.portal} for slug, past in self.withdrawn],
        }


def status(workspace: Workspace, portal: Portal, manners: Manners | None = None, look: Look | None = None) -> Status:
    """Compare a portal with the workspace.

    Args:
        workspace: The workspace.
        portal: The portal.
        manners: The manners of the link check (pauses between requests, one at a time); without it no link is checked.
        look: How closely to compare the portal; default only by its one search.

    Raises:
        PortalError: If the portal cannot be read.
    """
    ready, without = ready_releases(workspace, workspace.slugs())
    wanted = [portal.wanted(release.slug, release.entry).name for release in ready]
    state = portal.state(wanted)
    ledger = read_portal(workspace.ledger, portal.name, workspace.former_names(portal.name))
    gone = ledger.withdrawals
    resting = [slug for slug in without if slug in gone]
    plan = plan_releases(ready, portal, workspace, state=state, look=look, resting=resting, ledger=ledger)
    drifts = [
        *_unbuilt(without, gone),
        *(drift for change in plan.changes for drift in _dataset_drifts(change, workspace, portal)),
        *_come_back(plan.kept_withdrawn, portal),
        *(drift for change in plan.changes for drift in _left_over(change, portal)),
        *_without_recipe(state, workspace, portal, plan.changes, without, ledger),
        *(_broken_links(state, workspace, portal, Fetcher(manners)) if manners is not None else ()),
    ]
    pickups = tuple(map(_pickup, state.packages.values()))
    withdrawn = tuple(sorted(gone.items()))
    return Status(portal.name, len(state.packages), tuple(drifts), pickups, plan.not_looked_at, withdrawn)


def _unbuilt(slugs: Sequence[str], gone: Mapping[str, Withdrawal]) -> Iterator[Drift]:
    """Yield the datasets without a release; one that is withdrawn needs none."""
    for slug in slugs:
        if slug not in gone:
            yield Drift("unbuilt", slug, (), f"meguro-opendata build {slug}")


def _dataset_drifts(change: DatasetPlan, workspace: Workspace, portal: Portal) -> Iterator[Drift]:
    """Yield the difference of a planned dataset, if there is one."""
    publish = f"meguro-opendata publish {change.dataset} --portal {portal.name}"
    # The order is that of the obstacles: a conflict or a taken name has to be decided before anything can be published.
    if change.action == "conflict":
        yield _conflict_drift(change, publish)
    elif "other-organization" in change.guards:
        settings = str(workspace.root / FILE_NAME)
        yield Drift("missing", change.dataset, (change.name,), publish, settings)
    elif "name-taken" in change.guards:
        yield Drift("missing", change.dataset, (change.name,), f"{publish} --allow name-taken")
    elif change.action == "create":
        yield Drift("missing", change.dataset, (), publish)
    elif _lost(change):
        deep = " --deep" if change.views else ""
        yield Drift("lost", change.dataset, _lost(change), publish + deep)
    elif change.action == "update":
        yield _stale(change, portal, publish)


def _stale(change: DatasetPlan, portal: Portal, publish: str) -> Drift:
    """Return the difference of a dataset that is on the portal but not up to date."""
    changed = [field.field for field in change.metadata]
    changed += [part.name for part in change.resources if part.action in ("create", "update")]
    changed += [f"{load.name} (DataStore)" for load in change.loads]
    # A new CKAN dataset is first made empty without the release's mark; without that mark its files never arrived.
    unfinished = not portal.exclusive and RELEASE not in extras_of(change.before)
    return Drift("unfinished" if unfinished else "stale", change.dataset, tuple(changed), publish)


def _lost(change: DatasetPlan) -> tuple[str, ...]:
    """Return the tables and views that are lost, if nothing else of the dataset has to be written; else nothing."""
    tables = [f"{name} (DataStore)" for name in change.lost_tables]
    views = [f"{lost.file} ({lost.view.kind[1]})" for lost in change.views]
    return (*tables, *views) if change.only_loads and len(tables) == len(change.loads) else ()


def _come_back(changes: Sequence[DatasetPlan], portal: Portal) -> Iterator[Drift]:
    """Yield the withdrawn datasets that are on the portal nevertheless, say after a restored backup."""
    for change in changes:
        if change.withdrawn and change.withdrawn.found:
            yield _returned(change.dataset, change.withdrawn.found, portal)


def _returned(slug: str, found: Sequence[str], portal: Portal) -> Drift:
    """Return the difference of a withdrawn dataset that is on the portal nevertheless."""
    return Drift("returned", slug, tuple(found), f"meguro-opendata publish --portal {portal.name} --remove {slug}")


def _conflict_drift(change: DatasetPlan, publish: str) -> Drift:
    """Return the difference of a dataset in conflict; where several resources fit, the plan lists their ids."""
    fields = tuple(conflict.field for conflict in change.conflicts)
    kind = "edited" if all(conflict.reason == EDITED for conflict in change.conflicts) else "disputed"
    # `--overwrite` cannot decide among several resources, so the command shown is the plan with their ids.
    if any(conflict.reason == AMBIGUOUS for conflict in change.conflicts):
        return Drift(kind, change.dataset, fields, publish.replace(" publish ", " plan ", 1))
    return Drift(kind, change.dataset, fields, f"{publish} --overwrite {change.dataset}")


def _left_over(change: DatasetPlan, portal: Portal) -> Iterator[Drift]:
    """Yield files of ours that are no longer in the release."""
    publish = f"meguro-opendata publish {change.dataset} --portal {portal.name}"
    for part in change.resources:
        if part.action == "orphaned" and part.ours and change.before:
            remove = f"{publish} --remove {change.dataset}/{_target(part.name, part.id, change.before)}"
            yield Drift("orphaned-file", change.dataset, (part.name,), remove)


def _target(name: str, identifier: str | None, package: Package) -> str:
    """Return the target of ``--remove DATASET/…`` for a resource: its name, or its id if the name needs quoting."""
    alone = sum(part.name == name for part in package.resources) == 1
    return name if identifier is None or (alone and _PLAIN.fullmatch(name)) else identifier


def _without_recipe(
    state: PortalState,
    workspace: Workspace,
    portal: Portal,
    changes: Sequence[DatasetPlan],
    unbuilt: Sequence[str],
    ledger: OnPortal,
) -> Iterator[Drift]:
    """Yield the datasets on the portal that have no recipe in the workspace; withdrawn ones count as returned."""
    planned, by_mark = _planned_names(changes), marked_packages(state.packages.values())
    for name, package in state.packages.items():
        code, _, slug = extras_of(package).get(DATASET, "").partition("/")
        ours = portal.exclusive or code == workspace.city.code
        if name in planned or (ours and slug in unbuilt):
            continue
        if code == workspace.city.code and slug in ledger.withdrawals:
            yield _returned(slug, [part.name for part in package.resources], portal)
        elif ours:
            yield Drift("orphaned", name, (), _remove_command(package, by_mark, ledger))
        else:
            yield Drift("unmanaged", name, (), _take_over(name, workspace, portal))


def _planned_names(changes: Sequence[DatasetPlan]) -> set[str]:
    """Return the names of the planned datasets on the portal, before and after the plan."""
    before = {change.before.name for change in changes if change.before}
    return before | {change.name for change in changes}


def _remove_command(package: Package, by_mark: Mapping[str, Sequence[Package]], ledger: OnPortal) -> str:
    """Return the command that removes a dataset of ours, with ``--allow`` if it has resources of other editors."""
    mark = extras_of(package).get(DATASET, "")
    removed = removed_resources(package, ledger.files(mark.partition("/")[2]), by_mark.get(mark, ()))
    allow = "" if all(part.ours for part in removed) else " --allow foreign-resource"
    return f"meguro-opendata publish --portal {ledger.portal} --remove {package.name}{allow}"


def _take_over(name: str, workspace: Workspace, portal: Portal) -> str:
    """Return the commands that take a dataset of others into the workspace; empty if no recipe can have its name."""
    settings = workspace.portals.get(portal.name)
    slug = slug_named(name, settings.name_rule, workspace.city.code) if settings else None
    if slug is None or not is_plain_name(slug):
        return ""
    publish = f"meguro-opendata publish {slug} --portal {portal.name} --allow name-taken"
    if slug in workspace.slugs():
        return f"meguro-opendata build {slug} && {publish}"
    return f"meguro-opendata new {slug} --source FILE && meguro-opendata build {slug} && {publish}"


def _broken_links(state: PortalState, workspace: Workspace, portal: Portal, fetcher: Fetcher) -> Iterator[Drift]:
    """Yield the links to other sites that fail; each address is requested once."""
    known: dict[str, str] = {}
    for name, package in state.packages.items():
        slug = extras_of(package).get(DATASET, "").partition("/")[2]
        for url, place in sorted(_links(package).items()):
            if url not in known:
                known[url] = _trouble(url, fetcher)
            if known[url]:
                part = _linked(package, url) if place != _LANDING_PAGE else None
                recipe = str(workspace.root / slug / RECIPE_NAME) if slug and part is None else None
                details = (url, known[url], place)
                yield Drift("broken-link", slug or name, details, _link_command(slug, package, part, portal), recipe)


def _links(package: Package) -> dict[str, str]:
    """Return the addresses of a dataset on other sites, each with its place: the landing page or a resource."""
    linked = [part for part in package.resources if not part.is_upload and part.url]
    # Reversed, so that of several resources with one address the first stays: `_linked` names the same one.
    links = {part.text("url"): f"resources.{part.name}" for part in reversed(linked)}
    page = package.text("url")
    return links | ({page: _LANDING_PAGE} if page else {})


def _linked(package: Package, url: str) -> Resource | None:
    """Return the first resource that links to an address, ``None`` if no resource does."""
    return next((part for part in package.resources if not part.is_upload and part.url == url), None)


def _link_command(slug: str, package: Package, part: Resource | None, portal: Portal) -> str:
    """Return the command that fixes a broken link: publish the landing page anew, or remove the resource.

    The command is empty for a dataset that was not made here: only its publisher can fix the link.
    """
    publish = f"meguro-opendata publish {slug} --portal {portal.name}"
    if not slug:
        return ""
    if part is None:
        return f"meguro-opendata build {slug} && {publish}"
    return f"{publish} --remove {slug}/{_target(part.name, part.id, package)}"


def _trouble(url: str, fetcher: Fetcher) -> str:
    """Return the error code or status of a failing address; empty if the address answers."""
    try:
        answer = fetcher.get(url, most=_ENOUGH_BYTES)
    except MeguroOpendataError as error:
        return "" if error.code == _LINK_IS_ALIVE else error.code
    return str(answer.status) if answer.status >= _FIRST_ERROR else ""


def _pickup(package: Package) -> Pickup:
    judged = judge_pickup(from_ckan(package))
    return Pickup(package.name, judged.picked_up, judged.standard, tuple(judged.taken_as))
