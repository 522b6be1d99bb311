"""First publications of a year and currently published datasets, counted from the ledger's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from meguro_opendata.ledger import DatasetHistory, Event, History, Identity
from meguro_opendata.packaged import packaged_toml

__all__ = ["Current", "New", "current_datasets", "rules"]


class New(msgspec.Struct, frozen=True, gc=False):
    """A dataset (then ``resource`` is empty) or a file whose first publication lies in the year.

    Attributes:
        day: The day of the first publication, ``YYYY-MM-DD``.
        line: The number of the ledger's line that proves the day: the first event, or the dating.
        dataset: The dataset's slug.
        resource: The file's name; empty for a dataset.
        routine: Whether the file only continues a series that its dataset already had.
        table: Whether it is the first file of its table, and not just another format of a known table.
        withdrawn_soon: Whether no portal had it any more within the days that ``kpi.toml`` sets (``[withdrawn]``).
    """

    day: str
    line: int
    dataset: str
    resource: str = ""
    routine: bool = False
    table: bool = True
    withdrawn_soon: bool = False


@dataclass(frozen=True)
class Current:
    """A dataset that is published on the day asked for.

    Attributes:
        dataset: The dataset's slug.
        endings: Endings of the names of its published files, in lower case.
        newest: The event that describes it: title, department, theme, frequency, standard.
        line: The number of that event's line.
        own: The day on which this tool last published new data of it; empty if it never did.
        updated: The number of the line of that publication; 0 without one.
    """

    dataset: str
    endings: frozenset[str]
    newest: Event
    line: int
    own: str
    updated: int = 0


def rules() -> dict[str, Any]:
    """Return the rules by which figures are counted (``kpi.toml``)."""
    return packaged_toml(__package__, "kpi.toml")


def current_datasets(history: History) -> list[Current]:
    """Return every dataset of which at least one portal has a file, ordered by slug."""
    kept = {name: _endings(dataset) for name, dataset in sorted(history.datasets.items())}
    lines = {name: history.datasets[name].telling.line for name, endings in kept.items() if endings}
    entries = history.entries(lines.values())
    identity = Identity(history.same, history.datasets)
    return [
        Current(name, kept[name], event, line, *_updated(name, history, identity))
        for name, line in lines.items()
        if isinstance(event := entries[line], Event)
    ]


def _updated(name: str, history: History, identity: Identity) -> tuple[str, int]:
    """Return the day and the ledger line of this tool's last publication of new data; ``("", 0)`` without one.

    A new name of old data is not new data, and neither is another format of a published table.
    """
    dataset = history.datasets[name]
    newest = dataset.newest_own
    if newest is None:
        return "", 0  # only a catalogue's dates are known, which are of its entries and not of the data
    moments = [] if dataset.updated is None else [dataset.updated.moment]
    if identity.continues(name):
        # The clock of timeliness goes on under the new name: a rename must not make late data look updated.
        moments = [*_own_updates(name, dataset, identity, history)]
        earlier = (history.datasets[former].updated for former in identity.formers(name))
        moments += [one.moment for one in earlier if one is not None]
    return max(moments, default=newest.moment)


def _own_updates(name: str, dataset: DatasetHistory, identity: Identity, history: History) -> Iterable[tuple[str, int]]:
    """Yield the last update of a renamed dataset, unless that was only the publication of the former's data."""
    if dataset.updated is None:
        return
    files = identity.files(name)
    line = dataset.updated.line
    for file, (former, old) in files.items():
        if dataset.firsts[file].line == line:
            # Mark 0 is an unknown checksum. Without checksums a renamed file is taken for the old data, since a rename
            # rarely changes it, and counting it as an update would hide that the data is late.
            marks = {held[old].mark for held in history.datasets[former].portals.values() if old in held} - {0}
            if not dataset.updated.mark or not marks or dataset.updated.mark in marks:
                return
    yield dataset.updated.moment


def _endings(dataset: DatasetHistory) -> frozenset[str]:
    """Return the endings of the published files, in lower case and without the id that follows ``#``.

    An import writes ``name.csv#1a2b3c4d`` where several files of one package have the same name.
    """
    found = {name.rpartition(".")[2] for name in dataset.published()}
    return frozenset(ending.partition("#")[0].lower() for ending in found)
