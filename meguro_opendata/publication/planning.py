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
from meguro_opendata.ledger import PublishedFiles, published_files
from meguro_opendata.portals import Portal, PortalState, TableLoad, Upload, open_portal
from meguro_opendata.portals.marks import BYTES, DATASET, DATASTORE, RELEASE, extras_of, is_ours, marked, sorted_extras
from meguro_opendata.publication import fields, guards
from meguro_opendata.publication.fields import Comparison, Conflict
from meguro_opendata.publication.history import History
from meguro_opendata.publication.matching import (
    Matching,
    marked_packages,
    match_files,
    package_of,
)
from meguro_opendata.publication.parts import parts_plan, places_to_remove, removed_resources
from meguro_opendata.publication.plan import WRITTEN, DatasetPlan, Plan, ResourcePlan, Wishes
from meguro_opendata.publication.tables import TableChange, is_table, stem, table_changes
from meguro_opendata.release.dataset import PublishedDataset, load_releases
from meguro_opendata.workspace.city import Workspace, as_workspace

_DIGEST_LETTERS = 16
__all__ = ["fingerprint", "plan_publication", "plan_releases"]


def plan_publication(
    workspace: Workspace | Path | str,
    portal: Portal | str | None = None,
    slugs: Sequence[str] = (),
    wishes: Wishes | None = None,
) -> Plan:
    """Compare the releases with what the portal holds.

    Args:
        workspace: The workspace or its folder.
        portal: Where to: a portal or its name; default the workspace's only one.
        slugs: Which datasets; default all, or none if only removals are asked for.
        wishes: What is asked for by name.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    home = as_workspace(workspace)
    target = open_portal(home, portal) if portal is None or isinstance(portal, str) else portal
    asked = wishes or Wishes()
    whole_datasets = [name for name in asked.remove if "/" not in name]
    chosen = [] if whole_datasets and not slugs else home.choose(tuple(slugs))
    return plan_releases(_releases(home, chosen, dict(asked.releases)), target, home, asked)


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
) -> Plan:
    """Compare some releases with what the portal holds: see :func:`plan_publication`; ``state`` if it is known."""
    asked = wishes or Wishes()
    history = History(workspace)
    wanted = [portal.wanted(release.slug, release.entry) for release in releases]
    held = state or portal.state([package.name for package in wanted])
    published = published_files(workspace.ledger, portal.name)
    by_mark = marked_packages(held.packages.values())
    known = _Known(portal, workspace, history, held, by_mark, published, asked)
    changes = [_plan_dataset(release, package, known) for release, package in zip(releases, wanted, strict=True)]
    changes += [_plan_removal(name, known) for name in asked.remove if "/" not in name]
    changes += [_plan_parts(name, known) for name in _without_release(changes, known)]
    _refuse_unknown_files(changes, asked)
    return Plan(portal.name, fingerprint(held, changes), tuple(changes), asked, seen=held)


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
    by_mark: Mapping[str, Sequence[Package]]
    published: Mapping[str, PublishedFiles]
    wishes: Wishes

    def files_of(self, slug: str) -> PublishedFiles:
        """Return what the ledger knows of a dataset on the portal."""
        return self.published.get(slug, PublishedFiles())

    def find(self, mark: str, name: str) -> tuple[Package | None, tuple[Conflict, ...]]:
        """Return a dataset as the portal has it, by its name there, else by our mark, and what is uncertain."""
        marked_so = self.by_mark.get(mark, ())
        return package_of(name, self.state.packages, marked_so, self.files_of(mark.partition("/")[2]))


def _plan_dataset(release: PublishedDataset, wanted: Package, known: _Known) -> DatasetPlan:
    mark = f"{known.workspace.city.code}/{release.slug}"
    old, uncertain = known.find(mark, wanted.name)
    ours = old is not None and (known.portal.exclusive or extras_of(old).get(DATASET) == mark)
    own = fields.flat(wanted)
    matching = _matching(release.slug, wanted, old, known, ours=ours)
    theirs = fields.flat(old, matching.files) if old else {}
    compared = _compared(own, theirs, old, ours, release.slug, known)
    compared = replace(compared, conflicts=(*uncertain, *matching.conflicts, *compared.conflicts))
    tables = table_changes(release, old, matching, known.portal, known.history)
    others = matching.others_plan(known.files_of(release.slug), old)
    resources = (*_files(release, wanted, matching, tables, compared), *others)
    package = marked(_merged(wanted, old, compared, matching), mark, fields.mark_text(own))
    action = _action(old, compared, resources, matching.unmarked or _moved(package, old))
    notes = () if action == "unchanged" else tuple(known.portal.check(package))
    loads = tuple(_loads(release, matching, known.portal))
    return DatasetPlan(
        dataset=release.slug,
        name=wanted.name,
        action="update" if loads and action == "unchanged" else action,
        metadata=tuple(fields.shown_fields(compared.changed, theirs)),
        resources=resources,
        guards=(
            *guards.table_guards(tables.values(), known.workspace),
            *guards.release_guards(release, notes, known.workspace),
            *guards.tie_guards(package, old, matching.files, ours),
            *guards.foreign_guards(resources),
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
    )


def _matching(slug: str, wanted: Package, old: Package | None, known: _Known, *, ours: bool) -> Matching:
    """Return which resource on the portal is which file of a release."""
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
    own: Mapping[str, str], theirs: Mapping[str, str], old: Package | None, ours: bool, slug: str, known: _Known
) -> Comparison:
    text = extras_of(old).get(RELEASE) if old and ours else None
    mark = fields.read_mark(text) if text else fields.digests(theirs) if known.portal.exclusive else None
    compared = fields.compare(own, theirs, mark, overwrite=slug in known.wishes.overwrite)
    if compared.conflicts:
        published = known.history.published_fields(slug, known.portal.name)
        shown = tuple(replace(one, published=published.get(one.field)) for one in compared.conflicts)
        compared = replace(compared, conflicts=shown)
    replaced = _replaced_files(old, known, slug)
    return replace(compared, conflicts=(*compared.conflicts, *replaced)) if replaced else compared


def _replaced_files(old: Package | None, known: _Known, slug: str) -> tuple[Conflict, ...]:
    """Return files of ours that somebody replaced; on a portal of our own such a file is damaged and renewed."""
    if old is None or known.portal.exclusive or slug in known.wishes.overwrite:
        return ()
    parts = [part for part in old.resources if is_ours(part) and part.is_upload]
    return tuple(
        Conflict(f"resources.{part.name}.file", part.optional(BYTES), str(part.size), None)
        for part in parts
        if part.hash is None
    )


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
    """Return the plan of a file or, without one, of a link, which is the same if its description is."""
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


def _loads(release: PublishedDataset, matching: Matching, portal: Portal) -> Iterator[TableLoad]:
    """Yield the tables whose rows, or whose schema, are not the ones that were brought into the DataStore last."""
    if release.slug not in portal.datastore:
        return
    for file in release.files:
        schema, held = release.schemas.get(file.name), matching.files.get(file.name)
        if schema is None:
            continue
        content = json.dumps([file.sha256, schema, list(release.key)], ensure_ascii=False, sort_keys=True)
        digest = sha256(content.encode("utf-8"))[:_DIGEST_LETTERS]
        if held is None or held.optional(DATASTORE) != digest:
            yield TableLoad(file.name, file.path, schema, release.key, digest)


def _merged(wanted: Package, old: Package | None, compared: Comparison, matching: Matching) -> Package:
    """Return the wanted package with what stays of the old one: fields of others, ids, resources that are not ours."""
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
    before = [part.id or part.name for part in old.resources] if old else []
    after = [part.id or part.name for part in package.resources]
    return [one for one in before if one in after] != [one for one in after if one in before]


def _action(old: Package | None, compared: Comparison, resources: Sequence[ResourcePlan], moved: bool) -> str:
    if old is None:
        return "create"
    if compared.conflicts:
        return "conflict"
    written = any(part.action in (*WRITTEN, "remove") for part in resources)
    return "update" if compared.changed or written or moved else "unchanged"


def _plan_removal(name: str, known: _Known) -> DatasetPlan:
    """Return the plan that takes a dataset off the portal, by its slug or its name there.

    Raises:
        MeguroOpendataError: If the portal has no such dataset.
    """
    old = _to_remove(name, known)
    mark = extras_of(old).get(DATASET, "")
    ours = known.portal.exclusive or mark.startswith(f"{known.workspace.city.code}/")
    slug = mark.partition("/")[2] or name
    resources = removed_resources(old, known.files_of(slug), known.by_mark.get(mark, ()))
    return DatasetPlan(
        dataset=slug,
        name=old.name,
        action="remove",
        metadata=(),
        resources=resources,
        guards=tuple(guards.foreign_guards(resources)) if ours else ("name-taken",),
        package=Package({"name": old.name, "id": old.fields.get("id")}),
        standard=None,
        department=old.text("maintainer"),
        rows=0,
        before=old,
    )


def _without_release(changes: Sequence[DatasetPlan], known: _Known) -> list[str]:
    """Return the datasets without a recipe of which single resources are to be taken away."""
    planned = {name for change in changes for name in (change.dataset, change.name)} | {*known.workspace.slugs()}
    asked = [name.partition("/")[0] for name in known.wishes.remove if "/" in name]
    return [name for name in dict.fromkeys(asked) if name not in planned]


def _plan_parts(name: str, known: _Known) -> DatasetPlan:
    """Return the plan that takes single resources off a dataset that no recipe makes; all else of it stays.

    Raises:
        MeguroOpendataError: If the portal has no such dataset, or several resources of a name.
    """
    old = _to_remove(name, known)
    mark = extras_of(old).get(DATASET, "")
    slug = mark.partition("/")[2] or name
    leaving = places_to_remove(old, {name, slug, old.name}, known.wishes.remove)
    return parts_plan(old, slug, known.files_of(slug), known.by_mark.get(mark, ()), leaving)


def _to_remove(name: str, known: _Known) -> Package:
    """Return the dataset of a slug, or of a name on the portal.

    Raises:
        MeguroOpendataError: If the portal has no such dataset, or several copies of it.
    """
    mark = f"{known.workspace.city.code}/{name}"
    old, uncertain = known.find(mark, "")
    old = old or known.state.packages.get(name)
    if old is None:
        raise MeguroOpendataError("remove-unknown", names=[name], portal=known.portal.name)
    if uncertain:
        raise MeguroOpendataError(
            "remove-copies", name=name, copies=uncertain[0].portal, count=len(known.by_mark[mark])
        )
    return old


def _refuse_unknown_files(changes: Sequence[DatasetPlan], wishes: Wishes) -> None:
    """Stop if a file that is to be taken away is not there, or still in its release.

    Raises:
        MeguroOpendataError: Naming them.
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
