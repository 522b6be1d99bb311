"""Making a plan: releases and what the portal holds → what publishing would do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meguro_opendata.catalog import Group, Json, JsonObject, Package, Resource, Tag
from meguro_opendata.catalog.forms.ckan import optional_fields
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Portal, PortalState, TableLoad, open_portal
from meguro_opendata.portals.marks import DATASET, DATASTORE, RELEASE, extras_of, marked, sorted_extras
from meguro_opendata.publication import fields, guards, looking
from meguro_opendata.publication.fields import Comparison
from meguro_opendata.publication.history import History
from meguro_opendata.publication.looking import Look, Looked
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, ResourcePlan, Wishes
from meguro_opendata.publication.tables import TableChange, checksums, is_table, stem, table_changes
from meguro_opendata.publication.withdrawal import Withdrawals, removed_by_name, resting_slugs
from meguro_opendata.release.dataset import PublishedDataset, load_releases
from meguro_opendata.workspace.city import Workspace, as_workspace

_DIGEST_LETTERS = 16
__all__ = ["fingerprint", "plan_publication", "plan_releases"]


def plan_publication(
    workspace: Workspace | Path | str,
    portal: Portal | str | None = None,
    slugs: Sequence[str] = (),
    wishes: Wishes | None = None,
    look: Look | None = None,
) -> Plan:
    """Compare the releases with what the portal holds.

    Args:
        workspace: The workspace or its folder.
        portal: Where to: a portal or its name; default the workspace's only one.
        slugs: Which datasets; default all, or none if only removals are asked for.
        wishes: What is asked for by name.
        look: How closely the portal is looked at; default only by its one search.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    home = as_workspace(workspace)
    target = open_portal(home, portal) if portal is None or isinstance(portal, str) else portal
    asked = wishes or Wishes()
    chosen = [] if removed_by_name(asked) and not slugs else home.choose(tuple(slugs))
    resting = resting_slugs(home, target.name, chosen, asked)
    releases = _releases(home, [slug for slug in chosen if slug not in resting], dict(asked.releases))
    return plan_releases(releases, target, home, asked, look=look, resting=resting)


def _releases(home: Workspace, chosen: Sequence[str], earlier: Mapping[str, str]) -> list[PublishedDataset]:
    """Return the releases of some datasets, of some of them an earlier one."""
    history = History(home)
    ready = {release.slug: release for release in load_releases(home, [s for s in chosen if s not in earlier])}
    return [ready[slug] if slug in ready else history.load(slug, earlier[slug]) for slug in chosen]


def plan_releases(
    releases: Sequence[PublishedDataset],
    portal: Portal,
    workspace: Workspace,
    wishes: Wishes | None = None,
    state: PortalState | None = None,
    look: Look | None = None,
    resting: Sequence[str] = (),
) -> Plan:
    """Compare some releases with what the portal holds: see :func:`plan_publication`.

    Args:
        releases: The releases.
        portal: Where to.
        workspace: Whose ledger and history are asked.
        wishes: What is asked for by name.
        state: What the portal holds, if it is known.
        look: How closely the portal is looked at.
        resting: Withdrawn datasets that have no release.
    """
    asked = wishes or Wishes()
    closely = replace(look or Look(), views=_keeps_views(workspace, portal.name))
    history = History(workspace)
    wanted = [portal.wanted(release.slug, release.entry) for release in releases]
    held = state or portal.state([package.name for package in wanted])
    known = _Known(portal, workspace, history, held, _by_mark(held), asked, closely)
    gone = Withdrawals(portal, workspace, held, known.by_mark, asked)
    removals = [gone.removal(name) for name in removed_by_name(asked)]
    changes = [
        gone.kept(release, package) or gone.again(_plan_dataset(release, package, known))
        for release, package in zip(releases, wanted, strict=True)
    ]
    changes = [*changes, *gone.without_release(resting)]
    changes = [change for change in changes if change.dataset not in {one.dataset for one in removals}] + removals
    changes = [change.below(workspace.releases) for change in changes]
    _refuse_unknown_files(changes, asked)
    left_out = closely.not_looked_at(portal, [change.looked for change in changes])
    return Plan(portal.name, fingerprint(held, changes), tuple(changes), asked, left_out, seen=held)


def _keeps_views(workspace: Workspace, portal: str) -> bool:
    settings = workspace.portals.get(portal)
    return settings is None or settings.remake_views


def fingerprint(state: PortalState, changes: Sequence[DatasetPlan]) -> str:
    """Return a checksum of what the portal holds of the datasets of a plan."""
    names = {change.name for change in changes} | {change.before.name for change in changes if change.before}
    packages = {name: state.packages.get(name) for name in sorted(names)}
    held = {name: package.to_ckan() if package else None for name, package in packages.items()}
    return sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode("utf-8"))


@dataclass(frozen=True)
class _Known:
    portal: Portal
    workspace: Workspace
    history: History
    state: PortalState
    by_mark: Mapping[str, Package]
    wishes: Wishes
    look: Look


def _by_mark(state: PortalState) -> dict[str, Package]:
    """Return the packages by the mark that says whose they are."""
    marks = ((extras_of(package).get(DATASET), package) for package in state.packages.values())
    return {mark: package for mark, package in marks if mark}


def _plan_dataset(release: PublishedDataset, wanted: Package, known: _Known) -> DatasetPlan:
    mark = f"{known.workspace.city.code}/{release.slug}"
    old = known.state.packages.get(wanted.name) or known.by_mark.get(mark)
    looked = looking.look_at(old, release.slug, known.portal, known.history, known.look)
    old = looked.package
    ours = old is not None and (known.portal.exclusive or extras_of(old).get(DATASET) == mark)
    own = fields.flat(wanted)
    theirs = _without_orphans(fields.flat(old), own) if old else {}
    compared = _compared(own, theirs, looked, ours, release.slug, known)
    tables = table_changes(release, old, known.portal, known.history)
    resources = (*_files(release, wanted, old, tables, compared), *_others(wanted, old, release.slug, known))
    package = marked(_merged(wanted, old, compared, resources), mark, fields.mark_text(own))
    action = _action(old, compared, resources, _moved(package, old))
    notes = () if action == "unchanged" else tuple(known.portal.check(package))
    loads, lost = _loads(release, old, known)
    return DatasetPlan(
        dataset=release.slug,
        name=wanted.name,
        action="update" if (loads or looked.lost_views) and action == "unchanged" else action,
        metadata=tuple(fields.shown_fields(compared.changed, theirs)),
        resources=resources,
        guards=(
            *guards.table_guards(tables.values(), known.workspace),
            *guards.release_guards(release, notes, known.workspace),
            *guards.tie_guards(package, old, ours),
        ),
        package=package,
        standard=release.entry.standard,
        department=release.entry.department,
        rows=release.rows,
        conflicts=compared.conflicts,
        notes=notes,
        before=old,
        published=own,
        release=release,
        loads=loads,
        only_loads=action == "unchanged",
        lost_tables=lost,
        views=looked.lost_views,
        looked=looked,
    )


def _without_orphans(theirs: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the portal's fields without those of files that have left the release: they stay as they are."""
    return {name: text for name, text in theirs.items() if name in own or not name.startswith("resources.")}


def _compared(
    own: Mapping[str, str], theirs: Mapping[str, str], looked: Looked, ours: bool, slug: str, known: _Known
) -> Comparison:
    old, overwrite = looked.package, slug in known.wishes.overwrite
    text = extras_of(old).get(RELEASE) if old and ours else None
    mark = fields.read_mark(text) if text else fields.digests(theirs) if known.portal.exclusive else None
    compared = fields.compare(own, theirs, mark, overwrite=overwrite)
    if compared.conflicts:
        published = known.history.published_fields(slug, known.portal.name)
        shown = tuple(replace(one, published=published.get(one.field)) for one in compared.conflicts)
        compared = replace(compared, conflicts=shown)
    replaced = looking.replaced_files(looked, known.portal, overwrite=overwrite)
    return replace(compared, conflicts=(*compared.conflicts, *replaced)) if replaced else compared


def _files(
    release: PublishedDataset,
    wanted: Package,
    old: Package | None,
    tables: Mapping[str, TableChange],
    compared: Comparison,
) -> Iterator[ResourcePlan]:
    published = checksums(old)
    uploads = {file.name: file for file in release.files}
    for part in wanted.resources:
        name = part.name
        file = uploads.get(name)
        same = published.get(name) == file.sha256 if file else f"resources.{name}" not in compared.changed
        action = "create" if name not in published else "unchanged" if same else "update"
        plan = ResourcePlan(name, action, part.hash, None)
        if file:
            plan = replace(plan, sha256=file.sha256, path=str(file.path), bytes=file.bytes)
        table = tables.get(stem(name))
        if table:
            plan = replace(plan, rows=table.rows, shown=table.shown if is_table(name) else ())
        yield plan


def _others(wanted: Package, old: Package | None, slug: str, known: _Known) -> Iterator[ResourcePlan]:
    """Yield files that are on the portal and not in the release."""
    names = {part.name for part in wanted.resources}
    for part in old.resources if old else ():
        if part.name not in names:
            unwanted = {f"{slug}/{part.name}", f"{wanted.name}/{part.name}"} & {*known.wishes.remove}
            yield ResourcePlan(part.name, "remove" if unwanted else "orphaned", part.hash or None, None)


def _loads(
    release: PublishedDataset, old: Package | None, known: _Known
) -> tuple[tuple[TableLoad, ...], tuple[str, ...]]:
    """Return the tables to load, and the names of those that were loaded and are lost."""
    tables = tuple(_tables(release, old)) if release.slug in known.portal.datastore else ()
    parts = {part.name: part for part in reversed(old.resources)} if old else {}
    lost = [
        table.name
        for table, noted in tables
        if noted and looking.lost_table(parts.get(table.name), table, known.portal, known.look)
    ]
    return tuple(table for table, noted in tables if not noted or table.name in lost), tuple(lost)


def _tables(release: PublishedDataset, old: Package | None) -> Iterator[tuple[TableLoad, bool]]:
    """Yield each table, and whether the portal has the mark that it was loaded with these rows and this schema."""
    noted = {part.name: part.optional(DATASTORE) for part in old.resources} if old else {}
    for file in release.files:
        schema = release.schemas.get(file.name)
        if schema is None:
            continue
        content = json.dumps([file.sha256, schema, list(release.key)], ensure_ascii=False, sort_keys=True)
        digest = sha256(content.encode("utf-8"))[:_DIGEST_LETTERS]
        yield TableLoad(file.name, file.path, schema, release.key, digest), noted.get(file.name) == digest


def _merged(wanted: Package, old: Package | None, compared: Comparison, resources: Sequence[ResourcePlan]) -> Package:
    """Return the wanted package with what stays of the old one: fields of others, ids, files that are not ours."""
    if old is None:
        return wanted
    parts = {part.name: _of_others(part) for part in reversed(old.resources)}
    staying = {part.name for part in resources if part.action == "orphaned"}
    return replace(
        _with_kept(wanted, compared.kept),
        resources=(
            *(Resource({**parts.get(part.name, {}), **part.fields}) for part in wanted.resources),
            *(part for part in old.resources if part.name in staying),
        ),
    )


def _with_kept(wanted: Package, kept: Mapping[str, str]) -> Package:
    """Return a package with what others wrote in its texts, lists and extras."""
    texts: JsonObject = {name: kept[name] for name in fields.publication_rules()["owned"]["texts"] if name in kept}
    return replace(
        wanted.with_fields(**texts),
        tags=(*wanted.tags, *map(Tag.of, _under("tags", kept).values())),
        groups=(*wanted.groups, *map(Group.of, _under("groups", kept).values())),
        extras=sorted_extras(extras_of(wanted) | _under("extras", kept)),
    )


def _under(kind: str, kept: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of a kind, by its name in it."""
    return {name.removeprefix(f"{kind}."): text for name, text in kept.items() if name.startswith(f"{kind}.")}


def _of_others(part: Resource) -> Mapping[str, Json]:
    """Return the fields of a portal's file without those that a file of ours may lack: the workspace decides them."""
    return part.without(*optional_fields("resource")).fields


def _moved(package: Package, old: Package | None) -> bool:
    """Return whether files that stay change their order."""
    before = [part.name for part in old.resources] if old else []
    after = [part.name for part in package.resources]
    return [name for name in before if name in after] != [name for name in after if name in before]


def _action(old: Package | None, compared: Comparison, resources: Sequence[ResourcePlan], moved: bool) -> str:
    if old is None:
        return "create"
    if compared.conflicts:
        return "conflict"
    written = any(part.action in (*WRITTEN, "remove") for part in resources)
    return "update" if compared.changed or written or moved else "unchanged"


def _refuse_unknown_files(changes: Sequence[DatasetPlan], wishes: Wishes) -> None:
    """Stop if a file that is to be taken away is not there, or still in its release.

    Raises:
        MeguroOpendataError: Naming them.
    """
    gone = {
        f"{name}/{part.name}"
        for change in changes
        for part in change.resources
        if part.action == "remove"
        for name in (change.dataset, change.name)
    }
    unknown = [name for name in wishes.remove if "/" in name and name not in gone]
    if unknown:
        raise MeguroOpendataError("remove-unknown", names=unknown, portal="")
