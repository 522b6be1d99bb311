"""What a portal and the workspace differ in, and the command that mends each difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from meguro_opendata.catalog import JsonObject, Package, from_ckan, judge_pickup
from meguro_opendata.catalog.harvest import Manners
from meguro_opendata.catalog.harvest.fetching import Fetcher
from meguro_opendata.errors import ExitCode, MeguroOpendataError
from meguro_opendata.ledger import Withdrawal, withdrawals
from meguro_opendata.portals import Portal, PortalState
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of, is_of_others
from meguro_opendata.publication.looking import Look
from meguro_opendata.publication.plan import DatasetPlan
from meguro_opendata.publication.planning import plan_releases
from meguro_opendata.publication.withdrawal import ready_releases
from meguro_opendata.workspace.city import RECIPE_NAME, Workspace

__all__ = ["STATUS_FORMAT", "Drift", "Status", "status"]

STATUS_FORMAT = "meguro-opendata/status@1"
# More than this is no answer that a link check needs.
_ENOUGH_BYTES = 65_536
_LINK_IS_ALIVE = "harvest-too-large"
_FIRST_ERROR = 400
_LANDING_PAGE = "landing_page"


@dataclass(frozen=True)
class Drift:
    """One difference.

    Attributes:
        kind: ``unbuilt``, ``missing``, ``unfinished``, ``stale``, ``lost``, ``edited``, ``returned`` (withdrawn, and
            on the portal all the same), ``orphaned``, ``orphaned-file``, ``unmanaged`` or ``broken-link``.
        dataset: The slug; of what no recipe makes, its name on the portal.
        details: What it is about: fields, files, addresses.
        command: What mends it; empty where only the portal's own pages can.
        edit: The file to mend by hand before that, where there is one.
    """

    kind: str
    dataset: str
    details: tuple[str, ...]
    command: str
    edit: str | None = None


@dataclass(frozen=True)
class Pickup:
    """Whether the crawler of the national standard's data would take a dataset of the portal for what it is."""

    name: str
    picked_up: bool
    standard: str | None
    taken_as: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """A portal beside the workspace.

    Attributes:
        not_looked_at: Codes of what was not compared.
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
        """1 if anything differs; datasets that were never made here are none of our business."""
        return ExitCode.of(clean=all(drift.kind == "unmanaged" for drift in self.drifts))

    def to_dict(self) -> JsonObject:
        """Return the status as the JSON of ``status@1``."""
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
        manners: How to check links to elsewhere, one after the other and with pauses; without it they are not checked.
        look: How closely the portal is looked at; default only by its one search.

    Raises:
        PortalError: If the portal cannot be read.
    """
    ready, without = ready_releases(workspace, workspace.slugs())
    wanted = [portal.wanted(release.slug, release.entry).name for release in ready]
    state = portal.state(wanted)
    gone = withdrawals(workspace.ledger, portal.name)
    resting = [slug for slug in without if slug in gone]
    plan = plan_releases(ready, portal, workspace, state=state, look=look, resting=resting)
    drifts = [
        *_unbuilt(without, gone),
        *(drift for change in plan.changes for drift in _dataset_drifts(change, portal)),
        *_come_back(plan.kept_withdrawn, portal),
        *(drift for change in plan.changes for drift in _left_over(change, portal)),
        *_without_recipe(state, workspace, portal, {change.name for change in plan.changes}, gone),
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


def _dataset_drifts(change: DatasetPlan, portal: Portal) -> Iterator[Drift]:
    publish = f"meguro-opendata publish {change.dataset} --portal {portal.name}"
    if change.action == "create":
        yield Drift("missing", change.dataset, (), publish)
    elif change.action == "conflict":
        edited = tuple(conflict.field for conflict in change.conflicts)
        yield Drift("edited", change.dataset, edited, f"{publish} --overwrite {change.dataset}")
    elif _lost(change):
        deep = " --deep" if change.views else ""
        yield Drift("lost", change.dataset, _lost(change), publish + deep)
    elif change.action == "update":
        yield _stale(change, portal, publish)


def _stale(change: DatasetPlan, portal: Portal, publish: str) -> Drift:
    """Return the drift of a dataset that is there and is not what it is to be."""
    changed = [field.field for field in change.metadata]
    changed += [part.name for part in change.resources if part.action in ("create", "update")]
    changed += [f"{load.name} (DataStore)" for load in change.loads]
    unfinished = not portal.exclusive and RELEASE not in extras_of(change.before)
    return Drift("unfinished" if unfinished else "stale", change.dataset, tuple(changed), publish)


def _lost(change: DatasetPlan) -> tuple[str, ...]:
    """Return the tables and views that are gone, where nothing else of a dataset is to be written."""
    tables = [f"{name} (DataStore)" for name in change.lost_tables]
    views = [f"{lost.file} ({lost.view.kind[1]})" for lost in change.views]
    return (*tables, *views) if change.only_loads and len(tables) == len(change.loads) else ()


def _come_back(changes: Sequence[DatasetPlan], portal: Portal) -> Iterator[Drift]:
    """Yield the withdrawn datasets that are on the portal."""
    for change in changes:
        if change.withdrawn and change.withdrawn.found:
            yield _returned(change.dataset, change.withdrawn.found, portal)


def _returned(slug: str, found: Sequence[str], portal: Portal) -> Drift:
    """Return the drift of a withdrawn dataset that is on the portal all the same."""
    return Drift("returned", slug, tuple(found), f"meguro-opendata publish --portal {portal.name} --remove {slug}")


def _left_over(change: DatasetPlan, portal: Portal) -> Iterator[Drift]:
    """Yield files of ours that are no longer in the release."""
    publish = f"meguro-opendata publish {change.dataset} --portal {portal.name}"
    for part in change.resources:
        if part.action == "orphaned" and _is_ours(part.name, change.before):
            remove = f"{publish} --remove {change.dataset}/{part.name}"
            yield Drift("orphaned-file", change.dataset, (part.name,), remove)


def _is_ours(name: str, package: Package | None) -> bool:
    parts = package.resources if package else ()
    return any(part.name == name and not is_of_others(part) for part in parts)


def _without_recipe(
    state: PortalState, workspace: Workspace, portal: Portal, planned: set[str], gone: Mapping[str, Withdrawal]
) -> Iterator[Drift]:
    """Yield datasets on the portal that no recipe of the workspace makes; those that are withdrawn have come back."""
    slugs = set(workspace.slugs())
    for name, package in state.packages.items():
        code, _, slug = extras_of(package).get(DATASET, "").partition("/")
        if name in planned or slug in slugs:
            continue
        if code == workspace.city.code and slug in gone:
            yield _returned(slug, [part.name for part in package.resources], portal)
        elif portal.exclusive or code == workspace.city.code:
            remove = f"meguro-opendata publish --portal {portal.name} --remove {name}"
            yield Drift("orphaned", name, (), remove)
        else:
            yield Drift("unmanaged", name, (), f"meguro-opendata publish --portal {portal.name} --allow name-taken")


def _broken_links(state: PortalState, workspace: Workspace, portal: Portal, fetcher: Fetcher) -> Iterator[Drift]:
    """Yield links to elsewhere that lead nowhere, each address asked once."""
    known: dict[str, str] = {}
    for name, package in state.packages.items():
        slug = extras_of(package).get(DATASET, "").partition("/")[2]
        for url, place in sorted(_links(package).items()):
            if url not in known:
                known[url] = _trouble(url, fetcher)
            if known[url]:
                told = (url, known[url], place)
                recipe = str(workspace.root / slug / RECIPE_NAME) if slug and place == _LANDING_PAGE else None
                yield Drift("broken-link", slug or name, told, _link_command(slug, place, portal), recipe)


def _links(package: Package) -> dict[str, str]:
    """Return the addresses of a dataset that lead elsewhere, and where each is: in a field, or in a file's entry."""
    linked = [part for part in package.resources if not part.is_upload and part.url]
    links = {part.text("url"): f"resources.{part.name}" for part in reversed(linked)}
    page = package.text("url")
    return links | ({page: _LANDING_PAGE} if page else {})


def _link_command(slug: str, place: str, portal: Portal) -> str:
    """Return the command that fixes a broken link: a landing page is published anew, a file's entry taken away.

    Empty for a dataset that is not ours: whoever made it has to mend it.
    """
    publish = f"meguro-opendata publish {slug} --portal {portal.name}"
    if not slug:
        return ""
    if place == _LANDING_PAGE:
        return f"meguro-opendata build {slug} && {publish}"
    return f"{publish} --remove {slug}/{place.removeprefix('resources.')}"


def _trouble(url: str, fetcher: Fetcher) -> str:
    """Return what is wrong with an address, empty if nothing is."""
    try:
        answer = fetcher.get(url, most=_ENOUGH_BYTES)
    except MeguroOpendataError as error:
        return "" if error.code == _LINK_IS_ALIVE else error.code
    return str(answer.status) if answer.status >= _FIRST_ERROR else ""


def _pickup(package: Package) -> Pickup:
    judged = judge_pickup(from_ckan(package))
    return Pickup(package.name, judged.picked_up, judged.standard, tuple(judged.taken_as))
