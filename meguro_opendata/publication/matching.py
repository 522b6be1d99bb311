"""Matching of a portal's resources with the files of a release: by the ledger's ids and our marks, never by name alone.

Doubled names are ordinary on a CKAN. A resource is ours if the ledger has its id or if it bears our mark. Where the two
disagree, or several resources fit, the plan has a conflict and nothing is written. All other resources of the dataset
stay where they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from meguro_opendata.catalog import Package, Resource
from meguro_opendata.ledger import PublishedFiles
from meguro_opendata.portals.marks import BYTES, CHECKSUM, DATASET, DATASTORE, OURS, extras_of, is_of_others
from meguro_opendata.publication.fields import Conflict
from meguro_opendata.publication.plan import DatasetPlan, ResourcePlan

__all__ = [
    "AMBIGUOUS",
    "Matching",
    "file_ids",
    "is_foreign",
    "marked_packages",
    "match_files",
    "noted_files",
    "our_files",
    "package_of",
]

# The actions of a plan on the files of a release; a plan lists these files before the portal's other resources.
_FILES = ("create", "update", "unchanged")
# The reasons why the resource of a file is uncertain. `--overwrite` decides all but the last one: among several equal
# candidates a wrong choice would overwrite another editor's file.
UNMARKED, COPIED, OTHER_ID, AMBIGUOUS = "unmarked", "copied", "other-id", "ambiguous"


@dataclass(frozen=True)
class Matching:
    """The assignment of a dataset's resources on a portal to the files of its release.

    Attributes:
        files: The resource of each file, by the file's name.
        others: The resources that are no file of the release, in the portal's order, each with whether it is removed.
        conflicts: The files whose resource is uncertain.
        unmarked: Whether copies lose our marks, so that the dataset has to be written.
    """

    files: Mapping[str, Resource]
    others: tuple[tuple[Resource, bool], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unmarked: bool = False

    def checksums(self) -> dict[str, str | None]:
        """Return the checksum of each file on the portal, ``None`` where it is unknown or the file lacks our mark."""
        return {name: None if is_of_others(part) else part.hash or None for name, part in self.files.items()}

    def others_plan(self, published: PublishedFiles, old: Package | None) -> Iterator[ResourcePlan]:
        """Yield the plan of each resource that is no file of the release.

        Args:
            published: The dataset's files on this portal by the ledger.
            old: The dataset as the portal has it.
        """
        if old is None:
            return
        for part, removed in self.others:
            yield ResourcePlan.other(part, removed=removed, ours=not is_foreign(part, published, old))


def match_files(
    wanted: Package,
    old: Package | None,
    published: PublishedFiles,
    *,
    trusted: bool,
    taken_over: bool,
    overwrite: bool,
    leaving: Collection[int] = (),
) -> Matching:
    """Find the resource of each file of a release.

    Args:
        wanted: The dataset as it will be published.
        old: The dataset as the portal has it.
        published: The dataset's files on this portal by the ledger.
        trusted: Whether only this program writes to the portal, so that no resource is in dispute.
        taken_over: Whether the dataset was made elsewhere; then resources without our mark can be taken over, too.
        overwrite: Whether the workspace wins over changes made on the portal.
        leaving: Indexes in ``old.resources`` of the resources to remove.
    """
    if old is None:
        return Matching({})
    matcher = _Matcher(old.resources, published, trusted, taken_over, frozenset(leaving))
    found = {part.name: matcher.find(part) for part in wanted.resources}
    copies = {place for one in found.values() for place in one.copies if overwrite}
    undecided = [one.conflict for one in found.values() if one.conflict and not (overwrite and one.overwritable)]
    return _matching(
        {name: one.place for name, one in found.items() if one.place is not None},
        _unmarked(old.resources, copies),
        matcher.leaving,
        tuple(undecided),
        unmarked=bool(copies),
    )


def _matching(
    places: Mapping[str, int],
    parts: Sequence[Resource],
    leaving: Collection[int],
    conflicts: tuple[Conflict, ...],
    *,
    unmarked: bool,
) -> Matching:
    return Matching(
        files={name: parts[place] for name, place in places.items()},
        others=tuple((part, place in leaving) for place, part in enumerate(parts) if place not in places.values()),
        conflicts=conflicts,
        unmarked=unmarked,
    )


def our_files(
    wanted: Package, old: Package | None, published: PublishedFiles, *, trusted: bool
) -> Mapping[str, Resource]:
    """Return the resources that were published from here, by the names of our files.

    Args:
        wanted: The dataset as it will be published.
        old: The dataset as the portal has it.
        published: The dataset's files on this portal by the ledger.
        trusted: Whether only this program writes to the portal.
    """
    return match_files(wanted, old, published, trusted=trusted, taken_over=False, overwrite=False).files


@dataclass(frozen=True)
class _Found:
    """The index of a file's resource (``None`` for a new file), its conflict, and the indexes of its copies."""

    place: int | None = None
    conflict: Conflict | None = None
    copies: tuple[int, ...] = ()

    @property
    def overwritable(self) -> bool:
        """Return whether ``--overwrite`` decides the conflict."""
        return self.conflict is None or self.conflict.reason != AMBIGUOUS


@dataclass(frozen=True)
class _Matcher:
    """The resources of one dataset on a portal, and all that decides which of them belongs to which file."""

    parts: Sequence[Resource]
    published: PublishedFiles
    trusted: bool
    taken_over: bool
    leaving: frozenset[int]

    def find(self, file: Resource) -> _Found:
        """Return the resource of a file: by the ledger's id, else by our mark and the file's name."""
        # The ledger's id is the strongest evidence: names repeat, and a copy made in CKAN's editor keeps our marks.
        name = file.name
        known = self._staying(self._known(name))
        marked = self._staying([place for place in self._named(name, foreign=False) if place not in known])
        if known:
            return self._by_id(name, known[0], [place for place in marked if place not in self.leaving])
        if not marked and self.taken_over:
            return self._of_several(file, self._staying(self._named(name, foreign=True)))
        return self._of_several(file, marked)

    def _known(self, name: str) -> list[int]:
        """Return the indexes of the resources that the ledger has as a file, the latest id first."""
        # False sorts before True: the id of the newest ledger entry leads, ids from before a restore follow.
        places = [place for place, part in enumerate(self.parts) if self._name_by_id(part) == name]
        return sorted(places, key=lambda place: self.parts[place].id != self.published.ids[name])

    def _name_by_id(self, part: Resource) -> str | None:
        return self.published.names.get(part.id or "")

    def _named(self, name: str, *, foreign: bool) -> list[int]:
        """Return the indexes of a name's resources with or without our mark; the ledger's other files are left out."""
        return [
            place
            for place, part in enumerate(self.parts)
            if part.name == name and is_of_others(part) is foreign and self._name_by_id(part) in (None, name)
        ]

    def _staying(self, places: list[int]) -> list[int]:
        """Return the indexes that are not removed; all of them if the file would otherwise have no resource."""
        return [place for place in places if place not in self.leaving] or places

    def _by_id(self, name: str, place: int, copies: Sequence[int]) -> _Found:
        if self.trusted:
            return _Found(place)
        if is_of_others(self.parts[place]) and not self.taken_over:
            return _Found(place, self._conflict(name, [place], UNMARKED))
        if copies:
            return _Found(place, self._conflict(name, [place, *copies], COPIED), tuple(copies))
        return _Found(place)

    def _of_several(self, file: Resource, places: Sequence[int]) -> _Found:
        """Return the resource that the checksum selects among several; a conflict if it selects none or several."""
        # An equal checksum names the version that we published: a double with other bytes is another editor's.
        fitting = [place for place in places if _checksum(self.parts[place]) == self._expected(file)]
        if len(places) > 1 and len(fitting) != 1 and not self.trusted:
            return _Found(places[0], self._conflict(file.name, places, AMBIGUOUS))
        place = next(iter(fitting or places), None)
        if place is None or self._is_sure(file, self.parts[place]):
            return _Found(place)
        return _Found(place, self._conflict(file.name, [place], OTHER_ID))

    def _expected(self, file: Resource) -> str:
        """Return the checksum with which a file was published last; before a first publication the release's."""
        return self.published.checksums.get(file.name) or file.hash or ""

    def _is_sure(self, file: Resource, part: Resource) -> bool:
        """Return whether a resource whose id is not in the ledger is a file of ours; its checksum decides.

        A restored portal gives new ids to the same files, so an unknown id alone proves nothing.
        """
        if self.trusted or file.name not in self.published.ids:
            return True
        return _checksum(part) in (self._expected(file), file.hash or "")

    def _conflict(self, name: str, places: Sequence[int], reason: str) -> Conflict:
        ids = ", ".join(self.parts[place].id or "?" for place in places)
        return Conflict(f"resources.{name}.id", self.published.ids.get(name), ids, None, reason)


def _checksum(part: Resource) -> str:
    """Return the checksum of a resource: our own field first, since XLoader rewrites CKAN's ``hash``."""
    return part.optional(CHECKSUM) or part.hash or ""


def _unmarked(parts: Sequence[Resource], copies: Collection[int]) -> list[Resource]:
    """Return all resources; those at the indexes ``copies`` without our marks, so that they count as foreign."""
    marks = (BYTES, CHECKSUM, DATASTORE)
    return [
        part.without(*marks).with_fields(**{OURS: False}) if place in copies else part
        for place, part in enumerate(parts)
    ]


def is_foreign(part: Resource, published: PublishedFiles, package: Package) -> bool:
    """Return whether a resource of a package was not published from here.

    A resource is foreign if its id is not in the ledger and it either lacks our mark or copies the resource that the
    ledger has under its name.
    """
    if (part.id or "") in published.names:
        return False
    return is_of_others(part) or published.ids.get(part.name) in package.resources_by_id


def marked_packages(packages: Collection[Package]) -> dict[str, list[Package]]:
    """Return the packages by their mark of ownership; copies of one dataset share the mark."""
    found: dict[str, list[Package]] = {}
    for package in packages:
        mark = extras_of(package).get(DATASET)
        if mark:
            found.setdefault(mark, []).append(package)
    return found


def package_of(
    name: str, held: Mapping[str, Package], marked: Sequence[Package], published: PublishedFiles
) -> tuple[Package | None, tuple[Conflict, ...]]:
    """Return the package of a dataset on a portal, ``None`` if it is new, and a conflict where several packages fit.

    Args:
        name: The name that the dataset will have on the portal.
        held: The portal's packages by name.
        marked: The packages that bear the dataset's mark.
        published: The dataset's files on this portal by the ledger.
    """
    if name in held:
        return held[name], ()
    # A renamed dataset is found by its mark; among copies of it the one with resources of the ledger is the original.
    known = [package for package in marked if published.names.keys() & package.resources_by_id.keys()]
    fitting = known or list(marked)
    if len(fitting) > 1:
        names = ", ".join(package.name for package in fitting)
        return fitting[0], (Conflict("id", None, names, name, AMBIGUOUS),)
    return (fitting[0] if fitting else None), ()


class _Planned(Protocol):
    """A resource of a plan: ``ResourcePlan``, or ``RecordedFile`` of the journal."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def action(self) -> str: ...
    @property
    def ours(self) -> bool: ...


def file_ids(planned: Sequence[_Planned], confirmed: Package | None) -> dict[str, str]:
    """Return the portal's id of each file of a dataset, by the file's name, for the ledger's entries.

    Args:
        planned: The resources of the dataset's plan.
        confirmed: The dataset as the portal has it after a write; ``None`` if nothing was written.
    """
    kept = _ids(part for part in planned if part.action in _FILES)
    # A written package begins with the files of the release, so names doubled further down cannot give a wrong id.
    given = _ids(confirmed.resources[: len(kept)]) if confirmed else {}
    removed = _ids(part for part in planned if part.action == "remove" and part.ours)
    return removed | {name: given.get(name) or identifier for name, identifier in kept.items()}


def _ids(parts: Iterable[Resource | _Planned]) -> dict[str, str]:
    return {part.name: part.id or "" for part in parts}


def noted_files(change: DatasetPlan) -> Iterator[ResourcePlan]:
    """Yield the resources that the ledger records: our files that stay, and removed ones whose name does not stay."""
    # The ledger's key is the file's name. Files that stay come first in a plan, so a removed double of the same name
    # does not enter a withdrawal of the file that stays.
    seen: set[str] = set()
    for part in change.resources:
        if part.ours and part.action != "orphaned" and part.name not in seen:
            seen.add(part.name)
            yield part
