"""Continuations of datasets and files under another name, resolved file by file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from meguro_opendata.ledger.datasets import DatasetHistory
from meguro_opendata.ledger.entries import SameAs

__all__ = ["Identity", "unrecognised"]

Thing = tuple[str, str]
"""A dataset and one of its files; the whole dataset has an empty file name."""


class Identity:
    """The continuations between datasets and files of a ledger.

    A continuation is new in no year. A dataset that continues others (it was renamed, or they were merged, or one was
    split) takes along those of its files that a former had: of equal name, of equal name after the old slug is
    replaced by the new one, or of equal data. Its other files are its own.
    """

    def __init__(self, same: Sequence[tuple[int, SameAs]], datasets: Mapping[str, DatasetHistory]) -> None:
        """Read continuations in the order of their lines.

        A statement that would close a circle is ignored: ``ledger same`` refuses it, but a merge of two ledgers can
        bring two statements together that contradict each other.
        """
        self._datasets = datasets
        self._formers: dict[Thing, list[Thing]] = defaultdict(list)
        self._files: dict[str, dict[str, Thing]] = {}
        for _, said in same:
            later, former = (said.dataset, said.resource), (said.former, said.former_resource)
            if self._is_there(later) and self._is_there(former) and not self.leads(former, later):
                self._formers[later].append(former)

    def __bool__(self) -> bool:
        """Return whether there is any continuation."""
        return bool(self._formers)

    def leads(self, thing: Thing, other: Thing) -> bool:
        """Return whether a dataset or file is another one, or continues it over any number of steps."""
        return thing == other or other in self._earlier(thing)

    def formers(self, dataset: str) -> list[str]:
        """Return the datasets that a dataset continues, over any number of steps, the nearest first."""
        return [name for name, _ in self._earlier((dataset, ""))]

    def continues(self, dataset: str) -> bool:
        """Return whether a dataset continues another."""
        return (dataset, "") in self._formers

    def files(self, dataset: str) -> Mapping[str, Thing]:
        """Return the files of a dataset that continue an earlier file, with that earlier file."""
        if dataset not in self._files:
            said = ((file, formers[0]) for (name, file), formers in self._formers.items() if name == dataset and file)
            # A statement about a file is more precise than one about its dataset, and replaces it.
            self._files[dataset] = {**dict(self._taken_along(dataset)), **dict(said)}
        return self._files[dataset]

    def touched(self) -> set[str]:
        """Return the datasets that continue another dataset, or that have a file which continues another file."""
        return {dataset for dataset, _ in self._formers}

    def _is_there(self, thing: Thing) -> bool:
        dataset = self._datasets.get(thing[0])
        return dataset is not None and (thing[1] in dataset.firsts if thing[1] else bool(dataset.firsts))

    def _earlier(self, thing: Thing) -> list[Thing]:
        """Return all datasets that a dataset continues, or all files that a file continues, the nearest first."""
        found: list[Thing] = []
        waiting = list(self._formers.get(thing, ()))
        while waiting:
            one = waiting.pop(0)
            if one not in found:
                found.append(one)
                waiting += self._formers.get(one, ())
        return found

    def _taken_along(self, dataset: str) -> Iterator[tuple[str, Thing]]:
        """Yield the files that a dataset takes along from its formers, each with the former file.

        A former's file that came later than the dataset's own is not taken: later events of the old dataset must not
        change the figures of a year that is over.
        """
        history = self._datasets[dataset]
        found: set[str] = set()
        for former in self.formers(dataset):
            before = self._datasets[former]
            equal = _by_checksum(history, before)
            renamed = {old.replace(former, dataset): old for old in before.firsts}
            # The nearest former has the file's last data before the rename; earlier ones can have had other data.
            for file, first in history.firsts.items():
                if file in found:
                    continue
                names = [file, *filter(None, [renamed.get(file)]), *equal.get(file, ())]
                for name in names:
                    old = before.firsts.get(name)
                    if old and old.day <= first.day and not self.leads((former, name), (dataset, file)):
                        found.add(file)
                        yield file, (former, name)
                        break


def unrecognised(same: Iterable[tuple[int, SameAs]], datasets: Mapping[str, DatasetHistory]) -> frozenset[str]:
    """Return the datasets whose checksums are needed to recognise files, because names alone do not place all files.

    Checksums of all files are not kept, since they would take most of the memory of a large ledger.
    """
    identity = Identity(list(same), datasets)
    named: set[str] = set()
    for dataset in identity.touched():
        if identity.continues(dataset) and len(identity.files(dataset)) < len(datasets[dataset].firsts):
            named |= {dataset, *identity.formers(dataset)}
    return frozenset(named)


def _by_checksum(history: DatasetHistory, before: DatasetHistory) -> dict[str, list[str]]:
    """Return, by file, the former dataset's files that had that file's first data on or before its first day."""
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, kept in before.checksums.items():
        for day, checksum in kept:
            held[checksum].append((day, name))
    found: dict[str, list[str]] = {}
    for file, kept in history.checksums.items():
        # The data of the file's first day: later versions differ from the old file's although it continues that file.
        day, checksum = min(kept, key=lambda one: one[0])
        found[file] = [name for when, name in held.get(checksum, ()) if when <= day]
    return found
