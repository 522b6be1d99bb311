"""Which resource on a portal is which file of a release: by the ledger's ids and by our marks, never by name alone.

Doubled names are ordinary on a CKAN. A resource is ours if the ledger knows its id or if it has our mark; where the two
disagree, or several resources fit, the plan has a conflict and nothing is written. Resources that are no file of the
release stay where they are.
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

# What a plan does with the files of a release; it lists them before the portal's other resources.
_FILES = ("create", "update", "unchanged")
# Why the resource of a file is uncertain; `--overwrite` decides all of these but the last one.
UNMARKED, COPIED, OTHER_ID, AMBIGUOUS = "unmarked", "copied", "other-id", "ambiguous"


@dataclass(frozen=True)
class Matching:
    """What of a dataset on a portal is which file of its release.

    Attributes:
        files: The resources by the name of the file that each of them is.
        others: The resources that are no file of the release, in the portal's order, each with whether it is to go.
        conflicts: What cannot be decided here.
        unmarked: Whether copies lose our marks, which has to be written.
    """

    files: Mapping[str, Resource]
    others: tuple[tuple[Resource, bool], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unmarked: bool = False

    def checksums(self) -> dict[str, str | None]:
        """Return the checksum of each file as the portal has it, ``None`` where it is not known or has no mark."""
        return {name: None if is_of_others(part) else part.hash or None for name, part in self.files.items()}

    def others_plan(self, published: PublishedFiles, old: Package | None) -> Iterator[ResourcePlan]:
        """Yield what becomes of the resources that are no file of the release.

        Args:
            published: What the ledger knows of the dataset.
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
    """Find the resource of each file.

    Args:
        wanted: The dataset as it is to be.
        old: The dataset as the portal has it.
        published: What the ledger knows of it on this portal.
        trusted: Whether only this program writes there: then there is nothing to dispute.
        taken_over: Whether the dataset was made elsewhere, so that its resources without a mark may be taken over, too.
        overwrite: Whether ours win over what was changed on the portal.
        leaving: The places of the resources that are to be taken away.
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
        wanted: The dataset as it is to be.
        old: The dataset as the portal has it.
        published: What the ledger knows of it on this portal.
        trusted: Whether only this program writes there.
    """
    return match_files(wanted, old, published, trusted=trusted, taken_over=False, overwrite=False).files


@dataclass(frozen=True)
class _Found:
    """The place of a file's resource, ``None`` if it has none, what is uncertain about it, and copies of it."""

    place: int | None = None
    conflict: Conflict | None = None
    copies: tuple[int, ...] = ()

    @property
    def overwritable(self) -> bool:
        """Return whether ``--overwrite`` decides the conflict."""
        return self.conflict is None or self.conflict.reason != AMBIGUOUS


@dataclass(frozen=True)
class _Matcher:
    parts: Sequence[Resource]
    published: PublishedFiles
    trusted: bool
    taken_over: bool
    leaving: frozenset[int]

    def find(self, file: Resource) -> _Found:
        """Return the resource of a file: the one that the ledger knows, else one that has our mark and its name."""
        name = file.name
        known = self._staying(self._known(name))
        marked = self._staying([place for place in self._named(name, foreign=False) if place not in known])
        if known:
            return self._by_id(name, known[0], [place for place in marked if place not in self.leaving])
        if not marked and self.taken_over:
            return self._of_several(file, self._staying(self._named(name, foreign=True)))
        return self._of_several(file, marked)

    def _known(self, name: str) -> list[int]:
        """Return the places of the resources that the ledger knows as a file, the latest id first."""
        places = [place for place, part in enumerate(self.parts) if self._name_by_id(part) == name]
        return sorted(places, key=lambda place: self.parts[place].id != self.published.ids[name])

    def _name_by_id(self, part: Resource) -> str | None:
        return self.published.names.get(part.id or "")

    def _named(self, name: str, *, foreign: bool) -> list[int]:
        """Return the places of the resources of a name with our mark, or without it; none that is another file."""
        return [
            place
            for place, part in enumerate(self.parts)
            if part.name == name and is_of_others(part) is foreign and self._name_by_id(part) in (None, name)
        ]

    def _staying(self, places: list[int]) -> list[int]:
        """Return the places that are not to be taken away; all of them if a file of the release would have none."""
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
        """Return the one of several resources that the checksum decides for; a conflict if it does not."""
        fitting = [place for place in places if _checksum(self.parts[place]) == self._expected(file)]
        if len(places) > 1 and len(fitting) != 1 and not self.trusted:
            return _Found(places[0], self._conflict(file.name, places, AMBIGUOUS))
        place = next(iter(fitting or places), None)
        if place is None or self._is_sure(file, self.parts[place]):
            return _Found(place)
        return _Found(place, self._conflict(file.name, [place], OTHER_ID))

    def _expected(self, file: Resource) -> str:
        """Return the checksum of a file as it was published last; that of the release if it never was."""
        return self.published.checksums.get(file.name) or file.hash or ""

    def _is_sure(self, file: Resource, part: Resource) -> bool:
        """Return whether a resource can be a file though the ledger does not know its id: by its checksum, if needed.

        A portal that was restored has given new ids to the same files.
        """
        if self.trusted or file.name not in self.published.ids:
            return True
        return _checksum(part) in (self._expected(file), file.hash or "")

    def _conflict(self, name: str, places: Sequence[int], reason: str) -> Conflict:
        ids = ", ".join(self.parts[place].id or "?" for place in places)
        return Conflict(f"resources.{name}.id", self.published.ids.get(name), ids, None, reason)


def _checksum(part: Resource) -> str:
    """Return the checksum that goes with a resource; a server can rewrite ``hash``, and does not rewrite our own."""
    return part.optional(CHECKSUM) or part.hash or ""


def _unmarked(parts: Sequence[Resource], copies: Collection[int]) -> list[Resource]:
    """Return resources, the copies of ours among them without our marks."""
    marks = (BYTES, CHECKSUM, DATASTORE)
    return [
        part.without(*marks).with_fields(**{OURS: False}) if place in copies else part
        for place, part in enumerate(parts)
    ]


def is_foreign(part: Resource, published: PublishedFiles, package: Package) -> bool:
    """Return whether a resource of a package is somebody else's.

    It is if the ledger does not know its id and it has no mark of ours, or is a copy of the one that the ledger knows.
    """
    if (part.id or "") in published.names:
        return False
    return is_of_others(part) or published.ids.get(part.name) in package.resources_by_id


def marked_packages(packages: Collection[Package]) -> dict[str, list[Package]]:
    """Return the packages by the mark that says whose they are; copies of one share it."""
    found: dict[str, list[Package]] = {}
    for package in packages:
        mark = extras_of(package).get(DATASET)
        if mark:
            found.setdefault(mark, []).append(package)
    return found


def package_of(
    name: str, held: Mapping[str, Package], marked: Sequence[Package], published: PublishedFiles
) -> tuple[Package | None, tuple[Conflict, ...]]:
    """Return a dataset as a portal has it, and a conflict where several could be it.

    Args:
        name: The name that it is to have there.
        held: What the portal holds, by name.
        marked: The packages with its mark.
        published: What the ledger knows of it on this portal.
    """
    if name in held:
        return held[name], ()
    known = [package for package in marked if published.names.keys() & package.resources_by_id.keys()]
    fitting = known or list(marked)
    if len(fitting) > 1:
        names = ", ".join(package.name for package in fitting)
        return fitting[0], (Conflict("id", None, names, name, AMBIGUOUS),)
    return (fitting[0] if fitting else None), ()


class _Planned(Protocol):
    """A resource of a plan, also as the journal has it."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def action(self) -> str: ...
    @property
    def ours(self) -> bool: ...


def file_ids(planned: Sequence[_Planned], confirmed: Package | None) -> dict[str, str]:
    """Return the portal's id of each file of a dataset, by its name: what the ledger notes.

    Args:
        planned: The resources of the dataset's plan.
        confirmed: The dataset as the portal has it after a write; ``None`` if nothing was written.
    """
    kept = _ids(part for part in planned if part.action in _FILES)
    given = _ids(confirmed.resources[: len(kept)]) if confirmed else {}
    removed = _ids(part for part in planned if part.action == "remove" and part.ours)
    return removed | {name: given.get(name) or identifier for name, identifier in kept.items()}


def _ids(parts: Iterable[Resource | _Planned]) -> dict[str, str]:
    return {part.name: part.id or "" for part in parts}


def noted_files(change: DatasetPlan) -> Iterator[ResourcePlan]:
    """Yield what of a plan the ledger notes: files of ours that stay, and those that go if none of their name stays."""
    seen: set[str] = set()
    for part in change.resources:
        if part.ours and part.action != "orphaned" and part.name not in seen:
            seen.add(part.name)
            yield part
