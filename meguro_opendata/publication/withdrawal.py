"""Withdrawal (取り下げ): datasets that are taken off a portal, and stay off it until they are asked for by name.

The state is the ledger's, per portal (:mod:`meguro_opendata.ledger.onportal`). Here it becomes part of a plan, is
carried out, and is entered once the portal was looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from meguro_opendata.catalog import CatalogEntry, Package
from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError
from meguro_opendata.ledger import (
    WITHDRAW,
    Event,
    OnPortal,
    Withdrawal,
    catalogued,
    read_portal,
)
from meguro_opendata.portals import Portal, PortalState
from meguro_opendata.portals.marks import DATASET, extras_of
from meguro_opendata.publication.guards import foreign_guards
from meguro_opendata.publication.matching import package_of
from meguro_opendata.publication.parts import removed_resources
from meguro_opendata.publication.plan import DatasetPlan, Plan, ResourcePlan, Wishes, Withdrawn
from meguro_opendata.release.dataset import PublishedDataset, load_releases
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Withdrawals",
    "confirm_gone",
    "ready_releases",
    "refuse_withdrawn_since",
    "removed_by_name",
    "resting_slugs",
    "take_down",
    "withdrawal_events",
    "withdrawn_among",
]

_NOT_READY = ("release-missing", "release-stale", "release-damaged")


def removed_by_name(wishes: Wishes) -> list[str]:
    """Return the datasets that are to be withdrawn; the other wishes are about single files."""
    return [name for name in wishes.remove if "/" not in name]


def ready_releases(workspace: Workspace, slugs: Iterable[str]) -> tuple[list[PublishedDataset], list[str]]:
    """Return the releases that are ready to be published, and the datasets that have none.

    Raises:
        MeguroOpendataError: If a release cannot be read.
    """
    ready: list[PublishedDataset] = []
    missing: list[str] = []
    for slug in slugs:
        try:
            ready += load_releases(workspace, [slug])
        except MeguroOpendataError as error:
            if error.code not in _NOT_READY:
                raise
            missing.append(slug)
    return ready, missing


def resting_slugs(workspace: Workspace, ledger: OnPortal, slugs: Iterable[str], wishes: Wishes) -> list[str]:
    """Return the datasets that stay withdrawn and have no release that could be published: none is needed for them."""
    known = ledger.withdrawals
    return ready_releases(workspace, [slug for slug in slugs if slug in known and slug not in wishes.again])[1]


def withdrawn_among(packages: Iterable[Package], portal: str, workspace: Workspace) -> list[str]:
    """Return the slugs of those packages that are withdrawn from a portal by the ledger, in their order."""
    known = read_portal(workspace.ledger, portal, workspace.former_names(portal)).withdrawals
    marks = (extras_of(package).get(DATASET, "").partition("/") for package in packages)
    return [slug for code, _, slug in marks if code == workspace.city.code and slug in known]


@dataclass(frozen=True)
class Withdrawals:
    """What is withdrawn from a portal, beside what the portal holds.

    Attributes:
        held: What the portal holds.
        by_mark: Its packages by the mark that says whose they are; copies of one share it.
        ledger: What the ledger says of the portal.
    """

    portal: Portal
    workspace: Workspace
    held: PortalState
    by_mark: Mapping[str, Sequence[Package]]
    ledger: OnPortal
    wishes: Wishes

    @property
    def known(self) -> Mapping[str, Withdrawal]:
        """Return the withdrawals by slug."""
        return self.ledger.withdrawals

    def kept(self, release: PublishedDataset, wanted: Package) -> DatasetPlan | None:
        """Return the plan of a dataset that stays withdrawn, ``None`` for one that is to be published.

        Args:
            release: Its release.
            wanted: The package that the portal would get.
        """
        if release.slug not in self.known or release.slug in self.wishes.again:
            return None
        return self._staying(release.slug, wanted)

    def without_release(self, slugs: Iterable[str]) -> list[DatasetPlan]:
        """Return the plans of withdrawn datasets that have no release."""
        return [self._staying(slug, self._named(slug)) for slug in slugs]

    def again(self, change: DatasetPlan) -> DatasetPlan:
        """Return the plan of a dataset with the withdrawal that it ends, if there is one."""
        past = self.known.get(change.dataset)
        return replace(change, withdrawn=self._withdrawn(past, change.before)) if past else change

    def removal(self, name: str) -> DatasetPlan:
        """Return the plan that takes a dataset off the portal, by its slug or its name there.

        A dataset that is withdrawn already is ``unchanged``.

        Raises:
            MeguroOpendataError: If neither the portal nor the ledger knows it there, or the portal has several copies.
        """
        code = self.workspace.city.code
        old = self._present_copy(name) or self.held.packages.get(name)
        if old is not None:
            return self._taken_down(old, name)
        for slug in (name, name.removeprefix(f"{code}_")):
            package = self._named(slug)
            if slug in self.known and not self._found(package, None):
                return self._staying(slug, package)
            if slug in self.known or slug in self.ledger.published:
                parts = tuple(self._unlisted(slug, package))
                return replace(_removal(slug, package, tuple(foreign_guards(parts))), resources=parts)
        raise MeguroOpendataError("remove-unknown", names=[name], portal=self.portal.name)

    def held_as(self, name: str) -> Package:
        """Return a dataset as the portal has it, by its slug or its name there.

        Raises:
            MeguroOpendataError: If the portal has no such dataset, or several copies of it.
        """
        old = self._present_copy(name) or self.held.packages.get(name)
        if old is None:
            raise MeguroOpendataError("remove-unknown", names=[name], portal=self.portal.name)
        return old

    def _present_copy(self, slug: str) -> Package | None:
        """Return the dataset of a slug as the portal has it.

        Raises:
            MeguroOpendataError: If the portal has several with its mark, and the ledger knows none of them.
        """
        copies = self.by_mark.get(f"{self.workspace.city.code}/{slug}", ())
        old, uncertain = package_of("", self.held.packages, copies, self.ledger.files(slug))
        if uncertain:
            raise MeguroOpendataError("remove-copies", name=slug, copies=uncertain[0].portal, count=len(copies))
        return old

    def _taken_down(self, old: Package, name: str) -> DatasetPlan:
        mark = extras_of(old).get(DATASET, "")
        code, _, slug = mark.partition("/")
        own = bool(slug) and code == self.workspace.city.code
        dataset = slug if own else name
        listed = removed_resources(old, self.ledger.files(dataset), self.by_mark.get(mark, ()))
        parts = (*listed, *self._unlisted(dataset, old))
        stops = tuple(foreign_guards(parts)) if own or self.portal.exclusive else ("name-taken",)
        copied = own and len(self.by_mark[mark]) > 1 and not any(part.ours for part in parts)
        plan = _removal(dataset, old, stops)
        return replace(plan, resources=parts, before=old, department=old.text("maintainer"), copied=copied)

    def _unlisted(self, slug: str, package: Package) -> Iterator[ResourcePlan]:
        """Yield the removal of files in a dataset's place that it does not announce: they would go with it."""
        known = self.ledger.files(slug).checksums
        for part in self.portal.unlisted(package):
            yield ResourcePlan.other(part, removed=True, ours=part.name in known)

    def _staying(self, slug: str, wanted: Package) -> DatasetPlan:
        past = self.known[slug]
        old = self._present(slug, wanted)
        return DatasetPlan(
            dataset=slug,
            name=wanted.name,
            action="unchanged",
            metadata=(),
            resources=(),
            guards=(),
            package=Package({"name": wanted.name, "title": wanted.title or past.title}),
            standard=None,
            department=past.department,
            rows=0,
            before=old,
            withdrawn=self._withdrawn(past, old, wanted),
        )

    def _withdrawn(self, past: Withdrawal, old: Package | None, wanted: Package | None = None) -> Withdrawn:
        return Withdrawn(past.time, past.portal, self._found(wanted, old), past.whole)

    def _present(self, slug: str, wanted: Package) -> Package | None:
        """Return a withdrawn dataset that is on the portal all the same, ``None`` as a rule."""
        named = self.held.packages.get(wanted.name) if self.portal.exclusive else None
        return next(iter(self.by_mark.get(f"{self.workspace.city.code}/{slug}", ())), named)

    def _found(self, wanted: Package | None, old: Package | None) -> tuple[str, ...]:
        """Return what of a withdrawn dataset is on the portal: its files, or its name if it has none.

        What lies in a folder of our own without being announced is looked for, too; a CKAN told everything at once.
        """
        if old is not None:
            return tuple(part.name for part in old.resources) or (old.name,)
        return self.portal.remains(wanted) if wanted and self.portal.exclusive else ()

    def _named(self, slug: str) -> Package:
        """Return the package of a dataset that has no release, with the name that the portal's rule gives it."""
        past = self.known.get(slug)
        name = f"{self.workspace.city.code}_{slug}"
        entry = CatalogEntry(name, past.title if past else "", "", "", "", "")
        return self.portal.wanted(slug, entry)


def _removal(dataset: str, package: Package, guards: tuple[str, ...]) -> DatasetPlan:
    return DatasetPlan(
        dataset=dataset,
        name=package.name,
        action="remove",
        metadata=(),
        resources=(),
        guards=guards,
        package=Package({"name": package.name, "id": package.fields.get("id")}),
        standard=None,
        department="",
        rows=0,
    )


def take_down(change: DatasetPlan, portal: Portal) -> None:
    """Take a dataset off the portal, then look whether it is gone.

    Raises:
        PortalError: If something of it is still there; then it is not withdrawn.
    """
    package = change.before or change.package
    if change.before is not None or portal.exclusive:
        portal.remove(package)
    left = portal.remains(package) if change.before is not None or portal.exclusive else ()
    if left:
        raise PortalError("removal-unconfirmed", name=portal.name, dataset=change.dataset, files=left)


def confirm_gone(change: DatasetPlan, portal: Portal) -> None:
    """Look whether the files that a dataset was to lose are gone.

    Raises:
        PortalError: If one is still there.
    """
    old = change.before
    if old is None:
        return
    names = {part.name for part in change.resources if part.action == "remove"}
    staying = {part.id for part in change.package.resources}
    leaving = [part for part in old.resources if part.name in names and part.id not in staying]
    left = portal.remains(old, leaving) if leaving else ()
    if left:
        raise PortalError("removal-unconfirmed", name=portal.name, dataset=change.dataset, files=left)


def withdrawal_events(change: DatasetPlan, portal: str, time: str, approval: str | None) -> Iterator[Event]:
    """Yield the event of a whole dataset that was withdrawn; a copy of it was never published from here.

    One that was withdrawn by an earlier version, file by file, gets it once, with the time of that withdrawal.
    """
    past = change.withdrawn
    if change.copied or (change.action != "remove" and (past is None or past.whole)):
        return
    yield Event(
        event=WITHDRAW,
        time=past.time if past else time,
        portal=portal,
        dataset=change.dataset,
        resource="",
        standard=None,
        department=change.department,
        rows=None,
        sha256="",
        approval=approval if change.action == "remove" else None,
        **catalogued((change.before or change.package).to_ckan()),
    )


def refuse_withdrawn_since(plan: Plan, ledger: OnPortal) -> None:
    """Stop if a dataset of a plan was withdrawn after the plan was made.

    Raises:
        GuardError: If one was.
    """
    known = ledger.withdrawals
    since = (one for one in plan.changes if one.dataset in known and one.withdrawn is None)
    if any(change.action != "remove" for change in since):
        raise GuardError("plan-stale")
