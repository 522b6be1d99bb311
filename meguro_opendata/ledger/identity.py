"""What continues something earlier under another name, file by file, as the ledger says of datasets and files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from meguro_opendata.ledger.datasets import DatasetHistory
from meguro_opendata.ledger.entries import SameAs

__all__ = ["Identity", "unrecognised"]

Thing = tuple[str, str]
"""A dataset and one of its files; the whole dataset has an empty file name."""


class Identity:
    """Which datasets and files continue which earlier ones.

    What continues another is new in no year. A dataset that continues others (it was renamed, or they were merged, or
    one was split) takes along those of its files that its formers had: of equal name, of equal name once the old name
    of the dataset is replaced by the new one, or of equal data. Its other files are its own.
    """

    def __init__(self, same: Sequence[tuple[int, SameAs]], datasets: Mapping[str, DatasetHistory]) -> None:
        """Read what is said, in the order of the lines; a statement that would close a circle is passed over."""
        self._datasets = datasets
        self._formers: dict[Thing, list[Thing]] = defaultdict(list)
        self._files: dict[str, dict[str, Thing]] = {}
        for _, said in same:
            later, former = (said.dataset, said.resource), (said.former, said.former_resource)
            if self._is_there(later) and self._is_there(former) and not self.leads(former, later):
                self._formers[later].append(former)

    def __bool__(self) -> bool:
        """Return whether anything continues something."""
        return bool(self._formers)

    def leads(self, thing: Thing, other: Thing) -> bool:
        """Return whether a thing is another one, or continues it over any number of steps."""
        return thing == other or other in self._earlier(thing)

    def formers(self, dataset: str) -> list[str]:
        """Return the datasets that a dataset continues, over any number of steps, the nearest first."""
        return [name for name, _ in self._earlier((dataset, ""))]

    def continues(self, dataset: str) -> bool:
        """Return whether a dataset continues another."""
        return (dataset, "") in self._formers

    def files(self, dataset: str) -> Mapping[str, Thing]:
        """Return the files of a dataset that continue another file, each with that file."""
        if dataset not in self._files:
            said = ((file, formers[0]) for (name, file), formers in self._formers.items() if name == dataset and file)
            self._files[dataset] = {**dict(self._taken_along(dataset)), **dict(said)}
        return self._files[dataset]

    def touched(self) -> set[str]:
        """Return the datasets that continue something, or of which a file does."""
        return {dataset for dataset, _ in self._formers}

    def _is_there(self, thing: Thing) -> bool:
        dataset = self._datasets.get(thing[0])
        return dataset is not None and (thing[1] in dataset.firsts if thing[1] else bool(dataset.firsts))

    def _earlier(self, thing: Thing) -> list[Thing]:
        """Everything that a thing continues, by statements of its own kind."""
        found: list[Thing] = []
        waiting = list(self._formers.get(thing, ()))
        while waiting:
            one = waiting.pop(0)
            if one not in found:
                found.append(one)
                waiting += self._formers.get(one, ())
        return found

    def _taken_along(self, dataset: str) -> Iterator[tuple[str, Thing]]:
        """Yield the files that come along with their dataset, each with the former file.

        A file of a former that came later is no former of it: what happens to the old dataset afterwards must not
        move a year that is over.
        """
        history = self._datasets[dataset]
        for former in self.formers(dataset):
            before = self._datasets[former]
            equal = _by_checksum(history, before)
            renamed = {old.replace(former, dataset): old for old in before.firsts}
            for file, first in history.firsts.items():
                names = [file, *filter(None, [renamed.get(file)]), *equal.get(file, ())]
                for name in names:
                    old = before.firsts.get(name)
                    if old and old.day <= first.day and not self.leads((former, name), (dataset, file)):
                        yield file, (former, name)
                        break


def unrecognised(same: Iterable[tuple[int, SameAs]], datasets: Mapping[str, DatasetHistory]) -> frozenset[str]:
    """Return the datasets whose checksums are needed: a renamed one with a file that its name alone does not place."""
    identity = Identity(list(same), datasets)
    named: set[str] = set()
    for dataset in identity.touched():
        if identity.continues(dataset) and len(identity.files(dataset)) < len(datasets[dataset].firsts):
            named |= {dataset, *identity.formers(dataset)}
    return frozenset(named)


def _by_checksum(history: DatasetHistory, before: DatasetHistory) -> dict[str, list[str]]:
    """Return the files of the former dataset that had the data with which each file began, on or before that day."""
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, kept in before.checksums.items():
        for day, checksum in kept:
            held[checksum].append((day, name))
    found: dict[str, list[str]] = {}
    for file, kept in history.checksums.items():
        day, checksum = min(kept, key=lambda one: one[0])
        found[file] = [name for when, name in held.get(checksum, ()) if when <= day]
    return found
