"""Withdrawal (取り下げ): datasets that are taken off a portal and stay off it until ``--again`` names them.

The ledger has the state, one for each portal (:mod:`meguro_opendata.ledger.onportal`). This module plans a withdrawal,
carries it out, and gives its event for the ledger after the portal has confirmed that the dataset is gone.
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

# Errors of one dataset's release; any other error is about the workspace and stops the command.
_NOT_READY = ("release-missing", "release-stale", "release-damaged")


def removed_by_name(wishes: Wishes) -> list[str]:
    """Return the datasets that ``--remove`` withdraws; a value with ``/`` names a single file."""
    return [name for name in wishes.remove if "/" not in name]


def ready_releases(workspace: Workspace, slugs: Iterable[str]) -> tuple[list[PublishedDataset], list[str]]:
    """Return the releases that are ready to be published, and the slugs of the datasets without one.

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
    """Return the datasets that stay withdrawn and have no usable release; they are planned without a release."""
    known = ledger.withdrawals
    return ready_releases(workspace, [slug for slug in slugs if slug in known and slug not in wishes.again])[1]


def withdrawn_among(packages: Iterable[Package], portal: str, workspace: Workspace) -> list[str]:
    """Return the slugs of the given packages that the ledger has as withdrawn from a portal, in the given order."""
    known = read_portal(workspace.ledger, portal, workspace.former_names(portal)).withdrawals
    marks = (extras_of(package).get(DATASET, "").partition("/") for package in packages)
    return [slug for code, _, slug in marks if code == workspace.city.code and slug in known]


@dataclass(frozen=True)
class Withdrawals:
    """The withdrawals of one portal, and the plans that follow from them.

    Attributes:
        held: The portal's state.
        by_mark: The portal's packages by their mark of ownership; copies of one dataset share the mark.
        ledger: The ledger's state of the portal.
        wishes: The datasets to remove and to publish anew.
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
        """Return the plan of a dataset that stays withdrawn, ``None`` for a dataset that is to be published.

        Args:
            release: The dataset's release.
            wanted: The package that the portal would get.
        """
        if release.slug not in self.known or release.slug in self.wishes.again:
            return None
        return self._staying(release.slug, wanted)

    def without_release(self, slugs: Iterable[str]) -> list[DatasetPlan]:
        """Return the plans of withdrawn datasets that have no release."""
        return [self._staying(slug, self._named(slug)) for slug in slugs]

    def again(self, change: DatasetPlan) -> DatasetPlan:
        """Return the plan of a dataset, with the withdrawal that it ends where the dataset was withdrawn."""
        past = self.known.get(change.dataset)
        return replace(change, withdrawn=self._withdrawn(past, change.before)) if past else change

    def removal(self, name: str) -> DatasetPlan:
        """Return the plan that takes a dataset off the portal.

        A dataset that is withdrawn already is ``unchanged``.

        Args:
            name: The dataset's slug or its name on the portal.

        Raises:
            MeguroOpendataError: If neither portal nor ledger has the dataset, or the portal has several copies.
        """
        code = self.workspace.city.code
        old = self._present_copy(name) or self.held.packages.get(name)
        if old is not None:
            return self._taken_down(old, name)
        # The portal lacks the dataset; the ledger still can have it, say after a deletion by hand on the portal.
        for slug in (name, name.removeprefix(f"{code}_")):
            package = self._named(slug)
            if slug in self.known and not self._found(package, None):
                return self._staying(slug, package)
            if slug in self.known or slug in self.ledger.published:
                parts = tuple(self._unlisted(slug, package))
                return replace(_removal(slug, package, tuple(foreign_guards(parts))), resources=parts)
        raise MeguroOpendataError("remove-unknown", names=[name], portal=self.portal.name)

    def held_as(self, name: str) -> Package:
        """Return a dataset of the portal by its slug or its name there.

        Raises:
            MeguroOpendataError: If the portal has no such dataset, or several copies of it.
        """
        old = self._present_copy(name) or self.held.packages.get(name)
        if old is None:
            raise MeguroOpendataError("remove-unknown", names=[name], portal=self.portal.name)
        return old

    def _present_copy(self, slug: str) -> Package | None:
        """Return the portal's package that bears the mark of a slug, ``None`` if no package does.

        Raises:
            MeguroOpendataError: If several packages bear the mark and the ledger has the resources of none of them.
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
        # A dataset without our mark was made elsewhere: only `--allow name-taken` removes it.
        stops = tuple(foreign_guards(parts)) if own or self.portal.exclusive else ("name-taken",)
        copied = own and len(self.by_mark[mark]) > 1 and not any(part.ours for part in parts)
        plan = _removal(dataset, old, stops)
        return replace(plan, resources=parts, before=old, department=old.text("maintainer"), copied=copied)

    def _unlisted(self, slug: str, package: Package) -> Iterator[ResourcePlan]:
        """Yield the removal of files in a dataset's folder that it does not announce: they are deleted with it."""
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
        """Return the package of a withdrawn dataset that is on the portal nevertheless; as a rule ``None``."""
        named = self.held.packages.get(wanted.name) if self.portal.exclusive else None
        return next(iter(self.by_mark.get(f"{self.workspace.city.code}/{slug}", ())), named)

    def _found(self, wanted: Package | None, old: Package | None) -> tuple[str, ...]:
        """Return the files of a withdrawn dataset that are on the portal, or its name if it is there without files.

        In a folder portal files can lie without being announced, so they are searched for; a CKAN's search has
        listed every file already.
        """
        if old is not None:
            return tuple(part.name for part in old.resources) or (old.name,)
        return self.portal.remains(wanted) if wanted and self.portal.exclusive else ()

    def _named(self, slug: str) -> Package:
        """Return the package of a dataset without a release, under the name that the portal's rule gives."""
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
    """Remove a dataset from the portal, then check that it is gone.

    Raises:
        PortalError: If a part of the dataset is still there; then it does not count as withdrawn.
    """
    # A CKAN's answer to a delete proves nothing about its search, and a folder can keep a file that is open elsewhere.
    package = change.before or change.package
    if change.before is not None or portal.exclusive:
        portal.remove(package)
    left = portal.remains(package) if change.before is not None or portal.exclusive else ()
    if left:
        raise PortalError("removal-unconfirmed", name=portal.name, dataset=change.dataset, files=left)


def confirm_gone(change: DatasetPlan, portal: Portal) -> None:
    """Check that the files that were removed from a dataset are gone from the portal.

    Raises:
        PortalError: If a file is still there.
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
    """Yield the event of a dataset's withdrawal; nothing for a copy, which was never published from here.

    Version 0.1 wrote one event for each file. A dataset that it withdrew gets its own event once, with the time of
    that withdrawal.
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
    """Raise an error if a dataset of a plan was withdrawn after the plan was made.

    Raises:
        GuardError: ``plan-stale``; the plan would publish the dataset again without ``--again``.
    """
    known = ledger.withdrawals
    since = (one for one in plan.changes if one.dataset in known and one.withdrawn is None)
    if any(change.action != "remove" for change in since):
        raise GuardError("plan-stale")
