"""What was published for the first time in a year, and what is published now, from the ledger's history."""

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
        day: The day, ``YYYY-MM-DD``.
        line: The number of the ledger's line that says so: its first event, or its dating.
        routine: Whether it only continues a series that its dataset already had.
        table: Whether it is the first file of its table: the table is new, not just another format of it.
        withdrawn_soon: Whether every portal had lost it again within the days that ``kpi.toml`` says.
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
    """A dataset that is published now.

    Attributes:
        endings: Those of the names of its files that some portal has, in lower case.
        newest: The event that says what it is: title, department, theme, frequency, standard.
        line: The number of that event's line.
        own: The day on which this tool last brought new data, empty if it never did.
        updated: The number of that event's line, 0 without one.
    """

    dataset: str
    endings: frozenset[str]
    newest: Event
    line: int
    own: str
    updated: int = 0


def rules() -> dict[str, Any]:
    """What the figures are counted by (``kpi.toml``)."""
    return packaged_toml(__package__, "kpi.toml")


def current_datasets(history: History) -> list[Current]:
    """Return every dataset of which some portal has a file, by name."""
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
    """Return the day and the line by which this tool last brought new data; a new name of old data is none.

    A file that only adds another format of what was there brings no data either.
    """
    dataset = history.datasets[name]
    newest = dataset.newest_own
    if newest is None:
        return "", 0
    moments = [] if dataset.updated is None else [dataset.updated.moment]
    if identity.continues(name):
        moments = [*_own_updates(name, dataset, identity, history)]
        earlier = (history.datasets[former].updated for former in identity.formers(name))
        moments += [one.moment for one in earlier if one is not None]
    return max(moments, default=newest.moment)


def _own_updates(name: str, dataset: DatasetHistory, identity: Identity, history: History) -> Iterable[tuple[str, int]]:
    """Yield the update of a dataset under its new name, unless it was only the publication of the old data."""
    if dataset.updated is None:
        return
    files = identity.files(name)
    line = dataset.updated.line
    for file, (former, old) in files.items():
        if dataset.firsts[file].line == line:
            marks = {held[old].mark for held in history.datasets[former].portals.values() if old in held} - {0}
            if not dataset.updated.mark or not marks or dataset.updated.mark in marks:
                return
    yield dataset.updated.moment


def _endings(dataset: DatasetHistory) -> frozenset[str]:
    """Return the endings of the files that some portal has, without the marks that tell files of one name apart."""
    found = {name.rpartition(".")[2] for name in dataset.published()}
    return frozenset(ending.partition("#")[0].lower() for ending in found)
