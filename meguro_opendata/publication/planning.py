"""Making a plan: releases and the portal's state → the changes that publishing would make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meguro_opendata.catalog import Group, Json, JsonObject, Package, Resource, Tag
from meguro_opendata.catalog.forms.ckan import optional_fields
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.findings import Finding
from meguro_opendata.ledger import OnPortal, PublishedFiles, read_portal
from meguro_opendata.portals import Portal, PortalState, TableLoad, Upload, open_portal
from meguro_opendata.portals.marks import DATASET, DATASTORE, RELEASE, extras_of, marked, sorted_extras
from meguro_opendata.publication import fields, guards, looking
from meguro_opendata.publication.fields import Comparison, Conflict
from meguro_opendata.publication.history import History
from meguro_opendata.publication.looking import Look, Looked
from meguro_opendata.publication.matching import (
    Matching,
    marked_packages,
    match_files,
    package_of,
)
from meguro_opendata.publication.parts import parts_plan, places_to_remove
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, ResourcePlan, Wishes
from meguro_opendata.publication.tables import TableChange, is_table, stem, table_changes
from meguro_opendata.publication.withdrawal import Withdrawals, removed_by_name, resting_slugs
from meguro_opendata.release.dataset import PublishedDataset, load_releases
from meguro_opendata.workspace.city import Workspace, as_workspace

# 64 bits of the checksum of a table's bytes, schema and key: the mark of a loaded table only detects a change.
_DIGEST_LETTERS = 16
__all__ = ["fingerprint", "plan_publication", "plan_releases"]


def plan_publication(
    workspace: Workspace | Path | str,
    portal: Portal | str | None = None,
    slugs: Sequence[str] = (),
    wishes: Wishes | None = None,
    look: Look | None = None,
) -> Plan:
    """Return the plan that brings the portal to the state of the releases.

    Args:
        workspace: The workspace or its folder.
        portal: The portal or its name; default the workspace's only one.
        slugs: The datasets to compare; default all, or no dataset if only removals are asked for.
        wishes: The options that name datasets.
        look: How closely to compare the portal; default only by its one search.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    home = as_workspace(workspace)
    target = open_portal(home, portal) if portal is None or isinstance(portal, str) else portal
    asked = wishes or Wishes()
    # `publish --remove NAME` alone is a withdrawal: it must not publish every other dataset along with it.
    chosen = [] if removed_by_name(asked) and not slugs else home.choose(tuple(slugs))
    ledger = read_portal(home.ledger, target.name, home.former_names(target.name))
    resting = resting_slugs(home, ledger, chosen, asked)
    releases = _releases(home, [slug for slug in chosen if slug not in resting], dict(asked.releases))
    return plan_releases(releases, target, home, asked, look=look, resting=resting, ledger=ledger)


def _releases(home: Workspace, chosen: Sequence[str], earlier: Mapping[str, str]) -> list[PublishedDataset]:
    """Return the releases of the chosen datasets, an earlier one where ``earlier`` names its id."""
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
    ledger: OnPortal | None = None,
) -> Plan:
    """Return the plan that brings the portal to the state of the given releases: see :func:`plan_publication`.

    Args:
        releases: The releases.
        portal: The portal.
        workspace: The workspace, whose ledger and history are read.
        wishes: The options that name datasets.
        state: The portal's state, if it was read already.
        look: How closely to compare the portal.
        resting: Withdrawn datasets that have no release.
        ledger: The ledger's state of the portal, if it was read already.

    Raises:
        MeguroOpendataError: If ``wishes`` name a dataset or file that is not there.
        PortalError: If the portal cannot be read.
    """
    asked = wishes or Wishes()
    closely = replace(look or Look(), views=_keeps_views(workspace, portal.name))
    history = History(workspace)
    wanted = [portal.wanted(release.slug, release.entry) for release in releases]
    held = state or portal.state([package.name for package in wanted])
    said = ledger or read_portal(workspace.ledger, portal.name, workspace.former_names(portal.name))
    by_mark = marked_packages(held.packages.values())
    known = _Known(portal, workspace, history, held, by_mark, said, asked, closely)
    changes = _changes(list(zip(releases, wanted, strict=True)), known, resting)
    _refuse_unknown_files(changes, asked)
    guards.refuse_unknown_overwrites(changes, asked)
    left_out = closely.not_looked_at(portal, [change.looked for change in changes])
    return Plan(portal.name, fingerprint(held, changes), tuple(changes), asked, left_out, seen=held)


def _changes(
    releases: Sequence[tuple[PublishedDataset, Package]], known: _Known, resting: Sequence[str]
) -> list[DatasetPlan]:
    """Return the plans of releases, of withdrawn datasets, and of the datasets and files to remove."""
    gone = Withdrawals(known.portal, known.workspace, known.state, known.by_mark, known.ledger, known.wishes)
    removals = [gone.removal(name) for name in removed_by_name(known.wishes)]
    planned = [gone.kept(*one) or gone.again(_plan_dataset(*one, known)) for one in releases]
    planned += gone.without_release(resting)
    removed = {change.dataset for change in removals}
    changes = [change for change in planned if change.dataset not in removed] + removals
    changes += [_plan_parts(name, gone, known) for name in _without_release(changes, known)]
    return [change.below(known.workspace.releases) for change in changes]


def _keeps_views(workspace: Workspace, portal: str) -> bool:
    settings = workspace.portals.get(portal)
    return settings is None or settings.remake_views


def fingerprint(state: PortalState, changes: Sequence[DatasetPlan]) -> str:
    """Return the checksum of the portal's packages of a plan's datasets, under their old and new names."""
    names = {change.name for change in changes} | {change.before.name for change in changes if change.before}
    packages = {name: state.packages.get(name) for name in sorted(names)}
    held = {name: package.to_ckan() if package else None for name, package in packages.items()}
    return sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode("utf-8"))


@dataclass(frozen=True)
class _Known:
    """All that the plan of one dataset depends on besides its release."""

    portal: Portal
    workspace: Workspace
    history: History
    state: PortalState
    by_mark: Mapping[str, Sequence[Package]]
    ledger: OnPortal
    wishes: Wishes
    look: Look

    def files_of(self, slug: str) -> PublishedFiles:
        """Return the files of a dataset on the portal by the ledger."""
        return self.ledger.files(slug)

    def find(self, mark: str, name: str) -> tuple[Package | None, tuple[Conflict, ...]]:
        """Return the portal's package of a dataset, by its name there, else by our mark, and the conflicts about it."""
        marked_so = self.by_mark.get(mark, ())
        return package_of(name, self.state.packages, marked_so, self.files_of(mark.partition("/")[2]))


def _plan_dataset(release: PublishedDataset, wanted: Package, known: _Known) -> DatasetPlan:
    mark = f"{known.workspace.city.code}/{release.slug}"
    old, uncertain = known.find(mark, wanted.name)
    looked = looking.look_at(old, release.slug, known.portal, known.history, known.look)
    old = looked.package
    ours = old is not None and (known.portal.exclusive or extras_of(old).get(DATASET) == mark)
    own = fields.flat(wanted)
    matching = _matching(release.slug, wanted, old, known, ours=ours)
    theirs = fields.flat(old, matching.files) if old else {}
    compared = _compared(own, theirs, looked, ours, release.slug, known).also(*uncertain, *matching.conflicts)
    tables = table_changes(release, old, matching, known.portal, known.history)
    others = matching.others_plan(known.files_of(release.slug), old)
    resources = (*_files(release, wanted, matching, tables, compared), *others)
    package = marked(_merged(wanted, old, compared, matching), mark, fields.mark_text(own))
    action = _action(old, compared, resources, matching.unmarked or _moved(package, old))
    notes = () if action == "unchanged" else tuple(known.portal.check(package))
    stops = _stops(release, tables, notes, known)
    loads, lost = _loads(release, matching, known)
    return DatasetPlan(
        dataset=release.slug,
        name=wanted.name,
        action="update" if (loads or looked.lost_views) and action == "unchanged" else action,
        metadata=tuple(fields.shown_fields(compared.changed, theirs)),
        resources=resources,
        guards=(*stops, *guards.tie_guards(package, old, matching.files, ours), *guards.foreign_guards(resources)),
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


def _stops(
    release: PublishedDataset, tables: Mapping[str, TableChange], notes: Sequence[Finding], known: _Known
) -> tuple[str, ...]:
    """Return the guards on a release itself."""
    rows = guards.table_guards(tables.values(), known.workspace)
    return (*rows, *guards.release_guards(release, notes, known.workspace))


def _matching(slug: str, wanted: Package, old: Package | None, known: _Known, *, ours: bool) -> Matching:
    """Return the assignment of the portal's resources to the files of a release."""
    names = {slug, wanted.name, *((old.name,) if old else ())}
    return match_files(
        wanted,
        old,
        known.files_of(slug),
        trusted=known.portal.exclusive,
        taken_over=not ours,
        overwrite=slug in known.wishes.overwrite,
        leaving=places_to_remove(old, names, known.wishes.remove),
    )


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
    matching: Matching,
    tables: Mapping[str, TableChange],
    compared: Comparison,
) -> Iterator[ResourcePlan]:
    uploads = {file.name: file for file in release.files}
    for part in wanted.resources:
        file, table = uploads.get(part.name), tables.get(stem(part.name))
        plan = _file_plan(part, file, matching, same=f"resources.{part.name}" not in compared.changed)
        if table:
            plan = replace(plan, rows=table.rows, shown=table.shown if is_table(part.name) else ())
        yield plan


def _file_plan(part: Resource, file: Upload | None, matching: Matching, *, same: bool) -> ResourcePlan:
    """Return the plan of a file, or of a link (no ``file``), which is unchanged if its description is (``same``)."""
    held = matching.files.get(part.name)
    if file is None:
        action = "create" if held is None else "unchanged" if same else "update"
        address = part.url
    else:
        known = matching.checksums().get(part.name)
        action = "create" if held is None else "unchanged" if known == file.sha256 else "update"
        address = None
    plan = ResourcePlan(part.name, action, part.hash, None, url=address)
    if held is not None:
        plan = replace(plan, id=held.id, url=held.url)
    return plan if file is None else replace(plan, sha256=file.sha256, path=str(file.path), bytes=file.bytes)


def _loads(
    release: PublishedDataset, matching: Matching, known: _Known
) -> tuple[tuple[TableLoad, ...], tuple[str, ...]]:
    """Return the tables to load, and the names of those that were loaded before and are lost."""
    tables = tuple(_tables(release, matching)) if release.slug in known.portal.datastore else ()
    lost = [
        table.name
        for table, noted in tables
        if noted and looking.lost_table(matching.files.get(table.name), table, known.portal, known.look)
    ]
    return tuple(table for table, noted in tables if not noted or table.name in lost), tuple(lost)


def _tables(release: PublishedDataset, matching: Matching) -> Iterator[tuple[TableLoad, bool]]:
    """Yield each table, and whether the portal has the mark of having loaded these rows with this schema and key."""
    for file in release.files:
        schema, held = release.schemas.get(file.name), matching.files.get(file.name)
        if schema is None:
            continue
        content = json.dumps([file.sha256, schema, list(release.key)], ensure_ascii=False, sort_keys=True)
        digest = sha256(content.encode("utf-8"))[:_DIGEST_LETTERS]
        noted = held is not None and held.optional(DATASTORE) == digest
        yield TableLoad(file.name, file.path, schema, release.key, digest), noted


def _merged(wanted: Package, old: Package | None, compared: Comparison, matching: Matching) -> Package:
    """Return the wanted package with the parts of the old one that stay: ids, and other editors' fields and files."""
    if old is None:
        return wanted
    held = {name: _of_others(part) for name, part in matching.files.items()}
    return replace(
        _with_kept(wanted, compared.kept),
        resources=(
            *(Resource({**held.get(part.name, {}), **part.fields}) for part in wanted.resources),
            *(part for part, removed in matching.others if not removed),
        ),
    )


def _with_kept(wanted: Package, kept: Mapping[str, str]) -> Package:
    """Return a package with the texts, list elements and extras that other editors wrote."""
    texts: JsonObject = {name: kept[name] for name in fields.publication_rules()["owned"]["texts"] if name in kept}
    return replace(
        wanted.with_fields(**texts),
        tags=(*wanted.tags, *map(Tag.of, _under("tags", kept).values())),
        groups=(*wanted.groups, *map(Group.of, _under("groups", kept).values())),
        extras=sorted_extras(extras_of(wanted) | _under("extras", kept)),
    )


def _under(kind: str, kept: Mapping[str, str]) -> dict[str, str]:
    """Return the kept fields of a kind (``tags``, ``groups``, ``extras``), by their names within it."""
    return {name.removeprefix(f"{kind}."): text for name, text in kept.items() if name.startswith(f"{kind}.")}


def _of_others(part: Resource) -> Mapping[str, Json]:
    """Return a resource's fields without the optional ones of ours: one that the workspace lacks has to disappear."""
    return part.without(*optional_fields("resource")).fields


def _moved(package: Package, old: Package | None) -> bool:
    """Return whether the files that stay change their order, which CKAN shows as it is in the list."""
    before = [part.id or part.name for part in old.resources] if old else []
    after = [part.id or part.name for part in package.resources]
    return [one for one in before if one in after] != [one for one in after if one in before]


def _action(old: Package | None, compared: Comparison, resources: Sequence[ResourcePlan], moved: bool) -> str:
    """Return the action of a dataset; a conflict comes before any update, since nothing of it may be written."""
    if old is None:
        return "create"
    if compared.conflicts:
        return "conflict"
    written = any(part.action in (*WRITTEN, "remove") for part in resources)
    return "update" if compared.changed or written or moved else "unchanged"


def _without_release(changes: Sequence[DatasetPlan], known: _Known) -> list[str]:
    """Return the datasets without a recipe from which ``--remove NAME/FILE`` removes single resources."""
    planned = {name for change in changes for name in (change.dataset, change.name)} | {*known.workspace.slugs()}
    asked = [name.partition("/")[0] for name in known.wishes.remove if "/" in name]
    return [name for name in dict.fromkeys(asked) if name and name not in planned]


def _plan_parts(name: str, gone: Withdrawals, known: _Known) -> DatasetPlan:
    """Return the plan that removes single resources from a dataset without a recipe.

    Raises:
        MeguroOpendataError: If the portal lacks the dataset, or a name fits several resources.
    """
    old = gone.held_as(name)
    mark = extras_of(old).get(DATASET, "")
    slug = mark.partition("/")[2] or name
    leaving = places_to_remove(old, {name, slug, old.name}, known.wishes.remove)
    return parts_plan(old, slug, known.files_of(slug), known.by_mark.get(mark, ()), leaving)


def _refuse_unknown_files(changes: Sequence[DatasetPlan], wishes: Wishes) -> None:
    """Raise an error if a file to remove is not on the portal or still is in its release.

    Raises:
        MeguroOpendataError: With all such files.
    """
    gone = {
        f"{name}/{target}"
        for change in changes
        for part in change.resources
        if part.action == "remove"
        for name in (change.dataset, change.name, change.before.name if change.before else "")
        for target in (part.name, part.id)
    }
    unknown = [name for name in wishes.remove if "/" in name and name not in gone]
    if unknown:
        raise MeguroOpendataError("remove-unknown", names=unknown, portal="")
